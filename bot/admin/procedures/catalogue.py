"""Find procedures: as a citizen's question does, by words, and by what officials filter by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import sqlalchemy
from sqlalchemy import ColumnElement, FromClause, ScalarSelect, Select, and_, exists, func, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.columns import table_of
from knowledge.content import Level
from knowledge.models import Alias, Procedure, ProcedureKind, Revision, RevisionStatus
from knowledge.published import Published
from knowledge.publishing.records import AUTHORS, OPEN
from knowledge.text import fold, normalise

#: Procedures on one page.
PER_PAGE: Final = 25
#: Procedures found by meaning; by words there may be more.
BY_MEANING: Final = 20
#: Longest question searched for, in characters.
LONGEST_QUERY: Final = 300


class Status(StrEnum):
    """What an official filters by."""

    LIVE = "live"
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    BROUGHT = "brought"
    HIDDEN = "hidden"
    OFF = "off"


STATUS_NAMES: Final = {
    Status.LIVE: "Đang công bố",
    Status.DRAFT: "Có bản nháp",
    Status.IN_REVIEW: "Chờ duyệt",
    Status.SCHEDULED: "Hẹn giờ công bố",
    Status.BROUGHT: "Có bản nhập chờ so sánh",
    Status.HIDDEN: "Đang ẩn",
    Status.OFF: "Chưa hoặc không còn công bố",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list; everything empty lists all."""

    q: str = ""
    field: str = ""
    level: str = ""
    province: str = ""
    status: str = ""
    stale: bool = False
    unsure: bool = False
    unnamed: bool = False
    """Without an alias."""
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Wanted:
        """Return what an address asks for; what it cannot ask for is passed over."""
        page = query.get("page", "")
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY],
            field=query.get("field", "").replace("\x00", "")[:LONGEST_QUERY],
            level=query.get("level", "") if query.get("level") in list(Level) else "",
            province=query.get("province", "")[:2],
            status=query.get("status", "") if query.get("status") in list(Status) else "",
            stale=bool(query.get("stale")),
            unsure=bool(query.get("unsure")),
            unnamed=bool(query.get("unnamed")),
            page=min(int(page), 10_000) if page.isascii() and page.isdigit() and page != "0" else 1,
        )

    def query(self, **changed: Any) -> dict[str, str]:
        """Return the parameters of the address that asks for this, with some changed."""
        asked = {one.name: getattr(self, one.name) for one in fields(self)} | changed
        asked = {
            name: value
            for name, value in asked.items()
            if value not in ("", False, 1) or value is True
        }
        return {name: "1" if value is True else str(value) for name, value in asked.items()}


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    code: str
    province_code: str
    kind: ProcedureKind
    field: str
    title: str
    levels: tuple[Level, ...]
    verified_on: date | None
    is_live: bool
    hidden: bool
    is_unsure: bool
    aliases: int
    open_status: RevisionStatus | None
    publish_at: datetime | None
    brought: bool

    @property
    def key(self) -> str:
        """How its pages are addressed: the code, for an override with the province."""
        is_override = self.kind is ProcedureKind.OVERRIDE
        return f"{self.code}@{self.province_code}" if is_override else self.code


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the list and how many there are in all."""

    rows: tuple[Listed, ...]
    count: int
    pages: int


async def find(
    session: AsyncSession, published: Published, wanted: Wanted, *, today: date, stale_days: int
) -> Found:
    """Return one page of what is wanted; with a question, the likeliest first."""
    tables = _Tables()
    query = tables.matching(wanted).where(
        *tables.filters(wanted, today - timedelta(days=stale_days))
    )
    if wanted.q:
        query = _matching(tables, query, published, wanted)
    else:
        query = query.order_by(tables.procedure.c.code, tables.procedure.c.province_code)
    connection = await session.connection()
    # Thousands are read by number only; what a line shows is looked up for one page of them.
    ids = list((await connection.execute(query)).scalars())
    pages = max(1, -(-len(ids) // PER_PAGE))
    start = (min(wanted.page, pages) - 1) * PER_PAGE
    shown = ids[start : start + PER_PAGE]
    listing = tables.listing().where(tables.procedure.c.id.in_(shown))
    rows = {row.id: _listed(row) for row in await connection.execute(listing)}
    return Found(tuple(rows[id_] for id_ in shown), len(ids), pages)


def _matching(
    tables: _Tables, query: Select[Any], published: Published, wanted: Wanted
) -> Select[Any]:
    """Keep what the question means (by the Index citizens ask) or what has all its words."""
    meant = meaning(published, wanted.q, wanted.province)
    words = [word for word in fold(normalise(wanted.q)).split() if word][:12]
    by_words = and_(
        *(tables.shown.c.folded.contains(word, autoescape=True) for word in words),
        *([] if words else [sqlalchemy.false()]),
    )
    code = tables.procedure.c.code
    by_code = func.lower(code) == wanted.q.lower()
    rank = sqlalchemy.case(
        (by_code, -1), *((code == one, at) for at, one in enumerate(meant)), else_=len(meant)
    )
    found = or_(by_code, code.in_(meant), by_words)
    return query.where(found).order_by(rank, code, tables.procedure.c.province_code)


def meaning(published: Published, question: str, province_code: str = "") -> list[str]:
    """Return the codes of what `question` may mean, likeliest first."""
    index = published.index
    told = [hit.code for hit in index.search(question, province_code=province_code).hits]
    candidates = index.candidates(index.read(question), province_code)
    order = (-candidates.scores).argsort(kind="stable")[:BY_MEANING]
    others = index.codes(int(candidates.rows[at]) for at in order)
    return list(dict.fromkeys([*told, *others]))[:BY_MEANING]


class _Tables:
    """The tables of one listing: each procedure with its live, its open and its shown revision."""

    def __init__(self) -> None:
        self.procedure = table_of(Procedure)
        revision = table_of(Revision)
        self.open = revision.alias("open")
        self.shown = revision.alias("shown")
        machines = tuple(AUTHORS.values())
        own = revision.alias("own")
        self.open_id = self._newest(own, own.c.status.in_(OPEN), own.c.author.not_in(machines))
        self.brought_id = self._newest(own, own.c.status.in_(OPEN), own.c.author.in_(machines))
        self.newest_id = self._newest(own)
        self.brought = self.brought_id > func.coalesce(self.procedure.c.live_revision_id, 0)

    def _newest(self, revision: FromClause, *which: ColumnElement[bool]) -> ScalarSelect[int]:
        """Return the id of a procedure's newest revision; looked up by index, row by row."""
        return (
            sqlalchemy.select(func.max(revision.c.id))
            .where(revision.c.procedure_id == self.procedure.c.id, *which)
            .correlate(self.procedure)
            .scalar_subquery()
        )

    def matching(self, wanted: Wanted) -> Select[Any]:
        """Return the ids of procedures, joined with no more than what `wanted` filters by."""
        p = self.procedure
        query = sqlalchemy.select(p.c.id).select_from(p)
        if wanted.status == Status.SCHEDULED:
            query = query.outerjoin(self.open, self.open.c.id == self.open_id)
        if wanted.q or wanted.level or wanted.stale or wanted.unsure:
            query = query.outerjoin(self.shown, self.shown.c.id == self._shown_id)
        return query

    @property
    def _shown_id(self) -> ColumnElement[Any]:
        return func.coalesce(self.procedure.c.live_revision_id, self.open_id, self.newest_id)

    def listing(self) -> Select[Any]:
        """Return the rows of the list, not yet filtered."""
        p = self.procedure
        aliases = table_of(Alias)
        named = (
            sqlalchemy.select(func.count())
            .where(aliases.c.code == p.c.code)
            .correlate(p)
            .scalar_subquery()
        )
        return (
            sqlalchemy.select(
                p.c.id,
                p.c.code,
                p.c.province_code,
                p.c.kind,
                p.c.field,
                p.c.hidden,
                p.c.live_revision_id,
                self.shown.c.title,
                self.shown.c.levels,
                self.shown.c.verified_on,
                self.shown.c.is_unsure,
                self.open.c.status.label("open_status"),
                self.open.c.publish_at,
                func.coalesce(self.brought, sqlalchemy.false()).label("brought"),
                named.label("aliases"),
            )
            .select_from(p)
            .outerjoin(self.open, self.open.c.id == self.open_id)
            .outerjoin(self.shown, self.shown.c.id == self._shown_id)
        )

    def filters(self, wanted: Wanted, stale_before: date) -> list[ColumnElement[bool]]:
        """Return the conditions of what is wanted."""
        p, shown = self.procedure, self.shown
        found: list[ColumnElement[bool]] = []
        if wanted.field:
            found.append(p.c.field == wanted.field)
        if wanted.level:
            found.append(shown.c.levels.contains(wanted.level, autoescape=True))
        if wanted.province:
            found.append(p.c.province_code == wanted.province)
        if wanted.status:
            found.append(self._status(Status(wanted.status)))
        if wanted.stale:
            found.append(or_(shown.c.verified_on.is_(None), shown.c.verified_on < stale_before))
        if wanted.unsure:
            found.append(shown.c.is_unsure)
        if wanted.unnamed:
            alias = table_of(Alias)
            found.append(~exists().where(alias.c.code == p.c.code))
        return found

    def _status(self, status: Status) -> ColumnElement[bool]:
        p = self.procedure
        live = p.c.live_revision_id
        every: dict[Status, ColumnElement[bool]] = {
            Status.LIVE: and_(live.is_not(None), p.c.hidden.is_(False)),
            Status.DRAFT: self._waiting(RevisionStatus.DRAFT),
            Status.IN_REVIEW: self._waiting(RevisionStatus.IN_REVIEW),
            Status.SCHEDULED: self._waiting(*OPEN) & self.open.c.publish_at.is_not(None),
            Status.BROUGHT: self._waiting(*OPEN, machine=True) & self.brought,
            Status.HIDDEN: p.c.hidden.is_(True),
            Status.OFF: live.is_(None),
        }
        return every[status]

    def _waiting(self, *statuses: RevisionStatus, machine: bool = False) -> ColumnElement[bool]:
        """Return whether a person's (or an import's) revision waits; few do, so begin with them."""
        revision = table_of(Revision).alias("waiting")
        by_machine = revision.c.author.in_(tuple(AUTHORS.values()))
        rows = sqlalchemy.select(revision.c.procedure_id).where(
            revision.c.status.in_(statuses), by_machine if machine else ~by_machine
        )
        return self.procedure.c.id.in_(rows)


