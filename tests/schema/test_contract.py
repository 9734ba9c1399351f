"""The contract: every document is valid, the living ones from ALIVE.md run, the codes are those of ERRORS.md."""

import hashlib
import re
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate

from app import wiring
from app.core.errors import DomainError
from app.core.settings import settings
from schema.engine import Engine, EngineSettings
from schema.ports import HousePorts
from schema.root import SCHEMA, sdl
from schema.trusted import living_documents, operations, trusted_documents
from tests.conftest import Api, WeChat

_SCHEMA = Path(__file__).parents[2] / "schema"

#: Documents of the main job, as documents/ALIVE.md lists them.
NOT_YET = {"BuyNow", "Quote", "MyReferrals", "MyRewards", "WhyThisReward"}
FILES = ["sign_in", "session", "deals", "deal_page", "checkout", "group_page", "group_changed", "notifications",
         "share", "node"]  # fmt: skip
OF_PROFILE = ["SaveAddress", "DeleteAddress", "MyAddresses"]


def _alive() -> list[str]:
    named = [
        definition.name.value
        for file in FILES
        for definition in parse((_SCHEMA / "documents" / f"{file}.graphql").read_text()).definitions
        if isinstance(definition, OperationDefinitionNode) and definition.name
    ]
    return [name for name in named if name not in NOT_YET] + OF_PROFILE


#: Of the rooms that came after the main job, in the order in which they came to life.
OF_LIVE = ["LiveRooms", "LiveRoomPage", "RemindMeOfLive", "ScheduleLive", "StartLive", "EndLive", "ExplainProduct",
           "LiveStarted", "SendDanmaku", "SendLikes", "ClaimRedPacket", "EnterLottery", "LiveRoomEvents"]  # fmt: skip

OF_COMMUNITY = [
    "CommunityFeed", "MyFeed", "Report", "Communities", "PostPage", "JoinCommunity", "CreatePost",
    "React", "RemoveReaction", "Comment", "LeaveCommunity", "Follow",
]  # fmt: skip

OF_STORIES = [
    "Stories", "StoryPage", "SubmitStory", "StoryConsentWording", "MyConsentRequests", "EditStory", "WriteStory",
    "RequestStoryConsent", "AnswerStoryConsent", "ReviewStory", "WithdrawStoryConsent",
]  # fmt: skip

OF_CHECKOUT = ["BuyNow", "Quote"]

OF_MEMBERSHIP = [
    "MyMembership", "Tiers", "DraftPerkPlan", "SimulatePerkPlan", "PerkSimulationById", "PerkSimulationProgressed",
    "CancelPerkSimulation", "ActivatePerkPlan", "RollBackPerkPlan",
]  # fmt: skip

OF_PERSONAL = [
    "CreateUpload", "UpdateProfile", "BindPhone", "UpdateSettings", "ExportMyData", "DeleteAccount",
    "CancelAccountDeletion",
]  # fmt: skip

OF_SHARE = ["MyReferrals", "MyRewards", "WhyThisReward"]

ALIVE = _alive() + OF_CHECKOUT + OF_MEMBERSHIP + OF_LIVE + OF_COMMUNITY + OF_STORIES + OF_PERSONAL + OF_SHARE


def test_the_exported_schema_is_the_code_s() -> None:
    assert (_SCHEMA / "schema.graphql").read_text() == sdl(), "run `make schema`"


@pytest.mark.parametrize("name", ALIVE)
def test_a_living_document_is_valid_under_the_exported_schema(name: str) -> None:
    exported = build_schema((_SCHEMA / "schema.graphql").read_text())
    assert validate(exported, parse(operations()[name])) == []


def test_alive_names_what_the_table_names() -> None:
    table = (_SCHEMA / "documents" / "ALIVE.md").read_text()
    line = next(line for line in table.splitlines() if line.startswith("| the main job"))
    for file in FILES:
        assert file in line
    for name in (*NOT_YET, *OF_PROFILE):
        assert name in line


def _codes_of(area: str) -> set[str]:
    rows = re.findall(r"^\| ([^|]+) \| (.+) \|$", (_SCHEMA / "ERRORS.md").read_text(), re.MULTILINE)
    return {code for name, codes in rows if name.strip().startswith(area) for code in re.findall(r"`([A-Z_]+)`", codes)}


def _all_refusals(base: type[DomainError] = DomainError) -> set[str]:
    codes = set()
    for child in base.__subclasses__():
        codes |= {child.code} | _all_refusals(child)
    return codes


def test_every_refusal_stands_in_the_table_of_codes() -> None:
    wiring.join_rooms()
    assert {code for code in _all_refusals() if code != "BELL_RANG"} <= _codes_of("")


@pytest.mark.parametrize(
    "area", ["sign-in", "any mutation", "anything", "deal", "group", "order", "shipping", "after-sale", "share"]
)
def test_every_code_of_a_living_area_has_its_refusal(area: str) -> None:
    wiring.join_rooms()
    assert _codes_of(area) <= _all_refusals()


async def test_production_runs_trusted_documents_and_nothing_else(api: Api, wechat: WeChat) -> None:
    del wechat
    ports = api.engine._operations.ports
    assert isinstance(ports, HousePorts)
    strict = Engine(SCHEMA._schema, ports, EngineSettings(trusted_only=True), trusted_documents())
    known = next(name for name, text in trusted_documents().items() if text == operations()["Deals"])
    answer = await strict.execute(None, {"first": 1}, extensions={"persistedQuery": {"sha256Hash": known}})
    assert answer["data"]["deals"]["edges"] == []
    refused = await strict.execute("{ __typename }")
    assert refused["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


def test_production_registers_what_is_alive_and_nothing_that_it_could_not_run() -> None:
    registered = set(living_documents(SCHEMA._schema).values())
    assert set(ALIVE) <= {name for name, text in operations().items() if text in registered}
    exported = build_schema((_SCHEMA / "schema.graphql").read_text())
    assert [text for text in registered if validate(exported, parse(text))] == []


def test_a_document_is_named_as_the_readme_of_the_documents_says() -> None:
    name = hashlib.sha256(operations()["CancelOrder"].encode()).hexdigest()
    readme = (_SCHEMA / "documents" / "README.md").read_text()
    assert name in readme
    assert living_documents(SCHEMA._schema)[name] == operations()["CancelOrder"]


async def test_living_trusted_documents_fit_the_limits(api: Api) -> None:
    faults = api.engine.faults_of_trusted_documents()
    texts = trusted_documents()
    living = {operations()[name] for name in ALIVE}
    assert [texts[name] for name in faults if texts[name] in living] == []
    assert settings().env == "development"
