"""A share link's page: what it says, what it loads, and that nobody can write into it."""

import base64
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from typing import Literal

import pytest

from share.landing import (
    DealShown,
    DealStatus,
    Goods,
    GroupFailure,
    GroupShown,
    GroupStatus,
    LandingPage,
    LiveShown,
    LiveStatus,
    NothingShown,
    Person,
    Refunds,
    Rung,
    ThingKind,
    ThingShown,
    WhyNothing,
    headers,
    render,
    status_code,
)
from share.landing.words import WORDS

NOW = datetime(2026, 11, 24, 6, 1, tzinfo=UTC)
PICTURES = "https://media.example"
LOCALES = ("zh-CN", "en")

GOODS = Goods("红富士苹果", "脆甜多汁。", f"{PICTURES}/apple.png", "¥35.90")
GROUP = GroupShown(
    goods=GOODS,
    status=GroupStatus.FORMING,
    price="¥24.90",
    size=3,
    seats_taken=1,
    seats_held=0,
    seats_left=2,
    members=(Person("小*明", f"{PICTURES}/ming.png"),),
    expires_at=NOW + timedelta(hours=1),
    closes_at=NOW + timedelta(minutes=58),
)
DEAL = DealShown(GOODS, DealStatus.RUNNING, "¥24.90", 3)
LIVE = LiveShown(replace(GOODS, title="苹果直播", solo_price=None), LiveStatus.SCHEDULED, NOW + timedelta(hours=1))
PAGE = LandingPage(
    url="https://shop.example/s/SABCDEFGH23",
    now=NOW,
    shows=GROUP,
    inviter=Person("小*明", f"{PICTURES}/ming.png"),
    open_url="https://link.example/AbCd",
    code_picture_url="https://shop.example/s/SABCDEFGH23/code.png",
    poster_url="https://shop.example/s/SABCDEFGH23/poster.png",
)
LADDER = (Rung(2, "¥29.90"), Rung(5, "¥24.90"), Rung(9, "¥19.90"))

STATES: dict[str, LandingPage] = {
    **{
        f"group {status}": replace(PAGE, shows=replace(GROUP, status=status, reason=reason))
        for status in GroupStatus
        for reason in ([None] if status is not GroupStatus.FAILING else list(GroupFailure))
    },
    "refunding": replace(
        PAGE, shows=replace(GROUP, status=GroupStatus.FAILING, reason=GroupFailure.RISK, refunds=Refunds(1, 2))
    ),
    "assisted": replace(PAGE, shows=replace(GROUP, status=GroupStatus.COMPLETED, assisted=True)),
    "held": replace(PAGE, shows=replace(GROUP, seats_held=1, seats_left=1)),
    "all held": replace(PAGE, shows=replace(GROUP, seats_held=2, seats_left=0)),
    "closing": replace(PAGE, now=NOW + timedelta(minutes=58)),
    "over": replace(PAGE, now=NOW + timedelta(hours=1)),
    "ladder": replace(PAGE, shows=replace(GROUP, size=9, seats_left=8, ladder=LADDER)),
    **{f"deal {status}": replace(PAGE, shows=replace(DEAL, status=status)) for status in DealStatus},
    "deal starts": replace(PAGE, shows=replace(DEAL, status=DealStatus.SCHEDULED, starts_at=NOW)),
    **{f"live {status}": replace(PAGE, shows=replace(LIVE, status=status)) for status in LiveStatus},
    "live late": replace(PAGE, shows=replace(LIVE, starts_at=NOW)),
    **{f"thing {kind}": replace(PAGE, shows=ThingShown(GOODS, kind)) for kind in ThingKind},
    **{f"nothing {why}": replace(PAGE, inviter=None, shows=NothingShown(why)) for why in WhyNothing},
    "bare": replace(
        PAGE,
        inviter=Person("A*n"),
        open_url=None,
        code_picture_url=None,
        poster_url=None,
        shows=ThingShown(Goods("x", "y", None), ThingKind.POST),
    ),
}

each_state = pytest.mark.parametrize("page", STATES.values(), ids=STATES.keys())
each_locale = pytest.mark.parametrize("locale", LOCALES)


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.inside: dict[str, str] = {"script": "", "style": "", "title": "", "h2": "", "strong": ""}
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag = self._open[-1] if self._open else ""
        if tag in self.inside:
            self.inside[tag] += data
        if tag not in {"script", "style"}:
            self.text += data

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get(name))]

    def meta(self, name: str) -> str | None:
        for tag, attributes in self.tags:
            if tag == "meta" and name in {attributes.get("property"), attributes.get("name")}:
                return attributes["content"]
        return None

    def count(self, tag: str, css: str) -> int:
        return sum(name == tag and attributes.get("class") == css for name, attributes in self.tags)


