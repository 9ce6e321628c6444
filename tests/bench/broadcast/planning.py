"""How long it takes to write down whom an announcement goes to, and the day's digest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psutil
from sqlmodel import col, select

from bot.broadcast import digest
from bot.broadcast.audience import plan
from bot.broadcast.firing import DIGEST_HOUR, next_digest
from bot.broadcast.lifecycle import fire_due
from bot.db import Database
from bot.models import Run, RunStatus
from knowledge.columns import utc_now
from tests.bench.broadcast import crowd
from tests.bench.broadcast.fleet import open_fleet

#: Targets: seconds for MILLION.
SECONDS = {"sqlite": 5.0, "postgres": 15.0}
MILLION = 1_000_000


async def planning(engine: str, count: int) -> bool:
    """Plan `count` deliveries; the CPU is this process's, or PostgreSQL's where that does the work."""
    async with open_fleet(engine, workers=0, per_second=1.0) as fleet:
        await crowd.gather(fleet.database, count)
        await _analysed(fleet.database)
        run_id = await crowd.new_run(fleet.database, digest_at=utc_now())
        with _timed(engine, "planned", count) as took:
            planned = await plan(fleet.database, run_id, ("telegram",), due_at=utc_now())
    return planned == count and took[0] <= SECONDS[engine] * count / MILLION


async def digesting(engine: str, count: int) -> bool:
    """Keep an announcement for the digest of `count` people, and plan that digest."""
    due = next_digest(utc_now(), hour=DIGEST_HOUR)
    async with open_fleet(engine, workers=0, per_second=1.0) as fleet:
        database, channels = fleet.database, ("telegram",)
        await crowd.gather(database, count, daily=True)
        await _analysed(database)
        run_id = await crowd.new_run(database, digest_at=due)
        with _timed(engine, "gathered", count) as keeping:
            await plan(database, run_id, channels, due_at=due)
        with _timed(engine, "of digests planned", count) as planning_took:
            await digest.begin_due(database, channels, hour=DIGEST_HOUR, now=due)
            async with database.write() as session:
                await fire_due(session, now=due + timedelta(seconds=1))
            async with database.read() as session:
                query = select(Run.id).where(col(Run.status) == RunStatus.PLANNING)
                digest_run = (await session.exec(query)).one()
            planned = await plan(database, digest_run or 0, channels, due_at=due)
    slow = max(keeping[0], planning_took[0]) > 2 * SECONDS[engine] * count / MILLION
    return planned == count and not slow


async def _analysed(database: Database) -> None:
    """Do what autovacuum would have done long ago."""
    if database.is_sqlite:
        return
    async with database.writer.connect() as connection:
        own = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await own.exec_driver_sql("VACUUM ANALYZE person, contact, subscription")


@contextmanager
def _timed(engine: str, what: str, count: int) -> Iterator[list[float]]:
    """Print how long the block took for `count` people; yield a list that gets the seconds."""
    took: list[float] = []
    before, began = _cpu(engine), time.perf_counter()
    yield took
    took.append(time.perf_counter() - began)
    cpu = sum(used - before.get(process, 0.0) for process, used in _cpu(engine).items())
    print(
        f"{engine}: {count} deliveries {what} in {took[0]:.1f} s by the clock, {cpu:.1f} s of CPU:"
        f" {took[0] / count * 1e6:.1f} µs each"
    )


def _cpu(engine: str) -> dict[int, float]:
    """Return the CPU seconds used so far by each process that plans."""
    own = [psutil.Process()]
    if engine == "postgres":
        own = [one for one in psutil.process_iter(["name"]) if one.info["name"] == "postgres"]
    return {one.pid: one.cpu_times().user + one.cpu_times().system for one in own}