def _listed(row: Any) -> Listed:
    return Listed(
        code=row.code,
        province_code=row.province_code,
        kind=row.kind,
        field=row.field,
        title=row.title or "",
        levels=tuple(Level(level) for level in (row.levels or "").split()),
        verified_on=row.verified_on,
        is_live=row.live_revision_id is not None,
        hidden=row.hidden,
        is_unsure=bool(row.is_unsure),
        aliases=row.aliases,
        open_status=row.open_status,
        publish_at=row.publish_at,
        brought=bool(row.brought),
    )


async def titles(session: AsyncSession, codes: Sequence[str]) -> dict[str, str]:
    """Return the name of each live code."""
    procedure, revision = table_of(Procedure), table_of(Revision)
    connection = await session.connection()
    rows = await connection.execute(
        sqlalchemy.select(procedure.c.code, revision.c.title)
        .join(revision, revision.c.id == procedure.c.live_revision_id)
        .where(procedure.c.code.in_(codes), procedure.c.kind != ProcedureKind.OVERRIDE)
    )
    return dict(list(map(tuple, rows)))


async def choices(session: AsyncSession) -> tuple[list[str], list[str]]:
    """Return the fields (lĩnh vực) and the province codes that occur."""
    procedure = table_of(Procedure)
    connection = await session.connection()
    found = []
    for column in (procedure.c.field, procedure.c.province_code):
        rows = await connection.execute(
            sqlalchemy.select(column).where(column != "").distinct().order_by(column)
        )
        found.append([value for (value,) in rows])
    return found[0], found[1]


async def waiting(session: AsyncSession) -> int:
    """Return how many revisions wait for an approver."""
    revision = table_of(Revision)
    connection = await session.connection()
    count = sqlalchemy.select(func.count()).where(
        revision.c.status == RevisionStatus.IN_REVIEW, revision.c.approver == ""
    )
    return int((await connection.execute(count)).scalar_one())
