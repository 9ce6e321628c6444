"""A platform's limit holds for all who share the database; replies do not wait behind bulk."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from bot.channels import Lane, SendError, Trouble
from bot.channels.limits import AHEAD, USED_SHARE, Limit, SharedLimit, forget_chats, spend
from bot.db import Database
from bot.models import RateLimit
from knowledge.columns import utc_now


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