def seen(page: LandingPage, locale: str = "zh-CN") -> Seen:
    return Seen(render(page, locale))


def headline(page: LandingPage, locale: str = "en") -> str:
    return seen(page, locale).inside["h2"]


def group(**changes: object) -> LandingPage:
    return replace(PAGE, shows=replace(GROUP, **changes))  # type: ignore[arg-type] # a test's own values


def test_both_languages_have_the_same_words() -> None:
    chinese, english = (set(words) for words in WORDS.values())
    assert {key for key in chinese ^ english if not key.endswith("_one")} == set()


@each_locale
@each_state
def test_every_state_is_said_in_full(page: LandingPage, locale: str) -> None:
    text = seen(page, locale).text
    assert text.strip()
    assert not set("{}") & set(text)
    assert "None" not in text


@each_state
def test_an_english_page_has_no_chinese_words_of_ours(page: LandingPage) -> None:
    shown = page if isinstance(page.shows, NothingShown) else replace(page, shop_name="Shop")
    plain = replace(shown, shop_name="Shop", inviter=None)
    if not isinstance(plain.shows, NothingShown):
        plain = replace(plain, shows=replace(plain.shows, goods=Goods("Apple", "Sweet.", None, "¥35.90")))
    if isinstance(plain.shows, GroupShown):
        plain = replace(plain, shows=replace(plain.shows, members=()))
    text = seen(plain, "en").text.replace("中文", "")
    assert [letter for letter in text if "\u4e00" <= letter <= "\u9fff"] == []


@each_locale
@each_state
def test_no_page_speaks_of_reward(page: LandingPage, locale: str) -> None:
    text = render(page, locale).lower()
    forbidden: tuple[str, ...] = ("reward", "commission", "cashback", "earn", "bonus", "red packet", "moments")
    forbidden += ("奖励", "奖金", "返利", "返现", "佣金", "红包", "赚", "提成", "朋友圈", "分享得", "邀请得")
    assert [word for word in forbidden if word in text] == []


@each_state
def test_a_page_loads_nothing_but_its_own_pictures(page: LandingPage) -> None:
    html = seen(page)
    allowed = {page.code_picture_url, f"{PICTURES}/apple.png", f"{PICTURES}/ming.png"}
    assert set(html.values("src")) <= allowed
    assert {tag for tag, _ in html.tags} & {"iframe", "object", "embed", "form", "base"} == set()
    loading = [a["href"] for tag, a in html.tags if tag == "link" and a["rel"] not in {"canonical", "alternate"}]
    assert all(href and href.startswith("data:") for href in loading)
    assert "url(" not in html.inside["style"]
    assert "@import" not in html.inside["style"]


@each_locale
@each_state
def test_the_content_policy_fits_the_page(page: LandingPage, locale: str) -> None:
    html, policy = seen(page, locale), headers(page, locale)["Content-Security-Policy"]
    for kind in ("script", "style"):
        digest = base64.b64encode(sha256(html.inside[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    inline = [name for _, attributes in html.tags for name in attributes if name == "style" or name[:2] == "on"]
    assert inline == []


def test_the_content_policy_admits_the_origins_of_the_pictures_and_no_others() -> None:
    policy = headers(PAGE, "en")["Content-Security-Policy"]
    assert "img-src data: 'self' https://media.example https://shop.example;" in policy


def test_a_picture_address_cannot_write_into_the_content_policy() -> None:
    goods = replace(GOODS, picture_url="https://x;script-src *;/a.png")
    assert "script-src *" not in headers(group(goods=goods), "en")["Content-Security-Policy"]


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{ 7*7 }}</title></style></script>",
    "&lt;b&gt;",
)


@each_locale
@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_stays_text(text: str, locale: str) -> None:
    goods = Goods(text, text, f"{PICTURES}/{text}", text)
    page = replace(
        group(goods=goods, members=(Person(text), Person(text, text)), price=text),
        inviter=Person(text, text),
        shop_name=text,
    )
    html, clean = seen(page, locale), seen(PAGE, locale)
    usual = Counter(tag for tag, _ in clean.tags)
    assert {tag for tag, _ in html.tags} <= set(usual)
    assert Counter(tag for tag, _ in html.tags)["script"] == usual["script"]
    assert [name for _, attributes in html.tags for name in attributes if name.startswith("on")] == []
    assert html.inside["script"] == clean.inside["script"]
    assert html.inside["title"].endswith(f" · {text}")
    assert html.meta("og:title") == f"{text} {text}"
    assert html.text.count(text) >= 6


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "", "JavaScript:x"])
def test_an_address_that_does_not_open_the_mini_app_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="opens the mini-app"):
        replace(PAGE, open_url=url)


