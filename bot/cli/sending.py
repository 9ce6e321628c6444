"""`motcua worker`: a process that sends announcements."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from bot.channels import Lane
from bot.channels.limits import SharedLimit, platform_limits
from bot.cli.failing import fail
from bot.cli.opening import open_database
from bot.cli.until_told import run_until_told
from bot.wiring.platforms import open_channels
from bot.wiring.worker import worker as wired

_LANES: Final = {"urgent": Lane.URGENT, "bulk": Lane.BULK}


def worker(
    lanes: Annotated[str, typer.Option(help="Làn gửi, cách nhau bằng dấu phẩy")] = "urgent,bulk",
) -> None:
    """Chạy một tiến trình gửi thông báo; bao nhiêu cũng được, trên máy nào cũng được."""
    names = [name.strip() for name in lanes.split(",")]
    if unknown := [name for name in names if name not in _LANES]:
        fail(f"không có làn “{unknown[0]}”; có: {', '.join(_LANES)}", 2)
    run_until_told(_work([_LANES[name] for name in names]))


async def _work(lanes: list[Lane]) -> None:
    async with open_database(bare=True) as (settings, database):
        channels = open_channels(settings, database)
        pace = SharedLimit(database, platform_limits(settings))
        for channel in channels.values():
            await channel.start()
        try:
            await wired(database, channels, pace, lanes=lanes).run()
        finally:
            for channel in channels.values():
                await channel.close()
