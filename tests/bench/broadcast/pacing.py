"""How exactly one limit is held by all processes together, seen by the platform."""

from __future__ import annotations

import asyncio

from tests.bench.broadcast import crowd
from tests.bench.broadcast.cost import is_done
from tests.bench.broadcast.fleet import Member, open_fleet
from tests.bot.channels.platform import most_in_a_second

#: Targets: the limit may be passed by so much in any second, and so much of it must be used.
OVER, USED = 0.02, 0.97


async def pacing(engine: str, workers: int, per_second: float, seconds: int) -> bool:
    """Let `workers` processes send for so long under one limit."""
    count = int(per_second * seconds)
    async with open_fleet(engine, workers=0, per_second=per_second) as fleet:
        await crowd.gather(fleet.database, count)
        run_id = await crowd.planned_run(fleet.database)
        alone = fleet.platform.never_waits()
        fleet.members = [Member(("worker",)) for _ in range(workers)]
        fleet.start()
        while not await is_done(fleet.database, run_id):  # noqa: ASYNC110 - in another process
            await asyncio.sleep(1)
        times = sorted((await fleet.platform.arrivals())["times"])
    used = (len(times) - 1) / (times[-1] - times[0]) / per_second
    worst = most_in_a_second(times)
    print(
        f"{engine}, {workers} processes, {per_second:g}/s over {times[-1] - times[0]:.0f} s:"
        f" {used:.1%} used, at most {worst} in any second ({worst / per_second - 1:+.1%})"
        f"{'' if alone else '; the platform itself waited for a core, so that is too many'}"
    )
    return used >= USED and worst <= per_second * (1 + OVER)
