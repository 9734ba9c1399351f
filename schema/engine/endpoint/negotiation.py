"""Which media type a request is answered in."""

from collections.abc import Iterator

from schema.engine.errors import Malformed

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"

#: What a wildcard stands for.
_WILDCARDS = {"*/*": JSON, "application/*": JSON, "text/*": EVENT_STREAM}


def media_type(accept: str | None) -> str | None:
    """The best type that the client accepts, or None; without an Accept header it is `application/json`."""
    if accept is None or not accept.strip():
        return JSON
    best, best_weight = None, 0.0
    for name, weight in _ranges(accept):
        known = _WILDCARDS.get(name, name)
        if known in {JSON, GRAPHQL_RESPONSE, EVENT_STREAM} and weight > best_weight:
            best, best_weight = known, weight
    return best


def acceptable(media: str | None) -> str:
    """The type, if there is one; raises `Malformed`."""
    if media is None:
        raise Malformed("Accept application/graphql-response+json, application/json or text/event-stream.", 406)
    return media


def wants_html(accept: str | None) -> bool:
    """Whether a browser asks for a page."""
    return accept is not None and any(name == HTML and weight > 0 for name, weight in _ranges(accept))


def is_json(content_type: str | None) -> bool:
    """Whether a request body of this type is JSON in UTF-8."""
    name, parameters = _parsed(content_type or "")
    return name == JSON and parameters.get("charset", "utf-8") in {"utf-8", "utf8"}


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """The media ranges with their weights, as listed; those in another charset than UTF-8 are left out."""
    for part in accept.split(","):
        name, parameters = _parsed(part)
        if parameters.get("charset", "utf-8") not in {"utf-8", "utf8"}:
            continue
        try:
            yield name, min(float(parameters.get("q", "1")), 1.0)
        except ValueError:
            continue


def _parsed(value: str) -> tuple[str, dict[str, str]]:
    name, *parts = value.split(";")
    parameters = {}
    for part in parts:
        key, _, text = part.partition("=")
        parameters[key.strip().lower()] = text.strip().strip('"').lower()
    return name.strip().lower(), parameters
