"""What is live now: the published contents and the Index over them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.calendar_days import read_calendar
from knowledge.centres import Centre
from knowledge.centres.stored import read_centres
from knowledge.content import Content, Override, with_override
from knowledge.hours import Calendar
from knowledge.matching import Entry, Index
from knowledge.models import (
    Alias,
    AliasKind,
    FieldSwitch,
    KnowledgeVersion,
    Origin,
    Procedure,
    ProcedureKind,
    Revision,
)
from knowledge.places import Places
from knowledge.places.stored import read_places, stored_edition
from knowledge.reports import Reports

Either = TypeVar("Either", Content, Override)
Reading = Callable[[], AbstractAsyncContextManager[AsyncSession]]

#: Contents read from the database at a time while the Index is built; bounds memory.
CHUNK = 400
#: Contents kept in memory because they were asked for lately.
CACHED_CONTENTS = 256
#: Above this share of changed entries a full build is faster than updating the Index.
REBUILD_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Live:
    """Which revision of a procedure is live, and the phrases that lead to it."""

    revision_id: int
    curated: bool
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """One version of the knowledge, immutable; a turn uses the same one from start to end."""

    version: int
    index: Index
    live: Mapping[str, Live] = field(default_factory=dict)
    overrides: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(code, province code) → revision with what that province sets differently."""
    superseded: Mapping[str, str] = field(default_factory=dict)
    reports: Reports = field(default_factory=Reports.empty)
    places: Places = field(default_factory=Places.load)
    centres: tuple[Centre, ...] = ()
    calendar: Calendar = field(default_factory=Calendar.load)

    def current_code(self, code: str) -> str | None:
        """Return the live code that `code` is or was replaced by, or None."""
        seen: set[str] = set()
        while code not in self.live and code not in seen:
            seen.add(code)
            code = self.superseded.get(code, "")
        return code if code in self.live else None


class Library:
    """Holds the current Published and replaces it when an editor publishes, in any process."""

    def __init__(self, read: Reading) -> None:
        self._read = read
        self._current: Published | None = None
        self._contents: OrderedDict[int, Content | Override] = OrderedDict()
        self._refreshing = asyncio.Lock()

    @property
    def current(self) -> Published:
        """The knowledge to answer from.

        Raises:
            RuntimeError: nothing has been loaded yet.
        """
        if self._current is None:
            raise RuntimeError("the knowledge is not loaded yet")
        return self._current

    @property
    def is_ready(self) -> bool:
        """Whether something has been loaded."""
        return self._current is not None

    async def refresh(self) -> Published:
        """Load what was published since; the old version serves until the new one stands."""
        async with self._refreshing:
            async with self._read() as session:
                version = await _version(session)
                if self._current is None or version != self._current.version:
                    self._current = await _load(session, version, self._current)
            return self._current

    async def watch(self, seconds: float = 1.0) -> None:
        """Refresh for ever, every `seconds`; a failing database leaves the old version serving."""
        while True:
            await asyncio.sleep(seconds)
            await self.refresh()

    async def content(
        self, published: Published, code: str, province_code: str = ""
    ) -> Content | None:
        """Return the live content of `code` as it holds in the province, or None."""
        live = published.live.get(code)
        if live is None:
            return None
        content = await self._revision(live.revision_id, Content)
        changed = published.overrides.get((code, province_code)) if province_code else None
        if changed is None:
            return content
        return with_override(content, await self._revision(changed, Override))

    async def _revision(self, revision_id: int, kind: type[Either]) -> Either:
        cached = self._contents.get(revision_id)
        if isinstance(cached, kind):
            self._contents.move_to_end(revision_id)
            return cached
        async with self._read() as session:
            query = select(Revision.content).where(Revision.id == revision_id)
            content = kind.model_validate((await session.exec(query)).one())
        self._contents[revision_id] = content
        if len(self._contents) > CACHED_CONTENTS:
            self._contents.popitem(last=False)
        return content


#: The aliases and the examples of one procedure.
Phrases = tuple[tuple[str, ...], tuple[str, ...]]


