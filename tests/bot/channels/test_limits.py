"""A platform's limit holds for all who share the database; replies do not wait behind bulk."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from datetime import timedelta

import pytest

from bot.channels import Lane, SendError, Trouble
from bot.channels.limits import (
    AHEAD,
    MOST_OWED,
    OVER,
    OWED_SHARE,
    ROOM,
    USED_SHARE,
    Debt,
    Limit,
    SharedLimit,
    forget_chats,
    spend,
)
from bot.db import Database
from bot.models import RateLimit
from knowledge.columns import utc_now
from tests.bot.channels.platform import most_in_a_second


async def _bulk(pace: SharedLimit, until: float, times: list[float]) -> None:
    while time.monotonic() < until:
        await pace.grant("telegram", "1", Lane.BULK)
        times.append(time.monotonic())


async def test_two_senders_together_keep_one_limit(database: Database) -> None:
    limits = {"telegram": Limit(per_second=100)}
    other = Database(database.url)
    times: list[float] = []
    start = time.monotonic()

    async with asyncio.timeout(30):
        await asyncio.gather(
            *(
                _bulk(SharedLimit(shared, limits), start + 1.0, times)
                for shared in (database, other)
                for _ in range(3)
            )
        )
    await other.close()

    first_second = [at for at in times if at < times[0] + 1.0]
    assert len(first_second) <= 102


async def test_a_reply_goes_before_waiting_bulk(database: Database) -> None:
    pace = SharedLimit(database, {"telegram": Limit(per_second=5)})
    bulk = [asyncio.create_task(pace.grant("telegram", "1", Lane.BULK)) for _ in range(20)]
    await asyncio.wait(bulk, return_when=asyncio.FIRST_COMPLETED)

    await asyncio.wait_for(pace.grant("telegram", "2", Lane.REPLY), 1)

    assert sum(task.done() for task in bulk) < 8
    for task in bulk:
        task.cancel()
    await asyncio.gather(*bulk, return_exceptions=True)


@pytest.mark.parametrize("per_second", [20, 29, 30, 49, 50, 200, 500, 1_000])
def test_a_limit_is_handed_out_with_room_for_what_is_late(per_second: float) -> None:
    limit = Limit(per_second)

    assert limit.most <= per_second * (1 + OVER) + 1e-9
    assert limit.rate >= per_second * 0.975
    assert limit.life >= 0.008 - 1e-9
    assert limit.slack >= ROOM - 1e-9


@pytest.mark.parametrize("per_second", [1 / 3, 1, 100 / 60, 5])
def test_a_low_limit_is_in_whole_messages(per_second: float) -> None:
    limit = Limit(per_second)

    assert per_second <= limit.most < per_second + 1
    assert limit.rate == pytest.approx(min(limit.most / (1 + ROOM), per_second * USED_SHARE))


def test_a_token_used_late_is_owed_for_and_one_too_late_is_dropped() -> None:
    limit = Limit(per_second=30)
    one = 1 / limit.rate

    assert limit.owed(limit.life) == 0
    assert limit.owed(limit.life + 0.01) == pytest.approx(0.01)
    assert limit.owed(limit.life + one * 1.01) is None
    assert Limit(per_second=1_000).owed(0.02) == pytest.approx(0.02 - Limit(1_000).life)
    assert Limit(per_second=30, monthly=10).owed(60) == pytest.approx(one)


class _Process:
    """What SharedLimit does with tokens, on a clock of the test's own; often late."""

    def __init__(self, limit: Limit, row: RateLimit, chance: random.Random) -> None:
        self.limit, self.row, self.chance = limit, row, chance
        self.busy_until = 0.0
        self.debt = Debt()
        self.owing: deque[tuple[float, float]] = deque()
        """When it was known, and how much."""

    def take(self, now: float) -> tuple[float, list[float]]:
        """Take a block at `now`; return when to take the next, and when its messages are heard."""
        while self.owing and self.owing[0][0] <= now:
            self.debt.note(self.owing.popleft()[1])
        self.row.tat += self.debt.pay(now)
        count = max(1, int(self.limit.rate * 0.1))
        taken = spend(self.row, now, self.limit, Lane.URGENT, count)
        if not taken.every:
            return now + taken.wait, []
        times = [now + taken.wait + n * taken.every for n in range(count)]
        heard = [at for one in times if (at := self._use(one)) is not None]
        return max(now, times[-1] + taken.every - AHEAD[Lane.URGENT]), heard

    def _use(self, at: float) -> float | None:
        """Return when the message of a token is heard; None = the token is dropped."""
        if self.chance.random() < 0.005:  # something else keeps the process
            self.busy_until = max(self.busy_until, at + self.chance.uniform(0, 0.05))
        late = max(self.chance.expovariate(1_000), self.busy_until - at)
        owed = self.limit.owed(late)
        if owed is None:
            return None
        if owed:
            self.owing.append((at + late, owed))
        return at + late + self.chance.uniform(0, self.limit.slack - self.limit.life)


