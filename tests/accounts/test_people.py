import pytest

from app.accounts import queries
from app.accounts.models import Identity, User
from app.accounts.queries import PublicPerson
from app.core.ids import UserId, new_id
from tests.factories.accounts import a_user, staff

pytestmark = pytest.mark.usefixtures("database")


async def test_the_public_sees_people_masked_and_in_the_order_asked_for() -> None:
    ann, bob = await a_user("小明"), await a_user("王大锤")
    await User.filter(id=bob.id).update(avatar_path="avatars/b.png")
    nobody = UserId(new_id())
    assert await queries.people([bob.id, nobody, ann.id, bob.id]) == [
        PublicPerson("王*锤", "avatars/b.png"),
        PublicPerson("*", None),
        PublicPerson("小*", None),
        PublicPerson("王*锤", "avatars/b.png"),
    ]


async def test_staff_whom_wechat_does_not_know_have_no_openid() -> None:
    user = await staff()
    assert await queries.wechat_identity(user) is None
    with pytest.raises(LookupError):
        await queries.openid_of(user)


async def test_one_person_is_known_by_her_unionid_or_her_phone() -> None:
    ann, union, phone, other = [await a_user() for _ in range(4)]
    await User.filter(id__in=[ann.id, phone.id]).update(phone="13812341234")
    await Identity.filter(user_id__in=[ann.id, union.id]).update(unionid="u-ann")
    assert set(await queries.same_person(ann.id)) == {ann.id, union.id, phone.id}
    assert await queries.same_person(other.id) == [other.id]
