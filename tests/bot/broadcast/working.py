"""A worker process to be measured or killed: python -m tests.bot.broadcast.working URL PLATFORM …"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import time
from contextlib import suppress
from datetime import timedelta

import aiohttp
import uvloop
from sqlmodel import col, select

from bot.broadcast import health, outbox, sending
from bot.broadcast.engine import PgQueuerEngine
from bot.broadcast.worker import Worker
from bot.channels import telegram
from bot.channels.limits import Limit, SharedLimit
from bot.channels.telegram import transport
from bot.db import Database
from bot.models import Run, RunStatus
from bot.settings import Settings
from knowledge.columns import utc_now

#: No bot's: the fake takes any.
TOKEN = "123456:abcdefghijklmnopqrstuvwxyz0123456789"


async def _main(given: argparse.Namespace) -> None:
    outbox.LEASE = timedelta(seconds=given.lease)  # type: ignore[misc]  # a test has less patience
    _hurry(given.faster)
    settings = Settings(_env_file=None, telegram_token=TOKEN, telegram_base_url=given.platform)
    database = Database(given.url)
    channel = telegram.Telegram(settings)
    await channel.start()
    pace = SharedLimit(database, {"telegram": Limit(given.per_second)})
    channels = {channel.name: channel}
    worker = Worker(database, PgQueuerEngine(database.url), channels, pace, clock=utc_now)
    sending = asyncio.create_task(worker.run())
    if not given.report:
        await asyncio.shield(sending)
    wall, cpu = time.monotonic(), time.process_time()
    await _all_done(database)
    used = {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu}
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    sys.stdout.write(json.dumps({**used, "peak_mb": peak}) + "\n")


def _hurry(times: float) -> None:
    """Let every wait for the platform be shorter, so that an hour passes in minutes."""
    for module, names in (
        (sending, ("PATIENCE", "FIRST_WAIT", "LONGEST_WAIT", "LONGEST_HOLD")),
        (health, ("FIRST_REST", "LONGEST_REST")),
        (transport, ("TIMEOUT",)),
    ):
        for name in names:
            setattr(module, name, getattr(module, name) / times)
    transport._TIMEOUT = aiohttp.ClientTimeout(total=transport.TIMEOUT)


async def _all_done(database: Database) -> None:
    going_on = select(Run.id).where(col(Run.status).in_((RunStatus.PLANNING, RunStatus.SENDING)))
    while True:
        async with database.read() as session:
            if (await session.exec(going_on.limit(1))).first() is None:
                return
        await asyncio.sleep(0.5)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("platform")
    parser.add_argument("--lease", type=float, default=30.0, help="seconds")
    parser.add_argument("--per-second", type=float, default=5_000.0)
    parser.add_argument(
        "--faster", type=float, default=1.0, help="times, with the platform's waits"
    )
    parser.add_argument(
        "--report", action="store_true", help="end with the runs, and tell the cost"
    )
    uvloop.run(_main(parser.parse_args()))
