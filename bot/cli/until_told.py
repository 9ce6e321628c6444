"""How a process that runs for good is run, and ends."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


def run_until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run until Ctrl+C or SIGTERM; what is under way then ends first, so that nothing comes twice."""

    async def run() -> None:
        working = asyncio.current_task()
        assert working is not None
        with suppress(NotImplementedError):  # Windows has no such signal
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
        with suppress(asyncio.CancelledError):
            await work

    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(run())


def _new_loop() -> asyncio.AbstractEventLoop:
    """Return the quicker loop where there is one: it knows no Windows."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
