"""One HTTP exchange with WeChat: time-outs set, failures told as WeChatBusy."""

import logging

import httpx2

from app.wechat.errors import WeChatBusy

#: WeChat answers within 5 s or not at all; a connection stands within 3 s.
TIMEOUT = httpx2.Timeout(10.0, connect=3.0)
LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=40, keepalive_expiry=30.0)

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


def new_http(timeout: httpx2.Timeout = TIMEOUT) -> httpx2.AsyncClient:
    """A client with time-outs for talking to WeChat; whoever makes it closes it."""
    return httpx2.AsyncClient(timeout=timeout, limits=LIMITS, headers={"User-Agent": "Pintuan/1"})


async def send(http: httpx2.AsyncClient, request: httpx2.Request) -> httpx2.Response:
    """Send once. WeChatBusy where no answer came; `perhaps_done` where the request may have arrived."""
    try:
        return await http.send(request)
    except _NEVER_SENT as error:
        raise WeChatBusy(f"no connection: {type(error).__name__}", perhaps_done=False) from error
    except httpx2.TransportError as error:
        raise WeChatBusy(f"no answer: {type(error).__name__}", perhaps_done=True) from error


class _WithoutQuery(logging.Filter):
    """The HTTP client logs addresses; in WeChat's, the query holds the app secret, tokens and codes."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                arg.copy_with(query=None) if isinstance(arg, httpx2.URL) else arg for arg in record.args
            )
        return True


# For every client of this process, also those that are given to us.
logging.getLogger("httpx2").addFilter(_WithoutQuery())