def trial(
    published: Published, contents: Sequence[Content], phrases: Mapping[str, Phrases]
) -> Published:
    """Return `published` as it would be if an editor's `contents` went live with `phrases`.

    A code keeps the phrases it has unless `phrases` names it. Takes some 20 ms: the Index is
    updated, not built.
    """
    entries, replaced = [], dict(published.superseded)
    for content in contents:
        live = published.live.get(content.code)
        kept = (live.aliases, live.examples) if live else ((), ())
        aliases, examples = phrases.get(content.code, kept)
        entries.append(Entry.from_content(content, aliases, examples, curated=True))
        replaced |= {old: content.code for old in content.supersedes if old != content.code}
    gone = [old for content in contents for old in content.supersedes if old != content.code]
    return replace(published, index=published.index.updated(entries, gone), superseded=replaced)


async def _version(session: AsyncSession) -> int:
    return (await session.exec(select(KnowledgeVersion.version))).first() or 0


async def _load(session: AsyncSession, version: int, previous: Published | None) -> Published:
    live = await _live(session)
    if previous is not None:
        changed = [code for code, now in live.items() if previous.live.get(code) != now]
        removed = [code for code in previous.live if code not in live]
        if len(changed) + len(removed) <= REBUILD_SHARE * max(len(live), 1):
            entries = await _entries(session, {code: live[code] for code in changed})
            index = await asyncio.to_thread(previous.index.updated, entries, removed)
            return await _published(session, version, index, live, previous)
    entries = await _entries(session, live)
    index = await asyncio.to_thread(Index.build, entries)
    return await _published(session, version, index, live, previous)


async def _published(
    session: AsyncSession,
    version: int,
    index: Index,
    live: Mapping[str, Live],
    previous: Published | None,
) -> Published:
    overrides = select(
        Procedure.code, Procedure.province_code, col(Procedure.live_revision_id)
    ).where(
        Procedure.kind == ProcedureKind.OVERRIDE,
        col(Procedure.live_revision_id).is_not(None),
        col(Procedure.hidden).is_(False),
    )
    superseded = select(Procedure.code, Procedure.superseded_by).where(
        Procedure.superseded_by != ""
    )
    return Published(
        version=version,
        index=index,
        live=live,
        overrides={
            (code, province): revision
            for code, province, revision in await session.exec(overrides)
            if revision is not None
        },
        superseded=dict((await session.exec(superseded)).all()),
        reports=await Reports.load(session),
        places=await _places(session, previous),
        centres=await read_centres(session),
        calendar=await read_calendar(session),
    )


async def _places(session: AsyncSession, previous: Published | None) -> Places:
    """Return the stored places; building them takes half a second, so only for another edition."""
    edition = await stored_edition(session)
    if previous is not None and edition == previous.places.info.edition:
        return previous.places
    return await read_places(session)


async def _live(session: AsyncSession) -> dict[str, Live]:
    """Return what is live, less what is hidden or in a field that is switched off."""
    off = select(FieldSwitch.field).where(col(FieldSwitch.on).is_(False))
    procedures = select(Procedure.code, col(Procedure.live_revision_id), Procedure.origin).where(
        Procedure.kind != ProcedureKind.OVERRIDE,
        col(Procedure.live_revision_id).is_not(None),
        col(Procedure.hidden).is_(False),
        col(Procedure.field).not_in(off),
    )
    phrases: dict[tuple[str, str], list[str]] = defaultdict(list)
    aliases = select(Alias.code, Alias.kind, Alias.text).order_by(col(Alias.id))
    for code, kind, text in await session.exec(aliases):
        phrases[code, kind].append(text)
    return {
        code: Live(
            revision_id,
            origin is not Origin.IMPORT,
            tuple(phrases.get((code, AliasKind.ALIAS), ())),
            tuple(phrases.get((code, AliasKind.EXAMPLE), ())),
        )
        for code, revision_id, origin in await session.exec(procedures)
        if revision_id is not None
    }


async def _entries(session: AsyncSession, live: Mapping[str, Live]) -> list[Entry]:
    entries: list[Entry] = []
    for chunk in _chunks([now.revision_id for now in live.values()]):
        rows = await session.exec(select(Revision.content).where(col(Revision.id).in_(chunk)))
        for raw in rows:
            content = Content.model_validate(raw)
            now = live[content.code]
            entries.append(Entry.from_content(content, now.aliases, now.examples, now.curated))
    return sorted(entries, key=lambda entry: entry.code)


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
