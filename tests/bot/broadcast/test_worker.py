"""Workers send each delivery once, write what became of it, and stop when told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select, update

from bot.broadcast.audience import plan
from bot.broadcast.engine import PgQueuerEngine
from bot.broadcast.health import TROUBLED_AFTER
from bot.broadcast.outbox import LEASE, ChunkKey
from bot.broadcast.sending import SLOTS
from bot.broadcast.worker import Worker
from bot.channels import Capabilities, Outgoing, SendError, Trouble
from bot.db import Database
from bot.models import Announcement, AnnouncementStatus, Contact, Delivery, Run, RunStatus
from bot.subscriptions import stop
from tests.bot.broadcast.fake import FakeChannel, NoPace
from tests.bot.broadcast.making import NOW, add_run, subscribe


class Clock:
    """A clock that stands until moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


async def _plan(database: Database, people: int, **fields: Any) -> int:
    async with database.write() as session:
        for number in range(people):
            await subscribe(session, f"{number:04}")
        announcement = Announcement(
            text="Bão số 5", topic="storms", status=AnnouncementStatus.SCHEDULED, **fields
        )
        run_id = await add_run(session, announcement)
    await plan(database, run_id, ("telegram",), due_at=NOW)
    return run_id


@asynccontextmanager
async def _working(
    database: Database, channel: FakeChannel, clock: Clock, pace: NoPace | None = None
) -> AsyncIterator[None]:
    worker = Worker(
        database, PgQueuerEngine(database.url), {channel.name: channel}, pace or NoPace(),
        clock=clock,
    )  # fmt: skip
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(database: Database, reached: Callable[[list[Delivery]], bool]) -> list[Delivery]:
    """Wait until the deliveries are as they should be."""
    async with asyncio.timeout(20):
        while True:
            async with database.read() as session:
                rows = list((await session.exec(select(Delivery))).all())
            if reached(rows):
                return rows
            await asyncio.sleep(0.05)


def _all(status: str) -> Callable[[list[Delivery]], bool]:
    return lambda rows: all(row.status == status for row in rows)


async def test_everyone_gets_it_once_and_the_run_is_done(database: Database) -> None:
    run_id = await _plan(database, 250, source_url="https://vi.du/tin")
    channel = FakeChannel()

    async with _working(database, channel, Clock()):
        rows = await _until(database, _all("delivered"))
        await _run_is(database, run_id, RunStatus.DONE)

    assert channel.addresses == [f"{number:04}" for number in range(250)]
    assert {row.attempts for row in rows} == {1}
    assert all(row.message_id and row.done_at == NOW for row in rows)
    assert channel.sent[0][1].startswith("Bão số 5\n\nNguồn: https://vi.du/tin\nNhắn “DỪNG”")
    async with database.read() as session:
        announcement = (await session.exec(select(Announcement))).one()
    assert announcement.status is AnnouncementStatus.DONE


async def _run_is(database: Database, run_id: int, status: RunStatus) -> None:
    async with asyncio.timeout(20):
        while True:
            async with database.read() as session:
                if (await session.get_one(Run, run_id)).status is status:
                    return
            await asyncio.sleep(0.05)


async def test_each_refusal_has_its_own_end(database: Database) -> None:
    def before(address: str) -> None:
        refusals = {
            "0000": SendError("Forbidden: bot was blocked", Trouble.SUPPRESS),
            "0001": SendError("message is wrong", Trouble.DROP),
            "0002": SendError("-230", Trouble.WINDOW),
            "0003": SendError("Too Many Requests", Trouble.RETRY, retry_after=7),
            "0004": SendError("Internal Server Error", Trouble.RETRY),
        }
        if address in refusals:
            raise refusals[address]

    await _plan(database, 6)
    pace = NoPace()

    async with _working(database, FakeChannel(before=before), Clock(), pace):
        rows = await _until(
            database, lambda rows: all(r.status not in ("created", "sending") for r in rows)
        )

    got = {row.address: (str(row.status), row.reason, row.attempts) for row in rows}
    assert got == {
        "0000": ("permanent_failure", "Forbidden: bot was blocked", 1),
        "0001": ("permanent_failure", "message is wrong", 1),
        "0002": ("skipped", "outside_window: -230", 1),
        "0003": ("temporary_failure", "Too Many Requests", 0),
        "0004": ("temporary_failure", "Internal Server Error", 1),
        "0005": ("delivered", "", 1),
    }
    due = {row.address: row.next_at for row in rows}
    assert due["0003"] == NOW + timedelta(seconds=7)
    assert due["0004"] is not None
    assert pace.held == [7]
    async with database.read() as session:
        blocked = select(Contact.address).where(col(Contact.suppressed_at).is_not(None))
        assert (await session.exec(blocked)).all() == ["0000"]


