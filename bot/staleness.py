"""What of the live knowledge grows old: ends soon, was checked long ago, names what is gone, disagrees.

Contents never change, so each revision is read once; what was found is kept in memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

import structlog
from sqlmodel import col, select

from bot.db import Database
from knowledge.content import Content, NoticeKind, Stated
from knowledge.importing.outdated import names_abolished, names_closed_portal, outdated
from knowledge.importing.problems import Trap
from knowledge.models import Revision, RevisionStatus
from knowledge.published import Library, Published

#: Contents read at a time, and seconds between looks for newly published ones.
CHUNK: Final = 100
EVERY: Final = 15.0
#: Words of one mark shown.
EXCERPT: Final = 160

log = structlog.get_logger()


class MarkKind(StrEnum):
    """Why a content needs to be looked at."""

    ENDS = "ends"
    GONE = "gone"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing to look at."""

    kind: MarkKind
    text: str
    on: date | None = None
    """For what ends: its last day."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one revision says of its age."""

    code: str
    title: str
    verified_on: date | None
    marks: tuple[Mark, ...]

    def ends_between(self, first: date, last: date) -> tuple[Mark, ...]:
        """Return what ends on these days."""
        return tuple(mark for mark in self.marks if mark.on and first <= mark.on <= last)

    def of(self, kind: MarkKind) -> tuple[Mark, ...]:
        """Return the marks of one kind."""
        return tuple(mark for mark in self.marks if mark.kind is kind)


class Staleness:
    """What was found in each live revision."""

    def __init__(self) -> None:
        self._found: dict[int, Checked] = {}
        self.wanted = 0

    @property
    def checked(self) -> list[Checked]:
        """Everything looked at so far."""
        return list(self._found.values())

    @property
    def is_complete(self) -> bool:
        """Whether everything live was looked at."""
        return len(self._found) >= self.wanted

    async def refresh(self, database: Database, published: Published) -> None:
        """Look at what was published since; forget what is no longer live."""
        live = {one.revision_id for one in published.live.values()}
        self.wanted = len(live)
        for gone in set(self._found) - live:
            del self._found[gone]
        missing = sorted(live - set(self._found))
        for start in range(0, len(missing), CHUNK):
            async with database.read() as session:
                rows = await session.exec(
                    select(col(Revision.id), Revision.content).where(
                        col(Revision.id).in_(missing[start : start + CHUNK])
                    )
                )
                contents = {id_ or 0: content for id_, content in rows}
            self._found |= await asyncio.to_thread(_check_all, contents)

    def old(self, today: date, days: int) -> list[Checked]:
        """Return what was last checked more than `days` ago, or never; the oldest first."""
        limit = today - timedelta(days=days)
        old = [one for one in self.checked if one.verified_on is None or one.verified_on < limit]
        return sorted(old, key=lambda one: (one.verified_on or date.min, one.code))

    def ending(self, first: date, last: date) -> list[Checked]:
        """Return what holds something that ends on these days, the soonest first."""
        found = [(one.ends_between(first, last), one) for one in self.checked]
        soon = [(min(m.on for m in marks if m.on), one) for marks, one in found if marks]
        return [one for _, one in sorted(soon, key=lambda pair: (pair[0], pair[1].code))]

    def marked(self, kind: MarkKind) -> list[Checked]:
        """Return what has marks of a kind, by code."""
        return sorted((one for one in self.checked if one.of(kind)), key=lambda one: one.code)


def _check_all(contents: Mapping[int, Mapping[str, Any]]) -> dict[int, Checked]:
    return {id_: check(Content.model_validate(content)) for id_, content in contents.items()}


def check(content: Content) -> Checked:
    """Return what needs to be looked at in a content."""
    marks = tuple(dict.fromkeys((*_ends(content), *_gone(content), *_conflicts(content))))
    return Checked(content.code, content.name, content.verified_on, marks)


def _stated(content: Content) -> Iterable[Stated]:
    yield from content.processing_times
    yield from content.fees
    yield from content.deadlines
    yield from content.notices


def _ends(content: Content) -> Iterator[Mark]:
    for one in _stated(content):
        if one.effective_to:
            yield Mark(MarkKind.ENDS, (one.text or one.source)[:EXCERPT], one.effective_to)
    for law in content.legal_basis:
        if law.number in outdated().legal_basis:
            ended = outdated().legal_basis[law.number]
            yield Mark(MarkKind.ENDS, f"{law.number} {ended.note()}", ended.until)


def _gone(content: Content) -> Iterator[Mark]:
    for text in _texts(content):
        if names_abolished(text) or names_closed_portal(text):
            yield Mark(MarkKind.GONE, text[:EXCERPT])
    for law in content.legal_basis:
        if law.number in outdated().legal_basis:
            yield Mark(MarkKind.GONE, f"{law.number} {outdated().legal_basis[law.number].note()}")
    told = (Trap.ABOLISHED_BODY, Trap.CLOSED_PORTAL, Trap.REPEALED_LAW)
    for problem in content.problems:
        if problem.code in told:
            yield Mark(MarkKind.GONE, (problem.text or problem.field)[:EXCERPT])


def _texts(content: Content) -> Iterator[str]:
    agencies = content.agencies
    yield from (content.where, agencies.receiving, agencies.performing, agencies.competent)
    yield from content.steps


def _conflicts(content: Content) -> Iterator[Mark]:
    for notice in content.notices:
        if notice.kind is NoticeKind.CONFLICT:
            yield Mark(MarkKind.CONFLICT, notice.text[:EXCERPT])
    for problem in content.problems:
        if problem.code in (Trap.TIME_CONFLICT, Trap.FEE_CONFLICT):
            yield Mark(MarkKind.CONFLICT, (problem.text or problem.field)[:EXCERPT])


async def check_live(database: Database) -> AsyncIterator[Checked]:
    """Yield what each live revision says of its age, some read at a time and none kept."""
    last = 0
    while True:
        query = (
            select(col(Revision.id), Revision.content)
            .where(Revision.status == RevisionStatus.PUBLISHED, col(Revision.id) > last)
            .order_by(col(Revision.id))
            .limit(CHUNK)
        )
        async with database.read() as session:
            contents = {id_ or 0: content for id_, content in await session.exec(query)}
        if not contents:
            return
        for checked in (await asyncio.to_thread(_check_all, contents)).values():
            yield checked
        last = max(contents)


async def watch(staleness: Staleness, database: Database, library: Library) -> None:
    """Look at what is published for ever; a database that fails now may answer later."""
    while True:
        try:
            await staleness.refresh(database, library.current)
        except Exception:
            log.exception("staleness not looked at")
        await asyncio.sleep(EVERY)
