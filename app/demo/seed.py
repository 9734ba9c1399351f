"""The demo shop's first filling: goods, pictures, deals, staff, live rooms, stories. Runs once per database."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from app.accounts import actions as accounts
from app.accounts import flows as account_flows
from app.accounts.models import Identity, Role, User
from app.catalog import actions as catalog
from app.catalog.actions import NewSku
from app.catalog.models import Product
from app.core import clock, db
from app.core.ids import ProductId, SkuId, UserId
from app.core.settings import Settings
from app.demo.communities import open_communities
from app.demo.goods import CATEGORY_NAMES, DEALS, GOODS, ROOMS, TALES, Deal, Good, Tale
from app.demo.pictures import draw, draw_avatar
from app.group_buying.actions import dealing
from app.group_buying.actions.dealing import NewDeal, NewOffer
from app.group_buying.states import Audience, DealStatus
from app.live.actions import running as live
from app.live.models import LiveRoom
from app.media.models import Upload
from app.media.states import UploadPurpose, UploadStatus, Verdict
from app.stories import actions as stories
from app.stories import wording
from app.stories.actions import NewStory
from app.stories.states import ReviewDecision
from app.wechat.sandbox import openid_of

PICTURE_SIZE = 800

#: Username, nickname, role. Through the sandbox's WeChat they sign in as `dev:<username>`.
STAFF = [
    ("admin", "店长", Role.ADMIN),
    ("marketer", "市场", Role.MARKETER),
    ("manager", "社群运营", Role.COMMUNITY_MANAGER),
    ("host", "主播", Role.HOST),
    ("merchant", "商家", Role.MERCHANT),
    ("support", "客服", Role.SUPPORT),
]

#: A good's SKUs by their option values.
Shelf = Mapping[tuple[str, ...], SkuId]


async def fill(settings: Settings) -> str | None:
    """Fill an empty database; gives the staff's password if one was drawn, for whoever started this.

    One transaction, so that a crash leaves the shop empty and the next start fills it. A filled one is left alone.
    """
    if await Product.exists():
        return None
    await asyncio.to_thread(_draw_all, settings.data_dir / "media" / "demo")
    given = settings.staff_password.get_secret_value()
    password = given or secrets.token_urlsafe(9)
    password_hash = await account_flows.hash_password(password)
    async with db.transaction():
        goods = {good.key: await _put_on_sale(good) for good in GOODS}
        for deal in DEALS:
            await _offer(deal, *goods[deal.good])
        staff = {
            username: await accounts.create_staff(
                username=username,
                password_hash=password_hash,
                roles=[role],
                nickname=nickname,
                openid=openid_of(username) if settings.wechat_sandbox else None,
            )
            for username, nickname, role in STAFF
        }
        products = {key: product for key, (product, _) in goods.items()}
        await _open_rooms(products, staff)
        await open_communities(products, staff)
        for tale in TALES:
            await _tell(tale, products, reviewer=staff["manager"], sandbox=settings.wechat_sandbox)
    return None if given else password


def _draw_all(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for good in GOODS:
        (folder / f"{good.key}.png").write_bytes(draw(good.key, good.category, PICTURE_SIZE))
    for tale in TALES:
        (folder / f"story-{tale.customer}.png").write_bytes(draw(tale.customer, tale.category, PICTURE_SIZE))
        (folder / f"face-{tale.customer}.png").write_bytes(draw_avatar(tale.nickname))


async def _open_rooms(products: Mapping[str, ProductId], staff: Mapping[str, UserId]) -> None:
    """One room on the air, showing its first product, and one that comes this evening."""
    now = await clock.now()
    for room in ROOMS:
        host, shelf = staff[room.host], [products[each] for each in room.goods]
        made = await live.schedule(
            host=host, title=room.title, starts_at=now + room.starts, products=shelf, client_id=room.title
        )
        await LiveRoom.filter(id=made).update(cover_path=f"demo/{room.goods[0]}.png")
        if room.is_on_air:
            await live.start(made, by=host)
            await live.explain(made, by=host, product=shelf[0])


async def _tell(tale: Tale, products: Mapping[str, ProductId], *, reviewer: UserId, sandbox: bool) -> None:
    """A customer who has agreed to her story, and a manager who has let it out."""
    now = await clock.now()
    her = await User.create(nickname=tale.nickname, avatar_path=f"demo/face-{tale.customer}.png", created_at=now)
    if sandbox:
        await Identity.create(user_id=her.id, openid=openid_of(tale.customer), session_key="", seen_at=now)
    picture = await Upload.create(
        user_id=her.id, purpose=UploadPurpose.STORY, status=UploadStatus.STORED, verdict=Verdict.PASSED,
        path=f"demo/story-{tale.customer}.png", width=PICTURE_SIZE, height=PICTURE_SIZE,
        expires_at=now + timedelta(days=1), created_at=now,
    )  # fmt: skip
    told = NewStory(
        title=tale.title,
        body=tale.body,
        uploads=[picture.id],
        products=[products[each] for each in tale.goods],
    )
    story = await stories.submit(customer=her.id, story=told, wording_version=wording.NEWEST, client_id=tale.customer)
    await stories.review(by=reviewer, story=story, decision=ReviewDecision.APPROVE, note=None, publish_at=None)


async def _put_on_sale(good: Good) -> tuple[ProductId, Shelf]:
    product, skus = await catalog.create_product(
        title=good.title,
        description=good.description,
        category=CATEGORY_NAMES[good.category],
        pictures=[{"path": f"demo/{good.key}.png", "width": PICTURE_SIZE, "height": PICTURE_SIZE}],
        options=[{"name": option.name, "values": list(option.values)} for option in good.options],
        skus=[NewSku(tuple(sku.values), sku.price, sku.stock) for sku in good.skus],
    )
    return product, {tuple(sku.values): made for sku, made in zip(good.skus, skus, strict=True)}


async def _offer(deal: Deal, product: ProductId, shelf: Shelf) -> None:
    now = await clock.now()
    await dealing.create_deal(
        NewDeal(
            product=product,
            title=deal.title,
            description=deal.description,
            starts_at=now + deal.starts,
            ends_at=now + deal.ends,
            size=deal.size,
            window_seconds=deal.window_seconds,
            offers=[NewOffer(shelf[tuple(offer.values)], offer.price, offer.quota) for offer in deal.offers],
            status=DealStatus.PAUSED if deal.paused else DealStatus.SCHEDULED,
            limit_per_order=deal.limit_per_order,
            limit_per_user=deal.limit_per_user,
            join_audience=Audience(deal.join_audience),
            no_delivery=deal.no_delivery_to,
        )
    )
