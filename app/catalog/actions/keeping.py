"""What staff do with products: add, edit, take off sale, price, count. Each verb leaves one entry in the audit log.

Whatever changes a product or a price takes the product's version as it was seen (Stale where somebody was faster).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.audit_log import actions as audit_log
from app.catalog import ports, rules
from app.catalog.actions.shelving import NewSku, create_product
from app.catalog.errors import ProductNotFound, SkuExists, SkuNotFound, SoloPriceTooLow, StockTooSmall
from app.catalog.models import Product, Sku
from app.core import clock, db, idempotency
from app.core.errors import Stale, TargetNotFound
from app.core.ids import ProductId, SkuId, UploadId, UserId
from app.core.targets import Target
from app.media import actions as media
from app.media import queries as pictures
from app.media.states import UploadPurpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a product says of itself. A picture is an upload of hers who writes, or the number of one that it has."""

    title: str
    description: str
    category: str
    pictures: Sequence[UploadId | int]
    #: What shipping an order of it costs, in fen; None leaves it as it is, and is 0 of a new product.
    shipping_fen: int | None = None


@db.retried
async def add_product(
    *, by: UserId, described: Described, options: Sequence[dict[str, Any]], skus: Sequence[NewSku], key: str
) -> ProductId:
    """Put a product on sale. The same key gives the same product again. SkuInvalid, UploadInvalid, PictureRejected."""
    given = {"described": asdict(described), "options": list(options), "skus": [asdict(each) for each in skus]}
    rules.check_skus(options, [each.option_values for each in skus])
    async with db.transaction():
        earlier = await idempotency.earlier_result(user=by, mutation="createProduct", key=key, given=given)
        if earlier:
            return ProductId(db.as_id(earlier["product"]))
        made, _ = await create_product(
            title=described.title,
            description=described.description,
            category=described.category,
            pictures=[],
            options=options,
            skus=skus,
            shipping_fen=described.shipping_fen or 0,
        )
        hung = await _hang(by, await Product.get(id=made), described.pictures)
        await Product.filter(id=made).update(pictures=hung)
        await _note(by, "create", made, title=described.title, skus=len(skus))
        await idempotency.keep_result(user=by, mutation="createProduct", key=key, result={"product": made})
        return made


@db.retried
async def edit_product(*, by: UserId, product: ProductId, described: Described, expected_version: int) -> None:
    """Let a product say this of itself; orders keep what they were placed with.

    ProductNotFound, TargetNotFound for a picture that it has not, UploadInvalid, PictureRejected, Stale.
    """
    async with db.transaction():
        before = await _lock(product, expected_version)
        changes: dict[str, Any] = {
            "title": described.title,
            "description": described.description,
            "category": described.category,
            "shipping_fen": before.shipping_fen if described.shipping_fen is None else described.shipping_fen,
            "pictures": await _hang(by, before, described.pictures),
        }
        changed: dict[str, Any] = {name: [getattr(before, name), value] for name, value in changes.items()
                   if getattr(before, name) != value}  # fmt: skip
        await Product.filter(id=product).update(
            **changes,
            search_text=rules.searchable(described.title, described.category, described.description),
            version=before.version + 1,
        )
        await _note(by, "edit", product, reason=None, **changed)


@db.retried
async def set_on_sale(*, by: UserId, product: ProductId, on_sale: bool, expected_version: int) -> None:
    """Take a product off sale, or put it back: nobody can buy it alone, and no deal over it can begin.

    Deals that run go on: they have a pause of their own. ProductNotFound, Stale.
    """
    async with db.transaction():
        before = await _lock(product, expected_version)
        await Product.filter(id=product).update(
            off_sale_at=None if on_sale else before.off_sale_at or await clock.now(), version=before.version + 1
        )
        await _note(by, "put_on_sale" if on_sale else "take_off_sale", product)


@db.retried
async def add_sku(*, by: UserId, product: ProductId, new: NewSku, expected_version: int) -> SkuId:
    """Offer one more choice of a product; a value that is new to an option is added to it.

    ProductNotFound, SkuInvalid, SkuExists, Stale.
    """
    async with db.transaction():
        before = await _lock(product, expected_version)
        known = await Sku.filter(product_id=product)
        if list(new.option_values) in [each.option_values for each in known]:
            raise SkuExists
        options = rules.with_values(before.options, new.option_values)
        sku = await Sku.create(
            product_id=product,
            option_values=list(new.option_values),
            price_fen=new.price_fen,
            stock=new.stock,
            position=len(known),
        )
        await Product.filter(id=product).update(options=options, version=before.version + 1)
        await _note(by, "add_sku", product, sku=sku.id, price_fen=new.price_fen, stock=new.stock)
        return sku.id


