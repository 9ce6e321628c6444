"""The daily digest: once a day, what was gathered for those who asked for one message a day.

It is an announcement like any other, with a run, deliveries and a report; only its words are each
person's own (bot.broadcast.copies). A day has one at most, whoever schedules: `digest_on` is unique.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.broadcast import gathered
from bot.broadcast.audience import Estimate, any_reachable
from bot.broadcast.clock import shown
from bot.broadcast.firing import next_digest
from bot.db import Database
from bot.messages import announcements as words
from bot.models import Announcement, AnnouncementStatus, Run, RunStatus
from knowledge.hours import ZONE

#: Characters of an announcement by which officials know it in the list.
_NAME = 80


async def begin_due(
    database: Database, channels: Sequence[str], *, hour: int, now: datetime
) -> bool:
    """Put the day's digest on the clock when its hour has come; return whether that was done now.

    Not when nobody has anything to be told, nor later than any announcement may be: then what was
    gathered waits for the next. It waits for what is announced by its hour to be gathered.
    """
    due = next_digest(now, hour=hour)
    due -= timedelta(days=int(due > now))
    digest = _digest(due)
    if now - due > timedelta(minutes=digest.catch_up_minutes):
        return False
    async with database.read() as session:
        if await _begun(session, digest) or await _still_gathering(session, due):
            return False
        if not await any_reachable(session, digest, channels):
            return False
        digest.text = await _names(session, due)
    try:
        async with database.write() as session:
            session.add(digest)
    except IntegrityError:  # another scheduler was as fast
        return False
    return True


def in_estimate(found: Estimate) -> str:
    """Return who of those it would reach gets it with a digest, in words; empty when nobody does."""
    if not found.gathered or found.digest_at is None:
        return ""
    return words.GATHERED.format(count=found.gathered, time=shown(found.digest_at))


async def in_report(session: AsyncSession, announcement_id: int, *, now: datetime) -> list[str]:
    """Return what became of an announcement within the digests, a sentence each; none when it is in none."""
    query = (
        select(Run.digest_at)
        .where(Run.announcement_id == announcement_id, col(Run.gathered) > 0)
        .order_by(col(Run.digest_at).desc())
        .limit(1)
    )
    newest = (await session.exec(query)).first()
    if newest is None:
        return []
    shares = await gathered.shares(session, announcement_id, now=now)
    time = shown(max(newest, next_digest(now, hour=newest.astimezone(ZONE).hour)))
    counts = (
        (words.DIGEST_WAITING, shares.waiting),
        (words.DIGEST_DELIVERED, shares.delivered),
        (words.DIGEST_MISSED, shares.missed),
    )
    return [said.format(count=count, time=time) for said, count in counts if count]


def _digest(due: datetime) -> Announcement:
    day = due.astimezone(ZONE).date()
    return Announcement(
        title=words.DIGEST_TITLE.format(day=f"{day:%d/%m/%Y}"),
        text="",
        author="hệ thống",
        approver="hệ thống",
        approved_at=due,
        created_at=due,
        send_at=due,
        next_fire_at=due,
        status=AnnouncementStatus.SCHEDULED,
        digest_on=day,
    )


async def _begun(session: AsyncSession, digest: Announcement) -> bool:
    query = select(Announcement.id).where(Announcement.digest_on == digest.digest_on)
    return (await session.exec(query)).first() is not None


async def _still_gathering(session: AsyncSession, due: datetime) -> bool:
    """Whether something announced by then has yet to begin, or to be written down for its people."""
    waiting = select(Announcement.id).where(
        Announcement.status == AnnouncementStatus.SCHEDULED, col(Announcement.next_fire_at) <= due
    )
    planning = select(Run.id).where(Run.status == RunStatus.PLANNING, col(Run.digest_at) <= due)
    found = [(await session.exec(query.limit(1))).first() for query in (waiting, planning)]
    return any(one is not None for one in found)


async def _names(session: AsyncSession, due: datetime) -> str:
    """Return what officials read of it: the announcements that wait to be told."""
    told = (
        select(Announcement)
        .where(col(Announcement.id).in_(gathered.announcements_waiting(due)))
        .order_by(col(Announcement.id))
    )
    lines = [
        words.DIGEST_NAMES.format(id=one.id, said=(one.title or one.text).splitlines()[0][:_NAME])
        for one in (await session.exec(told)).all()
    ]
    return words.DIGEST_TEXT.format(items="\n".join(lines))
