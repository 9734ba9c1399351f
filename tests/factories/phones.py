"""Buyers at their mini-apps: the contract's documents, sent as one person."""

from dataclasses import dataclass
from typing import Any

from app.core.ids import new_id
from schema.scalars import public_id
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_token
from tests.factories.group_buying import Buyer, a_buyer


@dataclass(frozen=True, slots=True)
class Phone:
    """One buyer's mini-app."""

    api: Api
    wechat: WeChat
    buyer: Buyer
    token: str

    async def ask(self, document: str, *, locale: str = "zh-CN", **variables: Any) -> Any:
        """The one field of the answer."""
        return await self.api.outcome(document, variables, token=self.token, locale=locale)

    async def pay(self, checkout: dict[str, Any]) -> Any:
        """Pay at WeChat, and tell the shop that it was done."""
        await self.wechat.pay(checkout["payment"]["package"], self.buyer.name)
        return await self.ask("ConfirmPayment", orderId=checkout["order"]["id"])

    async def buy(self, **changes: Any) -> Any:
        """Begin to buy goods alone."""
        return await self.ask("BuyNow", input=self.choice(**changes))

    async def quote(self, **changes: Any) -> Any:
        """What one piece would cost her."""
        return (await self.ask("Quote", **{"quantity": 1} | changes))["quote"]

    def choice(self, **changes: Any) -> dict[str, Any]:
        """What every purchase is asked for, under a key of its own."""
        return {"addressId": public_id("address", self.buyer.address), "idempotencyKey": f"k-{new_id()}"} | changes


async def a_phone(api: Api, wechat: WeChat, name: str = "ann") -> Phone:
    """The phone of a new buyer whom WeChat has just seen."""
    buyer = await a_buyer(name)
    await wechat.login_code(name)
    return Phone(api, wechat, buyer, await a_token(buyer.id))
