"""Joining the rooms: who answers which port, who hears which fact, what the clock starts.

Rooms do not know each other beyond what stands below them; this is the one place that knows them all. Servers,
workers and commands join the rooms the same way.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache, partial
from pathlib import Path

from app import keeping
from app.accounts import jobs as accounts_jobs
from app.accounts import ports as accounts_ports
from app.accounts import queries as accounts
from app.after_sale import audit as after_sale_audit
from app.after_sale import reactions as after_sale_reactions
from app.catalog import jobs as catalog_jobs
from app.catalog import ports as catalog_ports
from app.checkout import audit as checkout_audit
from app.checkout import flows as checkout_flows
from app.checkout import jobs as checkout_jobs
from app.checkout import ports as checkout
from app.checkout.actions.paying import SoloSale
from app.community import ports as community_ports
from app.community import queries as community
from app.community import reactions as community_reactions
from app.community import rules as community_rules
from app.community.actions import commenting, posting
from app.community.actions.moderating import ModeratedComment, ModeratedPost
from app.core import db, idempotency, outbox, streams
from app.core.allowance import Allowance
from app.core.audit import Check
from app.core.bus import Bus, InProcessBus, RedisBus
from app.core.settings import Settings
from app.core.worker import Job
from app.feed import jobs as feed_jobs
from app.group_buying import audit as group_buying_audit
from app.group_buying import flows as group_buying_flows
from app.group_buying import jobs as group_buying_jobs
from app.group_buying import queries as group_buying
from app.group_buying.actions.change import STREAM as GROUP_STREAM
from app.group_buying.actions.paying import SeatPurchase
from app.live import jobs as live_jobs
from app.live import ports as live_ports
from app.live import queries as live
from app.live import reactions as live_reactions
from app.live.actions.change import STREAM as LIVE_STREAM
from app.live.actions.moderating import ModeratedDanmaku
from app.live.actions.talking import KIND as DANMAKU
from app.media import jobs as media_jobs
from app.media import store
from app.membership import audit as membership_audit
from app.membership import jobs as membership_jobs
from app.membership import ports as membership_ports
from app.membership import queries as membership
from app.membership import reactions as membership_reactions
from app.membership.actions.simulating import STREAM as SIMULATION_STREAM
from app.moderation import ports as moderation
from app.notifications import jobs as notifications_jobs
from app.notifications import queries as notifications
from app.notifications import reactions as notifications_reactions
from app.orders import audit as orders_audit
from app.orders import jobs as orders_jobs
from app.payments import audit as payments_audit
from app.payments import jobs as payments_jobs
from app.payments import ports as payments
from app.payments.models import Purpose
from app.personal import actions as personal_actions
from app.personal import jobs as personal_jobs
from app.personal import reactions as personal_reactions
from app.pricing import rules as pricing
from app.stories import audit as stories_audit
from app.stories import jobs as stories_jobs
from app.stories.actions.change import KIND as STORY
from app.stories.ports import ModeratedStory
from app.wechat import current
from app.wechat.client import MiniProgram
from app.wechat.config import WeChatConfig
from app.wechat.pay import WeChatPay
from app.wechat.sandbox import sandbox_config
from app.wechat.token_store import DatabaseTokenStore
from schema.engine import Engine, EngineSettings, Example
from schema.ports import HousePorts
from schema.root import SCHEMA
from schema.trusted import living_documents, own_documents, trusted_documents
from share import audit as share_audit
from share import jobs as share_jobs
from share import reactions as share_reactions
from share import targets, things, touches

#: Path of the door that WeChat Pay's notifications come through.
NOTIFY_PATH = "/wechat/pay/notify"
#: Where the sandbox is mounted when it lives in the server process.
SANDBOX_PATH = "/wechat-sandbox"

_A_DAY = 86_400

JOBS: list[Job] = [
    *group_buying_jobs.JOBS,
    *checkout_jobs.JOBS,
    *payments_jobs.JOBS,
    *membership_jobs.JOBS,
    *orders_jobs.JOBS,
    *stories_jobs.JOBS,
    *live_jobs.JOBS,
    *notifications_jobs.JOBS,
    *catalog_jobs.JOBS,
    *media_jobs.JOBS,
    *personal_jobs.JOBS,
    *accounts_jobs.JOBS,
    *share_jobs.JOBS,
    Job("core.forget_old_facts", outbox.forget_old, every_seconds=_A_DAY),
    *feed_jobs.JOBS,
    Job("core.forget_old_keys", idempotency.forget_old, every_seconds=_A_DAY),
]

CHECKS: list[Check] = [
    *payments_audit.CHECKS,
    *orders_audit.CHECKS,
    *after_sale_audit.CHECKS,
    *membership_audit.CHECKS,
    *checkout_audit.CHECKS,
    *group_buying_audit.CHECKS,
    *stories_audit.CHECKS,
    *share_audit.CHECKS,
]


@cache
def join_rooms() -> None:
    """Join the rooms of this process; a repeat changes nothing."""
    catalog_ports.register(group_buying.dearest_in_groups)
    membership_ports.register(pricing.saving_fen)
    payments.register(Purpose.GROUP_SEAT, SeatPurchase())
    payments.register(Purpose.SOLO, SoloSale())
    checkout.register(Purpose.GROUP_SEAT, group_buying_flows)
    checkout.register(Purpose.SOLO, checkout_flows)
    accounts_ports.register(touches.join_visitor)
    for reactions in (
        after_sale_reactions.REACTIONS,
        community_reactions.REACTIONS,
        live_reactions.REACTIONS,
        membership_reactions.REACTIONS,
        notifications_reactions.REACTIONS,
        personal_reactions.REACTIONS,
        share_reactions.REACTIONS,
    ):
        outbox.register(reactions)
    streams.register(GROUP_STREAM, group_buying.heads)
    streams.register(LIVE_STREAM, live.heads)
    streams.register("inbox", notifications.heads)
    streams.register(SIMULATION_STREAM, membership.simulation_heads)
    streams.register("session", accounts.session_heads)
    moderation.register(STORY, ModeratedStory())
    moderation.register(DANMAKU, ModeratedDanmaku())
    moderation.register(posting.KIND, ModeratedPost())
    moderation.register(commenting.KIND, ModeratedComment())
    live_ports.register("community", community.followers)
    for kind in {*community_rules.ATTACHED, *community_rules.REACTED}:
        community_ports.register(kind, partial(targets.is_there, kind))
    moderation.register(personal_actions.USER, personal_reactions.Nickname())
    keeping.join()
    for kind, reader in things.READERS.items():
        targets.register(kind, reader)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """Bind this process to its database, its bus and WeChat, with the rooms joined."""
    join_rooms()
    store.open_now()
    async with AsyncExitStack() as stack:
        await db.start(settings)
        stack.push_async_callback(db.stop)
        bus = _bus(settings)
        streams.use_bus(bus)
        await bus.start()
        stack.push_async_callback(bus.stop)
        config = wechat_config(settings)
        mini_program = await stack.enter_async_context(MiniProgram(config, DatabaseTokenStore(config.app_id)))
        pay = await stack.enter_async_context(WeChatPay(config))
        current.use(mini_program, pay)
        yield


def _bus(settings: Settings) -> Bus:
    return RedisBus(settings.redis_url, settings.redis_prefix) if settings.redis_url else InProcessBus()


def create_engine(settings: Settings, allowance: Allowance, examples: Sequence[Example] = ()) -> Engine:
    """The GraphQL engine for these settings, with these operations to try in its explorer."""
    production = settings.env == "production"
    schema = SCHEMA._schema  # noqa: SLF001 - the engine runs graphql-core's schema, which Strawberry keeps there
    return Engine(
        schema,
        HousePorts(allowance),
        EngineSettings(
            introspection=not production,
            suggestions=not production,
            explorer=not production,
            trusted_only=production,
            # Longer than a call to WeChat is tried for: the answer must still name the order whose seat is held.
            operation_seconds=30.0,
        ),
        {
            **(living_documents(schema) if production else trusted_documents()),
            **own_documents(schema, settings.documents_dir),
        },
        examples,
    )


def wechat_config(settings: Settings) -> WeChatConfig:
    """Where WeChat is and how we prove who we are there; with the sandbox only addresses and keys differ."""
    notify_url = (settings.wechat_notify_origin or settings.public_origin).rstrip("/") + NOTIFY_PATH
    if settings.wechat_sandbox:
        origin = settings.wechat_sandbox_origin or settings.public_origin.rstrip("/") + SANDBOX_PATH
        return sandbox_config(settings.sandbox_dir, origin, notify_url)
    return WeChatConfig(
        api_origin=settings.wechat_api_origin,
        pay_origin=settings.wechat_pay_origin,
        app_id=settings.wechat_app_id,
        app_secret=settings.wechat_app_secret.get_secret_value(),
        mch_id=settings.wechat_mch_id,
        merchant_serial=settings.wechat_merchant_serial,
        merchant_private_key=_text_of(settings.wechat_merchant_key_file, "PINTUAN_WECHAT_MERCHANT_KEY_FILE"),
        api_v3_key=settings.wechat_api_v3_key.get_secret_value(),
        pay_public_key_id=settings.wechat_pay_public_key_id or None,
        pay_public_key=_text_of(settings.wechat_pay_public_key_file, "PINTUAN_WECHAT_PAY_PUBLIC_KEY_FILE")
        if settings.wechat_pay_public_key_id
        else None,
        notify_url=notify_url,
        push_token=settings.wechat_push_token.get_secret_value(),
        push_aes_key=settings.wechat_push_aes_key.get_secret_value(),
    )


def _text_of(file: Path | None, name: str) -> str:
    if file is None:
        raise RuntimeError(f"{name} is required without the sandbox")
    return file.read_text()
