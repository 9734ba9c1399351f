"""`python -m app.wechat.sandbox --port 8787 --data DIR`: the sandbox in a process of its own."""

import argparse
import os
import sys
from pathlib import Path

import uvicorn

from app.wechat.sandbox.application import create_sandbox
from app.wechat.sandbox.guard import refusal_to_start

_SAY_IT_AGAIN = "PINTUAN_WECHAT_SANDBOX_ANYWAY"


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; 2 if it must not start here."""
    asked = _parser().parse_args(arguments)
    told = int(asked.anyway) + int(os.environ.get(_SAY_IT_AGAIN) == "yes")
    refusal = refusal_to_start(
        host=asked.host, merchant_id=os.environ.get("PINTUAN_WECHAT_MCH_ID", ""), times_told=told
    )
    if refusal:
        sys.stderr.write(f"{refusal}. To start anyway: --anyway and {_SAY_IT_AGAIN}=yes\n")
        return 2
    sandbox = create_sandbox(
        asked.data,
        pace=asked.pace,
        refund_s=asked.refund_seconds,
        push_url=asked.push_url or None,
        origin=asked.origin or f"http://127.0.0.1:{asked.port}",
    )
    uvicorn.run(sandbox, host=asked.host, port=asked.port, log_level="warning", timeout_graceful_shutdown=5)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.wechat.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8787)
    parser.add_argument("--host", default="127.0.0.1", help="loopback, unless told twice")
    parser.add_argument("--data", type=Path, required=True, help="where keys and state are kept")
    parser.add_argument("--pace", type=float, default=1.0, help="what the notification schedule is multiplied with")
    parser.add_argument("--refund-seconds", type=float, default=1.0, help="how long a refund is PROCESSING")
    parser.add_argument("--push-url", default="", help="where the message push goes")
    parser.add_argument("--origin", default="", help="what URL links begin with; this machine's loopback if not given")
    parser.add_argument("--anyway", action="store_true", help="start in spite of a refusal; must be said twice")
    return parser


if __name__ == "__main__":
    sys.exit(main())
