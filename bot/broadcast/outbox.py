"""The outbox: whose delivery it is, taken by lease, and what became of it.

Rows are the truth. A worker takes a few by lease, sends them, and writes each outcome before the
slot that sent it takes another: so a kill repeats at most what was in flight and loses nothing.

Every transaction locks in one order, so that on PostgreSQL no two wait for each other: a chunk, its
deliveries by person, the announcement, its runs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.broadcast import gathered
from bot.broadcast.audience import provinces_of, wanted
from bot.db import among
from bot.models import (
    GOING_ON,
    OPEN,
    Announcement,
    AnnouncementStatus,
    Chunk,
    ChunkStatus,
    Contact,
    Delivery,
    DeliveryStatus,
    Run,
    RunStatus,
    SkipReason,
)
from knowledge.columns import table_of

#: How long a worker may hold rows without a sign of life.
LEASE: Final = timedelta(seconds=30)

_DELIVERIES = table_of(Delivery)
_FAILED: Final = (DeliveryStatus.PERMANENT,)


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """Which chunk a job is about."""

    run_id: int
    number: int
    channel: str

    def text(self) -> str:
        """Return it as the engine carries it."""
        return f"{self.run_id}:{self.number}:{self.channel}"

    @classmethod
    def parse(cls, text: str) -> ChunkKey:
        """Return the key of `text()`."""
        run_id, number, channel = text.split(":", 2)
        return cls(int(run_id), int(number), channel)


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery in a worker's hand."""

    run_id: int
    person_id: str
    address: str
    attempts: int
    """With this one."""
    message_id: str
    """Of the parts already sent, by commas."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery."""

    taken: Taken
    status: DeliveryStatus
    at: datetime
    reason: str = ""
    message_id: str = ""
    next_at: datetime | None = None
    uncounted: bool = False
    """The attempt was not the message's fault (we were too fast, or stopped): do not count it."""
    suppress: bool = False
    left_out: tuple[int, ...] = ()
    """Runs a digest held for them and did not tell."""


def _due(lanes: Collection[int], of: ColumnElement[bool], now: datetime) -> tuple[Any, ...]:
    return (
        col(Chunk.status) != ChunkStatus.DONE,
        col(Chunk.due_at) <= now,
        col(Chunk.lane).in_(lanes),
        of,
        col(Chunk.run_id).in_(select(Run.id).where(col(Run.status).in_(GOING_ON))),
    )


async def any_due(
    session: AsyncSession, *, lanes: Collection[int], of: ColumnElement[bool], now: datetime
) -> bool:
    """Whether a chunk `of` some channels waits to be queued; asked often, so it must not write."""
    query = select(Chunk.number).where(*_due(lanes, of, now)).limit(1)
    return (await session.exec(query)).first() is not None


async def queue_due(
    session: AsyncSession,
    *,
    lanes: Collection[int],
    of: ColumnElement[bool],
    now: datetime,
    count: int,
) -> list[tuple[ChunkKey, int]]:
    """Mark up to `count` due chunks `of` some channels as queued; return them with their lanes.

    A queued chunk nobody finished comes back when its `due_at`, kept fresh by its worker, passes.
    """
    due = (
        select(Chunk)
        .where(*_due(lanes, of, now))
        .order_by(col(Chunk.lane), col(Chunk.due_at), col(Chunk.run_id), col(Chunk.number))
        .limit(count)
        .with_for_update(skip_locked=True)
    )
    chunks = (await session.exec(due)).all()
    for chunk in chunks:
        chunk.status, chunk.due_at = ChunkStatus.QUEUED, now + LEASE
        session.add(chunk)
    return [(ChunkKey(one.run_id, one.number, one.channel), one.lane) for one in chunks]


async def claim(
    session: AsyncSession, chunk: Chunk, *, owner: str, now: datetime, count: int
) -> list[Taken]:
    """Take up to `count` due deliveries of a chunk; those of a dead worker are due again."""
    due = (
        select(Delivery.person_id)
        .where(
            col(Delivery.run_id) == chunk.run_id,
            col(Delivery.person_id).between(chunk.first_person, chunk.last_person),
            Delivery.chunk == chunk.number,
            Delivery.channel == chunk.channel,
            or_(
                and_(
                    col(Delivery.status).in_(OPEN),
                    or_(col(Delivery.next_at).is_(None), col(Delivery.next_at) <= now),
                ),
                and_(
                    col(Delivery.status) == DeliveryStatus.SENDING,
                    col(Delivery.lease_until) < now,
                ),
            ),
        )
        .order_by(col(Delivery.person_id))
        .limit(count)
        .with_for_update(skip_locked=True)
    )
    taking = (
        update(Delivery)
        .where(col(Delivery.run_id) == chunk.run_id, col(Delivery.person_id).in_(due))
        .values(
            status=DeliveryStatus.SENDING,
            owner=owner,
            lease_until=now + LEASE,
            attempts=Delivery.attempts + 1,
        )
        .returning(
            col(Delivery.run_id),
            col(Delivery.person_id),
            col(Delivery.address),
            col(Delivery.attempts),
            col(Delivery.message_id),
        )
        .execution_options(synchronize_session=False)
    )
    return [Taken(*row) for row in (await session.exec(taking)).all()]


