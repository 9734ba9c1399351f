"""Addresses: saved and deleted, one after the other for each owner."""

from dataclasses import asdict, dataclass

from app.accounts import rules
from app.accounts.actions.purchases import lock
from app.accounts.errors import AddressNotFound, TooManyAddresses
from app.accounts.models import Address
from app.core import clock, db
from app.core.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Where goods are sent, as somebody wrote it."""

    recipient: str
    #: As `rules.read_phone` gives it; None, for an address that is there already, keeps its phone.
    phone: str | None
    province: str
    city: str
    district: str
    detail: str


@db.retried
async def save_address(
    *, user: UserId, written: Written, address: AddressId | None = None, is_default: bool = False
) -> AddressId:
    """Save a new address, or new words for one of hers. AddressNotFound, TooManyAddresses.

    The same content twice gives the same address. At most one is the default; none becomes it unasked.
    """
    async with db.transaction():
        # Two phones that save the same address at once would both find that it is not there yet.
        await lock(user)
        if address is not None:
            await _edit(user, address, written, is_default=is_default)
        else:
            address = await _same_as(user, written) or await _add(user, written)
        if is_default:
            await Address.filter(user_id=user).exclude(id=address).update(is_default=False)
            await Address.filter(id=address).update(is_default=True)
        return address


@db.retried
async def delete_address(*, user: UserId, address: AddressId) -> None:
    """Delete one of her addresses; AddressNotFound where it was never hers. A repeat changes nothing.

    Orders keep their own copy.
    """
    deleted = await db.execute(
        "UPDATE addresses SET deleted_at = COALESCE(deleted_at, $now), is_default = FALSE "
        "WHERE id = $1 AND user_id = $2",
        address, user,
    )  # fmt: skip
    if not deleted:
        raise AddressNotFound


async def _edit(user: UserId, address: AddressId, written: Written, *, is_default: bool) -> None:
    changes = {name: each for name, each in asdict(written).items() if each is not None}
    mine = Address.filter(id=address, user_id=user, deleted_at__isnull=True)
    if not await mine.update(**changes, is_default=is_default):
        raise AddressNotFound


async def _same_as(user: UserId, written: Written) -> AddressId | None:
    same = await Address.filter(user_id=user, deleted_at__isnull=True, **asdict(written)).order_by("id").first()
    return same.id if same else None


async def _add(user: UserId, written: Written) -> AddressId:
    if written.phone is None:
        raise ValueError("a new address needs a phone")
    if await Address.filter(user_id=user, deleted_at__isnull=True).count() >= rules.ADDRESSES_AT_MOST:
        raise TooManyAddresses
    added = await Address.create(user_id=user, **asdict(written), created_at=await clock.now())
    return added.id
