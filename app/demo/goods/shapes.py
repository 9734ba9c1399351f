"""How the demo's goods and deals are written down."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from app.community.states import CommunityKind
from app.core.money import Fen

Category = Literal["tea", "fruit", "snacks", "grain", "kitchen", "home", "baby", "beauty", "stationery", "pet"]

#: What each category is called on the shelves, in their order.
CATEGORY_NAMES: dict[Category, str] = {
    "tea": "茶饮",
    "fruit": "时令水果",
    "snacks": "休闲零食",
    "grain": "粮油干货",
    "kitchen": "厨房用品",
    "home": "居家生活",
    "baby": "母婴亲子",
    "beauty": "美妆个护",
    "stationery": "文具书包",
    "pet": "宠物生活",
}


@dataclass(frozen=True, slots=True)
class Option:
    """Something the buyer chooses, such as 颜色."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sku:
    """One choice of a good."""

    #: One per option of the good, in their order; empty where there is nothing to choose.
    values: tuple[str, ...]
    #: What it costs alone.
    price: Fen
    #: Pieces.
    stock: int


@dataclass(frozen=True, slots=True)
class Good:
    """One good. `key` is its name for us and the seed of its picture."""

    key: str
    category: Category
    title: str
    description: str
    skus: tuple[Sku, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What one SKU costs in a group, and how many pieces the deal may sell of it."""

    values: tuple[str, ...]
    price: Fen
    quota: int


@dataclass(frozen=True, slots=True)
class Deal:
    """A good offered for group buying, every SKU of it."""

    key: str
    #: The good's key.
    good: str
    title: str
    description: str
    #: Seats of a group.
    size: int
    offers: tuple[Offer, ...]
    #: How long one group may form.
    window_seconds: int = 24 * 3600
    #: From the moment the shop is filled; below zero is before it.
    starts: timedelta = timedelta(0)
    ends: timedelta = timedelta(days=30)
    paused: bool = False
    #: Pieces; None for no limit.
    limit_per_order: int | None = 5
    limit_per_user: int | None = 10
    join_audience: Literal["ANYONE", "NEWCOMERS"] = "ANYONE"
    #: Provinces as they stand in an address.
    no_delivery_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """A live room: whose it is, the goods on its shelf (the first is shown on the air), when it starts from now."""

    title: str
    #: The username of a member of staff.
    host: str
    goods: tuple[str, ...]
    starts: timedelta
    is_on_air: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody of the staff says below a post."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody of the staff writes."""

    author: str
    text: str
    topics: tuple[str, ...] = ()
    #: Key of the good that it is about.
    good: str | None = None
    comments: tuple[Comment, ...] = ()
    liked_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Community:
    """A community."""

    name: str
    kind: CommunityKind
    about: str
    #: Key of the good whose picture it shows.
    cover: str
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """A customer's story: who tells it (`dev:<customer>` signs her in), of which goods, with a picture."""

    customer: str
    nickname: str
    title: str
    body: str
    goods: tuple[str, ...]
    #: Of what its picture is.
    category: Category
