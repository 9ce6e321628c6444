"""How long after its time an announcement begins, when a thousand wait for theirs."""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
from datetime import UTC, datetime

from bot.db import Database
from bot.models import Announcement, AnnouncementStatus, Topic
from tests.bench.broadcast.fleet import Fleet, Member, open_fleet
from tests.bot.broadcast.making import subscribe

#: Targets: the share that has begun within so many seconds.
WITHIN = {0.95: 5.0, 0.99: 15.0}
#: Seconds until the first is due: all of them must be written down.
UNTIL_FIRST = 5.0
#: Two digits stand for a province; each has somebody who wants the topic.
GROUPS = [(topic, f"{number:02}") for number in range(100) for topic in Topic]


async def starting(engine: str, count: int, seconds: int) -> bool:
    """Let `count` announcements be due at random moments of so many seconds."""
    async with open_fleet(engine, workers=0, per_second=10_000.0) as fleet:
        words = ("run",) if engine == "sqlite" else ("scheduler",)
        fleet.members = [Member(words)] + [Member(("worker",))] * (engine != "sqlite")
        fleet.start()
        await _ready(fleet)
        due = await _schedule(fleet.database, count, seconds)
        await asyncio.sleep(max(due.values()) - time.time())
        while len(firsts := (await fleet.platform.arrivals(1 << 40))["firsts"]) <= count:  # noqa: ASYNC110
            await asyncio.sleep(1)
    late = sorted(firsts[title] - at for title, at in due.items())
    found = {share: late[int(len(late) * share) - 1] for share in WITHIN}
    print(
        f"{engine}: {count} announcements due within {seconds} s began {statistics.median(late):.1f} s"
        f" after their time (median), 95 % within {found[0.95]:.1f} s, 99 % within {found[0.99]:.1f} s,"
        f" the last {late[-1]:.1f} s"
    )
    return all(found[share] <= most for share, most in WITHIN.items())


async def _ready(fleet: Fleet) -> None:
    """Return once an announcement that is due at once has come: every process is up."""
    await fleet.announce(1)
    while not (await fleet.platform.arrivals(1 << 40))["count"]:  # noqa: ASYNC110
        await asyncio.sleep(0.1)


async def _schedule(database: Database, count: int, seconds: int) -> dict[str, float]:
    """Return the title of each announcement with the moment it is due.

    Each is for other people, as a chat gets one message a second at most.
    """
    chance, first = random.Random(7), time.time() + UNTIL_FIRST
    due: dict[str, float] = {}
    async with database.write() as session:
        for number, (topic, province) in zip(range(count), itertools.cycle(GROUPS), strict=False):
            if number < len(GROUPS):
                await subscribe(session, str(900_000 + number), topic=topic, province=province)
            title, at = f"Tin {number}", first + chance.uniform(0, seconds)
            moment = datetime.fromtimestamp(at, UTC)
            due[title] = at
            session.add(
                Announcement(
                    title=title,
                    text="Bão số 5.",
                    topic=topic,
                    places=[province],
                    urgent=True,
                    send_at=moment,
                    next_fire_at=moment,
                    status=AnnouncementStatus.SCHEDULED,
                )
            )
    return due
