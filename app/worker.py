"""The worker process: hears facts and does what the clock starts. Any number of them may run."""

import asyncio
import contextlib
import signal

from app import wiring
from app.core.log import configure_logs, logger
from app.core.settings import Settings
from app.core.worker import run_worker

log = logger("worker")


async def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. A kill at any line loses nothing either: leases run out."""
    configure_logs(as_json=settings.env == "production")
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopping.set)
    async with wiring.running(settings):
        working = asyncio.create_task(run_worker(wiring.JOBS))
        log.info("worker.ready")
        await asyncio.wait({working, asyncio.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
