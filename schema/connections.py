"""Relay connections with keyset cursors: a page stays where it is while entries come and go."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import strawberry

from schema.inputs import to_cursor

T = TypeVar("T")
R = TypeVar("R")


@strawberry.type
class PageInfo:
    """Where a page lies."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    """An entry and its place."""

    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    """A page of entries."""

    edges: list[Edge[T]]
    page_info: PageInfo


def page(
    found: Sequence[R],
    *,
    first: int,
    after: object | None,
    key: Callable[[R], tuple[object, ...]],
    node: Callable[[R], Any],
) -> Connection[Any]:
    """A page out of up to `first + 1` rows: the row too many tells that there is a next page."""
    edges = [Edge(cursor=to_cursor(*key(each)), node=node(each)) for each in found[:first]]
    return Connection(edges=edges, page_info=page_info(edges, more=len(found) > first, after=after))


def page_info(edges: Sequence[Any], *, more: bool, after: object | None) -> PageInfo:
    """The page info of these edges."""
    return PageInfo(
        has_next_page=more,
        # A page that was asked for after something has that something before it.
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