@db.retried
async def price_sku(*, by: UserId, sku: SkuId, price_fen: int, expected_version: int) -> None:
    """Let a SKU cost this alone, in fen. Orders and groups keep the price they have.

    SkuNotFound, Stale; SoloPriceTooLow where a deal that is scheduled, runs or pauses asks as much for it in a group.
    """
    async with db.transaction():
        found = await _sku(sku)
        product = await _lock(found.product_id, expected_version)
        found = await _sku(sku)
        # What is said to be saved in a group must be saved: nobody pays alone what nobody is asked for.
        in_groups = await ports.dearest_in_groups(sku)
        if in_groups and price_fen <= in_groups.price_fen:
            raise SoloPriceTooLow(in_groups.deal, in_groups.price_fen)
        await Sku.filter(id=sku).update(price_fen=price_fen)
        await Product.filter(id=product.id).update(version=product.version + 1)
        await _note(by, "price_sku", product.id, sku=sku, price_fen=[found.price_fen, price_fen])


@db.retried
async def adjust_stock(*, by: UserId, sku: SkuId, delta: int, reason: str | None, key: str) -> None:
    """Add pieces to the stock, or take some away. The same key changes it once. SkuNotFound, StockTooSmall."""
    given = {"sku": sku, "delta": delta}
    async with db.transaction():
        if await idempotency.earlier_result(user=by, mutation="adjustStock", key=key, given=given):
            return
        found = await _sku(sku)
        # The bound stands in the statement: pieces are sold meanwhile.
        changed = await db.execute("UPDATE skus SET stock = stock + $1 WHERE id = $2 AND stock + $1 >= 0", delta, sku)
        if not changed:
            raise StockTooSmall(found.stock)
        await _note(by, "adjust_stock", found.product_id, reason=reason, sku=sku, delta=delta)
        await idempotency.keep_result(user=by, mutation="adjustStock", key=key, result={"sku": sku})


@db.retried
async def set_stock(*, by: UserId, sku: SkuId, stock: int, expected_stock: int, reason: str | None) -> None:
    """Let the stock be what was counted; Stale where it is not `expected_stock` any more. SkuNotFound."""
    async with db.transaction():
        found = await _sku(sku)
        changed = await db.execute(
            "UPDATE skus SET stock = $1 WHERE id = $2 AND stock = $3", stock, sku, expected_stock
        )
        if not changed:
            raise Stale
        await _note(by, "set_stock", found.product_id, reason=reason, sku=sku, stock=[expected_stock, stock])


async def keep_prices(product: ProductId) -> None:
    """Let nobody price a product's SKUs until the running transaction ends."""
    await db.value(int, "SELECT version FROM products WHERE id = $1 FOR NO KEY UPDATE", product)


async def _lock(product: ProductId, expected_version: int) -> Product:
    version = await db.value(int, "SELECT version FROM products WHERE id = $1 FOR NO KEY UPDATE", product)
    if version is None:
        raise ProductNotFound
    if version != expected_version:
        raise Stale
    return await Product.get(id=product)


async def _sku(sku: SkuId) -> Sku:
    found = await Sku.get_or_none(id=sku)
    if found is None:
        raise SkuNotFound
    return found


async def _hang(by: UserId, product: Product, wanted: Sequence[UploadId | int]) -> list[dict[str, Any]]:
    """The product's pictures in this order; what is not among them any more can be seen by nobody."""
    target = Target("product", product.id)
    kept = [each for each in wanted if isinstance(each, int)]
    if any(not 0 <= each < len(product.pictures) for each in kept):
        raise TargetNotFound
    paths = {product.pictures[each]["path"] for each in kept}
    (hung,) = (await pictures.pictures_of([target])).values()
    await media.detach(target, but=[each.upload for each in hung if each.path in paths])
    uploads = [each for each in wanted if not isinstance(each, int)]
    attached = await media.attach(owner=by, uploads=uploads, purpose=UploadPurpose.PRODUCT, target=target)
    new = iter(attached)
    return [product.pictures[each] if isinstance(each, int) else next(new).kept for each in wanted]


async def _note(by: UserId, verb: str, product: ProductId, *, reason: str | None = None, **detail: Any) -> None:
    target = Target("product", product)
    await audit_log.note(by=by, verb=f"product.{verb}", target=target, detail=detail, reason=reason)
