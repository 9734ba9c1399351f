"""Simulations as they come along."""

from collections.abc import AsyncIterable, Sequence
from uuid import UUID

import strawberry
from graphql import GraphQLError

from app.accounts.models import Role
from app.core import streams
from app.core.errors import TargetNotFound
from app.membership import queries
from app.membership.actions.simulating import STREAM
from app.membership.states import FINAL
from schema.context import Info
from schema.engine.streams import Frame, Stream
from schema.inputs import read_id
from schema.membership.types import PerkSimulation


@strawberry.type
class MembershipSubscription:
    """What marketers watch."""

    @strawberry.subscription(
        description="Marketers only. A state stream: the newest state of the simulation; ends when it is DONE, "
        "CANCELLED or FAILED."
    )
    async def perk_simulation_progressed(self, info: Info, id: strawberry.ID) -> AsyncIterable[PerkSimulation]:  # noqa: A002 - the API's word
        """Follow a simulation."""
        info.context.must_have(Role.MARKETER)
        simulation = read_id("simulation", id, "id")
        try:
            row = await queries.simulation(simulation or UUID(int=0))
        except TargetNotFound as error:
            raise GraphQLError("There is no such simulation.", extensions={"code": "NOT_FOUND"}) from error
        return Stream(
            topic=streams.topic(STREAM, row.id),
            kind="state",
            read=lambda after: _read(row.id, after),
            bus=streams.bus(),
        )


async def _read(simulation: UUID, after: int | None) -> Sequence[Frame[PerkSimulation]]:
    row = await queries.simulation(simulation)
    if after is not None and row.version <= after:
        return []
    return [Frame(row.version, PerkSimulation.of(row), last=row.status in FINAL)]
