"""Messages owed to single citizens: written down first, sent by whoever owns the channel, once.

`tell` is called in the transaction that makes the notice due; a sender asks `claim` for the next one
and reports with `sent` or `failed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.conversation import Action, Button, Reply
from bot.models import Contact, Notice, NoticeStatus

#: Minutes until the next try, by how many were made.
_WAITS: Final = (1, 2, 5, 15, 60, 240, 720)
#: A claimed notice that nobody reported on is tried again: its worker died.
_LEASE: Final = timedelta(minutes=2)
# Written once, as it is asked every second: building a statement costs more than running it.
_ANY_DUE: Final = (
    select(Notice.id)
    .where(
        Notice.status == NoticeStatus.WAITING,
        col(Notice.due_at) <= bindparam("now"),
        col(Notice.channel).in_(bindparam("channels", expanding=True)),
    )
    .limit(1)
)


async def tell(
    session: AsyncSession,
    *,
    key: str,
    person_id: str | None,
    text: str,
    now: datetime,
    choices: Sequence[Button] = (),
    only: tuple[str, str] | None = None,
) -> bool:
    """Owe a person a message by the way they were heard last; False when there is none, or it was owed.

    `only` is one (channel, address) to write to, whatever other ways there are.
    """
    if person_id is None and only is None:
        return False
    already = await session.exec(select(Notice.id).where(Notice.key == key))
    if already.first() is not None:
        return False
    address = only or await _address(session, person_id)
    if address is None:
        return False
    session.add(
        Notice(
            key=key,
            person_id=person_id,
            channel=address[0],
            address=address[1],
            text=text,
            choices=[[button.label, button.send] for button in choices],
            due_at=now,
            created_at=now,
        )
    )
    await session.flush()
    return True


async def _address(session: AsyncSession, person_id: str | None) -> tuple[str, str] | None:
    query = (
        select(Contact.channel, Contact.address)
        .where(Contact.person_id == person_id, col(Contact.suppressed_at).is_(None))
        .order_by(col(Contact.last_seen_at).desc())
    )
    return (await session.exec(query)).first()


async def claim(
    session: AsyncSession,
    *,
    now: datetime,
    channels: Sequence[str] | None = None,
    limit: int = 20,
) -> Sequence[Notice]:
    """Take the oldest due notices for sending; other workers do not see them for two minutes."""
    query = (
        select(Notice)
        .where(Notice.status == NoticeStatus.WAITING, col(Notice.due_at) <= now)
        .order_by(col(Notice.due_at), col(Notice.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if channels is not None:
        query = query.where(col(Notice.channel).in_(channels))
    taken = (await session.exec(query)).all()
    for notice in taken:
        notice.due_at = now + _LEASE
        notice.attempts += 1
        session.add(notice)
    await session.flush()
    return taken


async def any_due(session: AsyncSession, *, now: datetime, channels: Sequence[str]) -> bool:
    """Whether `claim` would find something."""
    found = await session.exec(_ANY_DUE, params={"now": now, "channels": list(channels)})
    return found.first() is not None


async def wake(session: AsyncSession, channel: str, address: str, *, now: datetime) -> int:
    """Make a chat's waiting notices due: the citizen is here to read them. Return how many."""
    done = await session.exec(
        update(Notice)
        .where(
            col(Notice.channel) == channel,
            col(Notice.address) == address,
            col(Notice.status) == NoticeStatus.WAITING,
            col(Notice.due_at) > now,
        )
        .values(due_at=now)
    )
    return done.rowcount


def sent(session: AsyncSession, notice: Notice, *, now: datetime) -> None:
    """Note that the citizen has it."""
    notice.status = NoticeStatus.SENT
    notice.sent_at = now
    notice.error = ""
    session.add(notice)


def failed(
    session: AsyncSession, notice: Notice, *, why: str, now: datetime, for_good: bool = False
) -> None:
    """Note that it did not go out; it is tried again, later each time, unless that is pointless."""
    notice.error = why[:200]
    if for_good or notice.attempts > len(_WAITS):
        notice.status = NoticeStatus.FAILED
    else:
        notice.due_at = now + timedelta(minutes=_WAITS[max(notice.attempts, 1) - 1])
    session.add(notice)


async def put_back(session: AsyncSession, notice_ids: Sequence[int], *, due_at: datetime) -> None:
    """Let notices wait without counting a try: the page that would show them is closed."""
    await session.exec(
        update(Notice)
        .where(col(Notice.id).in_(notice_ids), col(Notice.status) == NoticeStatus.WAITING)
        .values(due_at=due_at, attempts=Notice.attempts - 1)
    )


def reply_of(notice: Notice) -> Reply:
    """Return the notice as a channel renders it."""
    choices = tuple(Button(label, send=send) for label, send in notice.choices)
    return Reply(Action.OTHER, notice.text, choices=choices)
