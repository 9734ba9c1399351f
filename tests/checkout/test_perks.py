"""The marketer's journey: what her plan says changes quotes exactly at its moment, and back after the roll-back."""

from datetime import timedelta
from typing import Any

from app.accounts.models import Role
from app.core import clock
from schema.scalars import public_id
from tests.conftest import Api
from tests.factories.accounts import a_token, staff
from tests.factories.checkout import a_product
from tests.factories.group_buying import a_buyer

TIERS: list[dict[str, Any]] = [
    {
        "name": "普通",
        "growthNeeded": 0,
        "perks": [{"kind": "DISCOUNT", "value": "80"}, {"kind": "FREE_SHIPPING"}],
    }
]


async def test_a_quote_changes_exactly_when_the_plan_begins_and_back_after_the_roll_back(api: Api) -> None:
    ann, product = await a_buyer("ann"), await a_product(prices=(10_000,), shipping_fen=800)
    marketer = await staff(Role.MARKETER, username="marketer")

    async def quoted() -> tuple[int, set[str]]:
        token = await a_token(ann.id)
        answer = await api("Quote", {"skuId": public_id("sku", product.skus[0]), "quantity": 1}, token=token)
        quote = answer["data"]["viewer"]["quote"]
        return quote["amount"]["fen"], {step["promotion"] for step in quote["trace"] if step["outcome"] == "APPLIED"}

    async def markets(document: str, variables: dict[str, Any]) -> Any:
        answer = await api(document, variables, token=await a_token(marketer))
        (result,) = answer["data"].values()
        return result

    draft = await markets("DraftPerkPlan", {"input": {"tiers": TIERS, "clientId": "one"}})
    at = await clock.now() + timedelta(hours=1)
    plan = await markets("ActivatePerkPlan", {"planId": draft["id"], "at": at.isoformat()})
    assert plan["status"] == "SCHEDULED"
    await clock.move((at - await clock.now()).total_seconds() - 30)
    assert await quoted() == (10_800, set())
    await clock.move((at - await clock.now()).total_seconds() + 0.001)
    assert await quoted() == (8_000, {"MEMBER_DISCOUNT", "FREE_SHIPPING"})
    await markets("RollBackPerkPlan", {"toVersion": 1, "reason": "too dear"})
    assert await quoted() == (10_800, set())
