"""How long it takes to write down whom an announcement goes to."""

from __future__ import annotations

import time

import psutil

from bot.broadcast.audience import plan
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
        if engine == "postgres":  # autovacuum would have done so long ago
            async with fleet.database.writer.connect() as connection:
                own = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await own.exec_driver_sql("VACUUM ANALYZE person, contact, subscription")
        run_id = await crowd.new_run(fleet.database)
        before, began = _cpu(engine), time.perf_counter()
        planned = await plan(fleet.database, run_id, ("telegram",), due_at=utc_now())
        seconds, after = time.perf_counter() - began, _cpu(engine)
    cpu = sum(used - before.get(process, 0.0) for process, used in after.items())
    print(
        f"{engine}: {planned} deliveries planned in {seconds:.1f} s by the clock, {cpu:.1f} s of CPU:"
        f" {seconds / planned * 1e6:.1f} µs each"
    )
    return planned == count and seconds <= SECONDS[engine] * count / MILLION


def _cpu(engine: str) -> dict[int, float]:
    """Return the CPU seconds used so far by each process that plans."""
    own = [psutil.Process()]
    if engine == "postgres":
        own = [one for one in psutil.process_iter(["name"]) if one.info["name"] == "postgres"]
    return {one.pid: one.cpu_times().user + one.cpu_times().system for one in own}
