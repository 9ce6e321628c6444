"""Who gets an announcement: estimated before it goes, planned in the database without passing here.

A million recipients are INSERT … SELECT in slices of SLICE people, each a short transaction that
also notes how far it came: a kill loses at most a slice's work, and replies wait for one slice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

import sqlalchemy
from sqlalchemy import Integer, and_, func, insert, literal, or_, text, tuple_, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from bot.broadcast import gathered
from bot.channels import Lane
from bot.db import Database
from bot.models import (
    Announcement,
    Chunk,
    ChunkStatus,
    Contact,
    Delivery,
    DeliveryStatus,
    ProcedureFollow,
    Run,
    RunStatus,
    Subscription,
)
from knowledge.columns import table_of
from knowledge.models import AdminUnit

#: People planned in one transaction: some 60 ms on SQLite, so that a reply hardly waits.
SLICE: Final = 10_000
#: Deliveries of one chunk, over all its channels.
CHUNK: Final = 500

#: PostgreSQL plans a slice without statistics of it and would ask for each person by itself: both
#: sides are bounded, so they are read once and joined. A slice a crash loses is planned again with
#: its `planned_to`, and no delivery of it can be marked durable before it is.
_PLANNING: Final[Any] = tuple(
    text(f"SET LOCAL {setting}")
    for setting in ("enable_nestloop = off", "synchronous_commit = off")
)

Query = SelectOfScalar[str]
#: People after the first, up to and with the second; None = to the end.
Span = tuple[str, str | None]
EVERYBODY: Final[Span] = ("", None)

_PROVINCE_DIGITS: Final = 2
#: After every person's id (hex digits), in any collation.
_BEYOND: Final = "z"
#: Above that of "-", so that the operator puts parentheses around the row's number less one.
_DIVIDES: Final = 8


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many would get it if it went now."""

    people: int
    """Who asked for it."""
    by_channel: dict[str, int] = field(default_factory=dict)
    """Of those, whom we can reach, each on the channel they were last seen on."""
    gathered: int = 0
    """Of those, who get it with their daily digest."""
    digest_at: datetime | None = None
    """When that digest is due."""

    @property
    def reachable(self) -> int:
        """How many deliveries it makes."""
        return sum(self.by_channel.values())


def wanted(
    announcement: Announcement, province_of: dict[str, str], *, daily: bool | None = None
) -> Query:
    """Return the query of the people it is for, each once or more.

    `province_of` gives the province of each commune in the announcement's places: who asked for a
    whole province, or for everywhere, hears of its communes too. `daily`: only those who asked for one
    message a day, or only those who did not; who asked for both is among both.
    """
    if announcement.digest_on is not None:
        assert announcement.send_at is not None
        return gathered.waiting(announcement.send_at)
    if announcement.correction_of is not None:
        return _corrected(announcement.correction_of, daily=daily)
    if announcement.procedure_code:
        return select(col(ProcedureFollow.person_id)).where(
            ProcedureFollow.code == announcement.procedure_code,
            col(ProcedureFollow.ended_at).is_(None),
        )
    query = select(col(Subscription.person_id)).where(
        Subscription.topic == announcement.topic, col(Subscription.ended_at).is_(None)
    )
    if daily is not None:
        query = query.where(col(Subscription.daily) == daily)
    if announcement.places:
        query = query.where(_in_places(announcement.places, province_of))
    return query


def _corrected(announcement_id: int, *, daily: bool | None) -> Query:
    """Return the query of those who got it, by itself or in a digest, or who wait for it in one.

    Those who wait are told the correction in its place; nobody who wants nothing any more is told.
    """
    got = (
        select(col(Delivery.person_id))
        .join(Run, col(Run.id) == Delivery.run_id)
        .where(
            Run.announcement_id == announcement_id,
            col(Delivery.status).in_((DeliveryStatus.DELIVERED, DeliveryStatus.SENDING)),
        )
    )
    parts = [] if daily else [got, gathered.told(announcement_id)]
    parts += [] if daily is False else [gathered.untold(announcement_id)]
    people = union_all(*parts).subquery()
    person = people.c.person_id
    return select(person).where(or_(_still(Subscription, person), _still(ProcedureFollow, person)))


def _still(wish: type[Subscription | ProcedureFollow], person: Any) -> Any:
    """Whether a person still wants anything at all: a stop goes before a correction."""
    asked = select(literal(1)).where(col(wish.person_id) == person, col(wish.ended_at).is_(None))
    return asked.exists()