@pytest.mark.parametrize("per_second", [30, 200])
@pytest.mark.parametrize("processes", [1, 4])
def test_ten_minutes_of_busy_processes_keep_one_limit(per_second: float, processes: int) -> None:
    limit, chance = Limit(per_second), random.Random(per_second + processes)
    row = RateLimit(channel="telegram", rate=limit.rate)
    sending = [_Process(limit, row, chance) for _ in range(processes)]
    due = [(chance.random(), n) for n in range(processes)]
    heard: list[float] = []

    while (first := min(due))[0] < 600:
        at, heard_of_block = sending[first[1]].take(first[0])
        due[due.index(first)] = (at + chance.uniform(0.0005, 0.003), first[1])
        heard += heard_of_block
    heard.sort()

    assert most_in_a_second(heard) <= limit.most
    assert (len(heard) - 1) / (heard[-1] - heard[0]) >= per_second * 0.97


def test_a_process_that_is_always_late_owes_a_small_share_of_its_time() -> None:
    debt, paid = Debt(), 0.0
    for number in range(10_000):
        debt.note(0.03)
        paid += debt.pay(number * 0.01)

    assert paid == pytest.approx(100 * OWED_SHARE + MOST_OWED, rel=0.01)


async def test_what_a_busy_process_is_late_by_moves_what_all_take_after(
    database: Database,
) -> None:
    limit, first, count = Limit(per_second=100), time.time() + 0.1, 40
    async with database.write() as session:
        session.add(RateLimit(channel="telegram", tat=first, rate=limit.rate))
    pace = SharedLimit(database, {"telegram": limit})

    async def grant(address: str) -> None:
        await pace.grant("telegram", address, Lane.BULK)
        if address == "0":  # the next one is late, and used
            time.sleep(limit.life + 1.5 / limit.rate)  # noqa: ASYNC251 - the whole process is busy

    await asyncio.gather(*(grant(str(number)) for number in range(count)))

    async with database.read() as session:
        row = await session.get_one(RateLimit, "telegram")
    assert row.tat > first + count / limit.rate + 0.001


def test_a_reply_waits_for_other_replies_and_bulk_for_both() -> None:
    limit, now = Limit(per_second=10 / USED_SHARE), 1_000.0
    row = RateLimit(channel="telegram", rate=10.0)

    assert spend(row, now, limit, Lane.BULK, 1).wait == 0
    waits = [spend(row, now, limit, Lane.REPLY, 1).wait for _ in range(2)]
    bulk = spend(row, now, limit, Lane.BULK, 1)

    assert waits == pytest.approx([0, 0.1])
    assert bulk.every == 0
    assert bulk.wait == pytest.approx(0.3 - AHEAD[Lane.BULK])


