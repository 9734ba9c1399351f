import asyncio
from datetime import timedelta

import pytest

from app.core import clock
from app.core.errors import TargetNotFound
from app.core.ids import UserId, is_code, new_id
from app.core.targets import Target
from share import links, queries, rules
from share.errors import ShareLinkNotFound, TargetNotShareable
from share.models import ShareForm, ShareLink
from share.rules import ShareLinkStatus
from tests.factories.share import TOY, a_link, a_thing, withdraw

pytestmark = pytest.mark.usefixtures("database")


def _somebody() -> UserId:
    return UserId(new_id())


async def test_the_same_person_thing_and_form_are_the_same_link() -> None:
    ann, bob, tea, fruit = _somebody(), _somebody(), a_thing(), a_thing("砂糖橘")
    link = await a_link(ann, tea)
    assert is_code(link.code, "S")
    assert (link.inviter, link.target, link.form, link.status) == (ann, tea, ShareForm.CARD, ShareLinkStatus.ACTIVE)
    assert await a_link(ann, tea) == link
    others = [await a_link(bob, tea), await a_link(ann, fruit), await a_link(ann, tea, form=ShareForm.MOMENTS)]
    assert len({each.code for each in [link, *others]}) == 4


async def test_ten_at_once_are_one_link() -> None:
    ann, tea = _somebody(), a_thing()
    made = await asyncio.gather(*[a_link(ann, tea) for _ in range(10)])
    assert len({each.code for each in made}) == 1
    assert await ShareLink.all().count() == 1


async def test_a_code_that_was_drawn_before_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = await a_link(_somebody())
    drawn = iter([taken.code, taken.code, "S23456789AB"])
    monkeypatch.setattr(links, "new_share_code", lambda: next(drawn))
    assert (await a_link(_somebody())).code == "S23456789AB"


async def test_what_is_not_there_cannot_be_shared() -> None:
    a_thing()
    with pytest.raises(TargetNotFound):
        await a_link(_somebody(), Target(TOY, new_id()))
    assert await ShareLink.all().count() == 0


@pytest.mark.parametrize("target", [Target("order", new_id()), Target("user", new_id())])
async def test_a_kind_that_nobody_reads_cannot_be_shared(target: Target) -> None:
    with pytest.raises(TargetNotShareable):
        await a_link(_somebody(), target)
    assert await ShareLink.all().count() == 0


async def test_a_thing_that_never_came_to_be_cannot_be_shared_but_its_links_still_open() -> None:
    ann, tea = _somebody(), a_thing()
    link = await a_link(ann, tea)
    a_thing(target=tea, is_shareable=False)
    with pytest.raises(TargetNotShareable):
        await a_link(_somebody(), tea)
    assert await queries.link(link.code) == link
    assert await ShareLink.all().count() == 1


async def test_a_link_expires_with_its_thing_and_lives_on_with_it() -> None:
    ann, now = _somebody(), await clock.now()
    tea = a_thing(expires_at=now + timedelta(hours=1))
    link = await a_link(ann, tea)
    assert link.expires_at == now + timedelta(hours=1)
    await clock.move(3601)
    expired = await queries.link(link.code)
    assert expired is not None
    assert expired.status is ShareLinkStatus.EXPIRED
    with pytest.raises(TargetNotShareable):
        await a_link(ann, tea)
    a_thing(target=tea, expires_at=now + timedelta(hours=5))
    again = await a_link(ann, tea)
    assert (again.code, again.status, again.expires_at) == (
        link.code,
        ShareLinkStatus.ACTIVE,
        now + timedelta(hours=5),
    )


async def test_only_its_owner_can_take_a_link_back() -> None:
    link = await a_link(_somebody())
    with pytest.raises(ShareLinkNotFound):
        await links.revoke(inviter=_somebody(), code=link.code)
    assert await queries.link(link.code) == link


@pytest.mark.parametrize("code", ["S23456789AB", "G23456789AB", "", "S2345678\x00AB", "s23456789ab"])
async def test_a_code_that_stands_for_nothing_is_no_link(code: str) -> None:
    assert await queries.link(code) is None
    with pytest.raises(ShareLinkNotFound):
        await links.revoke(inviter=_somebody(), code=code)


async def test_taking_a_link_back_twice_gives_the_revoked_link() -> None:
    ann = _somebody()
    link = await a_link(ann)
    revoked = await links.revoke(inviter=ann, code=link.code)
    assert (revoked.code, revoked.status) == (link.code, ShareLinkStatus.REVOKED)
    revoked_at = (await ShareLink.get()).revoked_at
    await clock.move(60)
    assert await links.revoke(inviter=ann, code=link.code) == revoked
    assert (await ShareLink.get()).revoked_at == revoked_at


async def test_after_a_link_was_taken_back_sharing_makes_a_new_one() -> None:
    ann, tea = _somebody(), a_thing()
    link = await a_link(ann, tea)
    await links.revoke(inviter=ann, code=link.code)
    new = await a_link(ann, tea)
    assert new.code != link.code
    assert new.status is ShareLinkStatus.ACTIVE


async def test_a_link_outlives_its_thing() -> None:
    tea = a_thing()
    link = await a_link(_somebody(), tea)
    withdraw(tea)
    assert await queries.link(link.code) == link


@pytest.mark.parametrize(
    ("thing", "path"),
    [
        ("/pages/group?g=G23456789AB", "/pages/group?g=G23456789AB&s=S23456789AB"),
        ("/pages/now", "/pages/now?s=S23456789AB"),
        (None, "/pages/index?s=S23456789AB"),
    ],
)
def test_a_path_carries_both_the_thing_and_the_link(thing: str | None, path: str) -> None:
    assert rules.path_of(thing, "S23456789AB") == path