def test_a_forming_group_says_how_many_are_missing_and_until_when() -> None:
    page = group(expires_at=datetime(2026, 11, 24, 7, 1, tzinfo=UTC))
    english, chinese = seen(page, "en"), seen(page)
    assert english.inside["h2"] == "2 seats left"
    assert "ends 2026-11-24 15:01 (Beijing time)" in english.text
    assert chinese.inside["h2"] == "还差 2 人成团"
    assert "2026-11-24 15:01 截止（北京时间）" in chinese.text
    assert (chinese.count("li", "taken"), chinese.count("li", "free")) == (1, 2)
    assert "去小程序参团" in chinese.text


def test_one_seat_left_is_said_in_the_singular() -> None:
    assert headline(group(seats_taken=2, seats_left=1)) == "1 seat left"


def test_a_held_seat_is_neither_free_nor_taken() -> None:
    html = seen(group(size=4, seats_held=1, seats_left=2))
    assert [html.count("li", css) for css in ("taken", "held", "free")] == [1, 1, 2]
    assert "还剩 2 个名额，1 人正在付款" in html.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seats_held": 2, "seats_left": 0}, "All seats are held"),
        ({"closes_at": NOW}, "Closing: nobody else can join"),
        ({"expires_at": NOW, "closes_at": NOW}, "Time is up: being decided"),
    ],
)
def test_a_group_that_cannot_be_joined_now_says_why_and_does_not_ask_to_join(
    changes: dict[str, object], said: str
) -> None:
    html = seen(group(**changes), "en")
    assert html.inside["h2"] == said
    assert "Join in the mini-app" not in html.text


@pytest.mark.parametrize(
    ("taken", "said"), [(1, "8 seats left"), (2, "3 more people for ¥24.90"), (8, "1 more person for ¥19.90")]
)
def test_a_ladder_says_how_far_the_next_price_is(taken: int, said: str) -> None:
    assert headline(group(size=9, seats_taken=taken, seats_left=9 - taken, ladder=LADDER)) == said


def test_a_ladder_below_its_first_rung_asks_for_that_rung_only() -> None:
    assert headline(group(size=9, seats_left=8, ladder=LADDER), "zh-CN") == "还差 1 人成团"


def test_an_assisted_group_says_so_and_shows_no_invented_member() -> None:
    html = seen(group(status=GroupStatus.COMPLETED, assisted=True), "en")
    assert html.inside["h2"] == "It ships anyway, at the group price"
    assert (html.count("li", "taken"), html.count("li", "free")) == (1, 0)


def test_a_failing_group_says_why_and_how_far_its_refunds_are() -> None:
    html = seen(group(status=GroupStatus.FAILING, reason=GroupFailure.EXPIRED, refunds=Refunds(1, 2)), "en")
    assert "Time ran out before every seat was taken." in html.text
    assert "1 of 2 refunds done" in html.text
    assert ("progress", {"value": "1", "max": "2"}) in html.tags


@pytest.mark.parametrize("status", [GroupStatus.COMPLETED, GroupStatus.CANCELLED, GroupStatus.FAILING])
@pytest.mark.parametrize(
    ("deal_runs", "action"), [(True, "Open a group in the mini-app"), (False, "Open the mini-app")]
)
def test_a_group_that_is_over_asks_for_another_only_where_the_deal_still_runs(
    status: GroupStatus, deal_runs: bool, action: str
) -> None:
    html = seen(replace(group(status=status, deal_runs=deal_runs), open_url=None), "en")
    assert html.inside["strong"] == f"¥24.90{action}"


def test_a_large_group_shows_ten_seats_and_a_bar() -> None:
    members = tuple(Person(f"王*{i}") for i in range(40))
    html = seen(group(size=100, seats_taken=40, seats_left=60, members=members))
    assert html.count("li", "taken") == 10
    assert ("progress", {"value": "40", "max": "100"}) in html.tags


