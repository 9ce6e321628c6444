"""An hour of a platform that fails in every way it can: nobody is lost, and it is not stormed.

The waits of the sender are shortened alike (--faster), and so is the hour; what a lease protects is not.

    python -m tests.bench.broadcast --only faults --engines postgres --faster 20
"""

from __future__ import annotations

import asyncio
from typing import Any

from bot.broadcast.jobs import Clockwork, send_due
from knowledge.columns import utc_now
from tests.bench.broadcast.fleet import Fleet, Member, open_fleet
from tests.bench.fake_telegram import Fault

HOUR = 3_600.0
#: What goes wrong in each part of the hour, as the share of messages; the last two parts: nothing works.
PARTS: tuple[dict[Fault, float], ...] = (
    {Fault.TOO_MANY: 0.05},
    {Fault.BROKEN: 0.3},
    {Fault.SLOW: 0.2},
    {Fault.HANG: 0.2},
    {Fault.HALF_CLOSED: 0.3},
    {Fault.RESET: 0.3},
    {Fault.BROKEN: 0.2, Fault.SLOW: 0.1, Fault.HANG: 0.1, Fault.HALF_CLOSED: 0.1, Fault.RESET: 0.1},
    {Fault.TOO_MANY: 1.0},
    {Fault.BROKEN: 0.5, Fault.RESET: 0.5},
    {Fault.HANG: 0.5, Fault.HALF_CLOSED: 0.5},
)
DOWN = 3
PER_SECOND = 40.0
#: Seconds; shorter than in earnest, longer than any stall of a busy machine.
LEASE = 10.0
#: Seconds after a part has begun until those on their way have found out.
NOTICED_AFTER = 3
#: Seconds, besides the time that sending to everybody takes.
PATIENCE = 600.0


async def survived(fleet: Fleet, faster: float) -> bool:
    """Send through the hour; then the platform is well, and everybody must have got it."""
    part_seconds = HOUR / faster / len(PARTS)
    people = int(PER_SECOND * part_seconds * len(PARTS))
    await fleet.announce(people)
    await send_due(Clockwork(fleet.database, ("telegram",)), utc_now())
    fleet.start()
    async with asyncio.timeout(PATIENCE):
        while not await fleet.platform.counts():  # noqa: ASYNC110 - the platform tells nobody
            await asyncio.sleep(0.2)
    down: list[int] = []
    for number, wrong in enumerate(PARTS):
        await fleet.platform.plan(faults=wrong, retry_after=1)
        began = (await fleet.platform.told())["now"]
        await asyncio.sleep(part_seconds)
        told = await fleet.platform.told()
        asked = _seconds(told, began + NOTICED_AFTER)
        print(
            f"  {', '.join(f'{share:.0%} {fault}' for fault, share in wrong.items()):60} "
            f"asked {max(asked, default=0)}/s at most, {sum(asked) / max(len(asked), 1):.1f}/s on average"
        )
        if number >= len(PARTS) - DOWN:
            down += asked
    await fleet.platform.plan()
    seconds = await fleet.finish(PATIENCE + people / PER_SECOND)
    return await _told(fleet, down, seconds)


def _seconds(told: dict[str, Any], since: int) -> list[int]:
    """Return how often it was asked in each whole second of a part."""
    return [told["asked"].get(str(second), 0) for second in range(since, told["now"])]


async def _told(fleet: Fleet, down: list[int], seconds: float) -> bool:
    told = await fleet.platform.told()
    heard = await fleet.platform.counts()
    lost = sum(1 for address in fleet.people if not heard[address])
    twice = heard.total() - len(heard)
    asked = sorted(told["asked"].values())
    print(
        f"{fleet.database.writer.dialect.name}: {len(fleet.people)} people, {told['faults']}: {lost} lost, "
        f"{twice} told twice ({told['faults'].get(Fault.SLOW, 0)} answers never came); asked {asked[-1]}/s at "
        f"most, of {PER_SECOND:g} allowed; while nothing worked {max(down)}/s at most, "
        f"{sum(down) / len(down):.2f}/s on average; all done {seconds:.0f} s after it was well"
    )
    return (
        not lost
        and twice <= told["faults"].get(Fault.SLOW, 0)
        and asked[-1] <= PER_SECOND * 1.1
        and sum(down) / len(down) <= PER_SECOND / 10
    )


async def faults(engine: str, faster: float, *, workers: int) -> bool:
    """Let one installation live through an hour that passes so many times as fast."""
    count = workers if engine == "postgres" else 1
    async with open_fleet(engine, workers=count, per_second=PER_SECOND) as fleet:
        words = (
            fleet.database.url, fleet.platform.address,
            f"--lease={LEASE}", f"--per-second={PER_SECOND}", f"--faster={faster}",
        )  # fmt: skip
        fleet.members = [Member(words, "tests.bot.broadcast.working") for _ in range(count)]
        return await survived(fleet, faster)
