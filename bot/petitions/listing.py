"""What the desk and the public page list, a page at a time, and the figures of the reports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import OWED, CountKind, DailyCount, Petition, PetitionKind, PetitionStatus
from knowledge.hours import ZONE

PAGE: Final = 50
#: What a row of the list shows; the long texts stay in the database.
_COLUMNS: Final = (
    Petition.id,
    Petition.code,
    Petition.status,
    Petition.kind,
    func.substr(Petition.text, 1, 140).label("text"),
    Petition.procedure,
    Petition.place,
    Petition.unit,
    Petition.assignee,
    Petition.due_on,
    Petition.created_at,
    Petition.times,
    Petition.duplicate_of,
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list; an empty field does not filter."""

    status: PetitionStatus | None = None
    owed: bool = False
    overdue: bool = False
    kind: PetitionKind | None = None
    unit: str = ""
    assignee: str = ""
    province_code: str = ""
    commune_code: str = ""
    code: str = ""


async def page_of(
    session: AsyncSession, filters: Filters, *, today: date, before: int | None = None
) -> Sequence[Row[Any]]:
    """Return up to PAGE rows, newest first, older than id `before`; one more row tells of a next page."""
    query = select(*_COLUMNS).where(*_conditions(filters, today))  # type: ignore[call-overload]
    if before is not None:
        query = query.where(col(Petition.id) < before)
    query = query.order_by(col(Petition.id).desc()).limit(PAGE + 1)
    return (await session.exec(query)).all()  # type: ignore[no-any-return]


def _conditions(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.status is not None:
        found.append(col(Petition.status) == filters.status)
    if filters.owed or filters.overdue:
        found.append(col(Petition.status).in_(OWED))
    if filters.overdue:
        found.append(col(Petition.due_on) < today)
    if filters.kind is not None:
        found.append(col(Petition.kind) == filters.kind)
    for column in ("unit", "assignee", "province_code", "commune_code", "code"):
        value = getattr(filters, column)
        if value:
            found.append(getattr(Petition, column) == value)
    return found


async def everything(
    session: AsyncSession, filters: Filters, *, today: date
) -> AsyncIterator[Petition]:
    """Yield every petition of a filter, oldest first, a batch at a time: for export."""
    last = 0
    while True:
        query = (
            select(Petition)
            .where(*_conditions(filters, today), col(Petition.id) > last)
            .order_by(col(Petition.id))
            .limit(500)
        )
        batch = (await session.exec(query)).all()
        for petition in batch:
            yield petition
        if len(batch) < 500:
            return
        last = batch[-1].id or 0
        session.expunge_all()


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a time, as the reports give them."""

    received: int = 0
    answered: int = 0
    in_time: int = 0
    """Of those answered."""
    owed: int = 0
    overdue: int = 0
    """Of those owed, the day has passed."""
    declined: int = 0
    solved: int = 0
    """Of those answered, the citizen says so."""
    not_solved: int = 0


async def figures(
    session: AsyncSession, *, since: date, until: date, today: date, unit: str = ""
) -> Figures:
    """Return the figures of the petitions received from `since` to `until`, both included.

    Those erased or past their time since then are still counted; what they were is gone.
    """
    owed = col(Petition.status).in_(OWED)
    answered = col(Petition.answered_at).is_not(None)
    in_time = func.date(Petition.answered_at) <= Petition.due_on
    counted = (
        func.count(),
        func.count().filter(answered),
        func.count().filter(answered, in_time),
        func.count().filter(owed),
        func.count().filter(owed, col(Petition.due_on) < today),
        func.count().filter(col(Petition.status) == PetitionStatus.DECLINED),
        func.count().filter(col(Petition.solved).is_(True)),
        func.count().filter(col(Petition.solved).is_(False)),
    )
    query = select(*counted).where(  # type: ignore[call-overload]
        col(Petition.created_at) >= _midnight(since),
        col(Petition.created_at) < _midnight(until + timedelta(days=1)),
    )
    if unit:
        query = query.where(Petition.unit == unit)
    row = (await session.exec(query)).one()
    here = Figures(*row)
    gone = await _gone(session, since, until, unit)
    return replace(here, **{name: getattr(here, name) + times for name, times in gone.items()})


async def _gone(session: AsyncSession, since: date, until: date, unit: str) -> dict[str, int]:
    """Return what is kept of deleted petitions, by the names of Figures."""
    query = (
        select(DailyCount.action, func.sum(DailyCount.times))
        .where(DailyCount.kind == CountKind.PETITION, col(DailyCount.day).between(since, until))
        .group_by(DailyCount.action)
    )
    if unit:
        query = query.where(DailyCount.key == unit)
    return {action: int(times) for action, times in await session.exec(query)}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


async def units(session: AsyncSession) -> Sequence[str]:
    """Return the units that petitions are at, in order.

    Each is one step through the index, however many petitions a unit has.
    """
    first = select(func.min(Petition.unit).label("unit")).where(Petition.unit != "")
    found = first.cte("units", recursive=True)
    following = (
        select(func.min(Petition.unit)).where(col(Petition.unit) > found.c.unit).scalar_subquery()
    )
    found = found.union_all(select(following).where(found.c.unit.is_not(None)))
    rows = await session.exec(select(found.c.unit).where(found.c.unit.is_not(None)))
    return sorted(rows.all())


async def count_owed(session: AsyncSession) -> int:
    """Return how many answers are owed."""
    query = select(func.count()).where(col(Petition.status).in_(OWED))
    return (await session.exec(query)).one()


async def published(
    session: AsyncSession, *, before: int | None = None, size: int = 20
) -> Sequence[Petition]:
    """Return petitions for the public page, newest first; one more than `size` tells of a next page."""
    query = select(Petition).where(col(Petition.published).is_(True))
    if before is not None:
        query = query.where(col(Petition.id) < before)
    return (await session.exec(query.order_by(col(Petition.id).desc()).limit(size + 1))).all()
