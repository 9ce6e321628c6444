"""One import from start to end: chunk by chunk, so that it can be killed and run again.

Each chunk is one transaction that stores draft revisions; storing the same content again stores
nothing. Only when the whole file has been read does one last transaction publish all of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.content import Content, Problem
from knowledge.importing.drafts import Draft, Record, Refused
from knowledge.importing.edits import lay_over
from knowledge.importing.problems import Trap
from knowledge.importing.starter import phrases
from knowledge.models import Origin, Procedure, ProcedureKind, Revision
from knowledge.publishing import (
    AUTHORS,
    Hold,
    Outcome,
    Phrase,
    Saved,
    add_phrases,
    bump_version,
    publish,
    save_drafts,
)

#: Records stored in one transaction: some 2 MB of JSON.
CHUNK: Final = 250

Write = Callable[[], AbstractAsyncContextManager[AsyncSession]]
#: Receives one line of the report: a problem of one field of one record.
Report = Callable[[Mapping[str, Any]], None]


@dataclass(slots=True)
class Summary:
    """What an import did, or would do."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    with_problems: int = 0
    refused: int = 0
    published: int = 0
    held: Counter[Hold] = field(default_factory=Counter)
    """Drafts that wait for a person, by reason."""
    problems: Counter[str] = field(default_factory=Counter)
    """Records with each kind of problem."""
    removed: tuple[str, ...] = ()
    """Live imported codes that the file lacks; they are only told, never taken off."""

    @property
    def records(self) -> int:
        """How many records were read."""
        return self.new + self.changed + self.unchanged + self.refused


async def run(
    drafts: Iterable[Record],
    write: Write,
    *,
    publishing: bool = False,
    dry_run: bool = False,
    complete: bool = False,
    report: Report | None = None,
    editor: str = AUTHORS[Origin.IMPORT],
    chunk_size: int = CHUNK,
) -> Summary:
    """Store the drafts and, if asked, publish them all at once at the end.

    Args:
        drafts: what a reader yields; read in a thread, a chunk at a time.
        write: opens a transaction.
        publishing: make live what no person has made by hand; the rest stays a draft.
        dry_run: only compare with what is stored.
        complete: the file lists everything, so tell which live codes it lacks.
        report: told every problem and refusal.
        editor: who edited the table that is read; other formats do not need to know.
        chunk_size: how many records are stored in one transaction.

    Raises:
        UnreadableFileError: the file broke off; the chunks before are stored, nothing is live.
    """
    importing = _Import(report or _nobody, editor)
    stream = iter(drafts)
    while chunk := await asyncio.to_thread(_take, stream, chunk_size):
        async with write() as session:
            await importing.store(session, chunk, dry_run=dry_run)
    importing.tell_duplicate_titles()
    if not dry_run:
        async with write() as session:
            await importing.finish(session, publishing=publishing)
    if complete:
        async with write() as session:
            importing.summary.removed = await _removed(session, importing.seen)
    return importing.summary


def _take(stream: Iterator[Record], count: int) -> list[Record]:
    return list(islice(stream, count))


def _nobody(_line: Mapping[str, Any]) -> None:
    """Be told and do nothing."""