def _in_places(codes: Sequence[str], province_of: dict[str, str]) -> ColumnElement[bool]:
    provinces = [code for code in codes if len(code) == _PROVINCE_DIGITS]
    communes = [code for code in codes if len(code) != _PROVINCE_DIGITS]
    province, commune = col(Subscription.province_code), col(Subscription.commune_code)
    around = sorted({province_of[code] for code in communes})
    here = and_(province.in_(("", *around)), commune.in_(("", *communes)))
    return or_(here, province.in_(provinces)) if provinces else here


async def provinces_of(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """Return the province of each commune among `codes`."""
    communes = [code for code in codes if len(code) != _PROVINCE_DIGITS]
    if not communes:
        return {}
    query = select(AdminUnit.code, AdminUnit.province_code).where(col(AdminUnit.code).in_(communes))
    return dict((await session.exec(query)).all())


def _reachable(people: Query, channels: Sequence[str], span: Span, *, sqlite: bool) -> Any:
    """Return one contact for each of `people`: the one last seen that may be written to.

    PostgreSQL is told the span for the people too, else it reads a whole topic while it has no
    statistics; SQLite must not be, else it walks the span for each contact. The concatenation keeps
    SQLite from walking a whole channel by its index.
    """
    one = aliased(Contact)
    person = people.selected_columns[0]
    bounds = () if sqlite else _within(person, span)
    asked = people.where(person == col(one.person_id), *bounds).correlate(one).exists()
    channel = col(one.channel).concat("") if sqlite else col(one.channel)
    found = select(col(one.person_id), col(one.channel), col(one.address)).where(
        col(one.suppressed_at).is_(None),
        channel.in_(channels),
        asked,
        *_within(col(one.person_id), span),
    )
    if sqlite:  # ranking by a window sorts them all: twice the time
        return found.where(~_newer(one, channels)).order_by(col(one.person_id))
    newest_first = (col(one.person_id), col(one.last_seen_at).desc(), col(one.id).desc())
    return found.ext(distinct_on(col(one.person_id))).order_by(*newest_first)


def _newer(one: type[Contact], channels: Sequence[str]) -> ColumnElement[bool]:
    """Whether the person of a contact was seen later by another way."""
    other = aliased(Contact)
    return (
        select(literal(1))
        .where(
            other.person_id == one.person_id,
            col(other.id) != one.id,  # known from the index: most people have no other contact
            col(other.suppressed_at).is_(None),
            col(other.channel).concat("").in_(channels),
            tuple_(col(other.last_seen_at), col(other.id))
            > tuple_(col(one.last_seen_at), col(one.id)),
        )
        .exists()
    )


def _within(person: Any, span: Span) -> list[ColumnElement[bool]]:
    after, last = span
    return [person > after] if last is None else [person > after, person <= last]


async def estimate(
    session: AsyncSession,
    announcement: Announcement,
    channels: Sequence[str],
    *,
    digest_at: datetime | None = None,
) -> Estimate:
    """Return how many people it is for and how many it would reach.

    `digest_at`: when those get it who want one message a day; None = at once, or it is not asked.
    """
    provinces = await provinces_of(session, announcement.places)
    people = wanted(announcement, provinces)
    total = select(func.count()).select_from(people.distinct().subquery())
    shares = await _shares(session, people, channels)
    waiting = 0
    if digest_at is not None and await _any(session, wanted(announcement, provinces, daily=True)):
        at_once = await _shares(session, wanted(announcement, provinces, daily=False), channels)
        waiting = sum(shares.values()) - sum(at_once.values())
    return Estimate((await session.exec(total)).one(), shares, waiting, digest_at)


async def _shares(session: AsyncSession, people: Query, channels: Sequence[str]) -> dict[str, int]:
    """Return how many of `people` can be reached, by channel."""
    found = _reachable(people, channels, EVERYBODY, sqlite=_is_sqlite(session)).subquery()
    query = select(found.c.channel, func.count()).group_by(found.c.channel)
    return dict((await session.exec(query)).all())


async def _any(session: AsyncSession, people: Query) -> bool:
    return (await session.exec(people.limit(1))).first() is not None


async def any_reachable(
    session: AsyncSession, announcement: Announcement, channels: Sequence[str]
) -> bool:
    """Whether it would reach anybody."""
    people = wanted(announcement, await provinces_of(session, announcement.places))
    return await _any(session, _with_a_contact(people, channels))


async def plan(
    database: Database,
    run_id: int,
    channels: Sequence[str],
    *,
    due_at: datetime,
    size: int = SLICE,
) -> int:
    """Write the deliveries and chunks of a run; return how many there are.

    It goes on where an interrupted planning stopped; planning what is planned does nothing.
    """
    more = True
    while more:
        async with database.write() as session:
            more, planned = await _plan_slice(session, run_id, channels, due_at, size)
    return planned


async def _plan_slice(
    session: AsyncSession, run_id: int, channels: Sequence[str], due_at: datetime, size: int
) -> tuple[bool, int]:
    """Plan the next `size` people; return whether there may be more, and how many there are so far."""
    query = select(Run).where(Run.id == run_id).with_for_update()
    run = (await session.exec(query)).one()
    if run.status is not RunStatus.PLANNING:
        return False, run.planned
    if not _is_sqlite(session):
        for setting in _PLANNING:
            await session.exec(setting)
    announcement = await session.get_one(Announcement, run.announcement_id)
    everyone = wanted(announcement, await provinces_of(session, announcement.places))
    person = everyone.selected_columns[0]
    edge = everyone.where(person > run.planned_to).distinct().order_by(person)
    last = (await session.exec(edge.offset(size - 1).limit(1))).first()
    await _write_slice(session, run, announcement, channels, (run.planned_to, last), due_at)
    run.planned_to = last or _BEYOND  # a resumed run is asked again, and finds nobody more
    if last is None:
        run.status = RunStatus.SENDING
    session.add(run)
    return last is not None, run.planned


async def _write_slice(
    session: AsyncSession,
    run: Run,
    announcement: Announcement,
    channels: Sequence[str],
    span: Span,
    due_at: datetime,
) -> None:
    """Write the deliveries and chunks of a span of people, and what is kept or taken for a digest."""
    run_id, after = run.id or 0, span[0]
    provinces = await provinces_of(session, announcement.places)
    at_once = wanted(announcement, provinces, daily=None if run.digest_at is None else False)
    found = _reachable(at_once, channels, span, sqlite=_is_sqlite(session))
    planned = await session.exec(_deliveries(found, run_id, await _next_chunk(session, run_id)))
    lane = Lane.URGENT if announcement.urgent else Lane.BULK
    await session.exec(_chunks(run_id, after, lane, due_at))
    within = partial(_within, span=span)
    if announcement.digest_on is not None:
        await session.exec(gathered.take(run_id, run.fire_time, within))
    elif run.digest_at is not None:
        daily = _with_a_contact(wanted(announcement, provinces, daily=True), channels, within)
        keeping = gathered.keep(daily.distinct(), run_id, run.created_at, within)
        run.gathered += (await session.exec(keeping)).rowcount
    run.planned += planned.rowcount


def _with_a_contact(
    people: Query, channels: Sequence[str], within: gathered.Within = lambda _: ()
) -> Query:
    """Return those of `people` in a span whom some channel can reach, each once or more."""
    person = people.selected_columns[0]
    contact = (
        select(literal(1))
        .where(
            Contact.person_id == person,
            col(Contact.suppressed_at).is_(None),
            col(Contact.channel).concat("").in_(channels),
            *within(col(Contact.person_id)),
        )
        .exists()
    )
    return people.where(contact, *within(person))


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


async def _next_chunk(session: AsyncSession, run_id: int) -> int:
    newest = select(func.max(Chunk.number)).where(Chunk.run_id == run_id)
    number = (await session.exec(newest)).one()
    return 0 if number is None else number + 1


def _deliveries(reachable: Any, run_id: int, first_chunk: int) -> Any:
    found = reachable.subquery()
    place = func.row_number().over()
    rows: Any = sqlalchemy.select(
        literal(run_id),
        found.c.person_id,
        found.c.channel,
        found.c.address,
        literal(first_chunk)
        + (place - 1).op("/", precedence=_DIVIDES, return_type=Integer())(CHUNK),
        literal(DeliveryStatus.CREATED.value),
        literal(""),
        literal(0),
        literal(""),
        literal(""),
    )
    names = (
        "run_id", "person_id", "channel", "address", "chunk",
        "status", "reason", "attempts", "owner", "message_id",
    )  # fmt: skip
    return insert(Delivery).from_select(names, rows, include_defaults=False)


def _chunks(run_id: int, after: str, lane: Lane, due_at: datetime) -> Any:
    """Sum up the deliveries just planned: those of people beyond `after`."""
    rows: Any = (
        sqlalchemy.select(
            literal(run_id),
            col(Delivery.chunk),
            col(Delivery.channel),
            func.min(col(Delivery.person_id)),
            func.max(col(Delivery.person_id)),
            literal(int(lane)),
            literal(ChunkStatus.WAITING.value),
            literal(due_at, table_of(Chunk).c.due_at.type),
            func.count(),
            literal(0),
            literal(0),
            literal(0),
        )
        .where(col(Delivery.run_id) == run_id, col(Delivery.person_id) > after)
        .group_by(col(Delivery.chunk), col(Delivery.channel))
    )
    names = (
        "run_id", "number", "channel", "first_person", "last_person", "lane", "status",
        "due_at", "planned", "delivered", "failed", "skipped",
    )  # fmt: skip
    return insert(Chunk).from_select(names, rows, include_defaults=False)
