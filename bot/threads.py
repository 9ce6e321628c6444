"""Talks with an official: opened, passed on in both directions, timed out, ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import notices
from bot.conversation import Button
from bot.messages import threads as words
from bot.models import Official, Role, Thread, ThreadMessage, ThreadStatus
from bot.officials import roles_of
from bot.privacy import mask

#: Nobody took it: the question is kept, the citizen gets the bot back.
WAIT: Final = timedelta(minutes=15)
#: Both sides silent: it is over.
IDLE: Final = timedelta(minutes=60)
LONGEST: Final = 4_000
#: The citizen's messages go to the official.
LIVE: Final = (ThreadStatus.WAITING, ThreadStatus.OPEN)


class ThreadError(Exception):
    """Something cannot be done with a talk; the sentence says why."""


async def is_staffed(session: AsyncSession) -> bool:
    """Whether there is any official who could answer."""
    query = select(Official).where(col(Official.disabled_at).is_(None))
    return any(Role.EDITOR in roles_of(one) for one in (await session.exec(query)).all())


async def say(session: AsyncSession, thread: Thread, *, text: str, now: datetime) -> None:
    """Add what the citizen says; masked."""
    _add(session, thread, by="citizen", text=mask(text)[:LONGEST], now=now)


async def reply(
    session: AsyncSession, thread: Thread, *, text: str, login: str, name: str, now: datetime
) -> None:
    """Say something to the citizen; whoever answers first owns the talk.

    Raises:
        ThreadError: it is closed, someone else's, or the text is empty.
    """
    if not text.strip():
        raise ThreadError(words.DESK_EMPTY)
    take(session, thread, login=login)
    said = _add(session, thread, by=login, text=text.strip()[:LONGEST], now=now)
    await session.flush()
    back = Button(words.ANSWER_BACK, send=words.SAY_ANSWER_BACK.format(id=thread.id))
    await notices.tell(
        session,
        key=f"thread:{thread.id}:{said.id}",
        person_id=thread.person_id,
        only=(thread.channel, thread.address),
        text=words.FROM_OFFICIAL.format(name=name, text=said.text),
        choices=(back,),
        now=now,
    )


def take(session: AsyncSession, thread: Thread, *, login: str) -> None:
    """Make an official the owner.

    Raises:
        ThreadError: it is closed or someone else's.
    """
    if thread.status is ThreadStatus.CLOSED:
        raise ThreadError(words.DESK_CLOSED)
    if thread.owner and thread.owner != login:
        raise ThreadError(words.DESK_TAKEN.format(owner=thread.owner))
    thread.owner = login
    if thread.status is ThreadStatus.WAITING:
        thread.status = ThreadStatus.OPEN
    session.add(thread)


async def end(
    session: AsyncSession, thread: Thread, *, by: str, now: datetime, told: str = ""
) -> None:
    """Close a talk; `told` is what the citizen reads of it."""
    if thread.status is ThreadStatus.CLOSED:
        return
    thread.status, thread.closed_at = ThreadStatus.CLOSED, now
    _add(session, thread, by=by, text=words.ENDED if by == "citizen" else told, now=now)
    if told:
        await _tell(session, thread, "ended", told, now)


async def time_out(session: AsyncSession, now: datetime, *, limit: int = 200) -> int:
    """Give the bot back to citizens nobody answers, and end silent talks; return how many."""
    query = (
        select(Thread)
        .where(col(Thread.status).in_(LIVE), col(Thread.last_at) <= now - WAIT)
        .limit(limit)
    )
    done = 0
    for thread in (await session.exec(query)).all():
        if thread.status is ThreadStatus.WAITING:
            thread.status = ThreadStatus.LEFT
            session.add(thread)
            await _tell(session, thread, "nobody", words.NOBODY, now)
        elif thread.last_at <= now - IDLE:
            await end(session, thread, by="system", now=now, told=words.ENDED_IDLE)
        else:
            continue
        done += 1
    return done


async def said_in(
    session: AsyncSession, thread_id: int, *, after: int = 0
) -> Sequence[ThreadMessage]:
    """Return what was said in a talk after message `after`, in order."""
    query = (
        select(ThreadMessage)
        .where(ThreadMessage.thread_id == thread_id, col(ThreadMessage.id) > after)
        .order_by(col(ThreadMessage.id))
    )
    return (await session.exec(query)).all()


async def waiting(session: AsyncSession) -> int:
    """Return how many talks wait for an official."""
    unanswered = (ThreadStatus.WAITING, ThreadStatus.LEFT)
    query = select(func.count()).where(col(Thread.status).in_(unanswered))
    return (await session.exec(query)).one()


def _add(
    session: AsyncSession, thread: Thread, *, by: str, text: str, now: datetime
) -> ThreadMessage:
    assert thread.id is not None
    thread.last_at = now
    said = ThreadMessage(thread_id=thread.id, at=now, by=by, text=text)
    session.add(thread)
    session.add(said)
    return said


async def _tell(session: AsyncSession, thread: Thread, what: str, text: str, now: datetime) -> None:
    await notices.tell(
        session,
        key=f"thread:{thread.id}:{what}:{now.timestamp():.0f}",
        person_id=thread.person_id,
        only=(thread.channel, thread.address),
        text=text,
        now=now,
    )
