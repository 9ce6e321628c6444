"""What a message costs a worker, and what a worker holds while it sends."""

from __future__ import annotations

import asyncio
import statistics
import sys
from dataclasses import dataclass, field

import psutil
from sqlmodel import col, select

from bot.db import Database
from bot.models import Run, RunStatus
from tests.bench.broadcast import crowd
from tests.bench.broadcast.fleet import Fleet, Member, open_fleet
from tests.conftest import ROOT

#: Targets.
CPU_MS, TIMES_PLAIN, MEMORY_MB = 0.6, 3.5, 150.0
#: Growth of the second half over the first that is still called flat.
FLAT = 1.05
#: So fast that no limit is what is measured.
UNLIMITED = 1_000_000.0
#: Messages of the baseline: it is slow.
PLAIN_COUNT = 2_000


@dataclass(slots=True)
class Cost:
    """What one run took of one worker."""

    count: int = 0
    cpu: float = 0.0
    """Seconds, from the first message on."""
    held: list[float] = field(default_factory=list)
    """MB in memory, each half second."""
    own: list[float] = field(default_factory=list)
    """MB no other process shares."""

    @property
    def ms(self) -> float:
        """CPU milliseconds a message."""
        return self.cpu / self.count * 1_000


async def sent(engine: str, count: int, *, plain: bool = False) -> tuple[Cost, float]:
    """Let one worker send `count` messages; return its cost, and the library's own in ms if asked."""
    async with open_fleet(engine, workers=0, per_second=UNLIMITED) as fleet:
        await crowd.gather(fleet.database, count)
        run_id = await crowd.planned_run(fleet.database)
        fleet.members = [Member(("worker",))]
        fleet.start()
        cost = await _watched(fleet, run_id)
        library = await _plain(fleet.platform.address) if plain else 0.0
    return cost, library


async def _watched(fleet: Fleet, run_id: int) -> Cost:
    worker = psutil.Process(fleet.members[0].pid)
    while not (  # noqa: ASYNC110 - it is another process
        before := (await fleet.platform.arrivals(sys.maxsize))["count"]
    ):
        await asyncio.sleep(0.02)
    began, cost = _cpu(worker), Cost()
    while not await is_done(fleet.database, run_id):
        memory = worker.memory_full_info()
        cost.held.append(memory.rss / 1e6)
        cost.own.append(memory.uss / 1e6)
        await asyncio.sleep(0.5)
    cost.cpu = _cpu(worker) - began
    cost.count = (await fleet.platform.arrivals(sys.maxsize))["count"] - before
    return cost


async def is_done(database: Database, run_id: int) -> bool:
    """Whether everything of a run is sent."""
    query = select(Run.status).where(col(Run.id) == run_id)
    async with database.read() as session:
        return (await session.exec(query)).one() is RunStatus.DONE


async def _plain(address: str) -> float:
    """Return the CPU milliseconds of a message by the library over its own transport."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.broadcast.plain", address, str(PLAIN_COUNT),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, _ = await process.communicate()
    return float(told) / PLAIN_COUNT * 1_000


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def cpu(engine: str, count: int) -> bool:
    """Measure CPU a message beside the library's own way, in the same run."""
    cost, library = await sent(engine, count, plain=True)
    print(
        f"{engine}: {cost.ms:.2f} ms of CPU a message over {cost.count} = {1_000 / cost.ms:.0f}/s"
        f" on one core; Bot.send_message {library:.2f} ms, {library / cost.ms:.1f} times as much"
    )
    return cost.ms <= CPU_MS and library >= TIMES_PLAIN * cost.ms


async def memory(engine: str, count: int) -> bool:
    """Measure a worker's memory from its first message to its last."""
    cost, _ = await sent(engine, count)
    half = len(cost.held) // 2
    early, late = statistics.median(cost.held[: half or 1]), statistics.median(cost.held[half:])
    print(
        f"{engine}: a worker held {early:.0f} MB in the first half and {late:.0f} MB in the second of"
        f" {count} messages, {max(cost.held):.0f} MB at most ({max(cost.own):.0f} MB its own)"
    )
    return max(cost.held) <= MEMORY_MB and late <= early * FLAT
