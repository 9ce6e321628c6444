"""The rows of accepted arrivals: every query of the intake, each with its guarantee.

A row belongs to the process whose name it carries, for as long as its lease lasts; every change but
a claim is made only while it does, so two processes never answer the same message. All waiting rows
of one person belong to the same process, which keeps their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, text, tuple_
from sqlalchemy import select as sa_select
from sqlalchemy import update as sa_update
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, delete, exists, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.channels import Arrival, ArrivalKind
from bot.channels.wire import arrival_to_json
from bot.db import insert_into
from bot.models import Accepted, Stage
from bot.people import heard_from_all, suppress
from knowledge.columns import table_of

#: How long a process that says nothing is believed to live.
LEASE = timedelta(seconds=20)

#: Written to as a plain table: nothing of these rows is kept in a session.
_ROWS: Final = table_of(Accepted)

# Written once: building a statement costs more than running it.
_UNANSWERED: Final = (
    sa_select(_ROWS.c.id, _ROWS.c.owner)
    .where(_ROWS.c.id.in_(bindparam("ids", expanding=True)), _ROWS.c.stage == Stage.STORED)
    .with_for_update()
)
_ANSWER: Final = (
    sa_update(_ROWS)
    .where(_ROWS.c.id == bindparam("row"))
    .values(
        {name: bindparam(name) for name in ("reply", "stage", "done_at", "address", "owner")}
        | {"message": {}, "attempts": 0}
    )
)

_PERSON: Final = tuple_(_ROWS.c.channel, _ROWS.c.address)
_ELSEWHERE: Final = sa_select(_ROWS.c.channel, _ROWS.c.address).where(
    _PERSON.in_(bindparam("people", expanding=True)),
    _ROWS.c.stage != Stage.DONE,
    _ROWS.c.owner != bindparam("me"),
)
#: Whom nobody works on; what `me` itself has it still has, however late it renews its lease.
_FREE: Final = or_(
    _ROWS.c.owner == "",
    and_(_ROWS.c.owner != bindparam("me"), _ROWS.c.lease_until <= bindparam("now")),
)
_ANY_DUE: Final = (
    sa_select(_ROWS.c.id)
    .where(_ROWS.c.stage != Stage.DONE, _ROWS.c.due_at <= bindparam("now"), _FREE)
    .limit(1)
)
_FINISH: Final = (
    sa_update(_ROWS)
    .where(_ROWS.c.id.in_(bindparam("ids", expanding=True)), _ROWS.c.owner == bindparam("me"))
    .values(
        stage=Stage.DONE, done_at=bindparam("at"), reason=bindparam("why"), owner="",
        lease_until=None, address="", message={}, reply=[],
    )
)  # fmt: skip
_PROGRESS: Final = (
    sa_update(_ROWS)
    .where(_ROWS.c.id == bindparam("row"), _ROWS.c.owner == bindparam("me"))
    .values(sent=bindparam("taken"))
)

Person = tuple[str, str]
"""A channel and an address on it."""


class LostError(Exception):
    """The row belongs to another process now, or is done."""


@dataclass(slots=True)
class Job:
    """An accepted arrival as its process works on it."""

    id: int
    channel: str
    address: str
    received_at: datetime
    stage: Stage
    message: dict[str, Any]
    reply: list[dict[str, Any]]
    sent: int = 0
    attempts: int = 0

    @property
    def person(self) -> Person:
        """Whose turn it is."""
        return self.channel, self.address


@dataclass(frozen=True, slots=True)
class Stored:
    """One arrival to be stored; `may_own` is False when the process has no room for it now."""

    arrival: Arrival
    channel: str
    may_own: bool = True


async def store(
    session: AsyncSession, batch: Sequence[Stored], *, owner: str, now: datetime
) -> list[Job]:
    """Store what is new, note who was heard, and return what this process is to answer, in order.

    A key known already is dropped. A person some of whose messages wait elsewhere is left to
    whoever has those.
    """
    people = sorted({(one.channel, one.arrival.address) for one in batch})
    await _lock(session, people)
    elsewhere = await _waiting_elsewhere(session, people, owner)
    rows = [_row(one, elsewhere, owner=owner, now=now) for one in batch]
    query = insert_into(session, Accepted).on_conflict_do_nothing().returning(
        col(Accepted.id), col(Accepted.channel), col(Accepted.key)
    )  # fmt: skip
    ids = {(channel, key): id_ for id_, channel, key in await session.exec(query, params=rows)}
    new = [(one, row) for one, row in zip(batch, rows, strict=True)
           if (one.channel, one.arrival.key) in ids]  # fmt: skip
    await _note_people(session, [one for one, _ in new], now)
    jobs = {}
    for one, row in new:
        if row["owner"] and row["stage"] is not Stage.DONE:
            id_ = ids[one.channel, one.arrival.key]
            jobs[id_] = Job(
                id_, one.channel, one.arrival.address, now, row["stage"], row["message"], []
            )
    return [jobs[id_] for id_ in sorted(jobs)]


def _row(
    one: Stored, elsewhere: Collection[Person], *, owner: str, now: datetime
) -> dict[str, Any]:
    arrival = one.arrival
    waits = arrival.message is not None and arrival.kind is not ArrivalKind.UNFOLLOWED
    owned = waits and one.may_own and (one.channel, arrival.address) not in elsewhere
    return {
        "channel": one.channel,
        "key": arrival.key,
        "address": arrival.address if waits else "",
        "stage": Stage.STORED if waits else Stage.DONE,
        "message": arrival_to_json(arrival) if waits else {},
        "reply": [],
        "sent": 0,
        "attempts": 0,
        "received_at": now,
        "due_at": now,
        "owner": owner if owned else "",
        "lease_until": now + LEASE if owned else None,
        "done_at": None if waits else now,
        "reason": "" if waits else arrival.kind.value,
    }


async def _lock(session: AsyncSession, people: Sequence[Person]) -> None:
    """Let one process at a time store messages of a person; SQLite has one writer anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return
    keys = sorted(
        int.from_bytes(
            hashlib.blake2b("\0".join(one).encode(), digest_size=8).digest(), "big", signed=True
        )
        for one in people
    )
    query = text("SELECT pg_advisory_xact_lock(k) FROM unnest(CAST(:keys AS bigint[])) AS k")
    await session.exec(query, params={"keys": keys})  # type: ignore[call-overload]


