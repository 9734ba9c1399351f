from typing import Any

import pytest

from app.core.ids import UserId, new_id
from app.core.targets import Target
from app.notifications import templates
from app.notifications.models import MessageConsent, MessagePurpose, Notification, NotificationKind
from schema.inputs import to_cursor
from schema.notifications import types
from schema.scalars import public_id
from tests.conftest import Api
from tests.factories.accounts import a_signed_in_user
from tests.factories.notifications import a_user_id, told

pytestmark = pytest.mark.usefixtures("database")

RESULT = templates._SANDBOX[MessagePurpose.GROUP_RESULT]
REFUND = templates._SANDBOX[MessagePurpose.REFUND]
NODE = "query($id: ID!) { node(id: $id) { __typename id ... on Notification { body } } }"
TARGETS = """
query { viewer { notifications(first: 10) { edges { node { target { __typename } } } } } }
"""


async def _inbox(api: Api, token: str, first: int = 10, after: str | None = None) -> dict[str, Any]:
    return dict((await api.outcome("Inbox", {"first": first, "after": after}, token=token))["notifications"])


async def test_the_inbox_is_read_by_pages_from_the_newest(api: Api) -> None:
    ann = await a_signed_in_user()
    for _ in range(5):
        await told(ann.user)
    first = await _inbox(api, ann.access_token, 2)
    await told(ann.user)
    second = await _inbox(api, ann.access_token, 2, first["pageInfo"]["endCursor"])
    last = await _inbox(api, ann.access_token, 2, second["pageInfo"]["endCursor"])
    ids = [edge["node"]["id"] for page in (first, second, last) for edge in page["edges"]]
    stored = await Notification.filter(user_id=ann.user, seq__lte=5).order_by("-seq")
    assert ids == [public_id("notification", each.id) for each in stored]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second, last)] == [True, True, False]
    assert (first["unreadCount"], last["unreadCount"]) == (5, 6)


async def test_an_empty_inbox_has_a_cursor_to_resume_after(api: Api) -> None:
    ann = await a_signed_in_user()
    page = await _inbox(api, ann.access_token)
    assert (page["edges"], page["unreadCount"]) == ([], 0)
    assert page["resumeCursor"] == types.cursor_of(ann.user, 0)


@pytest.mark.parametrize(
    ("locale", "title", "body"),
    [
        ("zh-CN", "拼团成功", "龙井茶 250g：人已到齐，很快为你发货。"),
        ("en", "Your group is complete", "龙井茶 250g: all are in. Your order will be shipped soon."),
    ],
)
async def test_an_entry_speaks_the_readers_language(api: Api, locale: str, title: str, body: str) -> None:
    ann = await a_signed_in_user()
    await told(ann.user)
    answer = await api("Inbox", {"first": 1}, token=ann.access_token, locale=locale)
    (edge,) = answer["data"]["viewer"]["notifications"]["edges"]
    assert (edge["node"]["kind"], edge["node"]["title"], edge["node"]["body"]) == ("GROUP_COMPLETED", title, body)


async def test_what_is_read_is_counted_no_more(api: Api) -> None:
    ann = await a_signed_in_user()
    for _ in range(3):
        await told(ann.user)
    page = await _inbox(api, ann.access_token)
    middle = page["edges"][1]["cursor"]
    for _ in range(2):
        answer = await api("MarkNotificationsRead", {"upToCursor": middle}, token=ann.access_token)
        assert answer["data"]["markNotificationsRead"] == {"__typename": "NotificationsRead", "unreadCount": 1}
    page = await _inbox(api, ann.access_token)
    assert [edge["node"]["readAt"] is None for edge in page["edges"]] == [True, False, False]
    answer = await api("MarkNotificationsRead", {"upToCursor": page["resumeCursor"]}, token=ann.access_token)
    assert answer["data"]["markNotificationsRead"]["unreadCount"] == 0


def _not_hers(user: UserId) -> list[str]:
    """Cursors of another's inbox, of a place not reached, and of nothing at all."""
    return [
        types.cursor_of(a_user_id(), 1),
        types.cursor_of(user, 2),
        types.cursor_of(user, -1),
        types.cursor_of(user, 10**30),
        to_cursor(str(user)),
        to_cursor(str(user), "1"),
        to_cursor(str(user), True),
        "",
        "no cursor",
        "\ud7ff",
    ]


@pytest.mark.parametrize("number", range(10))
async def test_a_cursor_that_is_not_of_this_inbox_is_refused_and_changes_nothing(api: Api, number: int) -> None:
    ann = await a_signed_in_user()
    await told(ann.user)
    cursor = _not_hers(ann.user)[number]
    token = ann.access_token
    assert await api.bad_field("MarkNotificationsRead", {"upToCursor": cursor}, token=token) == "input.upToCursor"
    assert await api.bad_field("Inbox", {"first": 1, "after": cursor}, token=token) == "after"
    assert (await Notification.get(user_id=ann.user)).read_at is None


