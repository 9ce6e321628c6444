"""Read an uploaded file and compare each record with what is stored, a chunk at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, insert
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database
from bot.imports.leases import finish, go_on
from bot.imports.packing import as_rows, pack
from bot.models import ImportJob, ImportRow, JobStatus, RowOutcome
from knowledge.importing import Draft, Reader, Record, Refused, UnreadableFileError, reader_of
from knowledge.importing.edits import lay_over
from knowledge.importing.problems import Trap
from knowledge.importing.run import live_imports, without_known_outlines
from knowledge.models import Origin
from knowledge.publishing import AUTHORS, Outcome, Saved, save_drafts

#: Records compared and stored at a time: a second of work, half a megabyte of rows.
CHUNK: Final = 200
_OUTCOMES: Final = {
    Outcome.NEW: RowOutcome.NEW,
    Outcome.CHANGED: RowOutcome.CHANGED,
    Outcome.UNCHANGED: RowOutcome.UNCHANGED,
}


async def read_procedures(
    database: Database, job: ImportJob, path: Path, *, clock: Callable[[], datetime]
) -> None:
    """Bring a job from waiting to ready, going on where an earlier attempt was stopped.

    Raises:
        LostError: the job was given up meanwhile.
        UnreadableFileError: the file as a whole cannot be read.
    """
    assert job.id is not None
    reader = reader_of(path)
    share = 0.0

    def told(now_at: float) -> None:
        nonlocal share
        share = now_at

    async with database.write() as session:
        await go_on(session, job.id, job.status, now=clock(), status=JobStatus.READING)
    async with database.read() as session:
        seen = set(await session.exec(select(ImportRow.code).where(ImportRow.job_id == job.id)))
    taken = job.records
    stream = islice(reader.read(path, told), taken, None)
    while chunk := list(islice(stream, CHUNK)):
        async with database.read() as session:
            rows = await _compared(session, chunk, seen, job)
        taken += len(chunk)
        async with database.write() as session:
            await go_on(session, job.id, JobStatus.READING, now=clock(), records=taken, share=share)
            await _insert(session, rows)
    await _complete(database, job.id, reader, clock())


async def _compared(
    session: AsyncSession, chunk: Sequence[Record], seen: set[str], job: ImportJob
) -> list[dict[str, Any]]:
    """Return a chunk as rows; a code seen before in this file is refused."""
    rows: list[dict[str, Any]] = []
    drafts: list[Draft] = []
    for one in await lay_over(session, chunk):
        code = one.code if isinstance(one, Refused) else one.content.code
        if isinstance(one, Refused):
            rows.append(_refused(job, one.record, code, one.reason))
        elif code in seen:
            rows.append(_refused(job, one.record, code, "trùng mã với một bản ghi trước"))
        else:
            seen.add(code)
            drafts.append(one)
    fuller = await without_known_outlines(session, drafts)
    known = {id(draft) for draft in fuller if not draft.settled}
    saved = await _trial(session, [draft for draft in drafts if id(draft) in known], job.author)
    rows += [_row(job, draft, saved.get(draft.content.code)) for draft in drafts]
    return sorted(rows, key=lambda row: int(row["record"]))


async def _trial(session: AsyncSession, drafts: Sequence[Draft], author: str) -> dict[str, Saved]:
    """Return what saving each draft would do, by code."""
    by_origin: dict[Origin, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_origin[draft.origin].append(draft)
    found: dict[str, Saved] = {}
    for origin, group in by_origin.items():
        for saved in await save_drafts(
            session,
            [draft.content for draft in group],
            author=AUTHORS.get(origin, author),
            origin=origin,
            dry_run=True,
        ):
            found[saved.code] = saved
    return found


def _row(job: ImportJob, draft: Draft, saved: Saved | None) -> dict[str, Any]:
    outcome = _OUTCOMES[saved.outcome] if saved else RowOutcome.UNCHANGED
    problems = as_rows(draft.problems)
    return _blank(job, draft.record, draft.content.code) | {
        "title": draft.content.title,
        "field": draft.content.field,
        "outcome": outcome,
        "hold": saved.hold.value if saved and saved.hold else "",
        "doubts": len(problems),
        "problems": problems,
        "packed": None if outcome is RowOutcome.UNCHANGED else pack(draft),
    }


def _refused(job: ImportJob, record: int, code: str, reason: str) -> dict[str, Any]:
    return _blank(job, record, code) | {"outcome": RowOutcome.REFUSED, "reason": reason}


def _blank(job: ImportJob, record: int, code: str) -> dict[str, Any]:
    row = ImportRow(
        job_id=job.id or 0, record=record, code=code[:40], outcome=RowOutcome.REFUSED
    ).model_dump()
    del row["id"]
    return row


async def _insert(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await session.exec(insert(ImportRow), params=list(rows))


async def _complete(database: Database, job_id: int, reader: Reader, now: datetime) -> None:
    """Add what only the whole file shows: repeated titles, and live codes that it lacks."""
    async with database.read() as session:
        rows = (
            await session.exec(
                select(
                    col(ImportRow.id), ImportRow.code, ImportRow.title, ImportRow.problems
                ).where(ImportRow.job_id == job_id, ImportRow.outcome != RowOutcome.REFUSED)
            )
        ).all()
        gone = await _lacking(session, {code for _, code, _, _ in rows}) if reader.COMPLETE else []
    async with database.write() as session:
        await go_on(session, job_id, JobStatus.READING, now=now, share=1.0)
        for row_id, problems in _repeated(rows):
            await session.exec(
                update(ImportRow)
                .where(col(ImportRow.id) == row_id)
                .values(problems=problems, doubts=len(problems))
            )
        await _insert(
            session,
            [
                _blank(ImportJob(id=job_id, name="", stored_as="", size=0, author=""), 0, code)
                | {"title": title, "field": field, "outcome": RowOutcome.REMOVED}
                for code, title, field in gone
            ],
        )
        await finish(
            session, job_id, JobStatus.READY, now=now, result=await counted(session, job_id)
        )


async def _lacking(session: AsyncSession, codes: set[str]) -> list[tuple[str, str, str]]:
    live = await live_imports(session)
    return [(code, title, field) for code, title, field in live if code not in codes]


def _repeated(
    rows: Sequence[tuple[int | None, str, str, Sequence[Any]]],
) -> Iterator[tuple[int | None, list[Any]]]:
    by_title: dict[str, list[str]] = defaultdict(list)
    for _, code, title, _ in rows:
        by_title[title.casefold()].append(code)
    for row_id, code, title, problems in rows:
        others = [other for other in by_title[title.casefold()] if other != code]
        if others:
            text = ", ".join(others)[:300]
            yield (
                row_id,
                [*problems, {"field": "title", "code": Trap.DUPLICATE_TITLE, "text": text}],
            )


async def counted(session: AsyncSession, job_id: int) -> dict[str, int]:
    """Return how many rows there are of each outcome, how many are doubtful, held, decided on."""
    outcomes = await session.exec(
        select(ImportRow.outcome, func.count())
        .where(ImportRow.job_id == job_id)
        .group_by(col(ImportRow.outcome))
    )
    counts = {outcome.value: 0 for outcome in RowOutcome} | {
        RowOutcome(outcome).value: count for outcome, count in outcomes
    }
    doubtful = select(func.count()).where(ImportRow.job_id == job_id, ImportRow.doubts > 0)
    counts["doubtful"] = (await session.exec(doubtful)).one()
    return counts


__all__ = ["UnreadableFileError", "counted", "read_procedures"]
