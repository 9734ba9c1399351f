"""Everything about the engine that can be set, with safe defaults for the open internet."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """Limits and switches. The defaults suit production; development turns the first four on or off."""

    #: Whether `__schema` and `__type` may be asked.
    introspection: bool = False
    #: Whether error messages say "Did you mean ...", which gives names of the schema away.
    suggestions: bool = False
    #: Whether a browser's GET shows the explorer.
    explorer: bool = False
    #: Whether only registered documents run; every other text is refused.
    trusted_only: bool = False

    #: Largest request body in bytes; also the longest query string of a GET.
    body_bytes: int = 256 * 1024
    #: Seconds within which a request body must have arrived.
    body_seconds: float = 10.0
    #: Seconds that one query, mutation or subscription start may take.
    operation_seconds: float = 15.0
    #: Longest document in characters.
    document_characters: int = 64 * 1024
    #: Most lexical tokens in a document; comments are free.
    tokens: int = 2_000
    #: Deepest nesting of fields; introspection has a limit of its own in the validation rules.
    depth: int = 15
    #: Most fields of an operation once its fragments are unfolded. Validation takes quadratic time in them:
    #: 500 that all have to be merged take a tenth of a second.
    fields: int = 500
    #: Most fields at the root of an operation.
    root_fields: int = 20
    #: Most aliases of an operation.
    aliases: int = 50
    #: Most directives of an operation.
    directives: int = 50
    #: Highest price of an operation: objects that it could fetch, by page sizes.
    cost: int = 5_000
    #: Objects assumed in a list that has no page size.
    assumed_list: int = 10
    #: What a document that could not be prepared costs its sender.
    refused_cost: int = 10

    #: Prepared documents kept; the least recently used goes first. Registered ones are kept on top of that.
    cached_documents: int = 1_000
    #: Characters of all kept documents together; each holds 100 to 300 bytes of memory once prepared.
    cached_characters: int = 500_000

    #: Seconds that a new socket may wait before `connection_init`.
    init_seconds: float = 10.0
    #: Largest message on a socket in bytes; give the server (uvicorn's `ws_max_size`) the same number.
    frame_bytes: int = 256 * 1024
    #: Operations running at once on one socket.
    operations_per_socket: int = 100
    #: Sockets and event streams of one identity, and of one address, on this process.
    sockets_per_identity: int = 20
    sockets_per_address: int = 1_000
    #: What opening a socket costs at `Ports.admit`.
    socket_cost: int = 10
    #: Messages and characters that wait for a slow socket before it is closed with 4408.
    queue_frames: int = 256
    queue_characters: int = 1024 * 1024
    #: Seconds that a socket may take no message at all before it is closed with 4408.
    slow_seconds: float = 15.0
    #: Seconds between comments that keep an event stream's connection open.
    keep_alive_seconds: float = 12.0

    #: First and longest pause in seconds between attempts to read a stream or to answer one of its frames.
    retry_seconds: float = 0.1
    retry_seconds_at_most: float = 5.0
    #: Seconds of attempts on one frame that fails inside before it is sent with its errors.
    frame_patience_seconds: float = 30.0
    #: Answered frames that a shared subscription keeps for those who come back.
    kept_frames: int = 100

    #: Seconds that requests in flight have once the server is going down.
    drain_seconds: float = 20.0
