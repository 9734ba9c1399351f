"""Runs subscriptions, on any transport.

Source      a subscription operation, its stream, and how a frame becomes text (`source`).
Pump        reads a stream whenever the bus wakes it (`pump`).
Channel     one execution for all who get the same (`shared`); who those are is decided in `sharing`.
Receiver    a client's end; the endpoint has one for each transport.
"""

from schema.engine.hub.hub import Hub as Hub
from schema.engine.hub.source import Errors as Errors
from schema.engine.hub.source import Receiver as Receiver
from schema.engine.hub.source import Subscription as Subscription