_MARK: Final = (
    _DELIVERIES.update()
    .where(
        _DELIVERIES.c.run_id == bindparam("of_run"),
        _DELIVERIES.c.person_id == bindparam("of_person"),
        _DELIVERIES.c.status == DeliveryStatus.SENDING.value,
    )
    .values(
        status=bindparam("to_status"),
        reason=bindparam("to_reason"),
        message_id=bindparam("to_message_id"),
        next_at=bindparam("to_next_at"),
        done_at=bindparam("to_done_at"),
        attempts=_DELIVERIES.c.attempts - bindparam("to_uncount"),
        lease_until=None,
        owner="",
    )
)
_FINAL: Final = (DeliveryStatus.DELIVERED, DeliveryStatus.PERMANENT, DeliveryStatus.SKIPPED)


async def mark(session: AsyncSession, outcomes: Sequence[Outcome]) -> None:
    """Write what became of deliveries, all at once and in the order everybody locks them."""
    rows = [
        {
            "of_run": one.taken.run_id,
            "of_person": one.taken.person_id,
            "to_status": one.status,
            "to_reason": one.reason[:200],
            "to_message_id": one.message_id,
            "to_next_at": one.next_at,
            "to_done_at": one.at if one.status in _FINAL else None,
            "to_uncount": int(one.uncounted),
        }
        for one in sorted(outcomes, key=lambda one: (one.taken.run_id, one.taken.person_id))
    ]
    connection = await session.connection()
    await connection.execute(_MARK, rows)
    left_out: dict[int, dict[str, tuple[int, ...]]] = {}
    for one in outcomes:
        if one.left_out:
            left_out.setdefault(one.taken.run_id, {})[one.taken.person_id] = one.left_out
    for run_id, of_people in sorted(left_out.items()):
        await gathered.release(session, run_id, of_people)


