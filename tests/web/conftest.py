"""A shop of doors, without a network."""

from collections.abc import Sequence

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute


def asking(routes: Sequence[BaseRoute], middleware: Sequence[Middleware] = ()) -> httpx2.AsyncClient:
    """Somebody who asks at these doors."""
    shop = Starlette(routes=list(routes), middleware=list(middleware))
    # What an application raises is answered with 500 by the server around it, as it is here.
    transport = httpx2.ASGITransport(shop, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://shop.test")
