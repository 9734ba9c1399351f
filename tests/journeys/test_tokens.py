"""Tokens over several servers: one key, one sign-out, one expiry."""

import time

import jwt

from tests.journeys.installation import TOKEN_KEY, Installation
from tests.journeys.people import Phone, a_phone, post
from tests.journeys.sockets import Sockets, brought

FORBIDDEN = 4403


def _expiring(token: str, seconds: float) -> str:
    """The same token, signed anew with an earlier end."""
    claims = jwt.decode(token, TOKEN_KEY, algorithms=["HS256"], options={"verify_exp": False}, issuer="pintuan")
    return jwt.encode(claims | {"exp": int(time.time() + seconds)}, TOKEN_KEY, "HS256", {"kid": "tests"})


async def test_a_token_of_one_server_is_believed_by_the_other(shop: Installation) -> None:
    phone = await a_phone(shop, "ann", shop.servers[0])
    phone.server = shop.servers[1]
    assert (await phone.ask("MyAddresses"))["viewer"]["addresses"]


async def test_a_socket_is_closed_when_its_token_expires(shop: Installation, sockets: Sockets) -> None:
    phone = await a_phone(shop, "ann")
    phone.token = _expiring(phone.token, 3)
    inbox = phone.hear(sockets, insist=False)
    await inbox.until(brought())
    await inbox.until(lambda heard: heard.closed)
    assert inbox.closed == [FORBIDDEN]
    refused = await post(phone.server.http, "MyAddresses", {}, phone.token)
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    again = phone.hear(sockets, insist=False)
    await again.until(lambda heard: heard.closed)
    assert again.closed == [FORBIDDEN]


async def test_signing_out_at_one_server_ends_the_sockets_at_the_other(shop: Installation, sockets: Sockets) -> None:
    asks_at, hears_at = shop.servers
    ann, bob = await a_phone(shop, "ann", asks_at), await a_phone(shop, "bob", asks_at)
    inboxes = [phone.hear(sockets, hears_at, insist=False) for phone in (ann, bob)]
    for inbox in inboxes:
        await inbox.until(brought())
    assert (await ann.do("SignOut"))["__typename"] == "SignedOut"
    await inboxes[0].until(lambda heard: heard.closed)
    assert inboxes[0].closed == [FORBIDDEN]
    assert inboxes[1].closed == []
    refused = await post(hears_at.http, "MyAddresses", {}, ann.token)
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    inboxes[1].leave()


async def test_the_other_sessions_of_a_person_stay(shop: Installation) -> None:
    ann = await a_phone(shop, "ann")
    other = Phone(ann.name, shop.servers[1], shop.wechat)
    await other.sign_in()
    await ann.do("SignOut")
    assert (await other.ask("MyAddresses"))["viewer"]["addresses"]
