"""What the engine asks of this house."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from graphql import GraphQLError

from app.accounts import queries, tokens
from app.accounts.errors import TokenInvalid
from app.core import streams, words
from app.core.allowance import Allowance
from app.core.log import logger
from schema import public
from schema.context import Asker, Context
from schema.engine import INTERNAL, Bus, Caller, Identity, RateLimited, Unauthenticated

log = logger("api")

_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the engine's Identity."""

    asker: Asker | None = None
    expires_at: float | None = None
    ended_topics: tuple[str, ...] = field(default=())

    @property
    def key(self) -> str | None:
        """By whom requests are counted."""
        return str(self.asker.user) if self.asker else None


_ANONYMOUS = Visitor()


def _translated(extensions: dict[str, Any], locale: str) -> dict[str, Any]:
    if "fields" not in extensions:
        return extensions
    fields = [each | {"message": words.said(locale, each["message"])} for each in extensions["fields"]]
    return extensions | {"fields": fields}


class HousePorts:
    """The engine's Ports."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance

    @property
    def bus(self) -> Bus:
        """This process's bus."""
        return streams.bus()

    async def identify(self, caller: Caller) -> Visitor:
        """Tell who is asking. A token that does not hold is refused, never taken for nobody."""
        if not caller.authorization:
            return _ANONYMOUS
        if not caller.authorization.lower().startswith(_BEARER):
            raise Unauthenticated
        try:
            claims = tokens.read(caller.authorization[len(_BEARER) :].strip())
        except TokenInvalid as error:
            raise Unauthenticated from error
        found = await queries.asker(claims)
        if found is None:
            raise Unauthenticated
        return Visitor(
            Asker(found.user, found.session, found.roles),
            claims.expires_at.timestamp(),
            (streams.topic("session", found.session),),
        )

    async def admit(self, identity: Identity, caller: Caller, cost: int) -> None:
        """Count an operation against its sender's allowance: a point, and one more for every hundred it costs."""
        wait = await self._allowance.take(identity.key or caller.address, 1 + cost // 100)
        if wait is not None:
            raise RateLimited(wait)

    def context(self, identity: Identity, caller: Caller) -> Context:
        """A fresh context for one operation."""
        asker = identity.asker if isinstance(identity, Visitor) else None
        return Context(locale=self.locale(caller), asker=asker, platform=caller.platform, address=caller.address)

    def shared_context(self, locale: str) -> Context:
        """A fresh context for a frame that several people get."""
        return Context(locale=locale, shared=True)

    def locale(self, caller: Caller) -> str:
        """The language of words for people."""
        return words.best_locale(caller.accept_language)

    def present(self, error: GraphQLError, locale: str) -> dict[str, Any]:
        """The error as clients may see it; what is none of theirs is logged under the errorId that they get."""
        if error.original_error is None or isinstance(error.original_error, GraphQLError):
            shown: dict[str, Any] = {**error.formatted}
            shown["message"] = words.said(locale, (error.original_error or error).message)
            shown["extensions"] = {"code": "BAD_USER_INPUT", **_translated(error.extensions or {}, locale)}
            if shown["extensions"]["code"] == INTERNAL:
                shown["extensions"]["errorId"] = error_id = uuid4().hex
                log.error("api.internal_error", error_id=error_id, reason=str(error.message))
            return shown
        error_id = uuid4().hex
        log.error("api.internal_error", error_id=error_id, path=error.path, exc_info=error.original_error)
        return {
            **error.formatted,
            "message": words.say(locale, "Something went wrong on our side."),
            "extensions": {"code": "INTERNAL", "errorId": error_id},
        }

    def is_public(self, type_name: str, field_name: str) -> bool:
        """Whether a field is the same for everybody."""
        return public.is_public(type_name, field_name)
