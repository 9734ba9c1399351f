"""How GraphQL operations run: documents, limits, execution, subscriptions and the endpoint.

It stands alone: it knows a `graphql.GraphQLSchema` and what `Ports` tells it, and nothing else of Pintuan.

Engine      everything together; its `routes()` are the endpoint.
Ports       what it asks of the house: who is this, may she, what is the context, how is an error put.
Stream      what a subscription resolver returns; it is read, and woken by the bus.
Document    parsed, bounded, validated and priced once (`documents`, `limits`), then remembered.
Operation   a document's operation with its variables, on its way to an answer (`operations`).
Hub         runs subscriptions; those that get the same share one execution (`hub`).
"""

from schema.engine.engine import Engine as Engine
from schema.engine.errors import INTERNAL as INTERNAL
from schema.engine.errors import BadInput as BadInput
from schema.engine.errors import RateLimited as RateLimited
from schema.engine.errors import Refused as Refused
from schema.engine.errors import Unauthenticated as Unauthenticated
from schema.engine.explorer import Example as Example
from schema.engine.ports import Bus as Bus
from schema.engine.ports import Caller as Caller
from schema.engine.ports import Identity as Identity
from schema.engine.ports import Ports as Ports
from schema.engine.ports import Unsubscribe as Unsubscribe
from schema.engine.settings import EngineSettings as EngineSettings
from schema.engine.streams import Frame as Frame
from schema.engine.streams import Stream as Stream