@pytest.mark.parametrize("status", GroupStatus)
def test_only_a_page_that_may_change_loads_itself_again(status: GroupStatus) -> None:
    moving = status in {GroupStatus.PENDING, GroupStatus.FORMING, GroupStatus.FAILING}
    html = seen(group(status=status))
    assert ("meta", {"http-equiv": "refresh", "content": "30"}) in html.tags or not moving
    assert (html.values("http-equiv") == ["refresh"]) == moving
    assert (html.values("data-moving") == ["5000"]) == moving


@pytest.mark.parametrize(
    ("status", "said", "moves"),
    [
        (LiveStatus.SCHEDULED, "Going live soon", True),
        (LiveStatus.LIVE, "Live now", True),
        (LiveStatus.PAUSED, "Live, paused for a moment", True),
        (LiveStatus.ENDED, "The live room has ended", False),
        (LiveStatus.REPLAY, "Watch the replay", False),
    ],
)
def test_a_live_room_says_how_it_stands_and_loads_itself_again_while_that_may_change(
    status: LiveStatus, said: str, moves: bool
) -> None:
    html = seen(replace(PAGE, shows=replace(LIVE, status=status)), "en")
    assert html.inside["h2"] == said
    assert (html.values("data-moving") == ["5000"]) == moves


def test_a_live_room_that_is_announced_says_when_it_starts_and_counts_down_until_then() -> None:
    announced, late = (seen(replace(PAGE, shows=replace(LIVE, starts_at=at))) for at in (LIVE.starts_at, NOW))
    assert "2026-11-24 15:01 开始（北京时间）" in announced.text
    assert announced.values("data-ends") == [str(int(LIVE.starts_at.timestamp() * 1000))]
    assert "2026-11-24 14:01 开始（北京时间）" in late.text
    assert late.values("data-ends") == []


def test_what_has_no_picture_leaves_no_empty_frame() -> None:
    assert seen(PAGE).count("div", "picture") == 1
    assert seen(replace(PAGE, shows=replace(LIVE, goods=replace(GOODS, picture_url=None)))).count("div", "picture") == 0


def test_a_page_without_a_link_to_the_mini_app_leads_there_by_its_code() -> None:
    html = seen(replace(PAGE, open_url=None))
    assert html.count("a", "button open") == 0
    assert PAGE.code_picture_url in html.values("src")
    assert "去小程序参团" in html.text


def test_a_messenger_finds_title_price_and_picture() -> None:
    html = seen(PAGE, "en")
    assert html.meta("og:title") == "红富士苹果 ¥24.90"
    assert html.meta("og:description") == "2 seats left · ¥35.90 alone"
    assert html.meta("og:image") == f"{PICTURES}/apple.png"
    assert html.meta("og:url") == PAGE.url
    assert html.meta("og:locale") == "en_US"
    assert html.meta("robots") == "noindex"


def test_each_language_points_to_the_other_and_both_to_one_address() -> None:
    page = replace(PAGE, url="https://shop.example/s/SABCDEFGH23?lang=en")
    links = {a.get("hreflang") or a["rel"]: a["href"] for tag, a in seen(page).tags if tag == "link"}
    assert links["canonical"] == page.url
    assert links["en"] == "https://shop.example/s/SABCDEFGH23?lang=en"
    assert links["zh-CN"] == "https://shop.example/s/SABCDEFGH23?lang=zh-CN"


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh-CN", "zh-CN"), ("en", "en"), ("en-GB", "en"), ("EN_us", "en"), ("zh-TW", "zh-CN"), ("fr", "zh-CN")],
)
def test_a_locale_is_served_in_english_or_chinese(locale: str, language: Literal["zh-CN", "en"]) -> None:
    assert ("html", {"lang": language}) in seen(PAGE, locale).tags
    assert headers(PAGE, locale)["Content-Language"] == language


@pytest.mark.parametrize(
    ("why", "code"),
    [
        (WhyNothing.NOT_FOUND, 404),
        (WhyNothing.EXPIRED, 410),
        (WhyNothing.REVOKED, 410),
        (WhyNothing.WITHDRAWN, 410),
    ],
)
def test_a_link_that_leads_nowhere_says_so_and_what_to_do(why: WhyNothing, code: int) -> None:
    page = replace(PAGE, shows=NothingShown(why), inviter=None)
    assert status_code(page) == code
    assert WORDS["en"][f"nothing_{why}_note"] in seen(page, "en").text
    assert WORDS["zh-CN"][f"nothing_{why}_note"] in seen(page).text


def test_a_page_that_shows_something_is_found_and_kept_by_no_cache() -> None:
    assert status_code(PAGE) == 200
    assert headers(PAGE, "en")["Cache-Control"] == "no-store"
