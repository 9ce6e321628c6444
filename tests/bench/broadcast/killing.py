"""Kill -9 while announcements go out: nobody is lost, few are told twice, and all of it ends by itself.

Killed at random moments: on SQLite the one process, on PostgreSQL a worker, the scheduler or all of
them at once. With --cuts PostgreSQL's connections are cut as well, as its restart does.

    python -m tests.bench.broadcast --only kills --engines postgres --kills 100 --cuts 20 --seed 1
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence

from tests.bench.broadcast.fleet import Fleet, Member, open_fleet

#: People of one announcement; the next one is released when fewer than so many wait.
PEOPLE = 1_000
#: Seconds the platform takes for a message, so that many are on their way at any moment.
ANSWERS_AFTER = 0.1
PER_SECOND = 300.0
#: Seconds, at most, between the platform hearing from us again and the next kill.
LIVES = 4.0
#: Seconds until the platform must hear from us again, and until all is done after the last kill.
PATIENCE = 180.0


async def killed(fleet: Fleet, kills: int, cuts: int, chance: random.Random) -> bool:
    """Kill and cut, at random moments and in random order, then count what everybody was told."""
    blows = ["kill"] * kills + ["cut"] * cuts
    chance.shuffle(blows)
    await fleet.platform.plan(delay=ANSWERS_AFTER)
    fleet.start()
    releasing = asyncio.create_task(_release(fleet))
    who: Counter[str] = Counter()
    in_flight, began = 0, time.monotonic()
    for blow in blows:
        await _heard_again(fleet)
        await asyncio.sleep(chance.uniform(0, LIVES))
        if blow == "cut":
            who["connections"] += await fleet.cut()
            continue
        victims = _victims(fleet.members, chance)
        who["all" if len(victims) == len(fleet.members) else victims[0].words[0]] += 1
        in_flight += await _kill(fleet, victims)
    releasing.cancel()
    await asyncio.gather(releasing, return_exceptions=True)
    seconds = await fleet.finish(PATIENCE)
    return await _told(fleet, who, in_flight, time.monotonic() - began, seconds)


async def _kill(fleet: Fleet, victims: Sequence[Member]) -> int:
    """Kill processes, start them again; return how many messages they had on their way."""
    pids = [one.pid for one in victims]
    fleet.kill(victims)
    await asyncio.sleep(ANSWERS_AFTER * 2)  # what they had sent arrives
    hand = await fleet.in_hand(pids)
    heard = await fleet.platform.counts()
    fleet.start(victims)
    return sum(1 for address in hand if heard[address])


def _victims(members: Sequence[Member], chance: random.Random) -> Sequence[Member]:
    if chance.random() < 0.1:
        return members
    return [chance.choice(members)]


async def _release(fleet: Fleet) -> None:
    """Keep announcements coming, so that a kill meets firing, planning, sending and ending."""
    while True:
        try:
            if await fleet.left() < PEOPLE:
                await fleet.announce(PEOPLE)
        except Exception as error:
            print(
                f"released again later: {type(error).__name__}"
            )  # our own connection is cut as well
        await asyncio.sleep(0.2)


async def _heard_again(fleet: Fleet) -> None:
    before = (await fleet.platform.counts()).total()
    async with asyncio.timeout(PATIENCE):
        while (await fleet.platform.counts()).total() == before:
            fleet.supervise()
            await asyncio.sleep(0.1)


async def _told(
    fleet: Fleet, who: Counter[str], in_flight: int, seconds: float, finished: float
) -> bool:
    heard = await fleet.platform.counts()
    lost = sum(1 for address in fleet.people if not heard[address])
    strangers = len(heard.keys() - set(fleet.people))
    twice = heard.total() - len(heard)
    print(
        f"{fleet.database.writer.dialect.name}: {dict(who)} in {seconds:.0f} s among "
        f"{len(fleet.people)} people: {lost} lost, {strangers} strangers, {twice} told twice "
        f"({in_flight} messages were on their way at the kills); all done {finished:.0f} s after the last"
    )
    return not lost and not strangers and twice <= in_flight


async def kills(engine: str, count: int, cuts: int, *, workers: int, seed: int) -> bool:
    """Run one installation through so many kills, and cuts of PostgreSQL's connections."""
    async with open_fleet(engine, workers=workers, per_second=PER_SECOND) as fleet:
        cut = cuts if engine == "postgres" else 0
        return await killed(fleet, count, cut, random.Random(seed))
