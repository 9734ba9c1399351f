"""The shop as a phone reaches it: one GraphQL door, and the WeChat beside it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx2

from app.demo.story.operations import text_of

SANDBOX: Final = "/wechat-sandbox"
_PATIENCE_S: Final = 20.0
_OK: Final = 200
_NOT_FOUND: Final = 404


class NotAsTold(Exception):  # noqa: N818 - what it says, not a fault of the code
    """Something did not happen as the story tells it; the message says what."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A running shop, asked through its public API alone."""

    origin: str
    http: httpx2.AsyncClient

    @property
    def socket_url(self) -> str:
        """Where sockets are opened."""
        return "ws" + self.origin.removeprefix("http") + "/graphql"

    async def ask(self, operation: str, variables: Mapping[str, Any], token: str | None = None) -> dict[str, Any]:
        """The data that an operation gives; NotAsTold where it has errors."""
        response = await self.http.post(
            "/graphql",
            json={"query": text_of(operation), "operationName": operation, "variables": variables},
            headers={"Authorization": f"Bearer {token}"} if token else {},
        )
        answer = _json(response, operation)
        if answer.get("errors"):
            raise NotAsTold(f"{operation} was answered: {answer['errors'][0]['message']}")
        return dict(answer["data"])

    async def wechat(self, what: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Play the phone or the weather: one of the sandbox's controls; without a body it is only asked."""
        path = f"{SANDBOX}/_/{what}"
        response = await (self.http.get(path) if body is None else self.http.post(path, json=body))
        answer = _json(response, f"WeChat's {what}")
        if response.status_code != _OK:
            raise NotAsTold(f"WeChat said to {what}: {answer.get('error')}, {answer.get('message')}")
        return answer

    async def post_file(self, ticket: Mapping[str, Any], content: bytes, mime: str) -> None:
        """Hand in a file as wx.uploadFile does, where the ticket says."""
        response = await self.http.post(
            ticket["url"],
            data={each["name"]: each["value"] for each in ticket["formData"]},
            files={ticket["fileField"]: ("picture", content, mime)},
        )
        if not response.is_success:
            raise NotAsTold(f"The picture was answered with HTTP {response.status_code}: {response.text[:200]}")

    async def status_of(self, url: str) -> int:
        """The HTTP status of a page of the open web."""
        return (await self.http.get(url)).status_code

    async def page(self, url: str) -> str:
        """A page of the open web."""
        response = await self.http.get(url)
        if response.status_code != _OK:
            raise NotAsTold(f"{url} answered HTTP {response.status_code}")
        return response.text


@asynccontextmanager
async def reach(origin: str) -> AsyncIterator[Shop]:
    """The shop at this origin; NotAsTold where none answers, or where it does not use WeChat's sandbox."""
    origin = _as_origin(origin)
    # Proxies of the environment are for the world outside, and the shop is mostly on this machine.
    async with httpx2.AsyncClient(
        base_url=origin, timeout=_PATIENCE_S, trust_env=False, headers={"Accept-Language": "en"}
    ) as http:
        try:
            await _check(http, origin)
            yield Shop(origin, http)
        except httpx2.TransportError as error:
            raise NotAsTold(f"The shop at {origin} was gone in the middle of it: {_said(error)}.") from error


async def _check(http: httpx2.AsyncClient, origin: str) -> None:
    try:
        ready = await http.get("/health/ready")
        weather = await http.get(f"{SANDBOX}/_/faults")
    except httpx2.TransportError as error:
        hint = "Start one with `make serve`, and play the story in another terminal."
        raise NotAsTold(f"No shop answers at {origin} ({_said(error)}). {hint}") from error
    if ready.status_code != _OK:
        raise NotAsTold(f"What answers at {origin} is not ready, or is no Pintuan: HTTP {ready.status_code}.")
    if weather.status_code == _NOT_FOUND:
        raise NotAsTold(f"There is no WeChat sandbox at {origin}{SANDBOX}, and the story needs one to pay with.")


def _as_origin(text: str) -> str:
    try:
        url = httpx2.URL(text if "//" in text else f"http://{text}")
    except httpx2.InvalidURL:
        url = httpx2.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise NotAsTold(f"{text} is no address of a shop, such as http://127.0.0.1:8000.")
    return f"{url.scheme}://{url.netloc.decode()}"


def _json(response: httpx2.Response, what: str) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise NotAsTold(f"{what} was answered with HTTP {response.status_code} and no JSON object")
    return answer


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