async def keep(
    session: AsyncSession, key: ChunkKey, taken: Sequence[Taken], *, owner: str, now: datetime
) -> None:
    """Renew the lease of a chunk and of the rows in hand; one chunk in a transaction."""
    await session.exec(
        update(Chunk).where(*_is(key)).values(due_at=now + LEASE, status=ChunkStatus.QUEUED)
    )
    if not taken:
        return
    mine = (
        select(Delivery.person_id)
        .where(
            col(Delivery.run_id) == key.run_id,
            among(session, col(Delivery.person_id), [one.person_id for one in taken]),
            col(Delivery.owner) == owner,
        )
        .order_by(col(Delivery.person_id))
        .with_for_update()
    )
    await session.exec(
        update(Delivery)
        .where(col(Delivery.run_id) == key.run_id, col(Delivery.person_id).in_(mine))
        .values(lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )


async def move(session: AsyncSession, channel: str, taken: Taken, address: str) -> None:
    """Note where a chat has moved to; a contact that is there already is left alone."""
    known = select(Contact.id).where(Contact.channel == channel, Contact.address == address)
    if (await session.exec(known)).first() is None:
        await session.exec(
            update(Contact)
            .where(col(Contact.channel) == channel, col(Contact.address) == taken.address)
            .values(address=address)
        )
    await session.exec(
        update(Delivery)
        .where(col(Delivery.run_id) == taken.run_id, col(Delivery.person_id) == taken.person_id)
        .values(address=address)
    )


async def opted_out(
    session: AsyncSession, announcement: Announcement, people: Sequence[str]
) -> dict[str, SkipReason]:
    """Return which of `people` do not want an announcement any more."""
    query = wanted(announcement, await provinces_of(session, announcement.places))
    mine = among(session, query.selected_columns[0], people)
    still = set((await session.exec(query.where(mine))).all())
    return {one: SkipReason.OPTED_OUT for one in people if one not in still}


async def unreachable(
    session: AsyncSession,
    channel: str,
    taken: Sequence[Taken],
    *,
    seen_after: datetime | None = None,
) -> dict[str, SkipReason]:
    """Return who of those in hand may not be written to any more, and why.

    `seen_after`: whoever was last heard before it is outside the platform's window.
    """
    lost: Any = col(Contact.suppressed_at).is_not(None)
    if seen_after is not None:
        lost = or_(lost, col(Contact.last_seen_at) < seen_after)
    contacts = select(Contact.address, Contact.suppressed_at).where(
        Contact.channel == channel,
        among(session, col(Contact.address), [one.address for one in taken]),
        lost,
    )
    found = dict((await session.exec(contacts)).all())
    return {
        one.person_id: (
            SkipReason.OUTSIDE_WINDOW if found[one.address] is None else SkipReason.SUPPRESSED
        )
        for one in taken
        if one.address in found
    }


async def skip_rest(
    session: AsyncSession, chunk: Chunk, reason: SkipReason, *, now: datetime
) -> None:
    """Leave out whatever of a chunk is not in somebody's hand."""
    await session.exec(
        update(Delivery)
        .where(*_in(chunk), col(Delivery.status).in_(OPEN))
        .values(status=DeliveryStatus.SKIPPED, reason=reason.value, done_at=now)
        .execution_options(synchronize_session=False)
    )


async def sum_up(session: AsyncSession, chunk: Chunk) -> tuple[int, datetime | None]:
    """Write a chunk's sums; return how many are still open and when the next of them is due."""
    status = col(Delivery.status)
    soonest = case((status == DeliveryStatus.SENDING, col(Delivery.lease_until)),
                   else_=col(Delivery.next_at))  # fmt: skip
    query = (
        select(status, func.count(), func.min(soonest), func.count(soonest))
        .where(*_in(chunk))
        .group_by(status)
    )
    rows = {one: (count, at, timed) for one, count, at, timed in (await session.exec(query)).all()}

    def count(of: Collection[DeliveryStatus]) -> int:
        return sum(rows.get(one, (0,))[0] for one in of)

    chunk.delivered = count((DeliveryStatus.DELIVERED,))
    chunk.failed = count(_FAILED)
    chunk.skipped = count((DeliveryStatus.SKIPPED,))
    session.add(chunk)
    left = [rows[one] for one in (*OPEN, DeliveryStatus.SENDING) if one in rows]
    if any(timed < number for number, _, timed in left):
        return sum(number for number, _, _ in left), None
    return sum(number for number, _, _ in left), min((at for _, at, _ in left), default=None)


async def put_down(
    session: AsyncSession, key: ChunkKey, *, now: datetime, not_before: datetime | None = None
) -> None:
    """End the work on a chunk: finished, or waiting until its next delivery is due."""
    chunk = (await session.exec(select(Chunk).where(*_is(key)).with_for_update())).one()
    left, soonest = await sum_up(session, chunk)
    if left:
        chunk.status = ChunkStatus.WAITING
        chunk.due_at = max(soonest or now, not_before or now)
        return
    chunk.status = ChunkStatus.DONE
    await session.flush()
    await finish(session, key.run_id, now=now)


async def finish(session: AsyncSession, run_id: int, *, now: datetime) -> bool:
    """Close a run whose chunks are all done, and its announcement when nothing more is to come.

    Returns whether it did.
    """
    of_run = select(Run.announcement_id).where(Run.id == run_id).scalar_subquery()
    locked = select(Announcement).where(col(Announcement.id) == of_run).with_for_update()
    locked = locked.execution_options(populate_existing=True)
    announcement = (await session.exec(locked)).one()
    run = await session.get_one(Run, run_id, with_for_update=True, populate_existing=True)
    if run.status is not RunStatus.SENDING or await _any_chunk_left(session, run_id):
        return False
    run.status, run.finished_at = RunStatus.DONE, now
    session.add(run)
    await session.flush()
    others = select(Run.id).where(
        Run.announcement_id == run.announcement_id,
        col(Run.status).in_(GOING_ON),
    )
    if announcement.status is not AnnouncementStatus.SENDING:
        return True
    if (await session.exec(others.limit(1))).first() is None:
        more = announcement.next_fire_at is not None
        announcement.status = AnnouncementStatus.SCHEDULED if more else AnnouncementStatus.DONE
        session.add(announcement)
    return True


async def _any_chunk_left(session: AsyncSession, run_id: int) -> bool:
    waiting = select(Chunk.number).where(
        Chunk.run_id == run_id, col(Chunk.status) != ChunkStatus.DONE
    )
    return (await session.exec(waiting.limit(1))).first() is not None


async def begin(session: AsyncSession, run: Run, *, now: datetime) -> None:
    """Note that a run has begun to be sent, once; the row of a later chunk's is not touched."""
    await session.exec(
        update(Announcement)
        .where(
            col(Announcement.id) == run.announcement_id,
            col(Announcement.status) == AnnouncementStatus.SCHEDULED,
        )
        .values(status=AnnouncementStatus.SENDING)
    )
    if run.started_at is None:
        await session.exec(
            update(Run)
            .where(col(Run.id) == run.id, col(Run.started_at).is_(None))
            .values(started_at=now)
        )


def _is(key: ChunkKey) -> tuple[Any, ...]:
    return (
        col(Chunk.run_id) == key.run_id,
        col(Chunk.number) == key.number,
        col(Chunk.channel) == key.channel,
    )


def _in(chunk: Chunk) -> tuple[Any, ...]:
    return (
        col(Delivery.run_id) == chunk.run_id,
        col(Delivery.person_id).between(chunk.first_person, chunk.last_person),
        col(Delivery.chunk) == chunk.number,
        col(Delivery.channel) == chunk.channel,
    )


async def read_chunk(session: AsyncSession, key: ChunkKey) -> Chunk | None:
    """Return the chunk of a job, or None when it is gone."""
    return (await session.exec(select(Chunk).where(*_is(key)))).first()