@pytest.mark.parametrize("first", [0, 101])
async def test_a_page_has_one_to_a_hundred_entries(api: Api, first: int) -> None:
    ann = await a_signed_in_user()
    assert await api.error_code("Inbox", {"first": first}, token=ann.access_token) in {"BAD_USER_INPUT", "TOO_COMPLEX"}


async def test_nobody_marks_or_reports_without_signing_in(api: Api) -> None:
    cursor = {"upToCursor": types.cursor_of(a_user_id(), 0)}
    assert await api.error_code("MarkNotificationsRead", cursor) == "UNAUTHENTICATED"
    report = {"input": {"results": [], "clientId": "tap"}}
    assert await api.error_code("ReportMessageConsent", report) == "UNAUTHENTICATED"


async def test_an_entry_opens_by_its_id_for_its_owner_alone(api: Api) -> None:
    ann, bob = await a_signed_in_user(), await a_signed_in_user()
    entry = await told(ann.user)
    given = {"id": public_id("notification", entry.id)}
    opened = await api(NODE, given, token=ann.access_token)
    assert opened["data"]["node"]["__typename"] == "Notification"
    for token in (bob.access_token, None):
        assert (await api(NODE, given, token=token))["data"] == {"node": None}
    nothing = {"id": public_id("notification", new_id())}
    assert (await api(NODE, nothing, token=ann.access_token))["data"] == {"node": None}


async def test_a_target_that_is_gone_is_null(api: Api) -> None:
    ann = await a_signed_in_user()
    await told(ann.user, target=Target("group", new_id()))
    refund = {"amount_fen": 1, "reason": "LEFT"}
    await told(ann.user, kind=NotificationKind.REFUND_SENT, target=Target("order", new_id()), values=refund)
    answer = await api(TARGETS, {}, token=ann.access_token)
    edges = answer["data"]["viewer"]["notifications"]["edges"]
    assert edges == [{"node": {"target": None}}, {"node": {"target": None}}]


def _template(purpose: str, remaining: int, *, ask: bool) -> dict[str, Any]:
    ids = {"GROUP_RESULT": RESULT, "REFUND": REFUND}
    return {"purpose": purpose, "templateId": ids[purpose], "remaining": remaining, "shouldAsk": ask}


async def test_templates_say_what_is_left_and_whether_to_ask(api: Api) -> None:
    ann = await a_signed_in_user()
    answer = await api("MessageTemplates", {}, token=ann.access_token)
    assert answer["data"]["viewer"]["messageTemplates"][:2] == [
        _template("GROUP_RESULT", 0, ask=True),
        _template("REFUND", 0, ask=True),
    ]
    results = [{"templateId": RESULT, "outcome": "ACCEPT"}, {"templateId": REFUND, "outcome": "REJECT"}]
    for _ in range(2):
        given = {"input": {"results": results, "clientId": "tap"}}
        reported = await api("ReportMessageConsent", given, token=ann.access_token)
        consents = reported["data"]["reportMessageConsent"]
        assert consents["__typename"] == "MessageConsents"
        assert consents["templates"][:2] == [
            {"purpose": "GROUP_RESULT", "remaining": 1},
            {"purpose": "REFUND", "remaining": 0},
        ]
    answer = await api("MessageTemplates", {}, token=ann.access_token)
    assert answer["data"]["viewer"]["messageTemplates"][:2] == [
        _template("GROUP_RESULT", 1, ask=False),
        _template("REFUND", 0, ask=False),
    ]


_ACCEPTED = {"templateId": RESULT, "outcome": "ACCEPT"}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (
            {"results": [_ACCEPTED, {"templateId": "unknown", "outcome": "ACCEPT"}], "clientId": "tap"},
            "input.results.1.templateId",
        ),
        ({"results": [_ACCEPTED, _ACCEPTED], "clientId": "tap"}, "input.results.1.templateId"),
        ({"results": [_ACCEPTED] * 6, "clientId": "tap"}, "input.results"),
        ({"results": [_ACCEPTED], "clientId": " "}, "input.clientId"),
        ({"results": [_ACCEPTED], "clientId": "x" * 101}, "input.clientId"),
    ],
)
async def test_a_report_that_makes_no_sense_is_refused_and_counts_nothing(
    api: Api, given: dict[str, Any], path: str
) -> None:
    ann = await a_signed_in_user()
    assert await api.bad_field("ReportMessageConsent", {"input": given}, token=ann.access_token) == path
    assert await MessageConsent.all().count() == 0
