"""`motcua scheduler`: the process that does what is due."""

from __future__ import annotations

from bot.cli.opening import open_database
from bot.cli.until_told import run_until_told
from bot.wiring.platforms import open_channels
from bot.wiring.scheduler import scheduler as wired


def scheduler() -> None:
    """Chạy tiến trình hẹn giờ; nhiều tiến trình thì một tiến trình làm, các tiến trình khác chờ."""
    run_until_told(_schedule())


async def _schedule() -> None:
    async with open_database(bare=True) as (settings, database):
        channels = open_channels(settings, database)
        await wired(settings, database, channels).run()