async def test_a_failure_that_passes_is_tried_again_when_due(database: Database) -> None:
    failing = Counter({"0000": 1})

    def before(address: str) -> None:
        if failing[address]:
            failing[address] -= 1
            raise TimeoutError

    await _plan(database, 2)
    clock = Clock()
    channel = FakeChannel(before=before)

    async with _working(database, channel, clock):
        await _until(database, lambda rows: any(r.status == "temporary_failure" for r in rows))
        clock.now = NOW + timedelta(minutes=1)
        await _until(database, _all("delivered"))

    assert channel.addresses == ["0000", "0001"]


async def test_the_rows_of_a_dead_worker_come_back(database: Database) -> None:
    await _plan(database, 3)
    async with database.write() as session:
        await session.exec(
            update(Delivery).values(status="sending", owner="dead", lease_until=NOW + LEASE)
        )
    clock = Clock()
    channel = FakeChannel()

    async with _working(database, channel, clock):
        await asyncio.sleep(0.6)
        assert channel.sent == []
        clock.now = NOW + LEASE + timedelta(seconds=1)
        await _until(database, _all("delivered"))

    assert channel.addresses == ["0000", "0001", "0002"]


async def test_who_stops_during_a_send_gets_nothing_two_seconds_later(database: Database) -> None:
    await _plan(database, 100)
    gate = asyncio.Event()
    channel = FakeChannel(before=lambda _: gate.wait())

    async with _working(database, channel, Clock()):
        await _until(database, lambda rows: sum(r.status == "sending" for r in rows) == 100)
        async with database.write() as session:
            contact = select(Contact.person_id).where(Contact.address == "0099")
            await stop(session, (await session.exec(contact)).one(), now=NOW)
        await asyncio.sleep(1.5)
        gate.set()
        rows = await _until(database, lambda rows: all(r.done_at for r in rows))

    assert "0099" not in channel.addresses
    assert len(channel.sent) == 99
    assert [(r.address, r.reason) for r in rows if r.status == "skipped"] == [("0099", "opted_out")]


async def test_a_stopped_run_sends_no_more_and_loses_nothing(database: Database) -> None:
    run_id = await _plan(database, 100)
    gate = asyncio.Event()
    channel = FakeChannel(before=lambda _: gate.wait())

    async with _working(database, channel, Clock()):
        await _until(database, lambda rows: sum(r.status == "sending" for r in rows) == 100)
        async with database.write() as session:
            (await session.get_one(Run, run_id)).status = RunStatus.STOPPED
        await asyncio.sleep(1.5)
        gate.set()
        await _until(database, lambda rows: not any(r.status == "sending" for r in rows))
        at_stop = len(channel.sent)
        async with database.write() as session:
            (await session.get_one(Run, run_id)).status = RunStatus.SENDING
        await _until(database, _all("delivered"))

    assert at_stop <= SLOTS
    assert channel.addresses == [f"{number:04}" for number in range(100)]


async def test_at_night_only_what_is_urgent_goes(database: Database) -> None:
    night = Clock(NOW + timedelta(hours=12))
    await _plan(database, 2)
    channel = FakeChannel()

    async with _working(database, channel, night):
        await asyncio.sleep(0.6)
        assert channel.sent == []
        async with database.write() as session:
            await add_run(session, Announcement(text="Lũ về", topic="storms", urgent=True))
        await plan(database, 2, ("telegram",), due_at=NOW)
        await _until(database, lambda rows: sum(r.status == "delivered" for r in rows) == 2)
        assert {text.split("\n")[0] for _, text in channel.sent} == {"Lũ về"}
        night.now = NOW + timedelta(days=1)
        await _until(database, _all("delivered"))


async def test_what_has_expired_is_left_out(database: Database) -> None:
    await _plan(database, 3, expires_at=NOW)
    channel = FakeChannel()

    async with _working(database, channel, Clock()):
        rows = await _until(database, _all("skipped"))

    assert {row.reason for row in rows} == {"expired"}
    assert channel.sent == []


