"""An announcement is taken back where the platform allows it, however often that is cut."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.broadcast import lifecycle, recall
from bot.broadcast.lifecycle import LifecycleError
from bot.broadcast.recalling import FIRST_WAIT, GIVE_UP, PAGE, Recaller
from bot.channels import Capabilities, Channel, SendError, Trouble
from bot.db import Database
from bot.messages import announcements as words
from bot.models import (
    Announcement,
    AnnouncementStatus,
    AuditEntry,
    Delivery,
    DeliveryStatus,
    Recall,
    Run,
    RunStatus,
)
from tests.bot.broadcast.fake import FakeChannel, NoPace
from tests.bot.broadcast.making import NOW, add_run


class _Telegram(FakeChannel):
    """Forbids the message "old", and answers nothing about those in `lost`."""

    def __init__(self, lost: set[str] | None = None) -> None:
        super().__init__()
        self.lost = lost or set()

    async def recall(self, address: str, message_id: str) -> bool:
        if message_id in self.lost:
            raise SendError("bad gateway", Trouble.RETRY)
        await super().recall(address, message_id)
        return message_id != "old"


class _Zalo(FakeChannel):
    capabilities = Capabilities(text_limit=2_000)


class _Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def _sent(database: Database, copies: dict[str, str], status: RunStatus) -> int:
    """Return the announcement whose run left `copies`: message ids by person."""
    async with database.write() as session:
        announcement = Announcement(text="x", topic="storms", status=AnnouncementStatus.STOPPED)
        run_id = await add_run(session, announcement)
        (await session.get_one(Run, run_id)).status = status
        for person, message_id in copies.items():
            in_hand = person == "t-way"
            session.add(
                Delivery(
                    run_id=run_id, person_id=person, address=person, chunk=0, message_id=message_id,
                    channel="zalo_oa" if person.startswith("z") else "telegram",
                    status=DeliveryStatus.SENDING if in_hand else DeliveryStatus.DELIVERED,
                    lease_until=NOW + timedelta(seconds=20) if in_hand else None,
                )
            )  # fmt: skip
        return announcement.id or 0


async def _ask(database: Database, number: int, now: datetime = NOW) -> None:
    async with database.write() as session:
        await recall.ask(session, number, by="lan", now=now)


async def _read(database: Database, number: int) -> Recall:
    async with database.read() as session:
        return await session.get_one(Recall, number)


def _recaller(
    database: Database, clock: _Clock, *channels: Channel, owner: str = "one"
) -> Recaller:
    by_name = {channel.name: channel for channel in channels}
    return Recaller(database, by_name, NoPace(), owner=owner, clock=clock)


async def test_what_can_be_taken_back_is_and_the_rest_is_counted(database: Database) -> None:
    many = {f"t{n:04}": f"m{n}" for n in range(PAGE * 2)}
    copies = many | {"t-two": "a,b", "t-old": "old", "t-lost": "lost", "t-none": "-",
                     "t-way": "c", "t-unsent": "", "z1": "z"}  # fmt: skip
    number = await _sent(database, copies, RunStatus.STOPPED)
    telegram, zalo, clock = _Telegram({"lost"}), _Zalo("zalo_oa"), _Clock()
    recaller = _recaller(database, clock, telegram, zalo)
    await _ask(database, number)

    assert await recaller.take_up()
    first = await _read(database, number)
    assert not await recaller.take_up(), "what is left waits"
    telegram.lost.clear()
    clock.now = NOW + FIRST_WAIT
    assert await recaller.take_up()
    second = await _read(database, number)
    clock.now += timedelta(minutes=1)  # whoever had it in hand is dead
    assert await recaller.take_up()
    third = await _read(database, number)

    assert (first.taken, first.refused, first.left) == (len(many) + 1, 3, 2)
    assert (second.taken, second.refused, second.left) == (len(many) + 2, 3, 1)
    assert (third.taken, third.refused, third.left) == (len(many) + 3, 3, 0)
    assert (first.ended_at, third.ended_at, third.next_at) == (None, clock.now, None)
    asked = [message_id for _, message_id in telegram.recalled]
    assert sorted(asked) == sorted({*many.values(), "a", "b", "c", "old", "lost"}), "each once"
    assert zalo.recalled == []


async def test_it_is_logged_who_asked_and_what_became_of_it(database: Database) -> None:
    number = await _sent(database, {"t1": "m", "t2": "old"}, RunStatus.DONE)
    await _ask(database, number)

    await _recaller(database, _Clock(), _Telegram()).take_up()

    async with database.read() as session:
        entries = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()
    assert [(one.actor, one.action) for one in entries] == [
        ("lan", "announcement.recall"),
        ("lan", "announcement.recalled"),
    ]
    assert json.loads(entries[1].after) == {"taken": 1, "refused": 1, "left": 0, "in_digests": 0}


async def test_a_platform_that_is_away_is_left_alone_ever_longer(database: Database) -> None:
    copies = {f"t{n:04}": f"m{n}" for n in range(PAGE * 3)}
    number = await _sent(database, copies, RunStatus.DONE)
    telegram, clock = _Telegram(set(copies.values())), _Clock()
    recaller = _recaller(database, clock, telegram)
    await _ask(database, number)

    waits = []
    for _ in range(4):
        assert await recaller.take_up()
        back = await _read(database, number)
        assert back.next_at is not None
        waits.append(back.next_at - clock.now)
        clock.now = back.next_at
    clock.now = NOW + GIVE_UP + timedelta(seconds=1)
    await recaller.take_up()
    given_up = await _read(database, number)

    assert waits == [FIRST_WAIT * 2**n for n in range(4)]
    assert (given_up.left, given_up.ended_at) == (len(copies), clock.now)


async def test_what_a_dead_process_left_another_goes_on_with(database: Database) -> None:
    number = await _sent(database, {"t1": "m1", "t2": "m2"}, RunStatus.DONE)
    clock, telegram = _Clock(), _Telegram()
    await _ask(database, number)
    async with database.write() as session:  # as _claim leaves it
        back = await session.get_one(Recall, number)
        back.owner, back.next_at = "dead", NOW + timedelta(seconds=30)
        session.add(back)
    other = _recaller(database, clock, telegram, owner="other")

    before = await other.take_up()
    clock.now = NOW + timedelta(seconds=30)
    after = await other.take_up()

    back = await _read(database, number)
    assert (before, after) == (False, True)
    assert (back.taken, back.owner, back.ended_at) == (2, "", clock.now)


async def test_what_is_sent_again_is_taken_back_no_more(database: Database) -> None:
    number = await _sent(database, {"t1": "m1"}, RunStatus.STOPPED)
    telegram = _Telegram()
    await _ask(database, number)
    async with database.write() as session:
        await lifecycle.resume(session, number, by="lan", now=NOW)

    await _recaller(database, _Clock(), telegram).take_up()

    back = await _read(database, number)
    assert (telegram.recalled, back.left, back.ended_at) == ([], 1, NOW)


async def test_asked_for_again_it_goes_on_where_it_stood(database: Database) -> None:
    number = await _sent(database, {"t1": "m1", "t2": "m2", "t3": "old"}, RunStatus.DONE)
    telegram, clock = _Telegram({"m2"}), _Clock()
    recaller = _recaller(database, clock, telegram)
    await _ask(database, number)
    await recaller.take_up()

    telegram.lost.clear()
    await _ask(database, number)  # the official does not want to wait
    await recaller.take_up()

    back = await _read(database, number)
    assert (back.taken, back.refused, back.left) == (2, 1, 0)
    assert sorted(telegram.recalled) == [("t1", "m1"), ("t2", "m2"), ("t3", "old")]


async def test_what_is_being_sent_must_be_stopped_first_and_there_must_be_something(
    database: Database,
) -> None:
    sending = await _sent(database, {"t1": "m"}, RunStatus.SENDING)
    with pytest.raises(LifecycleError, match=words.STOP_FIRST):
        await _ask(database, sending)
    async with database.write() as session:
        draft = Announcement(text="x", topic="storms")
        session.add(draft)
        await session.flush()
        number = draft.id or 0
    with pytest.raises(LifecycleError, match=words.NOTHING_TO_RECALL):
        await _ask(database, number)
