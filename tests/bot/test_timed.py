"""What was approved for a time goes live then, past the golden questions; what ends is taken off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import col, select

from bot.db import Database
from bot.models import AuditEntry
from bot.timed import publish_due
from knowledge.content import Content
from knowledge.golden import Gate
from knowledge.models import GoldenQuestion, Revision, RevisionStatus
from knowledge.published import Library
from knowledge.publishing import approve, publish, save_edit, schedule, submit

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
PIGEONS = Content(code="1.000001", title="Đăng ký nuôi chim bồ câu đưa thư")
OTHER = Content(code="1.000894", title="Đăng ký kết hôn")


async def approved(
    database: Database, content: Content, base: int | None, *, expires_at: datetime | None = None
) -> int:
    async with database.write() as session:
        revision = await save_edit(session, content, author="lan", base=base, now=NOW)
        assert revision.id is not None
        await schedule(session, revision.id, publish_at=LATER, expires_at=expires_at, now=NOW)
        await submit(session, revision.id)
        await approve(session, revision.id, approver="minh")
        return revision.id


async def pass_time(database: Database, now: datetime) -> Library:
    library = Library(database.read)
    await library.refresh()
    await publish_due(database, library, Gate(database.read, library), now)
    return library


async def test_it_goes_live_at_its_time_and_not_before(database: Database) -> None:
    await approved(database, PIGEONS, None)

    assert set((await pass_time(database, NOW)).current.live) == set()
    assert set((await pass_time(database, LATER)).current.live) == {PIGEONS.code}


async def test_it_is_taken_off_at_its_end(database: Database) -> None:
    await approved(database, PIGEONS, None, expires_at=LATER + timedelta(days=1))
    await pass_time(database, LATER)

    assert set((await pass_time(database, LATER + timedelta(days=1))).current.live) == set()
    async with database.read() as session:
        actions = list(await session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))))
    assert actions == ["procedure.publish", "procedure.archive"]


async def test_what_would_break_a_golden_question_goes_back_to_the_approvers(
    database: Database,
) -> None:
    async with database.write() as session:
        first = await save_edit(session, PIGEONS, author="lan", base=None, now=NOW)
        other = await save_edit(session, OTHER, author="lan", base=None, now=NOW)
        assert first.id is not None
        assert other.id is not None
        base = first.id
        await publish(session, [first.id, other.id], approver="minh", now=NOW)
        session.add(GoldenQuestion(question="nuôi chim bồ câu đưa thư", codes=[PIGEONS.code]))
    ruined = PIGEONS.model_copy(update={"title": "Thủ tục số bảy"})
    waiting = await approved(database, ruined, base)

    await pass_time(database, LATER)

    async with database.read() as session:
        revision = (await session.exec(select(Revision).where(Revision.id == waiting))).one()
    assert (revision.status, revision.approver) == (RevisionStatus.IN_REVIEW, "")
    assert revision.note == "Chưa tự công bố: 1 câu hỏi mẫu sẽ bị trả lời sai. Hãy duyệt lại."
