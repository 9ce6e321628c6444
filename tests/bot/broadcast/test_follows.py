"""Followers hear once what changed in fee, documents, time or place, and that a rule ends soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from bot.broadcast.follows import change_text, tell_changes, tell_endings
from bot.db import Database
from bot.models import Announcement, AnnouncementStatus
from bot.people import heard_from
from bot.subscriptions import follow, stop
from knowledge.content import Content
from knowledge.models import Procedure, Revision, RevisionStatus
from knowledge.publishing import changes

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
CODE = "9.000001"


def content(**more: Any) -> Content:
    return Content.model_validate({"code": CODE, "title": "Mượn sách", **more})


OLD = content(fees=[{"kind": "amount", "amount": 8000}], where="Ra phường.")
NEW = content(fees=[{"kind": "amount", "amount": 10000}], where="Ra phường.")


async def _publish(database: Database, *contents: Content) -> None:
    async with database.write() as session:
        procedure = Procedure(code=CODE)
        session.add(procedure)
        await session.flush()
        for number, one in enumerate(contents, 1):
            last = number == len(contents)
            session.add(
                Revision(
                    procedure_id=procedure.id or 0,
                    number=number,
                    status=RevisionStatus.PUBLISHED if last else RevisionStatus.ARCHIVED,
                    content=one.model_dump(mode="json"),
                    content_hash=str(number),
                    author="lan",
                    published_at=NOW - timedelta(hours=len(contents) - number),
                )
            )


async def _follower(database: Database) -> str:
    async with database.write() as session:
        person = (await heard_from(session, "telegram", "1", now=NOW)).person_id
        await follow(session, person, CODE, consent="v1", source="telegram", now=NOW)
    return person


async def _told(database: Database) -> list[Announcement]:
    async with database.read() as session:
        query = select(Announcement).order_by(col(Announcement.id))
        return list((await session.exec(query)).all())


async def test_a_changed_fee_is_told_once(database: Database) -> None:
    await _publish(database, OLD, NEW)
    await _follower(database)

    async with database.write() as session:
        assert await tell_changes(session, now=NOW) == 1
    async with database.write() as session:
        assert await tell_changes(session, now=NOW) == 0

    (announcement,) = await _told(database)
    assert announcement.status is AnnouncementStatus.SCHEDULED
    assert announcement.procedure_code == CODE
    assert announcement.text.splitlines() == [
        "Thủ tục Mượn sách (9.000001) mà anh/chị theo dõi vừa thay đổi:",
        "Phí, lệ phí:",
        "- Trước: 8.000 đồng",
        "- Nay: 10.000 đồng",
        "Anh/chị hỏi tôi để xem đầy đủ.",
    ]


async def test_what_nobody_follows_any_more_is_not_told(database: Database) -> None:
    await _publish(database, OLD, NEW)
    person = await _follower(database)
    async with database.write() as session:
        await stop(session, person, now=NOW)
        assert await tell_changes(session, now=NOW) == 0


async def test_a_change_of_words_only_is_not_told(database: Database) -> None:
    await _publish(database, OLD, OLD.model_copy(update={"title": "Mượn sách về nhà"}))
    await _follower(database)
    async with database.write() as session:
        assert await tell_changes(session, now=NOW) == 0


async def test_a_rule_that_ends_within_a_fortnight_is_told_once(database: Database) -> None:
    ending = content(fees=[{"kind": "free", "effective_to": "2026-12-01"}])
    await _publish(database, ending)
    await _follower(database)

    async with database.write() as session:
        assert await tell_endings(session, now=NOW - timedelta(days=30)) == 0
        assert await tell_endings(session, now=NOW) == 1
    async with database.write() as session:
        assert await tell_endings(session, now=NOW) == 0

    assert "hết hiệu lực ngày 01/12/2026" in (await _told(database))[0].text


def test_a_long_change_is_told_by_its_parts() -> None:
    text = change_text(NEW, CODE, changes(OLD, content(where="Ra phường. " * 200)))
    assert "Thay đổi ở: phí, lệ phí, " in text
    assert len(text) < 400