async def test_a_spent_token_is_renewed_once_and_the_message_goes(database: Database) -> None:
    spent = [True]

    class Renewable(FakeChannel):
        renewals = 0

        async def refresh(self) -> None:
            self.renewals += 1
            spent.clear()

    def before(_: str) -> None:
        if spent:
            raise SendError("-216", Trouble.REFRESH)

    await _plan(database, 1)
    channel = Renewable(before=before)

    async with _working(database, channel, Clock()):
        rows = await _until(database, _all("delivered"))

    assert (channel.renewals, rows[0].attempts) == (1, 1)


async def test_who_was_last_heard_before_the_window_is_left_out_with_the_reason(
    database: Database,
) -> None:
    await _plan(database, 2)
    async with database.write() as session:
        old = update(Contact).where(col(Contact.address) == "0001")
        await session.exec(old.values(last_seen_at=NOW - timedelta(days=3)))
    channel = FakeChannel()
    channel.capabilities = Capabilities(text_limit=2_000, window=timedelta(hours=48))

    async with _working(database, channel, Clock()):
        rows = await _until(database, lambda rows: all(r.done_at for r in rows))

    assert [(r.address, r.reason) for r in rows if r.status == "skipped"] == [
        ("0001", "outside_window")
    ]
    assert channel.addresses == ["0000"]


@pytest.mark.parametrize(("chars", "got"), [(500, ["0000", "0001"]), (20, ["0000"])])
async def test_beyond_the_window_goes_what_fits_the_platforms_other_way(
    database: Database, chars: int, got: list[str]
) -> None:
    ways: dict[str, bool] = {}

    class Windowed(FakeChannel):
        capabilities = Capabilities(
            text_limit=2_000, window=timedelta(hours=48), beyond_window=chars
        )

        async def send(self, address: str, outgoing: Outgoing) -> str:
            ways[address] = outgoing.beyond_window
            return await super().send(address, outgoing)

    await _plan(database, 2)
    async with database.write() as session:
        old = update(Contact).where(col(Contact.address) == "0001")
        await session.exec(old.values(last_seen_at=NOW - timedelta(days=3)))
    channel = Windowed()

    async with _working(database, channel, Clock()):
        rows = await _until(database, lambda rows: all(r.done_at for r in rows))

    assert channel.addresses == got
    assert ways == {address: address == "0001" for address in got}
    assert {r.reason for r in rows} == ({""} if "0001" in got else {"", "outside_window"})


async def test_a_platform_that_fails_is_left_alone_and_nobody_is_lost(database: Database) -> None:
    down = [True]
    tried = []
    enough = asyncio.Event()

    def before(address: str) -> None:
        tried.append(address)
        if len(tried) >= TROUBLED_AFTER:
            enough.set()
        if down:
            raise SendError("Internal Server Error", Trouble.RETRY)

    await _plan(database, 300)
    channel = FakeChannel(before=before)
    clock = Clock()

    async with _working(database, channel, clock):
        await asyncio.wait_for(enough.wait(), 20)
        await asyncio.sleep(0.5)
        at_first = len(tried)
        down.clear()
        clock.now = NOW + timedelta(minutes=30)
        await _until(database, _all("delivered"))

    assert at_first <= SLOTS  # those on their way together, and then nobody
    assert channel.addresses == [f"{number:04}" for number in range(300)]


async def test_a_worker_told_to_stop_as_it_gets_a_hand_free_stops(database: Database) -> None:
    worker = Worker(database, PgQueuerEngine(database.url), {}, NoPace(), clock=Clock())
    feeding = asyncio.create_task(worker._feed())
    while not worker._freed._waiters:  # noqa: ASYNC110 - until it waits
        await asyncio.sleep(0)

    worker._freed.set()
    feeding.cancel()

    assert await asyncio.wait({feeding}, timeout=5) == ({feeding}, set())


async def test_an_engine_whose_queue_swallows_the_end_ends() -> None:
    running = asyncio.Event()

    class Swallowing(PgQueuerEngine):
        async def _run_once(self, *_: Any) -> None:
            if running.is_set():
                await asyncio.Event().wait()
            running.set()
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    async def handle(_: ChunkKey) -> None: ...

    working = asyncio.create_task(
        Swallowing("sqlite+aiosqlite://").run(handle, lanes=[1], at_once=1)
    )
    await running.wait()

    working.cancel()

    assert await asyncio.wait({working}, timeout=5) == ({working}, set())
