"""Who asked for one message a day gets one, with all that was announced for them and still holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.broadcast import digest, gathered, lifecycle, progress, recall
from bot.broadcast.audience import _plan_slice, estimate, plan
from bot.broadcast.gathered import Shares
from bot.broadcast.jobs import Clockwork, send_due
from bot.broadcast.outbox import ChunkKey
from bot.broadcast.recalling import Recaller
from bot.broadcast.sending import Sender
from bot.channels import Lane
from bot.db import Database
from bot.models import (
    Announcement,
    AnnouncementStatus,
    Chunk,
    ChunkStatus,
    Delivery,
    Gathered,
    Recall,
    Run,
    RunStatus,
    Subscription,
    Topic,
)
from bot.people import heard_from, join
from bot.subscriptions import set_daily, stop
from tests.bot.broadcast.fake import FakeChannel, NoPace
from tests.bot.broadcast.making import (
    COMMUNE,
    NOW,
    OTHER_PROVINCE,
    PROVINCE,
    add_units,
    subscribe,
)

#: Five in the afternoon in Vietnam, on the day of NOW.
DUE = NOW + timedelta(hours=7)
LATER = DUE + timedelta(seconds=30)


async def _daily(database: Database, address: str, *topics: Topic, province: str = "") -> str:
    """Return the person at `address`, who wants one message a day."""
    async with database.write() as session:
        for topic in topics or (Topic.STORMS,):
            person = await subscribe(session, address, topic=topic, province=province)
        await set_daily(session, person, daily=True, now=NOW - timedelta(hours=1))
    return person


async def _announce(database: Database, text: str, at: datetime = NOW, **given: object) -> int:
    """Begin an announcement and plan whom it goes to; return its id."""
    row = Announcement(text=text, status=AnnouncementStatus.SCHEDULED, next_fire_at=at)
    for name, value in {"topic": "storms", **given}.items():
        setattr(row, name, value)
    async with database.write() as session:
        session.add(row)
        await session.flush()
        number = row.id or 0
    await send_due(Clockwork(database, ("telegram",)), at)
    return number


async def _begin(database: Database, now: datetime = LATER) -> bool:
    """Let the hour of the digest come: gather, and plan."""
    begun = await digest.begin_due(database, ("telegram",), hour=17, now=now)
    await send_due(Clockwork(database, ("telegram",)), now)
    return begun


async def _sent(database: Database, now: datetime = LATER) -> dict[str, list[str]]:
    """Send all that is due; return what each address got."""
    channel = FakeChannel()
    sender = Sender(database, {"telegram": channel}, NoPace(), owner="w", clock=lambda: now)
    while keys := await _open_chunks(database):
        for key in keys:
            await sender.send(key)
    await sender.drain()
    got: dict[str, list[str]] = {}
    for address, text in channel.sent:
        got.setdefault(address, []).append(text)
    return got


async def _open_chunks(database: Database) -> Sequence[ChunkKey]:
    going_on = select(Run.id).where(Run.status == RunStatus.SENDING)
    query = select(Chunk).where(Chunk.status != ChunkStatus.DONE, col(Chunk.run_id).in_(going_on))
    async with database.read() as session:
        return [
            ChunkKey(one.run_id, one.number, one.channel)
            for one in (await session.exec(query)).all()
        ]


async def test_one_message_a_day_holds_all_that_was_announced(database: Database) -> None:
    await _daily(database, "daily", Topic.STORMS, Topic.SCHOOLS)
    async with database.write() as session:
        await subscribe(session, "at once")
    await _announce(database, "Bão số 5", title="Tin bão", source_url="https://a.vn/5")
    await _announce(database, "Tuyển sinh lớp 1", topic="schools")

    at_noon = await _sent(database, NOW)
    assert await _begin(database)
    at_five = await _sent(database)

    assert at_noon == {
        "at once": ["Tin bão\n\nBão số 5\n\nNguồn: https://a.vn/5\nNhắn “DỪNG” để thôi nhận tin."]
    }
    digest_of_the_day = (
        "Bản tin gộp ngày 23/11/2026: 2 tin anh/chị đăng ký\n\n"
        "1. Tin bão\nBão số 5\nNguồn: https://a.vn/5\n\n"
        "2. Tuyển sinh lớp 1\n\n"
        "Nhắn “báo ngay” để nhận từng tin khi có, “DỪNG” để thôi nhận tin."
    )
    assert at_five == {"daily": [digest_of_the_day]}


async def test_a_single_announcement_reads_as_ever(database: Database) -> None:
    await _daily(database, "daily")
    await _announce(database, "Bão số 5")

    await _begin(database)

    assert await _sent(database) == {"daily": ["Bão số 5\n\nNhắn “DỪNG” để thôi nhận tin."]}


async def test_nothing_announced_makes_no_digest(database: Database) -> None:
    await _daily(database, "daily")
    await _announce(database, "Nghỉ học", topic="schools")

    assert not await _begin(database)

    async with database.read() as session:
        digests = select(Announcement).where(col(Announcement.digest_on).is_not(None))
        assert (await session.exec(digests)).all() == []


async def test_what_cannot_wait_comes_at_once(database: Database) -> None:
    await _daily(database, "daily")
    await _announce(database, "Sơ tán ngay", urgent=True)
    await _announce(database, "Cúp điện từ 13 giờ đến 16 giờ", expires_at=DUE - timedelta(hours=1))

    assert len((await _sent(database, NOW))["daily"]) == 2
    assert not await _begin(database)


async def test_what_is_announced_after_the_hour_waits_for_the_next_day(
    database: Database,
) -> None:
    await _daily(database, "daily")
    await _announce(database, "Đúng giờ", DUE)
    await _announce(database, "Sau giờ", DUE + timedelta(seconds=1))

    assert await _begin(database)
    assert await _sent(database) == {"daily": ["Đúng giờ\n\nNhắn “DỪNG” để thôi nhận tin."]}

    tomorrow = LATER + timedelta(days=1)
    assert await _begin(database, tomorrow)
    assert await _sent(database, tomorrow) == {
        "daily": ["Sau giờ\n\nNhắn “DỪNG” để thôi nhận tin."]
    }


async def test_places_and_topics_are_matched_as_ever(database: Database) -> None:
    async with database.write() as session:
        await add_units(session)
    await _daily(database, "here", province=PROVINCE)
    await _daily(database, "elsewhere", province=OTHER_PROVINCE)
    await _announce(database, "Bão ở xã", places=[COMMUNE])
    await _announce(database, "Bão ở tỉnh bên", places=[OTHER_PROVINCE])

    await _begin(database)

    got = await _sent(database)
    assert {address: text.split("\n")[0] for address, [text] in got.items()} == {
        "here": "Bão ở xã", "elsewhere": "Bão ở tỉnh bên",
    }  # fmt: skip


async def test_digests_go_once_a_day_whoever_schedules_and_tell_nothing_twice(
    database: Database,
) -> None:
    await _daily(database, "daily")
    await _announce(database, "Bão số 5")

    begun = await asyncio.gather(*(_begin(database) for _ in range(2)))
    assert sum(begun) <= 1
    assert len((await _sent(database))["daily"]) == 1
    assert not await _begin(database, LATER + timedelta(minutes=1))
    assert not await _begin(database, LATER + timedelta(days=1))
    assert await _sent(database) == {}


async def test_a_digest_begun_but_not_planned_is_planned_after_a_crash(
    database: Database,
) -> None:
    """Killed after each transaction: what was gathered, begun or planned is neither lost nor doubled."""
    await _daily(database, "daily")
    await _announce(database, "Bão số 5")
    await digest.begin_due(database, ("telegram",), hour=17, now=LATER)
    async with database.write() as session:  # begun, and killed before it was planned
        await lifecycle.fire_due(session, now=LATER)

    assert not await _begin(database, LATER + timedelta(minutes=5))

    assert len((await _sent(database))["daily"]) == 1


async def test_after_downtime_a_digest_still_goes_for_two_hours_then_waits_for_the_next(
    database: Database,
) -> None:
    await _daily(database, "daily")
    await _announce(database, "Bão số 5")

    assert not await _begin(database, DUE + timedelta(hours=3))
    assert await _begin(database, DUE + timedelta(days=1, hours=1))
    assert len((await _sent(database, DUE + timedelta(days=1, hours=1)))["daily"]) == 1


async def test_a_digest_waits_for_what_is_being_written_down(database: Database) -> None:
    await _daily(database, "daily")
    await _announce(database, "Bão số 5")
    async with database.write() as session:
        run = Run(announcement_id=1, fire_time=DUE, digest_at=DUE)
        session.add(run)

    assert not await digest.begin_due(database, ("telegram",), hour=17, now=LATER)

    await send_due(Clockwork(database, ("telegram",)), LATER)
    assert await digest.begin_due(database, ("telegram",), hour=17, now=LATER)


async def test_what_is_stopped_taken_back_or_over_stays_out(database: Database) -> None:
    await _daily(database, "daily")
    stopped = await _announce(database, "Tin sai")
    taken_back = await _announce(database, "Tin thu hồi")
    await _announce(database, "Tin ngắn hạn", expires_at=DUE + timedelta(minutes=1))
    await _announce(database, "Tin đúng")
    async with database.write() as session:
        await lifecycle.stop(session, stopped, by="lan", now=NOW)
    async with database.write() as session:
        await recall.ask(session, taken_back, by="lan", now=LATER)

    await _begin(database)
    got = await _sent(database, DUE + timedelta(minutes=2))

    assert got == {"daily": ["Tin đúng\n\nNhắn “DỪNG” để thôi nhận tin."]}


async def test_what_is_stopped_after_the_planning_stays_out_and_comes_next_time_when_resumed(
    database: Database,
) -> None:
    await _daily(database, "daily")
    first = await _announce(database, "Tin một")
    await _announce(database, "Tin hai")
    await _begin(database)
    async with database.write() as session:
        await lifecycle.stop(session, first, by="lan", now=NOW)

    assert await _sent(database) == {"daily": ["Tin hai\n\nNhắn “DỪNG” để thôi nhận tin."]}

    async with database.write() as session:
        resumed = await lifecycle.resume(session, first, by="lan", now=LATER)
    assert resumed.status is AnnouncementStatus.DONE
    tomorrow = LATER + timedelta(days=1)
    assert await _begin(database, tomorrow)
    assert await _sent(database, tomorrow) == {
        "daily": ["Tin một\n\nNhắn “DỪNG” để thôi nhận tin."]
    }


async def test_what_is_stopped_while_the_message_waits_for_its_turn_stays_out(
    database: Database,
) -> None:
    await _daily(database, "daily")
    first = await _announce(database, "Tin một")
    await _announce(database, "Tin hai")
    await _begin(database)
    channel = FakeChannel()

    class Stopped(NoPace):
        async def grant(self, channel: str, address: str, lane: Lane) -> None:
            async with database.write() as session:
                await lifecycle.stop(session, first, by="lan", now=NOW)
            await sender._look(list(sender._works))

    sender = Sender(database, {"telegram": channel}, Stopped(), owner="w", clock=lambda: LATER)
    (key,) = await _open_chunks(database)
    await sender.send(key)
    await sender.drain()

    assert channel.sent == [("daily", "Tin hai\n\nNhắn “DỪNG” để thôi nhận tin.")]


async def test_who_stops_a_topic_gets_the_rest_and_who_stops_all_gets_nothing(
    database: Database,
) -> None:
    some = await _daily(database, "some", Topic.STORMS, Topic.SCHOOLS)
    none = await _daily(database, "none", Topic.STORMS, Topic.SCHOOLS)
    await _announce(database, "Bão số 5")
    await _announce(database, "Tuyển sinh", topic="schools")
    await _begin(database)
    async with database.write() as session:
        await stop(session, some, topic=Topic.STORMS, now=LATER)
        await stop(session, none, now=LATER)

    assert await _sent(database) == {"some": ["Tuyển sinh\n\nNhắn “DỪNG” để thôi nhận tin."]}

    async with database.read() as session:
        run = (await session.exec(select(Run).order_by(col(Run.id).desc()))).first()
        assert run is not None
        reasons = await progress.reasons(session, run.announcement_id)
    assert reasons == [("skipped", "nothing_left", 1)]


async def test_a_topic_given_up_meanwhile_is_forgotten_not_kept_for_the_next_digest(
    database: Database,
) -> None:
    person = await _daily(database, "daily", Topic.STORMS, Topic.SCHOOLS)
    await _announce(database, "Bão số 5")
    await _announce(database, "Tuyển sinh", topic="schools")
    await _announce(database, "Tin sẽ dừng", topic="schools")
    await _begin(database)
    async with database.write() as session:
        await stop(session, person, topic=Topic.STORMS, now=LATER)
        await lifecycle.stop(session, 3, by="lan", now=NOW)

    await _sent(database)

    async with database.read() as session:
        query = select(Gathered.run_id, Gathered.digest_run_id)
        rows = (await session.exec(query.order_by(col(Gathered.run_id)))).all()
    assert rows == [(2, 4), (3, None)]


async def test_what_waits_goes_with_the_wish_even_if_the_wish_comes_back(
    database: Database,
) -> None:
    person = await _daily(database, "daily", Topic.STORMS, Topic.SCHOOLS)
    await _announce(database, "Bão số 5")
    await _announce(database, "Tuyển sinh", topic="schools")
    async with database.write() as session:
        await stop(session, person, topic=Topic.STORMS, now=NOW)
        await subscribe(session, "daily", province=OTHER_PROVINCE)

    await _begin(database)

    assert await _sent(database) == {"daily": ["Tuyển sinh\n\nNhắn “DỪNG” để thôi nhận tin."]}


async def test_who_wants_all_at_once_again_still_gets_what_was_gathered(
    database: Database,
) -> None:
    person = await _daily(database, "daily")
    await _announce(database, "Bão số 5")
    async with database.write() as session:
        await set_daily(session, person, daily=False, now=NOW)
    await _announce(database, "Bão số 6")

    assert len((await _sent(database, NOW))["daily"]) == 1
    await _begin(database)
    assert await _sent(database) == {"daily": ["Bão số 5\n\nNhắn “DỪNG” để thôi nhận tin."]}


async def test_a_correction_reaches_who_got_it_alone_or_in_a_digest_and_no_one_else(
    database: Database,
) -> None:
    await _daily(database, "daily", Topic.STORMS, Topic.SCHOOLS)
    await _daily(database, "other", Topic.SCHOOLS)
    async with database.write() as session:
        await subscribe(session, "at once")
    wrong = await _announce(database, "Bão số 5")
    await _announce(database, "Tuyển sinh", topic="schools")
    await _sent(database, NOW)
    await _begin(database)
    await _sent(database)

    async with database.write() as session:
        draft = await lifecycle.correct(session, wrong, "Bão số 6", by="lan", now=LATER)
        draft.status, draft.next_fire_at = AnnouncementStatus.SCHEDULED, LATER
    await send_due(Clockwork(database, ("telegram",)), LATER)

    assert sorted(await _sent(database)) == ["at once", "daily"]


async def test_who_waits_for_the_wrong_one_is_told_the_correction_in_its_place(
    database: Database,
) -> None:
    await _daily(database, "daily")
    async with database.write() as session:
        await subscribe(session, "at once")
    wrong = await _announce(database, "Bão số 5")
    await _sent(database, NOW)
    async with database.write() as session:
        draft = await lifecycle.correct(session, wrong, "Bão số 6", by="lan", now=NOW)
        draft.status, draft.next_fire_at = AnnouncementStatus.SCHEDULED, NOW
    await send_due(Clockwork(database, ("telegram",)), NOW)

    assert list(await _sent(database, NOW)) == ["at once"]
    await _begin(database)
    assert await _sent(database) == {
        "daily": ["Đính chính\n\nBão số 6\n\nNhắn “DỪNG” để thôi nhận tin."]
    }


async def test_the_report_says_who_gets_it_with_the_digest(database: Database) -> None:
    await _daily(database, "daily")
    await _daily(database, "lost")
    async with database.write() as session:
        await subscribe(session, "at once")
        announcement = Announcement(text="x", topic="storms")
        found = await estimate(session, announcement, ("telegram",), digest_at=DUE)
    assert (found.reachable, found.gathered) == (3, 2)

    number = await _announce(database, "Bão số 5")
    async with database.read() as session:
        run = (await session.exec(select(Run))).one()
        before = await gathered.shares(session, number, now=NOW)
    assert (run.planned, run.gathered, run.digest_at) == (1, 2, DUE)
    assert before == Shares(waiting=2)

    await _begin(database)
    async with database.write() as session:
        lost = select(Delivery).where(Delivery.address == "lost")
        await session.delete((await session.exec(lost)).one())
        sums = select(Chunk).order_by(col(Chunk.run_id).desc())
        chunk = (await session.exec(sums)).first()
        assert chunk is not None
    await _sent(database)
    async with database.read() as session:
        after = await gathered.shares(session, number, now=LATER)
    assert after == Shares(delivered=1, missed=1)
    async with database.write() as session:
        await recall.ask(session, number, by="lan", now=LATER)
    channels = {"telegram": FakeChannel()}
    recaller = Recaller(database, channels, NoPace(), owner="one", clock=lambda: LATER)
    assert await recaller.take_up()
    async with database.read() as session:
        back = await session.get_one(Recall, number)
    assert (back.taken, back.in_digests) == (1, 1)


@pytest.mark.parametrize("planned", [0, 1, 2, 3])
async def test_killed_between_any_two_slices_nobody_is_lost_or_told_twice(
    database: Database, planned: int
) -> None:
    """Both what is kept and the digest itself are written slice by slice, each with how far it came."""
    for number in range(3):
        await _daily(database, f"daily {number}")
    async with database.write() as session:
        session.add(Announcement(text="Bão", topic="storms"))
        await session.flush()
        session.add(Run(announcement_id=1, fire_time=NOW, digest_at=DUE))
    await _killed_after(database, 1, planned)
    await plan(database, 1, ("telegram",), due_at=NOW)

    await digest.begin_due(database, ("telegram",), hour=17, now=LATER)
    async with database.write() as session:
        (run,) = await lifecycle.fire_due(session, now=LATER)
    await _killed_after(database, run.id or 0, planned)
    await _begin(database)

    got = await _sent(database)
    assert {address: len(texts) for address, texts in got.items()} == {
        f"daily {number}": 1 for number in range(3)
    }


async def _killed_after(database: Database, run_id: int, slices: int) -> None:
    """Plan so many people, one at a time, and no more."""
    for _ in range(slices):
        async with database.write() as session:
            await _plan_slice(session, run_id, ("telegram",), NOW, 1)


@pytest.mark.parametrize("size", [1, 100])
async def test_planning_in_slices_gathers_each_person_once(database: Database, size: int) -> None:
    for number in range(5):
        await _daily(database, f"daily {number}")
    async with database.write() as session:
        for number in range(5):
            person = await subscribe(session, f"at once {number}", province=PROVINCE)
        session.add(  # of the same topic, wanted once a day elsewhere: it comes at once
            Subscription(
                person_id=person, topic=Topic.STORMS, daily=True, consent_text_version="1",
                consented_at=NOW, source="telegram",
            )
        )  # fmt: skip
        session.add(Announcement(text="Bão", topic="storms"))
        await session.flush()
        session.add(Run(announcement_id=1, fire_time=NOW, digest_at=DUE))

    assert await plan(database, 1, ("telegram",), due_at=NOW, size=size) == 5

    async with database.read() as session:
        rows = (await session.exec(select(Gathered))).all()
        run = await session.get_one(Run, 1)
    assert (len(rows), run.gathered) == (5, 5)


async def test_what_waits_for_joined_people_is_told_once(database: Database) -> None:
    kept = await _daily(database, "phone", Topic.STORMS)
    joined = await _daily(database, "other phone", Topic.STORMS, Topic.SCHOOLS)
    await _announce(database, "Bão số 5")
    await _announce(database, "Tuyển sinh", topic="schools")
    async with database.write() as session:
        await join(session, kept=kept, joined=joined)
        await heard_from(session, "telegram", "phone", now=NOW + timedelta(minutes=1))

    await _begin(database)

    ((address, [text]),) = (await _sent(database)).items()
    assert (address, text.count("Bão số 5"), text.count("Tuyển sinh")) == ("phone", 1, 1)
    async with database.read() as session:
        wishes = (await session.exec(select(Subscription))).all()
    assert {(one.person_id, one.daily) for one in wishes} == {(kept, True)}


async def test_what_one_of_two_joined_people_was_told_does_not_come_again(
    database: Database,
) -> None:
    kept = await _daily(database, "phone")
    joined = await _daily(database, "other phone")
    await _announce(database, "Bão số 5")
    async with database.write() as session:
        told = await session.get_one(Gathered, (1, joined))
        told.digest_run_id = 99
        await join(session, kept=kept, joined=joined)

    assert not await _begin(database)

    async with database.read() as session:
        rows = (await session.exec(select(Gathered.person_id, Gathered.digest_run_id))).all()
    assert rows == [(kept, 99)]
