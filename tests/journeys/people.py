"""People with phones: they send the contract's operations, word for word, to a server over HTTP."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from app.accounts.models import Role
from schema.trusted import operations
from tests.factories.accounts import PASSWORD, staff
from tests.journeys.installation import Installation
from tests.journeys.running import Server
from tests.journeys.sockets import Listening, Sockets
from tests.journeys.wechat import WeChat

WEST_LAKE = {"province": "浙江省", "city": "杭州市", "district": "西湖区", "detail": "文三路 1 号"}


def new_key() -> str:
    """An idempotency key as a phone draws one."""
    return uuid4().hex


async def ask(server: Server, operation: str, variables: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    """The data of one of the contract's operations; no error is expected."""
    answer = (await post(server.http, operation, variables, token)).json()
    assert "errors" not in answer, answer
    return dict(answer["data"])


async def post(
    http: httpx2.AsyncClient, operation: str, variables: dict[str, Any], token: str | None = None
) -> httpx2.Response:
    """Send one of the contract's operations."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"query": operations()[operation], "operationName": operation, "variables": variables}
    return await http.post("/graphql", json=body, headers=headers)


@dataclass
class Phone:
    """Somebody's phone. Her name is unique, for everybody of a name is one person to WeChat."""

    name: str
    #: Where its requests go.
    server: Server
    wechat: WeChat
    token: str = ""
    address: str = ""
    visitor: str | None = None
    #: Her own id, once she has signed in.
    user: str = ""

    async def ask(self, operation: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation."""
        return await ask(self.server, operation, variables, self.token or None)

    async def do(self, operation: str, **variables: Any) -> dict[str, Any]:
        """What a mutation gives: its success or its refusal."""
        (result,) = (await self.ask(operation, **variables)).values()
        return dict(result)

    async def sign_in(self) -> None:
        """Sign in by what wx.login gives; without the earlier token, which may have expired."""
        self.token = ""
        code = (await self.wechat.play("login", **{"as": self.name}))["code"]
        result = await self.do("SignIn", code=code, visitorId=self.visitor)
        assert result["__typename"] == "SignInSuccess", result
        self.token, self.user = result["accessToken"], result["viewer"]["user"]["id"]

    async def save_address(self) -> None:
        """Say where goods go."""
        address = {"recipient": "安安", "phone": "13800138000", **WEST_LAKE}
        result = await self.do("SaveAddress", input=address)
        assert result["__typename"] == "Address", result
        self.address = result["id"]

    async def open_group(self, deal: str, sku: str | None = None, key: str | None = None) -> dict[str, Any]:
        """Open a group; the checkout or the refusal."""
        given = {"dealId": deal, "skuId": sku, "addressId": self.address, "idempotencyKey": key or new_key()}
        return await self.do("OpenGroup", input=given)

    async def join(self, group: str, sku: str | None = None, key: str | None = None, **more: Any) -> dict[str, Any]:
        """Join a group; the checkout or the refusal."""
        given = {"groupCode": group, "skuId": sku, "addressId": self.address, "idempotencyKey": key or new_key()}
        return await self.do("JoinGroup", input=given | more)

    async def pay(self, checkout: dict[str, Any]) -> str:
        """Pay as wx.requestPayment does, checking the shop's signature; the transaction's id at WeChat."""
        payment = checkout["payment"]
        assert payment, checkout
        paid = await self.wechat.play(
            "pay",
            prepay_id=payment["package"].removeprefix("prepay_id="),
            timeStamp=payment["timeStamp"],
            nonceStr=payment["nonceStr"],
            paySign=payment["paySign"],
            **{"as": self.name},
        )
        return str(paid["transaction_id"])

    async def order(self, order: str) -> dict[str, Any]:
        """One of her orders."""
        return dict((await self.ask("MyOrder", id=order))["viewer"]["order"])

    async def inbox(self) -> list[dict[str, Any]]:
        """Her notifications, the oldest first."""
        found = (await self.ask("Inbox", first=100))["viewer"]["notifications"]
        assert not found["pageInfo"]["hasNextPage"]
        return [edge["node"] for edge in reversed(found["edges"])]

    async def told(self, kind: str) -> int:
        """How many notifications of a kind she has."""
        return [each["kind"] for each in await self.inbox()].count(kind)

    async def template(self, purpose: str) -> dict[str, Any]:
        """How she stands to messages of a purpose."""
        templates = (await self.ask("MessageTemplates"))["viewer"]["messageTemplates"]
        (template,) = [each for each in templates if each["purpose"] == purpose]
        return dict(template)

    async def consent(self, purpose: str = "GROUP_RESULT", *, allows: bool = True) -> None:
        """Allow one message, or refuse, as the pop-up asks for it, and report it."""
        template = (await self.template(purpose))["templateId"]
        if allows:
            await self.wechat.play("consent", template_ids=[template], **{"as": self.name})
        results = [{"templateId": template, "outcome": "ACCEPT" if allows else "REJECT"}]
        reported = await self.do("ReportMessageConsent", input={"results": results, "clientId": new_key()})
        assert reported["__typename"] == "MessageConsents", reported

    def follow(self, sockets: Sockets, group: str, *servers: Server, **more: Any) -> Listening:
        """Watch a group change."""
        urls = [each.socket_url for each in servers or (self.server,)]
        return sockets.listen(self.name, urls, "GroupChanged", {"code": group}, token=self.token or None, **more)

    def hear(self, sockets: Sockets, *servers: Server, **more: Any) -> Listening:
        """Listen to her own inbox."""
        urls = [each.socket_url for each in servers or (self.server,)]
        return sockets.listen(self.name, urls, "NotificationReceived", {"after": None}, token=self.token, **more)


async def a_phone(shop: Installation, name: str, server: Server | None = None, *, visitor: str | None = None) -> Phone:
    """Somebody new who has signed in and said where goods go; `visitor` is who she was before."""
    phone = Phone(f"{name}-{uuid4().hex[:8]}", server or shop.servers[0], shop.wechat, visitor=visitor)
    await phone.sign_in()
    await phone.save_address()
    return phone


@dataclass
class Clerk(Phone):
    """A member of staff: she comes with a password, and her name is what she signs in with."""

    async def sign_in(self) -> None:
        """Sign in by the staff's door."""
        self.token = ""
        result = await self.do("StaffSignIn", username=self.name, password=PASSWORD)
        assert result["__typename"] == "SignInSuccess", result
        self.token = result["accessToken"]


async def a_clerk(shop: Installation, *roles: Role, server: Server | None = None) -> Clerk:
    """Somebody new on the staff who has signed in. Only behind the counter."""
    name = f"{roles[0].lower()}-{uuid4().hex[:8]}"
    await staff(*roles, username=name, nickname="茶姐")
    clerk = Clerk(name, server or shop.servers[0], shop.wechat)
    await clerk.sign_in()
    return clerk