async def test_a_hold_reaches_the_other_process_and_slows_it(database: Database) -> None:
    limits = {"telegram": Limit(per_second=1_000)}
    first, second = SharedLimit(database, limits), SharedLimit(database, limits)
    await second.grant("telegram", "1", Lane.BULK)

    await first.hold("telegram", 0.5)
    start = time.monotonic()
    await second.grant("telegram", "1", Lane.REPLY)

    assert time.monotonic() - start >= 0.3


async def test_one_chat_waits_its_second_on_every_process_while_others_go_on(
    database: Database,
) -> None:
    limits = {"telegram": Limit(per_second=1_000, chat_seconds=0.5)}
    first, second = SharedLimit(database, limits), SharedLimit(database, limits)
    start = time.monotonic()

    await first.grant("telegram", "1", Lane.BULK)
    granted: list[str] = []

    async def grant(limit: SharedLimit, address: str) -> None:
        await limit.grant("telegram", address, Lane.BULK)
        granted.append(address)

    await asyncio.gather(grant(second, "1"), grant(second, "2"))
    await first.grant("telegram", "1", Lane.REPLY)

    assert granted == ["2", "1"]
    assert time.monotonic() - start >= 1.0


async def test_a_reply_waits_for_one_turn_of_its_chat_at_most(database: Database) -> None:
    pace = SharedLimit(database, {"telegram": Limit(per_second=1_000, chat_seconds=0.6)})
    bulk = [asyncio.create_task(pace.grant("telegram", "1", Lane.BULK)) for _ in range(5)]
    await asyncio.wait(bulk, return_when=asyncio.FIRST_COMPLETED)

    await asyncio.wait_for(pace.grant("telegram", "1", Lane.REPLY), 1.2)

    for task in bulk:
        task.cancel()
    await asyncio.gather(*bulk, return_exceptions=True)


async def test_a_group_has_a_longer_turn(database: Database) -> None:
    limits = {"telegram": Limit(per_second=1_000, chat_seconds=0.01, group_seconds=0.5)}
    pace = SharedLimit(database, limits)
    start = time.monotonic()

    for _ in range(2):
        await asyncio.gather(*(pace.grant("telegram", one, Lane.BULK) for one in ("-1", "1")))

    assert time.monotonic() - start >= 0.5


async def test_turns_that_are_over_are_forgotten(database: Database) -> None:
    pace = SharedLimit(database, {"telegram": Limit(per_second=1_000, chat_seconds=1.0)})
    await asyncio.gather(*(pace.grant("telegram", f"{one}", Lane.BULK) for one in range(30)))

    kept = await forget_chats(database, before=utc_now() - timedelta(minutes=1))
    gone = await forget_chats(database, before=utc_now() + timedelta(minutes=1))

    assert (kept, gone) == (0, 30)


async def test_what_is_left_of_a_quota_goes_to_some_of_those_who_wait(database: Database) -> None:
    pace = SharedLimit(database, {"zalo_bot": Limit(per_second=1_000, monthly=10)})

    ends = await asyncio.gather(
        *(pace.grant("zalo_bot", f"{one}", Lane.BULK) for one in range(20)), return_exceptions=True
    )

    assert sum(one is None for one in ends) == 9


async def test_the_last_of_a_monthly_quota_is_for_replies(database: Database) -> None:
    pace = SharedLimit(database, {"zalo_bot": Limit(per_second=1_000, monthly=10)})
    for _ in range(9):
        await pace.grant("zalo_bot", "1", Lane.BULK)

    with pytest.raises(SendError) as refused:
        await pace.grant("zalo_bot", "1", Lane.BULK)
    await pace.grant("zalo_bot", "1", Lane.REPLY)

    assert refused.value.trouble is Trouble.WINDOW


async def test_a_channel_without_a_limit_is_not_held(database: Database) -> None:
    await SharedLimit(database, {}).grant("web", "1", Lane.BULK)
