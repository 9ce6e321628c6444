"""Carry out what an editor decided: drafts first, then publications, in bounded transactions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database
from bot.imports.leases import finish, go_on
from bot.imports.packing import unpack
from bot.imports.reading import counted
from bot.models import ImportJob, ImportRow, JobStatus, RowOutcome, RowState
from knowledge.golden import Gate
from knowledge.importing import Draft
from knowledge.importing.starter import phrases
from knowledge.models import Origin
from knowledge.published import Library
from knowledge.publishing import (
    AUTHORS,
    Hold,
    Phrase,
    PublishingError,
    add_phrases,
    archive,
    publish,
    save_drafts,
)

#: Rows saved as drafts, and rows published, in one transaction.
SAVED_AT_ONCE: Final = 200
PUBLISHED_AT_ONCE: Final = 1_000
HELD_BACK: Final = "Chưa công bố: bộ câu hỏi kiểm tra cho kết quả kém đi."
ONLY_TAKEN_OFF: Final = "Thủ tục không có trong tệp thì chỉ có thể gỡ, không lưu nháp được."
_HELD: Final = {
    Hold.CURATED: "Thủ tục này do cán bộ biên soạn: bản nhập là bản nháp, hãy so sánh rồi quyết định.",
    Hold.SUPERSEDED: "Mã này đã được mã khác thay: bản nhập chỉ là bản nháp.",
}


async def save_chosen(database: Database, job: ImportJob, *, clock: Callable[[], datetime]) -> None:
    """Take over every row an editor chose; a row that cannot be is told and left.

    Raises:
        LostError: the job was given up meanwhile; what was taken over stays.
    """
    assert job.id is not None
    total = max(1, await _left(database, job.id))
    asked = False
    while True:
        share = max(0.0, 1 - await _left(database, job.id) / total)
        async with database.write() as session:
            await go_on(session, job.id, JobStatus.SAVING, now=clock(), share=share)
            if await _save_some(session, job):
                continue
        if not asked:
            broke, asked = await _ask_the_gate(database, job), True
        async with database.write() as session:
            await go_on(session, job.id, JobStatus.SAVING, now=clock())
            if broke:
                await _hold_back(session, job)
            elif await _publish_some(session, job, clock()):
                continue
            result: dict[str, Any] = {**await counted(session, job.id), "broke": broke}
            await finish(session, job.id, JobStatus.READY, now=clock(), share=1.0, result=result)
            return


async def _left(database: Database, job_id: int) -> int:
    """Return how many rows wait: one that is to be saved and published waits once."""
    async with database.read() as session:
        return (
            await session.exec(
                select(func.count()).where(
                    ImportRow.job_id == job_id,
                    col(ImportRow.state).in_((RowState.TO_SAVE, RowState.TO_PUBLISH)),
                )
            )
        ).one()


async def _save_some(session: AsyncSession, job: ImportJob) -> bool:
    """Store some rows as drafts, take some off; say whether there were any."""
    rows = (
        await session.exec(
            select(ImportRow)
            .where(
                ImportRow.job_id == job.id,
                col(ImportRow.state).in_((RowState.TO_SAVE, RowState.TO_PUBLISH)),
                col(ImportRow.revision_id).is_(None),
            )
            .order_by(col(ImportRow.id))
            .limit(SAVED_AT_ONCE)
        )
    ).all()
    by_origin: dict[Origin, list[tuple[ImportRow, Draft]]] = defaultdict(list)
    for row in rows:
        if row.outcome is RowOutcome.REMOVED:
            await _take_off(session, row)
        elif row.packed is not None:
            draft = unpack(row.packed)
            by_origin[draft.origin].append((row, draft))
    for origin, group in by_origin.items():
        await _save_group(session, group, origin, job.decided_by)
    return bool(rows)


async def _save_group(
    session: AsyncSession, group: Sequence[tuple[ImportRow, Draft]], origin: Origin, editor: str
) -> None:
    saved = await save_drafts(
        session,
        [draft.content for _, draft in group],
        author=AUTHORS.get(origin, editor),
        origin=origin,
        note=group[0][1].source,
    )
    for (row, _), one in zip(group, saved, strict=True):
        row.revision_id = one.revision_id
        if row.state is RowState.TO_SAVE or not one.publishable:
            row.state = RowState.SAVED
            row.reason = _HELD[one.hold] if one.hold else ""
        session.add(row)


async def _take_off(session: AsyncSession, row: ImportRow) -> None:
    """Take a procedure the file lacks off; its revision stays."""
    if row.state is RowState.TO_SAVE:
        _mark(session, [row], RowState.FAILED, ONLY_TAKEN_OFF)
        return
    try:
        await archive(session, row.code)
        _mark(session, [row], RowState.PUBLISHED)
    except PublishingError as error:
        _mark(session, [row], RowState.FAILED, str(error))


async def _ask_the_gate(database: Database, job: ImportJob) -> list[str]:
    """Return the golden questions that publishing would break; none when somebody overrode them."""
    if job.result.get("override"):
        return []
    async with database.read() as session:
        packed = await session.exec(
            select(ImportRow.packed).where(*_to_publish(job), col(ImportRow.packed).is_not(None))
        )
        drafts = [unpack(one) for one in packed if one is not None]
    if not drafts:
        return []
    library = Library(database.read)
    live = (await library.refresh()).live
    wordings = {}
    for draft in drafts:
        known = live.get(draft.content.code)
        aliases, examples = (known.aliases, known.examples) if known else ((), ())
        wordings[draft.content.code] = (aliases + draft.aliases, examples + draft.examples)
    verdict = await Gate(database.read, library).verdict([d.content for d in drafts], wordings)
    return [before.golden.question for before, _ in verdict.broke]


def _to_publish(job: ImportJob) -> tuple[Any, ...]:
    return (
        ImportRow.job_id == job.id,
        col(ImportRow.state) == RowState.TO_PUBLISH,
        col(ImportRow.revision_id).is_not(None),
    )


async def _hold_back(session: AsyncSession, job: ImportJob) -> None:
    """Leave what was to be published as drafts: a person reads which questions broke first."""
    await session.exec(
        update(ImportRow)
        .where(*_to_publish(job))
        .values(state=RowState.SAVED, reason=HELD_BACK)
        .execution_options(synchronize_session=False)
    )


async def _publish_some(session: AsyncSession, job: ImportJob, now: datetime) -> bool:
    """Make some saved rows live; say whether there were any."""
    rows = (
        await session.exec(
            select(ImportRow)
            .where(*_to_publish(job))
            .order_by(col(ImportRow.id))
            .limit(PUBLISHED_AT_ONCE)
        )
    ).all()
    if not rows:
        return False
    await _keep_phrases(session, rows, job.decided_by)
    try:
        async with session.begin_nested():
            await publish(
                session, [_revision(row) for row in rows], approver=job.decided_by, now=now
            )
        _mark(session, rows, RowState.PUBLISHED)
    except PublishingError:
        for row in rows:  # one of them cannot be; find out which
            await _publish_one(session, row, job.decided_by, now)
    return True


async def _keep_phrases(session: AsyncSession, rows: Sequence[ImportRow], by: str) -> None:
    """Store the wordings that came with the rows; the publication that follows bumps the version."""
    by_origin: dict[Origin, list[Phrase]] = defaultdict(list)
    for row in rows:
        if row.packed is not None:
            draft = unpack(row.packed)
            by_origin[draft.origin] += phrases(draft.content.code, draft.aliases, draft.examples)
    for origin, known in by_origin.items():
        await add_phrases(session, known, origin=origin, author=by)


def _mark(session: AsyncSession, rows: Sequence[ImportRow], state: RowState, why: str = "") -> None:
    for row in rows:
        row.state, row.reason = state, why
        session.add(row)


async def _publish_one(session: AsyncSession, row: ImportRow, by: str, now: datetime) -> None:
    try:
        async with session.begin_nested():
            await publish(session, [_revision(row)], approver=by, now=now)
    except PublishingError as error:
        _mark(session, [row], RowState.FAILED, str(error))
    else:
        _mark(session, [row], RowState.PUBLISHED)


def _revision(row: ImportRow) -> int:
    assert row.revision_id is not None
    return row.revision_id
