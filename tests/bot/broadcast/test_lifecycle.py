"""An announcement's steps: each may be taken only in its turn, is on record, and happens once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from bot.broadcast import lifecycle
from bot.broadcast.lifecycle import LifecycleError
from bot.broadcast.wording import message_text
from bot.db import Database
from bot.models import (
    Announcement,
    AnnouncementStatus,
    AuditEntry,
    Delivery,
    DeliveryStatus,
    Run,
    RunStatus,
)

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
LIMITS = {"telegram": 4096, "zalo_oa": 2000}


async def _draft(database: Database, **given: Any) -> int:
    made = Announcement(text="Chiều nay nghỉ bão", topic="storms", created_at=NOW, **given)
    async with database.write() as session:
        return (await lifecycle.save_draft(session, made, by="lan")).id or 0


async def _released(database: Database, **given: Any) -> int:
    number = await _draft(database, **given)
    async with database.write() as session:
        await lifecycle.approve(session, number, by="lan", people=5, now=NOW)
        await lifecycle.release(session, number, by="lan", now=NOW)
    return number


async def _fire(database: Database, now: datetime = NOW) -> list[Run]:
    async with database.write() as session:
        return list(await lifecycle.fire_due(session, now=now))


async def _status(database: Database, number: int) -> AnnouncementStatus:
    async with database.read() as session:
        return (await session.get_one(Announcement, number)).status


async def test_from_draft_to_done_with_every_step_on_record(database: Database) -> None:
    number = await _released(database)
    (run,) = await _fire(database)
    assert run.fire_time == NOW
    assert await _status(database, number) is AnnouncementStatus.SENDING
    async with database.write() as session:
        stored = await session.get_one(Run, run.id)
        stored.status = RunStatus.SENDING
        session.add(stored)
        await session.flush()
        assert await lifecycle.settle(session, now=NOW) == 1

    assert await _status(database, number) is AnnouncementStatus.DONE
    assert await _fire(database, NOW + timedelta(days=1)) == []
    async with database.read() as session:
        deeds = (await session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id)))).all()
    assert deeds == ["announcement.save", "announcement.approve", "announcement.release"]


async def test_many_recipients_need_a_second_person(database: Database) -> None:
    number = await _draft(database)
    async with database.write() as session:
        with pytest.raises(LifecycleError, match="một người khác duyệt"):
            await lifecycle.approve(session, number, by="lan", people=lifecycle.BULK + 1, now=NOW)
        await lifecycle.approve(session, number, by="minh", people=lifecycle.BULK + 1, now=NOW)

    assert await _status(database, number) is AnnouncementStatus.APPROVED


async def test_of_two_who_approve_what_both_have_before_them_one_does(database: Database) -> None:
    number = await _draft(database)
    both_have_it = asyncio.Barrier(2)

    async def approve(by: str) -> str:
        async with database.write() as session:
            before = await session.get_one(Announcement, number)
            if not database.is_sqlite:  # there the second waits before it reads
                await both_have_it.wait()
            try:
                await lifecycle.approve(session, number, by=by, people=5, now=NOW)
            except LifecycleError:
                return "told"
            assert before.approver == by
            return "done"

    assert sorted(await asyncio.gather(approve("lan"), approve("minh"))) == ["done", "told"]


async def test_a_single_official_may_approve_alone(database: Database) -> None:
    number = await _draft(database)
    async with database.write() as session:
        done = await lifecycle.approve(session, number, by="lan", people=9_000, alone=True, now=NOW)
    assert done.approver == "lan"


async def test_an_audience_of_nobody_is_refused(database: Database) -> None:
    number = await _draft(database)
    async with database.write() as session:
        with pytest.raises(LifecycleError, match="Không có ai"):
            await lifecycle.approve(session, number, by="minh", people=0, now=NOW)


async def test_what_is_approved_is_written_no_more(database: Database) -> None:
    number = await _released(database)
    async with database.write() as session:
        announcement = await session.get_one(Announcement, number)
        with pytest.raises(LifecycleError, match="chờ đến giờ"):
            await lifecycle.save_draft(session, announcement, by="lan")
        with pytest.raises(LifecycleError, match="chưa được duyệt"):
            await lifecycle.release(session, number, by="lan", now=NOW)


async def test_a_repeated_announcement_fires_each_time_once(database: Database) -> None:
    number = await _released(database, cron="0 11 * * *")  # an hour from now in Vietnam
    assert await _fire(database) == []

    (first,) = await _fire(database, NOW + timedelta(hours=1))
    async with database.write() as session:
        stored = await session.get_one(Run, first.id)
        stored.status = RunStatus.SENDING
        session.add(stored)
        await session.flush()
        await lifecycle.settle(session, now=NOW + timedelta(hours=1))
    assert await _status(database, number) is AnnouncementStatus.SCHEDULED
    (second,) = await _fire(database, NOW + timedelta(hours=25))

    assert second.fire_time - first.fire_time == timedelta(days=1)


async def test_a_time_missed_by_far_is_reported_and_not_sent(database: Database) -> None:
    number = await _released(database, send_at=NOW + timedelta(minutes=1))

    (run,) = await _fire(database, NOW + timedelta(hours=9))

    assert run.status is RunStatus.MISSED
    assert "đã quá 120 phút" in run.note
    assert await _status(database, number) is AnnouncementStatus.EXPIRED


async def test_of_many_missed_times_only_the_newest_goes(database: Database) -> None:
    await _released(database, cron="0 11 * * *")

    (run,) = await _fire(database, NOW + timedelta(days=3, hours=2))

    assert run.fire_time == NOW + timedelta(days=3, hours=1)
    assert run.status is RunStatus.PLANNING


async def test_what_expired_while_it_waited_is_not_sent(database: Database) -> None:
    number = await _released(
        database, send_at=NOW + timedelta(hours=1), expires_at=NOW + timedelta(hours=2)
    )
    assert await _fire(database, NOW + timedelta(hours=3)) == []
    assert await _status(database, number) is AnnouncementStatus.EXPIRED


async def test_stopped_and_resumed(database: Database) -> None:
    number = await _released(database)
    await _fire(database)
    async with database.write() as session:
        await lifecycle.stop(session, number, by="lan", now=NOW)
        run = (await session.exec(select(Run))).one()
        assert run.status is RunStatus.STOPPED
        with pytest.raises(LifecycleError, match="không đang gửi"):
            await lifecycle.stop(session, number, by="lan", now=NOW)
        await lifecycle.resume(session, number, by="lan", now=NOW)
        with pytest.raises(LifecycleError, match="không bị dừng"):
            await lifecycle.resume(session, number, by="lan", now=NOW)

    assert await _status(database, number) is AnnouncementStatus.SENDING


async def test_a_correction_is_for_those_who_got_the_wrong_one(database: Database) -> None:
    number = await _released(database)
    (run,) = await _fire(database)
    async with database.write() as session:
        with pytest.raises(LifecycleError, match="Chưa ai nhận"):
            await lifecycle.correct(session, number, "Sửa lại", by="lan", now=NOW)
        session.add(
            Delivery(
                run_id=run.id or 0, person_id="p", channel="telegram", address="1", chunk=0,
                status=DeliveryStatus.DELIVERED,
            )
        )  # fmt: skip
        await session.flush()
        correction = await lifecycle.correct(session, number, "Nghỉ cả ngày", by="lan", now=NOW)

    assert (correction.correction_of, correction.status) == (number, AnnouncementStatus.DRAFT)
    assert message_text(correction).startswith("Đính chính\n\nNghỉ cả ngày")


async def test_the_same_words_again_are_warned_of(database: Database) -> None:
    number = await _released(database)
    again = Announcement(text="CHIỀU NAY, nghỉ bão!", topic="storms")
    other = Announcement(text="Tiêm chủng sởi sáng thứ Hai", topic="vaccination")
    async with database.read() as session:
        twin = await lifecycle.twin_of(session, again, now=NOW)
        assert await lifecycle.twin_of(session, other, now=NOW) is None

    assert twin is not None
    assert twin.id == number
    assert f"số {number}" in twin.warning


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": "  "}, "chưa có nội dung"),
        ({"text": "Họp lúc {giờ} tại [nơi]"}, "chưa điền"),
        ({"text": "a" * 1990}, "zalo_oa chỉ nhận 2000"),
        ({"source_url": "javascript:alert(1)"}, "http://"),
        ({"topic": ""}, "Chọn một chủ đề"),
        ({"topic": "banhang"}, "Không có chủ đề"),
        ({"cron": "0 7 31 2 *"}, "không bao giờ tới"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(given: dict[str, Any], said: str) -> None:
    fields: dict[str, Any] = {"text": "Nghỉ bão", "topic": "storms", **given}
    wrong = lifecycle.check(Announcement(created_at=NOW, **fields), LIMITS, now=NOW)
    assert any(said in sentence for sentence in wrong), wrong


def test_a_sound_announcement_has_nothing_wrong() -> None:
    sound = Announcement(
        text="Nghỉ bão", topic="storms", source_url="https://vi-du.vn/1", created_at=NOW
    )
    assert lifecycle.check(sound, LIMITS, now=NOW) == []
