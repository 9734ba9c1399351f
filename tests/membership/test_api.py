"""Membership at the API: the contract's documents with real data, and who may do what."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.core import clock
from app.core.ids import UserId, new_id, to_public
from app.membership.jobs import run_simulations
from app.membership.models import PerkPlan, PerkSimulation
from app.notifications.models import Notification, NotificationKind
from tests.conftest import Api
from tests.factories.accounts import a_signed_in_user, a_token, staff
from tests.factories.membership import settled
from tests.factories.rows import everything

TIERS: list[dict[str, Any]] = [
    {"name": "普通", "growthNeeded": 0, "perks": []},
    {"name": "银卡", "growthNeeded": 100, "perks": [{"kind": "DISCOUNT", "value": "90"}]},
]


async def a_marketer(role: Role = Role.MARKETER) -> str:
    return await a_token(await staff(role, username=role.value.lower()))


_PLAN = "__typename ... on PerkPlan { status } ... on UserError { code }"
_ACTIVATE = f"mutation($input: ActivatePerkPlanInput!) {{ activatePerkPlan(input: $input) {{ {_PLAN} }} }}"
_WITHDRAW = f"mutation($input: WithdrawPerkPlanInput!) {{ withdrawPerkPlan(input: $input) {{ {_PLAN} }} }}"


async def a_draft(api: Api, token: str, **changes: Any) -> dict[str, Any]:
    given = {"tiers": TIERS, "clientId": "one"} | changes
    return dict(await api.outcome("DraftPerkPlan", {"input": given}, token=token))


async def test_a_member_sees_her_tier_what_comes_next_and_her_points(api: Api) -> None:
    ann = await a_signed_in_user()
    await settled(ann.user, 600)
    await clock.move(340 * 86_400)
    await settled(ann.user, 50)
    token = await a_token(ann.user)
    answer = await api("MyMembership", token=token)
    assert "errors" not in answer, answer
    mine = answer["data"]["viewer"]["membership"]
    assert mine["tier"]["name"] == "银卡"
    assert mine["tier"]["perks"] == [
        {"kind": "DISCOUNT", "title": "会员折扣", "value": "98%"},
        {"kind": "POINTS_MULTIPLIER", "title": "积分加倍", "value": "1.2 倍"},
    ]
    assert mine["growth"] == 650
    assert mine["nextTier"] == {"name": "金卡", "growthNeeded": 2000}
    assert mine["points"]["balance"] == 660
    assert [each["amount"] for each in mine["points"]["expiringSoon"]] == [600]
    assert mine["paidUntil"] is None


async def test_somebody_new_is_in_the_lowest_tier(api: Api) -> None:
    ann = await a_signed_in_user()
    mine = (await api("MyMembership", token=ann.access_token))["data"]["viewer"]["membership"]
    assert (mine["tier"]["rank"], mine["growth"], mine["points"]) == (0, 0, {"balance": 0, "expiringSoon": []})


async def test_everybody_sees_the_tiers_of_the_plan_in_force_the_lowest_first(api: Api) -> None:
    english = (await api("Tiers", locale="en"))["data"]["membershipTiers"]
    assert [(each["rank"], each["growthNeeded"]) for each in english] == [(0, 0), (1, 500), (2, 2000), (3, 10000)]
    assert {"kind": "EARLY_ACCESS", "title": "Early access", "value": "24 hours earlier"} in english[3]["perks"]
    assert {"kind": "FREE_SHIPPING", "title": "Free shipping", "value": None} in english[2]["perks"]
    opened = await api("query N($id: ID!) { node(id: $id) { ... on Tier { name rank } } }", {"id": english[1]["id"]})
    assert opened["data"]["node"] == {"name": "银卡", "rank": 1}
    gone = to_public("tier", UUID(int=99))
    assert (await api("query N($id: ID!) { node(id: $id) { id } }", {"id": gone}))["data"]["node"] is None


async def test_a_marketer_schedules_a_plan_and_prices_change_at_its_moment_and_back_after_the_roll_back(
    api: Api,
) -> None:
    marketer = await staff(Role.MARKETER)
    may, ann = await a_token(marketer), await a_signed_in_user()
    await settled(ann.user, 200)
    draft = await a_draft(api, may)
    assert (draft["version"], draft["status"]) == (2, "DRAFT")
    moment = await clock.now() + timedelta(hours=1)
    answer = await api("ActivatePerkPlan", {"planId": draft["id"], "at": moment.isoformat()}, token=may)
    assert answer["data"]["activatePerkPlan"]["status"] == "SCHEDULED"
    assert await _perks(api, ann.user) == []
    await clock.move(3601)
    assert await _perks(api, ann.user) == ["90%"]
    assert (await api("Tiers"))["data"]["membershipTiers"][1]["growthNeeded"] == 100
    may = await a_token(marketer)
    answer = await api("RollBackPerkPlan", {"toVersion": 1, "reason": "too dear"}, token=may)
    back = answer["data"]["rollBackPerkPlan"]
    assert (back["version"], back["status"]) == (3, "ACTIVE")
    assert await _perks(api, ann.user) == []


async def _perks(api: Api, user: UserId) -> list[str]:
    token = await a_token(user)
    mine = (await api("MyMembership", token=token))["data"]["viewer"]["membership"]
    return [each["value"] for each in mine["tier"]["perks"]]


async def test_a_plan_is_a_draft_then_simulated_scheduled_active_and_superseded(api: Api) -> None:
    marketer = await staff(Role.MARKETER)

    async def does(document: str, variables: dict[str, Any]) -> Any:
        (result,) = (await api(document, variables, token=await a_token(marketer)))["data"].values()
        return result

    async def status() -> str:
        listed = await does("{ staff { perkPlans(first: 5) { edges { node { version status } } } } }", {})
        return str({each["node"]["version"]: each["node"]["status"] for each in listed["perkPlans"]["edges"]}[2])

    plan = (await does("DraftPerkPlan", {"input": {"tiers": TIERS, "clientId": "one"}}))["id"]
    assert await status() == "DRAFT"
    assert (await does("SimulatePerkPlan", {"planId": plan, "days": 7}))["status"] == "QUEUED"
    assert await run_simulations() == 1
    assert await status() == "SIMULATED"
    await does("ActivatePerkPlan", {"planId": plan, "at": (await clock.now() + timedelta(hours=1)).isoformat()})
    assert await status() == "SCHEDULED"
    await clock.move(3601)
    assert await status() == "ACTIVE"
    await does("RollBackPerkPlan", {"toVersion": 1, "reason": "too dear"})
    assert await status() == "SUPERSEDED"


async def test_nobody_puts_in_force_or_overwrites_what_another_marketer_wrote_since_she_looked(api: Api) -> None:
    may = await a_marketer()
    seen = await a_draft(api, may)
    listing = "{ staff { perkPlans(first: 1) { edges { node { revision } } } } }"

    async def does(document: str, **given: Any) -> Any:
        (result,) = (await api(document, {"input": given}, token=may))["data"].values()
        return result

    async def revision() -> int:
        listed = (await api(listing, token=may))["data"]["staff"]["perkPlans"]["edges"]
        return int(listed[0]["node"]["revision"])

    looked = await revision()
    await a_draft(api, may, planId=seen["id"], clientId="two", note="改过", expectedRevision=looked)
    before = await everything()
    stale = {"planId": seen["id"], "expectedRevision": looked}
    assert (await does(_ACTIVATE, **stale))["code"] == "STALE"
    assert (await a_draft(api, may, **stale, clientId="three"))["code"] == "STALE"
    assert await everything() == before
    later = (await clock.now() + timedelta(hours=1)).isoformat()
    scheduled = await does(_ACTIVATE, planId=seen["id"], expectedRevision=await revision(), at=later)
    assert scheduled["status"] == "SCHEDULED"
    before = await everything()
    assert (await does(_WITHDRAW, **stale))["code"] == "STALE"
    assert await everything() == before
    assert (await does(_WITHDRAW, planId=seen["id"], expectedRevision=await revision()))["status"] == "DRAFT"


async def test_a_plan_is_put_in_force_at_once_and_listed(api: Api) -> None:
    may = await a_marketer()
    draft = await a_draft(api, may, note="双十一")
    answer = await api("ActivatePerkPlan", {"planId": draft["id"]}, token=may)
    assert answer["data"]["activatePerkPlan"]["status"] == "ACTIVE"
    listed = await api(
        "{ staff { perkPlans(first: 5) { edges { node { version status note copyOf reason"
        " tiers { name growthNeeded perks { kind value } } } } } } }",
        token=may,
    )
    assert "errors" not in listed, listed
    (edge,) = listed["data"]["staff"]["perkPlans"]["edges"]
    assert edge["node"] == {
        "version": 2, "status": "ACTIVE", "note": "双十一", "copyOf": None, "reason": None, "tiers": TIERS,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("document", "variables", "code"),
    [
        ("DraftPerkPlan", {"input": {"planId": "{active}", "tiers": TIERS, "clientId": "x"}}, "NOT_DRAFT"),
        ("DraftPerkPlan", {"input": {"planId": "{nothing}", "tiers": TIERS, "clientId": "x"}}, "TARGET_NOT_FOUND"),
        ("ActivatePerkPlan", {"planId": "{active}"}, "NOT_DRAFT"),
        ("ActivatePerkPlan", {"planId": "{nothing}"}, "TARGET_NOT_FOUND"),
        ("SimulatePerkPlan", {"planId": "{nothing}", "days": 7}, "TARGET_NOT_FOUND"),
        ("CancelPerkSimulation", {"id": "{nothing}"}, "TARGET_NOT_FOUND"),
        ("SimulatePerkPlan", {"planId": "{tier}", "days": 7}, "TARGET_NOT_FOUND"),
        ("RollBackPerkPlan", {"toVersion": 7, "reason": "x"}, "TARGET_NOT_FOUND"),
        ("RollBackPerkPlan", {"toVersion": 2**31 - 1, "reason": "x"}, "TARGET_NOT_FOUND"),
    ],
)
async def test_what_a_plan_cannot_do_is_refused_and_changes_nothing(
    api: Api, document: str, variables: dict[str, Any], code: str
) -> None:
    may = await a_marketer()
    active = (await a_draft(api, may))["id"]
    await api("ActivatePerkPlan", {"planId": active}, token=may)
    before = await everything()
    given = _filled(
        variables, {"{active}": active, "{nothing}": to_public("plan", new_id()), "{tier}": to_public("tier", new_id())}
    )
    (answer,) = (await api(document, given, token=may))["data"].values()
    assert answer["code"] == code
    assert answer["message"]
    assert await everything() == before


async def test_plans_of_one_moment_and_perks_given_twice_are_conflicts_in_words(api: Api) -> None:
    may = await a_marketer()
    moment = (await clock.now() + timedelta(hours=1)).isoformat()
    first, second = await a_draft(api, may), await a_draft(api, may, clientId="two")
    await api("ActivatePerkPlan", {"planId": first["id"], "at": moment}, token=may)
    before = await everything()
    document = """mutation A($id: ID!, $at: DateTime) { activatePerkPlan(input: {planId: $id, at: $at}) {
        ... on PlanConflict { code conflicts { perk reason } } } }"""
    answer = await api(document, {"id": second["id"], "at": moment}, token=may)
    assert answer["data"]["activatePerkPlan"] == {
        "code": "PLAN_CONFLICT",
        "conflicts": [{"perk": "整个方案", "reason": "第 2 版方案在同一时刻生效。"}],
    }
    twice = [{"name": "普通", "growthNeeded": 0, "perks": [{"kind": "FREE_SHIPPING"}, {"kind": "FREE_SHIPPING"}]}]
    assert (await a_draft(api, may, tiers=twice, clientId="three"))["code"] == "PLAN_CONFLICT"
    assert await everything() == before


def _tier(**changes: Any) -> dict[str, Any]:
    return {"name": "普通", "growthNeeded": 0, "perks": []} | changes


@pytest.mark.parametrize(
    ("tiers", "path"),
    [
        ([], ["input", "tiers"]),
        ([_tier()] * 21, ["input", "tiers"]),
        ([_tier(growthNeeded=1)], ["input", "tiers", "0", "growthNeeded"]),
        ([_tier(), _tier(name="b", growthNeeded=0)], ["input", "tiers", "1", "growthNeeded"]),
        ([_tier(), _tier(growthNeeded=5)], ["input", "tiers", "1", "name"]),
        ([_tier(), _tier(name="b", growthNeeded=-5)], ["input", "tiers", "1", "growthNeeded"]),
        ([_tier(name=" ")], ["input", "tiers", "0", "name"]),
        ([_tier(perks=[{"kind": "DISCOUNT", "value": "5"}])], ["input", "tiers", "0", "perks", "0", "value"]),
    ],
)
async def test_a_draft_that_makes_no_sense_is_bad_input(api: Api, tiers: list[Any], path: list[str]) -> None:
    may = await a_marketer()
    answer = await api("DraftPerkPlan", {"input": {"tiers": tiers, "clientId": "one"}}, token=may)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert [each["path"] for each in error["extensions"]["fields"]] == [path]
    assert await PerkPlan.all().count() == 0


@pytest.mark.parametrize("perk", [{"kind": "BIRTHDAY_COUPON", "value": "50"}, {"kind": "RETURN_SHIPPING"}])
@pytest.mark.parametrize(("locale", "said"), [("zh-CN", "该权益尚未开放。"), ("en", "Nothing acts on this perk yet.")])
async def test_no_plan_promises_a_perk_that_nothing_acts_on(
    api: Api, perk: dict[str, Any], locale: str, said: str
) -> None:
    may = await a_marketer()
    given = {"tiers": [_tier(perks=[{"kind": "FREE_SHIPPING"}, perk])], "clientId": "one"}
    before = await everything()
    (error,) = (await api("DraftPerkPlan", {"input": given}, token=may, locale=locale))["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["fields"] == [{"path": ["input", "tiers", "0", "perks", "1", "kind"], "message": said}]
    assert await everything() == before


async def test_a_moment_that_has_passed_is_bad_input(api: Api) -> None:
    may = await a_marketer()
    draft = await a_draft(api, may)
    at = (await clock.now() - timedelta(seconds=1)).isoformat()
    assert await api.error_code("ActivatePerkPlan", {"planId": draft["id"], "at": at}, token=may) == "BAD_USER_INPUT"
    assert (await PerkPlan.get()).active_from is None


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"]
)
async def test_a_moment_at_the_end_of_the_calendar_is_bad_input_and_spoils_no_plan(api: Api, at: str) -> None:
    may = await a_marketer()
    draft = await a_draft(api, may)
    before = await everything()
    answer = await api("ActivatePerkPlan", {"planId": draft["id"], "at": at}, token=may)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert await everything() == before


async def test_a_moment_with_another_offset_is_the_same_moment(api: Api) -> None:
    may = await a_marketer()
    draft = await a_draft(api, may)
    at = "2099-01-01T08:00:00+08:00"
    plan = (await api("ActivatePerkPlan", {"planId": draft["id"], "at": at}, token=may))["data"]["activatePerkPlan"]
    assert plan["activeFrom"] == "2099-01-01T00:00:00+00:00"


_MARKETERS_ONLY = [
    ("DraftPerkPlan", {"input": {"tiers": TIERS, "clientId": "x"}}),
    ("SimulatePerkPlan", {"planId": "{plan}", "days": 7}),
    ("PerkSimulationById", {"id": "{simulation}"}),
    ("CancelPerkSimulation", {"id": "{simulation}"}),
    ("ActivatePerkPlan", {"planId": "{plan}"}),
    ("RollBackPerkPlan", {"toVersion": 1, "reason": "x"}),
    ("mutation W($planId: ID!) { withdrawPerkPlan(input: {planId: $planId}) { __typename } }", {"planId": "{plan}"}),
]


@pytest.mark.parametrize(("document", "variables"), _MARKETERS_ONLY)
@pytest.mark.parametrize("who", [None, "shopper", Role.MERCHANT])
async def test_only_marketers_touch_plans(
    api: Api, document: str, variables: dict[str, Any], who: Role | str | None
) -> None:
    may = await a_marketer()
    plan = (await a_draft(api, may))["id"]
    asked = await api("SimulatePerkPlan", {"planId": plan, "days": 30}, token=may)
    assert "errors" not in asked, asked
    simulation = asked["data"]["simulatePerkPlan"]
    token = None if who is None else (
        await a_marketer(who) if isinstance(who, Role) else (await a_signed_in_user()).access_token
    )  # fmt: skip
    before = await everything()
    given = _filled(variables, {"{plan}": plan, "{simulation}": simulation["id"]})
    assert await api.error_code(document, given, token=token) == ("FORBIDDEN" if token else "UNAUTHENTICATED")
    assert await everything() == before
    for node in (plan, simulation["id"]):
        opened = await api("query N($id: ID!) { node(id: $id) { id } }", {"id": node}, token=token)
        assert opened["data"]["node"] is None


async def test_a_marketer_opens_plans_and_simulations_by_their_ids(api: Api) -> None:
    may = await a_marketer()
    plan = (await a_draft(api, may))["id"]
    asked = await api("SimulatePerkPlan", {"planId": plan, "days": 30}, token=may)
    assert "errors" not in asked, asked
    simulation = asked["data"]["simulatePerkPlan"]
    for node in (plan, simulation["id"]):
        opened = await api("query N($id: ID!) { node(id: $id) { id } }", {"id": node}, token=may)
        assert opened["data"]["node"] == {"id": node}
    by_id = await api("PerkSimulationById", {"id": simulation["id"]}, token=may)
    assert by_id["data"]["perkSimulation"]["status"] == "QUEUED"
    assert (await api("PerkSimulationById", {"id": plan}, token=may))["data"]["perkSimulation"] is None
    assert await PerkSimulation.all().count() == 1


async def test_a_member_is_told_of_her_new_tier_in_her_language(api: Api, do_all_work: Any) -> None:
    ann = await a_signed_in_user()
    await settled(ann.user, 600)
    await do_all_work()
    entry = await Notification.get(user_id=ann.user)
    assert entry.kind is NotificationKind.TIER_CHANGED
    document = "{ viewer { notifications(first: 5) { edges { node { kind title body target { __typename } } } } } }"
    said = await api(document, token=ann.access_token)
    (edge,) = said["data"]["viewer"]["notifications"]["edges"]
    assert edge["node"] == {
        "kind": "TIER_CHANGED",
        "title": "您的会员等级：银卡",
        "body": "您已升级为银卡，即刻享受对应权益。",
        "target": None,
    }
    await clock.move(396 * 86_400)
    await do_all_work()
    assert await Notification.filter(user_id=ann.user).count() == 2
    await do_all_work()
    assert await Notification.filter(user_id=ann.user).count() == 2


def _filled(variables: Any, names: dict[str, str]) -> Any:
    if isinstance(variables, dict):
        return {key: _filled(each, names) for key, each in variables.items()}
    return names.get(variables, variables) if isinstance(variables, str) else variables
