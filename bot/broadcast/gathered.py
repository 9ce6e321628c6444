"""What waits for the daily digest: kept when it is announced, taken by a digest, told or left out.

It is kept row by row like a delivery, so that whoever changes their wish, or their channel, or meets a
killed process, is told once all the same. What is stopped, over, taken back or wanted no more stays out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy
from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, literal, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from bot.db import among
from bot.models import (
    OPEN,
    Announcement,
    AnnouncementStatus,
    Delivery,
    DeliveryStatus,
    Gathered,
    Run,
    Subscription,
)
from knowledge.columns import table_of

#: What no digest has told for so long is no news any more.
NEWS_FOR: Final = timedelta(days=3)
#: A correction in one of these is told instead of what it corrects.
_CORRECTS: Final = (
    AnnouncementStatus.SCHEDULED,
    AnnouncementStatus.SENDING,
    AnnouncementStatus.DONE,
)
_ON_ITS_WAY: Final = (*OPEN, DeliveryStatus.SENDING)
_GATHERED: Final = table_of(Gathered)


@dataclass(frozen=True, slots=True)
class Held:
    """What a digest holds for one person, by the runs it was gathered from, oldest first."""

    told: tuple[int, ...]
    left_out: tuple[int, ...] = ()
    """Stopped, over, taken back, corrected or wanted no more since it was gathered."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What became of those who were to get an announcement with their digest, in people."""

    waiting: int = 0
    delivered: int = 0
    missed: int = 0
    """It was not delivered to them, or was left out of it."""


def tellable(now: datetime) -> Any:
    """Return the query of the runs whose announcements a digest may tell."""
    correction = aliased(Announcement)
    corrected = (
        select(literal(1))
        .where(
            col(correction.correction_of) == Announcement.id,
            col(correction.status).in_(_CORRECTS),
        )
        .correlate(Announcement)
        .exists()
    )
    return (
        select(Run.id)
        .join(Announcement, col(Announcement.id) == Run.announcement_id)
        .where(
            col(Run.digest_at) > now - NEWS_FOR,
            Announcement.status != AnnouncementStatus.STOPPED,
            or_(col(Announcement.expires_at).is_(None), col(Announcement.expires_at) > now),
            or_(
                col(Announcement.recalled_at).is_(None),
                col(Run.created_at) > Announcement.recalled_at,
            ),
            ~corrected,
        )
    )


def _wanted() -> ColumnElement[bool]:
    """Whether the person still asks for the topic: one stops everything, or a topic in all places.

    What waits goes with the wish itself (bot.subscriptions.stop); this is for what a digest has taken.
    """
    return (
        select(Subscription.id)
        .join(Announcement, col(Announcement.topic) == Subscription.topic)
        .join(Run, col(Run.announcement_id) == Announcement.id)
        .where(
            Run.id == Gathered.run_id,
            Subscription.person_id == Gathered.person_id,
            col(Subscription.ended_at).is_(None),
        )
        .correlate(Gathered)
        .exists()
    )


def waiting(due: datetime) -> SelectOfScalar[str]:
    """Return the query of the people whom a digest due then has something to tell, each once or more."""
    return select(col(Gathered.person_id)).where(*_waits(due))


def announcements_waiting(due: datetime) -> SelectOfScalar[int]:
    """Return the query of the announcements that a digest due then has to tell to somebody."""
    runs = select(Gathered.run_id).where(*_waits(due)).distinct()
    return select(Run.announcement_id).where(col(Run.id).in_(runs))


def _waits(due: datetime) -> tuple[Any, ...]:
    runs = tellable(due).where(col(Run.digest_at) <= due)
    return (col(Gathered.digest_run_id).is_(None), col(Gathered.run_id).in_(runs))


#: Makes the conditions that a person's id lies in what is being planned.
Within = Callable[[Any], Sequence[ColumnElement[bool]]]


def keep(people: Any, run_id: int, now: datetime, within: Within) -> Any:
    """Return the statement that keeps a run for `people`, but for those who get it at once."""
    found = people.subquery()
    at_once = (
        select(literal(1))
        .where(
            col(Delivery.run_id) == run_id,
            col(Delivery.person_id) == found.c.person_id,
            *within(col(Delivery.person_id)),
        )
        .exists()
    )
    rows: Any = sqlalchemy.select(
        literal(run_id), found.c.person_id, literal(now, _GATHERED.c.at.type)
    ).where(~at_once)
    return insert(Gathered).from_select(["run_id", "person_id", "at"], rows, include_defaults=False)