async def _waiting_elsewhere(
    session: AsyncSession, people: Sequence[Person], owner: str
) -> set[Person]:
    found = await session.exec(_ELSEWHERE, params={"people": people, "me": owner})  # type: ignore[call-overload]
    return {(channel, address) for channel, address in found}


async def _note_people(session: AsyncSession, new: Sequence[Stored], now: datetime) -> None:
    gone = [one for one in new if one.arrival.kind is ArrivalKind.UNFOLLOWED]
    heard = {(one.channel, one.arrival.address) for one in new} - {
        (one.channel, one.arrival.address) for one in gone
    }
    await heard_from_all(session, heard, now=now)
    for one in gone:
        await suppress(session, one.channel, one.arrival.address, why="unfollowed", now=now)


async def claim(
    session: AsyncSession, channel: str, *, owner: str, now: datetime, limit: int
) -> list[Job]:
    """Take the people whose oldest message is due and whom nobody works on; return all they wait for.

    Two processes never take the same person: the oldest row is locked, and skipped by the other.
    """
    earlier = aliased(Accepted)
    head = (
        select(Accepted.channel, Accepted.address)
        .where(
            Accepted.channel == channel,
            Accepted.stage != Stage.DONE,
            Accepted.due_at <= bindparam("now"),
            _FREE,
            ~exists().where(
                and_(
                    col(earlier.channel) == col(Accepted.channel),
                    col(earlier.address) == col(Accepted.address),
                    col(earlier.id) < col(Accepted.id),
                    col(earlier.stage) != Stage.DONE,
                )
            ),
        )
        .order_by(col(Accepted.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    people = (await session.exec(head, params={"me": owner, "now": now})).all()
    if not people:
        return []
    waiting = (_PERSON.in_(people), col(Accepted.stage) != Stage.DONE)
    await session.exec(update(_ROWS).where(*waiting).values(owner=owner, lease_until=now + LEASE))
    rows = await session.exec(select(Accepted).where(*waiting).order_by(col(Accepted.id)))
    return [
        Job(
            row.id or 0, row.channel, row.address, row.received_at, row.stage, row.message,
            row.reply, row.sent, row.attempts,
        )
        for row in rows
    ]  # fmt: skip


async def is_due(session: AsyncSession, *, owner: str, now: datetime) -> bool:
    """Whether there may be something to claim; cheaper than a claim."""
    found = await session.exec(_ANY_DUE, params={"me": owner, "now": now})  # type: ignore[call-overload]
    return found.first() is not None


async def renew(session: AsyncSession, *, owner: str, now: datetime) -> None:
    """Say that the owner lives."""
    await session.exec(
        update(_ROWS)
        .where(col(Accepted.owner) == owner, col(Accepted.stage) != Stage.DONE)
        .values(lease_until=now + LEASE)
    )


async def release(
    session: AsyncSession, *, owner: str | None = None, people: Collection[Person] | None = None
) -> None:
    """Let any process take what `owner` has (None = what anyone has), of `people` (None = of all)."""
    query = update(_ROWS).where(col(Accepted.stage) != Stage.DONE, col(Accepted.owner) != "")
    if owner is not None:
        query = query.where(col(Accepted.owner) == owner)
    if people is not None:
        query = query.where(_PERSON.in_(people))
    await session.exec(query.values(owner="", lease_until=None))


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply to be written down, and by whom."""

    job: Job
    reply: list[dict[str, Any]]
    owner: str
    at: datetime


async def answered(session: AsyncSession, replies: Sequence[Answered]) -> None:
    """Write down the replies of turns, inside the turns' transaction; the questions' words go.

    Raises:
        LostError: a row is not ours, or answered already; its turn must leave no trace.
    """
    ids = [one.job.id for one in replies]
    rows = await session.exec(_UNANSWERED, params={"ids": ids})  # type: ignore[call-overload]
    owners = dict(rows.all())
    if any(owners.get(one.job.id) != one.owner for one in replies):
        raise LostError
    await session.exec(_ANSWER, params=[_answer(one) for one in replies])


def _answer(one: Answered) -> dict[str, Any]:
    done = not one.reply
    return {
        "row": one.job.id,
        "reply": one.reply,
        "stage": Stage.DONE if done else Stage.ANSWERED,
        "done_at": one.at if done else None,
        "address": "" if done else one.job.address,
        "owner": "" if done else one.owner,
    }


async def finish(
    session: AsyncSession, ids: Sequence[int], *, owner: str, reason: str, now: datetime
) -> None:
    """End these: only their keys are kept, to know a repetition by."""
    ended = {"ids": ids, "me": owner, "at": now, "why": reason}
    await session.exec(_FINISH, params=ended)


async def progress(session: AsyncSession, job: Job, *, owner: str) -> None:
    """Note how many platform messages of the reply were taken."""
    done = {"row": job.id, "me": owner, "taken": job.sent}
    await session.exec(_PROGRESS, params=done)


async def postpone(session: AsyncSession, job: Job, *, owner: str, due_at: datetime) -> None:
    """Leave a person's messages in the database until `due_at`; any process may take them then."""
    await _lock(session, [job.person])  # a message stored meanwhile must see this one put off
    mine = (
        col(Accepted.channel) == job.channel,
        col(Accepted.address) == job.address,
        col(Accepted.owner) == owner,
        col(Accepted.stage) != Stage.DONE,
    )
    await session.exec(
        update(_ROWS)
        .where(*mine, col(Accepted.id) == job.id)
        .values(due_at=due_at, attempts=job.attempts, sent=job.sent)
    )
    await session.exec(update(_ROWS).where(*mine).values(owner="", lease_until=None))


async def move(session: AsyncSession, channel: str, old: str, new: str) -> None:
    """Send what waits for a chat to its new address."""
    await session.exec(
        update(_ROWS)
        .where(
            col(Accepted.channel) == channel,
            col(Accepted.address) == old,
            col(Accepted.stage) != Stage.DONE,
        )
        .values(address=new)
    )


async def forget(session: AsyncSession, *, done_before: datetime, stored_before: datetime) -> int:
    """Delete what was done before a moment, and what a channel switched off left behind; count it."""
    query = delete(_ROWS).where(
        or_(col(Accepted.done_at) < done_before, col(Accepted.received_at) < stored_before)
    )
    return (await session.exec(query)).rowcount