class _Import:
    """What must be remembered from chunk to chunk: codes, titles and ids, never contents."""

    def __init__(self, report: Report, editor: str) -> None:
        self.report = report
        self.editor = editor
        self.summary = Summary()
        self.seen: dict[str, int] = {}
        self.titles: dict[str, list[str]] = defaultdict(list)
        self.with_problems: set[str] = set()
        self.publishable: list[int] = []
        self.new_phrases = 0

    async def store(self, session: AsyncSession, chunk: list[Record], *, dry_run: bool) -> None:
        """Store one chunk in the transaction of `session`."""
        records = await lay_over(session, chunk)
        for refused in records:
            if isinstance(refused, Refused):
                self.refuse(refused.record, refused.code, refused.reason)
        drafts = [draft for draft in records if isinstance(draft, Draft) and self.accept(draft)]
        by_origin: dict[Origin, list[Draft]] = defaultdict(list)
        for draft in await without_known_outlines(session, drafts):
            by_origin[draft.origin].append(draft)
        self.summary.unchanged += len(drafts) - sum(map(len, by_origin.values()))
        for origin, group in by_origin.items():
            saved = await save_drafts(
                session,
                [draft.content for draft in group if not draft.settled],
                author=AUTHORS.get(origin, self.editor),
                origin=origin,
                note=group[0].source,
                dry_run=dry_run,
            )
            self.count(saved)
            self.summary.unchanged += sum(draft.settled for draft in group)
            if not dry_run:
                known = [phrase for draft in group for phrase in _phrases(draft)]
                self.new_phrases += await add_phrases(session, known, origin=origin)

    def accept(self, draft: Draft) -> bool:
        """Whether a draft's code is new in this file; tell its problems, or why it stays out."""
        code = draft.content.code
        if code in self.seen:
            self.refuse(draft.record, code, f"trùng mã với bản ghi {self.seen[code]}")
            return False
        self.seen[code] = draft.record
        self.titles[draft.content.title.casefold()].append(code)
        self.tell(draft.record, code, draft.problems)
        return True

    def refuse(self, record: int, code: str, reason: str) -> None:
        """Count and tell a record that cannot come in."""
        self.summary.refused += 1
        self.report(
            {"record": record, "code": code, "field": "", "problem": "refused", "text": reason}
        )

    def tell(self, record: int, code: str, problems: Iterable[Problem]) -> None:
        """Count and tell the problems of a record."""
        kinds = set()
        for problem in problems:
            kinds.add(problem.code)
            self.report(
                {
                    "record": record,
                    "code": code,
                    "field": problem.field,
                    "problem": problem.code,
                    "text": problem.text,
                }
            )
        self.summary.problems.update(kinds)
        if kinds:
            self.with_problems.add(code)
            self.summary.with_problems = len(self.with_problems)

    def count(self, saved: list[Saved]) -> None:
        """Count what was stored and remember what may go live."""
        outcomes = Counter(one.outcome for one in saved)
        self.summary.new += outcomes[Outcome.NEW]
        self.summary.changed += outcomes[Outcome.CHANGED]
        self.summary.unchanged += outcomes[Outcome.UNCHANGED]
        self.summary.held.update(one.hold for one in saved if one.hold is not None)
        self.publishable += [one.revision_id for one in saved if one.publishable]

    def tell_duplicate_titles(self) -> None:
        """Tell every record whose title another one has too; only the whole file shows it."""
        for codes in self.titles.values():
            if len(codes) > 1:
                for code in codes:
                    others = ", ".join(other for other in codes if other != code)[:300]
                    problem = Problem(field="title", code=Trap.DUPLICATE_TITLE, text=others)
                    self.tell(self.seen[code], code, [problem])

    async def finish(self, session: AsyncSession, *, publishing: bool) -> None:
        """Make everything live at once, or at least the new phrases."""
        if publishing and self.publishable:
            await publish(session, self.publishable, approver=AUTHORS[Origin.IMPORT])
            self.summary.published = len(self.publishable)
        elif self.new_phrases:
            await bump_version(session)


def _phrases(draft: Draft) -> Iterator[Phrase]:
    return phrases(draft.content.code, draft.aliases, draft.examples)


async def without_known_outlines(session: AsyncSession, drafts: list[Draft]) -> list[Draft]:
    """Leave out the outlines of procedures of which more is known already."""
    outlines = [draft.content.code for draft in drafts if draft.outline]
    if not outlines:
        return drafts
    stored = await session.exec(
        select(Procedure.code, Revision.content)
        .join(Revision, col(Revision.procedure_id) == col(Procedure.id))
        .where(col(Procedure.code).in_(outlines), Procedure.kind != ProcedureKind.OVERRIDE)
    )
    fuller = {code for code, content in stored if not is_outline(Content.model_validate(content))}
    return [draft for draft in drafts if not (draft.outline and draft.content.code in fuller)]


def is_outline(content: Content) -> bool:
    """Whether a content says nothing of how the procedure goes."""
    return not (content.steps or content.cases or content.fees or content.processing_times)


async def _removed(session: AsyncSession, seen: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(code for code, _, _ in await live_imports(session) if code not in seen)


async def live_imports(session: AsyncSession) -> list[tuple[str, str, str]]:
    """Return the code, title and field of what an import made live, by code."""
    live = await session.exec(
        select(Procedure.code, col(Revision.content)["title"].as_string(), Procedure.field)
        .join(Revision, col(Revision.id) == col(Procedure.live_revision_id))
        .where(Procedure.origin == Origin.IMPORT, Procedure.kind != ProcedureKind.OVERRIDE)
        .order_by(Procedure.code)
    )
    return list(live.all())