def take(run_id: int, due: datetime, within: Within) -> Any:
    """Return the statement that gives a digest's run what waits for those it was just planned for."""
    planned = select(Delivery.person_id).where(
        col(Delivery.run_id) == run_id, *within(col(Delivery.person_id))
    )
    mine = (col(Gathered.person_id).in_(planned), *within(col(Gathered.person_id)))
    return (
        update(Gathered)
        .where(*_waits(due), *mine)
        .values(digest_run_id=run_id)
        .execution_options(synchronize_session=False)
    )


async def held_for(
    session: AsyncSession, run_id: int, people: Collection[str], *, now: datetime
) -> dict[str, Held]:
    """Return what a digest's run holds for `people` now; who is missing has nothing in it."""
    may_be_told = and_(col(Gathered.run_id).in_(tellable(now)), _wanted())
    query = (
        select(col(Gathered.person_id), col(Gathered.run_id), may_be_told)
        .where(Gathered.digest_run_id == run_id, among(session, col(Gathered.person_id), people))
        .order_by(col(Gathered.run_id))
    )
    sides: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for person, gathered, told in (await session.exec(query)).all():
        sides[person][not told].append(gathered)
    return {person: Held(tuple(told), tuple(out)) for person, (told, out) in sides.items()}


_RELEASE: Final = (
    _GATHERED.update()
    .where(
        _GATHERED.c.run_id == bindparam("of_run"),
        _GATHERED.c.person_id == bindparam("of_person"),
        _GATHERED.c.digest_run_id == bindparam("of_digest"),
    )
    .values(digest_run_id=None)
)


async def release(
    session: AsyncSession, digest_run_id: int, left_out: Mapping[str, Sequence[int]]
) -> None:
    """Let what a digest left out wait again, for a stopped announcement may be resumed.

    What the person asks for no more is forgotten.
    """
    rows = [
        {"of_run": run_id, "of_person": person, "of_digest": digest_run_id}
        for person, run_ids in sorted(left_out.items())
        for run_id in run_ids
    ]
    if not rows:
        return
    await (await session.connection()).execute(_RELEASE, rows)
    waits = (col(Gathered.digest_run_id).is_(None), col(Gathered.person_id).in_(left_out))
    forgotten = delete(Gathered).where(*waits, ~_wanted())
    await session.exec(forgotten.execution_options(synchronize_session=False))


# --- Of one announcement ---------------------------------------------------------------------------


def _of(announcement_id: int) -> ColumnElement[bool]:
    runs = select(Run.id).where(Run.announcement_id == announcement_id)
    return col(Gathered.run_id).in_(runs)


_SENT: Final = and_(
    col(Delivery.run_id) == col(Gathered.digest_run_id),
    col(Delivery.person_id) == col(Gathered.person_id),
)


def told(announcement_id: int) -> SelectOfScalar[str]:
    """Return the query of those who got an announcement within a digest, or are getting it."""
    got = (DeliveryStatus.DELIVERED, DeliveryStatus.SENDING)
    return (
        select(col(Gathered.person_id))
        .join(Delivery, _SENT)
        .where(_of(announcement_id), col(Delivery.status).in_(got))
    )


def untold(announcement_id: int) -> SelectOfScalar[str]:
    """Return the query of those for whom an announcement still waits, in a digest or for one."""
    return (
        select(col(Gathered.person_id))
        .outerjoin(Delivery, _SENT)
        .where(
            _of(announcement_id),
            or_(col(Gathered.digest_run_id).is_(None), col(Delivery.status).in_(OPEN)),
        )
    )


async def shares(session: AsyncSession, announcement_id: int, *, now: datetime) -> Shares:
    """Return how many wait for a digest with this announcement, and how many got it so."""
    alive = set((await session.exec(tellable(now))).all())
    query = (
        select(Gathered.run_id, Gathered.digest_run_id, Delivery.status, func.count())
        .outerjoin(Delivery, _SENT)
        .where(_of(announcement_id))
        .group_by(col(Gathered.run_id), col(Gathered.digest_run_id), col(Delivery.status))
    )
    waits = delivered = missed = 0
    for run_id, digest, status, count in (await session.exec(query)).all():
        if status is not None and DeliveryStatus(status) is DeliveryStatus.DELIVERED:
            delivered += count
        elif run_id in alive and (digest is None or status in _ON_ITS_WAY):
            waits += count
        else:
            missed += count
    return Shares(waits, delivered, missed)


async def any_waits(session: AsyncSession, announcement_id: int, *, now: datetime) -> bool:
    """Whether a digest has yet to tell this announcement to somebody; what a sender holds counts."""
    waits = and_(col(Gathered.digest_run_id).is_(None), col(Gathered.run_id).in_(tellable(now)))
    query = (
        select(col(Gathered.person_id))
        .outerjoin(Delivery, _SENT)
        .where(_of(announcement_id), or_(waits, col(Delivery.status).in_(_ON_ITS_WAY)))
    )
    return (await session.exec(query.limit(1))).first() is not None
