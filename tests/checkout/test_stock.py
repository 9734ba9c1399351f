"""Whatever happens in whatever order, no piece is lost and none is sold twice."""

import random
from collections import Counter

import pytest

from app.catalog.models import Sku
from app.checkout import errors, flows, jobs
from app.checkout.models import SoloPurchase
from app.checkout.states import PurchaseStatus
from app.core import audit
from app.core.ids import OrderId
from app.orders.errors import OrderAlreadyPaid
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.checkout import MadeProduct, a_product, buys, hold_runs_out
from tests.factories.group_buying import a_buyer, money_arrives

pytestmark = pytest.mark.usefixtures("wechat")

STOCK = 6


@pytest.mark.parametrize("seed", range(4))
async def test_stock_held_and_sold_always_add_up_to_what_there_was(wechat: WeChat, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a story that can be told again, no secret
    product = await a_product(stock=STOCK)
    placed: list[tuple[OrderId, str]] = []
    people = {name: await a_buyer(name) for name in ("ann", "ben", "cat", "dan")}
    done: Counter[str] = Counter()
    for _ in range(40):
        what = chance.choice(["buy", "buy", "pay", "cancel", "lapse"])
        try:
            if what == "buy" or not placed:
                name = chance.choice(sorted(people))
                placed.append((await buys(people[name], product, quantity=chance.randint(1, 2)), name))
            elif what == "pay":
                await money_arrives(chance.choice(placed)[0])
            elif what == "cancel":
                order, name = chance.choice(placed)
                await flows.cancel_order(buyer=people[name].id, order=order, key=f"c{order}")
            else:
                await hold_runs_out(wechat, placed[-1][0])
                await jobs.release_holds()
            done[what] += 1
        except (errors.SoldOut, errors.HoldLimit, OrderAlreadyPaid) as refusal:
            done[type(refusal).__name__] += 1
        await _adds_up(product)
    assert await audit.run(CHECKS) == []
    # A seed in which nothing was sold or given back would show nothing.
    assert min(done["buy"], done["pay"], done["cancel"] + done["lapse"]) > 0


async def _adds_up(product: MadeProduct) -> None:
    sku = await Sku.get(id=product.skus[0])
    claiming = [PurchaseStatus.HELD, PurchaseStatus.RELEASING, PurchaseStatus.BOUGHT]
    claimed = sum(each.quantity for each in await SoloPurchase.filter(status__in=claiming))
    assert (sku.stock + claimed, sku.claimed) == (STOCK, claimed)
    assert sku.stock >= 0
