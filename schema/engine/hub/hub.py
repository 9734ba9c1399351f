"""All subscriptions of this process."""

from collections.abc import AsyncIterable
from typing import Any

from schema.engine.hub.private import PlainSubscription, PrivateSubscription
from schema.engine.hub.shared import Channel, Member
from schema.engine.hub.sharing import Sharing
from schema.engine.hub.source import Receiver, Source, Subscription
from schema.engine.operations import Operation, Operations, Visitor
from schema.engine.streams import Stream
from schema.engine.tasks import Tasks


class Hub:
    """All subscriptions of this process."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tasks = Tasks()
        self._sharing = Sharing(operations.schema, operations.ports.is_public)
        self._channels: dict[object, Channel] = {}

    @property
    def channels(self) -> int:
        """Shared executions that run now."""
        return len(self._channels)

    async def subscribe(self, operation: Operation, visitor: Visitor, receiver: Receiver) -> Subscription:
        """Start a subscription; raises `Refused` with what its resolver raised.

        Frames may reach the receiver before this returns. If it is cancelled nothing is left behind.
        """
        if not self._sharing.is_shareable(operation):
            source = self._private_source(operation, visitor)
            return await self._alone(source, await source.stream(), receiver)
        return await self._together(operation, visitor.locale, receiver)

    async def close(self) -> None:
        """End every task; sockets are told by the endpoint, before."""
        for channel in tuple(self._channels.values()):
            channel.close()
        await self._tasks.finish()

    async def _together(self, operation: Operation, locale: str, receiver: Receiver) -> Subscription:
        source = self._shared_source(operation, locale)
        stream: AsyncIterable[Any] | None = None
        if self._sharing.resume_argument(operation) is None:
            stream = await source.stream()
            if not isinstance(stream, Stream):
                return await self._alone(source, stream, receiver)
            self._sharing.learn(operation, stream.resume_argument)
        channel = self._channel(source)
        member = Member(channel, receiver)
        with channel.expecting():
            await channel.started()
            if self._sharing.has_cursor(operation):
                stream = stream or await source.stream()
            if isinstance(stream, Stream) and stream.after is not None:
                await channel.catch_up(member, source, stream)
            else:
                await channel.join(member)
        return member

    async def _alone(self, source: Source, stream: AsyncIterable[Any], receiver: Receiver) -> Subscription:
        if not isinstance(stream, Stream):
            return PlainSubscription(source, stream, receiver, self._tasks)
        subscription = PrivateSubscription(source, stream, receiver, self._tasks)
        try:
            await subscription.start()
        except BaseException:
            subscription.cancel()
            raise
        return subscription

    def _channel(self, source: Source) -> Channel:
        key = self._sharing.key(source.operation, source.locale)
        channel = self._channels.get(key)
        if channel is None:
            channel = Channel(source, self._tasks, on_closed=lambda: self._forget(key))
            self._channels[key] = channel
        return channel

    def _forget(self, key: object) -> None:
        del self._channels[key]

    def _private_source(self, operation: Operation, visitor: Visitor) -> Source:
        ports = self._operations.ports
        return Source(
            operations=self._operations,
            operation=operation,
            locale=visitor.locale,
            context=lambda: ports.context(visitor.identity, visitor.caller),
        )

    def _shared_source(self, operation: Operation, locale: str) -> Source:
        return Source(
            operations=self._operations,
            operation=operation,
            locale=locale,
            context=lambda: self._operations.ports.shared_context(locale),
        )
