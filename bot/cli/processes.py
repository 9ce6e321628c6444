"""`motcua worker` and `scheduler`: the processes that send announcements and do what is due."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Annotated, Any, Final

import typer

from bot import app as parts
from bot.channels import Lane
from bot.channels.limits import SharedLimit, platform_limits
from bot.cli.failing import fail
from bot.cli.opening import open_database

_LANES: Final = {"urgent": Lane.URGENT, "bulk": Lane.BULK}


def worker(
    lanes: Annotated[str, typer.Option(help="Làn gửi, cách nhau bằng dấu phẩy")] = "urgent,bulk",
) -> None:
    """Chạy một tiến trình gửi thông báo; bao nhiêu cũng được, trên máy nào cũng được."""
    names = [name.strip() for name in lanes.split(",")]
    if unknown := [name for name in names if name not in _LANES]:
        fail(f"không có làn “{unknown[0]}”; có: {', '.join(_LANES)}", 2)
    _run_until_told(_work([_LANES[name] for name in names]))


async def _work(lanes: list[Lane]) -> None:
    async with open_database() as (settings, database):
        channels = parts.open_channels(settings, database)
        pace = SharedLimit(database, platform_limits(settings))
        for channel in channels.values():
            await channel.start()
        try:
            await parts.worker(database, channels, pace, lanes=lanes).run()
        finally:
            for channel in channels.values():
                await channel.close()


def scheduler() -> None:
    """Chạy tiến trình hẹn giờ; nhiều tiến trình thì một tiến trình làm, các tiến trình khác chờ."""
    _run_until_told(_schedule())


async def _schedule() -> None:
    async with open_database() as (settings, database):
        channels = parts.open_channels(settings, database)
        await parts.scheduler(settings, database, channels).run()


def _run_until_told(work: Coroutine[Any, Any, None]) -> None:
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
