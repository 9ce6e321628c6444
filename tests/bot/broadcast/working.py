"""A worker process to be killed: python -m tests.bot.broadcast.working URL PLATFORM LEASE."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from bot.app import PLATFORMS, worker
from bot.broadcast import outbox
from bot.channels.limits import Limit, SharedLimit
from bot.db import Database
from bot.settings import Settings


async def _main(url: str, platform: str, lease: float) -> None:
    outbox.LEASE = timedelta(seconds=lease)  # type: ignore[misc]  # a test has less patience
    settings = Settings(
        _env_file=None, telegram_token="123456:abcdefghijklmnopqrstuvwxyz0123456789",
        telegram_base_url=platform,
    )  # fmt: skip
    database = Database(url)
    channel = PLATFORMS["telegram"](settings, database)
    assert channel is not None
    await channel.start()
    pace = SharedLimit(database, {"telegram": Limit(5_000.0)})
    await worker(database, {channel.name: channel}, pace).run()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
