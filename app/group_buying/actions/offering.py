"""What staff do with deals: draft them, edit them, let them run, pause them, end them.

Each verb takes the version that she who asks has seen (Stale where somebody was faster) and leaves one entry in the
audit log. Groups that are there keep what they copied when they opened.
"""

from dataclasses import asdict, replace
from typing import Any

from app.catalog import actions as shelves
from app.catalog import queries as catalog
from app.catalog import rules as catalog_rules
from app.catalog.errors import ProductNotFound
from app.core import clock, db, idempotency
from app.core.errors import TargetNotFound
from app.core.ids import DealId, ProductId, UserId
from app.group_buying import errors, queries, rules
from app.group_buying.actions import dealing
from app.group_buying.actions.dealing import NewDeal, NewOffer, lock_deal, note
from app.group_buying.models import Deal, Offer
from app.group_buying.states import DealMove, DealStatus


@db.retried
async def draft_deal(*, by: UserId, new: NewDeal, key: str) -> DealId:
    """Draft a deal: nobody but staff sees it before it is scheduled. The same key gives the same draft again.

    ProductNotFound, TargetNotFound for a SKU of another product, GroupPriceTooHigh.
    """
    given = {"deal": asdict(new)}
    async with db.transaction():
        earlier = await idempotency.earlier_result(user=by, mutation="createDeal", key=key, given=given)
        if earlier:
            return DealId(db.as_id(earlier["deal"]))
        await _check(new)
        made, _ = await dealing.create_deal(replace(new, status=DealStatus.DRAFT))
        await _cheaper_than_alone(made, new.product)
        await note(by, "create", made, product=new.product, title=new.title)
        await idempotency.keep_result(user=by, mutation="createDeal", key=key, result={"deal": made})
        return made


@db.retried
async def edit_deal(*, by: UserId, deal: DealId, new: NewDeal, expected_version: int) -> None:
    """Give a deal these terms; its product stays. Once it is no draft any more, only new groups know of them.

    A SKU that is left out is on offer no more; of one that stays, the quota may not fall below what is held and sold
    (QuotaTooSmall). TargetNotFound for a SKU of another product, GroupPriceTooHigh, DealMoveRefused for one that is
    over, Stale.
    """
    async with db.transaction():
        before = await lock_deal(deal, expected_version)
        status = rules.deal_status(before.terms, await clock.now())
        if status in {DealStatus.ENDED, DealStatus.TAKEN_DOWN}:
            raise errors.DealMoveRefused(status)
        new = replace(new, product=before.product_id)
        product = await _check(new)
        changes = dealing.terms_of(new, search_text=catalog_rules.searchable(new.title, *product))
        changed: dict[str, Any] = {name: [getattr(before, name), value] for name, value in changes.items()
                   if name != "search_text" and getattr(before, name) != value}  # fmt: skip
        offers = await _set_offers(before, new)
        await _cheaper_than_alone(deal, before.product_id)
        await Deal.filter(id=deal).update(**changes, version=before.version + 1)
        if offers:
            changed["offers"] = offers
        await note(by, "edit", deal, reason=None, **changed)


@db.retried
async def move_deal(*, by: UserId | None, deal: DealId, move: DealMove, expected_version: int | None = None) -> None:
    """Schedule, pause, resume or end a deal. Groups that form go on and can be joined.

    DealMoveRefused where it does not stand so that it could; ProductNotFound where its product is off sale,
    GroupPriceTooHigh where a SKU has become as cheap alone. Stale.
    """
    async with db.transaction():
        before = await lock_deal(deal, expected_version)
        now = await clock.now()
        after = rules.moved(move, before.terms, now)
        if after is None:
            raise errors.DealMoveRefused(rules.deal_status(before.terms, now))
        if move in {DealMove.SCHEDULE, DealMove.RESUME}:
            await _on_sale(before.product_id)
            await _cheaper_than_alone(deal, before.product_id)
        await Deal.filter(id=deal).update(status=after, version=before.version + 1)
        await note(by, move.value.lower(), deal, before=before.status, after=after)


async def _on_sale(product: ProductId) -> tuple[str, str]:
    """Title and category of a product that is on sale."""
    found = (await catalog.products([product])).get(product)
    if found is None or found.off_sale_at is not None:
        raise ProductNotFound
    return found.title, found.category


async def _check(new: NewDeal) -> tuple[str, str]:
    """Refuse what contradicts the catalogue; gives the product's title and category."""
    product = (await catalog.products([new.product])).get(new.product)
    if product is None:
        raise ProductNotFound
    skus = {each.id for each in (await catalog.skus_of([new.product]))[new.product]}
    if any(offer.sku not in skus for offer in new.offers):
        raise TargetNotFound
    return product.title, product.category


async def _cheaper_than_alone(deal: DealId, product: ProductId) -> None:
    """Refuse a deal in which something costs as much as alone; whoever prices it alone meanwhile waits."""
    # Behind the offers, as rows are locked everywhere.
    await shelves.keep_prices(product)
    alone = {each.id: each.price_fen for each in (await catalog.skus_of([product]))[product]}
    for offer in await queries.offers_of(deal):
        if offer.price_fen >= alone[offer.sku_id]:
            raise errors.GroupPriceTooHigh(alone[offer.sku_id])


async def _set_offers(deal: Deal, new: NewDeal) -> list[dict[str, Any]]:
    """Put these SKUs on offer and no others; what changed, for the audit log."""
    known = {each.sku_id: each for each in await Offer.filter(deal_id=deal.id)}
    changed = []
    for position, wanted in enumerate(new.offers):
        offer = known.pop(wanted.sku, None)
        if offer is None:
            await dealing.put_on_offer(deal.id, wanted, position)
            changed.append({"sku": wanted.sku, "price_fen": wanted.price_fen, "quota": wanted.quota})
        elif offer.closed or (offer.price_fen, offer.quota, offer.position) != (
            wanted.price_fen,
            wanted.quota,
            position,
        ):
            await _change_offer(offer, wanted, position)
            changed.append({"sku": wanted.sku, "price_fen": [offer.price_fen, wanted.price_fen],
                            "quota": [offer.quota, wanted.quota]})  # fmt: skip
        else:
            await Offer.filter(id=offer.id).update(position=position)
    for offer in known.values():
        if deal.status is DealStatus.DRAFT:
            await offer.delete()
        elif not offer.closed:
            await Offer.filter(id=offer.id).update(closed=True)
        else:
            continue
        changed.append({"sku": offer.sku_id, "quota": [offer.quota, 0]})
    return changed


async def _change_offer(offer: Offer, wanted: NewOffer, position: int) -> None:
    # The bound stands in the statement: pieces are held and sold meanwhile.
    changed = await db.execute(_CHANGE_OFFER, offer.id, wanted.price_fen, wanted.quota, position)
    if not changed:
        raise errors.QuotaTooSmall


_CHANGE_OFFER = """
UPDATE offers SET price_fen = $2, quota_left = quota_left + $3 - quota, quota = $3, position = $4, closed = false
 WHERE id = $1 AND quota_left + $3 - quota >= 0
"""
