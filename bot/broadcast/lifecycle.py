"""The life of an announcement: draft → approved → scheduled → sending → done, stopped or expired.

Every step is one transaction with its entry in the log of deeds. A step that may not be taken says why
in words for the official; nothing is half-done.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from rapidfuzz import fuzz
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit
from bot.broadcast import gathered, outbox
from bot.broadcast.clock import shown
from bot.broadcast.firing import DIGEST_HOUR, check_schedule, digest_for, next_fire
from bot.broadcast.wording import message_text
from bot.messages import announcements as words
from bot.models import (
    GOING_ON,
    Announcement,
    AnnouncementStatus,
    Chunk,
    ChunkStatus,
    Delivery,
    DeliveryStatus,
    Run,
    RunStatus,
    Topic,
)
from knowledge.text import fold, normalise

#: Announcements to more people than this need a second person, and a typed confirmation.
BULK: Final = 200
#: How alike two texts are before the official is warned, of 100, and how long back is looked.
ALIKE: Final = 90.0
LOOK_BACK: Final = timedelta(days=30)
_MOST_COMPARED: Final = 500

#: What a writer meant to fill in: {ngày}, [giờ], ___ or ….
_UNFILLED: Final = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]|_{3,}|\.{4,}|…{2,}")

#: What may still be changed; nobody has got it.
UNSENT: Final = frozenset({AnnouncementStatus.DRAFT, AnnouncementStatus.RETURNED})
_LIVING: Final = frozenset({AnnouncementStatus.SCHEDULED, AnnouncementStatus.SENDING})


class LifecycleError(ValueError):
    """A step that may not be taken; the words are for the official."""


@dataclass(frozen=True, slots=True)
class Twin:
    """An earlier announcement that says nearly the same."""

    id: int
    at: datetime

    @property
    def warning(self) -> str:
        """The sentence that warns of it."""
        return words.SAME_AS.format(id=self.id, time=shown(self.at))


def text_hash(text: str) -> str:
    """Return the hash by which the same words are recognised, however they are spaced or accented."""
    return hashlib.sha256(fold(normalise(text)).encode()).hexdigest()


def check(announcement: Announcement, limits: Mapping[str, int], *, now: datetime) -> list[str]:
    """Return what is wrong with what was written, a sentence each; `limits` = characters by channel."""
    wrong = []
    if not announcement.text.strip():
        wrong.append(words.NO_TEXT)
    if unfilled := _UNFILLED.findall(f"{announcement.title} {announcement.text}"):
        wrong.append(words.UNFILLED.format(places=", ".join(unfilled)))
    if announcement.source_url and not announcement.source_url.startswith(("http://", "https://")):
        wrong.append(words.BAD_SOURCE)
    wrong += _wrong_topic(announcement)
    length = len(message_text(announcement))
    wrong += [
        words.TEXT_TOO_LONG.format(length=length, channel=channel, limit=limit)
        for channel, limit in limits.items()
        if length > limit
    ]
    try:
        check_schedule(announcement, now=now)
    except ValueError as error:
        wrong.append(str(error))
    return wrong


def _wrong_topic(announcement: Announcement) -> list[str]:
    if announcement.topic and announcement.topic not in set(Topic):
        topics = ", ".join(f"{topic} ({words.TOPICS[topic]})" for topic in Topic)
        return [words.UNKNOWN_TOPIC.format(topic=announcement.topic, topics=topics)]
    if not (announcement.topic or announcement.procedure_code or announcement.correction_of):
        return [words.NO_TOPIC]
    return []


async def twin_of(
    session: AsyncSession, announcement: Announcement, *, now: datetime
) -> Twin | None:
    """Return the newest announcement of the last month that says nearly the same, or None."""
    query = (
        select(Announcement.id, Announcement.created_at, Announcement.text)
        .where(
            col(Announcement.created_at) >= now - LOOK_BACK,
            col(Announcement.status).not_in(UNSENT),
            col(Announcement.id) != announcement.id,
        )
        .order_by(col(Announcement.id).desc())
        .limit(_MOST_COMPARED)
    )
    mine = fold(normalise(announcement.text))
    for number, at, text in await session.exec(query):
        if fuzz.ratio(mine, fold(normalise(text)), score_cutoff=ALIKE):
            return Twin(number or 0, at)
    return None


async def save_draft(
    session: AsyncSession, announcement: Announcement, *, by: str, where: str = ""
) -> Announcement:
    """Store a new or changed draft.

    Raises:
        LifecycleError: it is a draft no more.
    """
    if announcement.status not in UNSENT:
        raise LifecycleError(words.NOT_DRAFT.format(status=words.STATUSES[announcement.status]))
    announcement.status = AnnouncementStatus.DRAFT
    announcement.text_hash = text_hash(announcement.text)
    announcement.author = announcement.author or by
    session.add(announcement)
    await session.flush()
    await _note(session, announcement, "announcement.save", by, where)
    return announcement


async def approve(
    session: AsyncSession,
    announcement_id: int,
    *,
    by: str,
    people: int,
    alone: bool = False,
    where: str = "",
    now: datetime,
) -> Announcement:
    """Approve a draft for `people`; `alone` = there is no second person who could.

    Raises:
        LifecycleError: it is no draft, reaches nobody, or its writer approves a bulk announcement.
    """
    announcement = await _locked(session, announcement_id)
    if announcement.status is not AnnouncementStatus.DRAFT:
        raise LifecycleError(words.NOT_DRAFT.format(status=words.STATUSES[announcement.status]))
    if people == 0:
        raise LifecycleError(words.NOBODY)
    if people > BULK and by == announcement.author and not alone:
        raise LifecycleError(words.SECOND_PERSON.format(count=people))
    announcement.status = AnnouncementStatus.APPROVED
    announcement.approver, announcement.approved_at = by, now
    session.add(announcement)
    await _note(session, announcement, "announcement.approve", by, where, after={"people": people})
    return announcement


async def send_back(
    session: AsyncSession, announcement_id: int, *, by: str, reason: str, where: str = ""
) -> Announcement:
    """Return a draft to its writer, with the reason.

    Raises:
        LifecycleError: it is no draft, or no reason is given.
    """
    if not reason.strip():
        raise LifecycleError(words.WHY_RETURNED)
    announcement = await _locked(session, announcement_id)
    if announcement.status is not AnnouncementStatus.DRAFT:
        raise LifecycleError(words.NOT_DRAFT.format(status=words.STATUSES[announcement.status]))
    announcement.status = AnnouncementStatus.RETURNED
    session.add(announcement)
    await audit.write(
        session, actor=by, action="announcement.send_back", subject=str(announcement_id),
        reason=reason.strip(), where=where,
    )  # fmt: skip
    return announcement


async def release(
    session: AsyncSession, announcement_id: int, *, by: str, where: str = "", now: datetime
) -> Announcement:
    """Put an approved announcement on the clock: at its time, or as soon as it can.

    Raises:
        LifecycleError: it is not approved, or its time has passed meanwhile.
    """
    announcement = await _locked(session, announcement_id)
    if announcement.status is not AnnouncementStatus.APPROVED:
        raise LifecycleError(words.NOT_APPROVED)
    try:
        check_schedule(announcement, now=now)
    except ValueError as error:
        raise LifecycleError(str(error)) from error
    repeated = bool(announcement.cron or announcement.rrule)
    first = next_fire(announcement, after=now) if repeated else announcement.send_at or now
    announcement.next_fire_at = first
    announcement.status = AnnouncementStatus.SCHEDULED
    session.add(announcement)
    await _note(session, announcement, "announcement.release", by, where)
    return announcement


async def stop(
    session: AsyncSession, announcement_id: int, *, by: str, where: str = "", now: datetime
) -> Announcement:
    """Stop it: no copy is taken up from the moment this is committed; what is in flight arrives.

    What has been sent may still wait for the daily digests; they leave it out then.

    Raises:
        LifecycleError: it neither waits nor is being sent.
    """
    announcement = await _locked(session, announcement_id)
    if not await may_stop(session, announcement, now=now):
        raise LifecycleError(words.NOT_RUNNING)
    announcement.status = AnnouncementStatus.STOPPED
    session.add(announcement)
    await session.exec(
        update(Run)
        .where(
            col(Run.announcement_id) == announcement_id,
            col(Run.status).in_(GOING_ON),
        )
        .values(status=RunStatus.STOPPED)
    )
    await _note(session, announcement, "announcement.stop", by, where)
    return announcement


async def may_stop(session: AsyncSession, announcement: Announcement, *, now: datetime) -> bool:
    """Whether something of it has yet to go out."""
    if announcement.status in _LIVING:
        return True
    done = announcement.status is AnnouncementStatus.DONE
    return done and await gathered.any_waits(session, announcement.id or 0, now=now)


async def resume(
    session: AsyncSession, announcement_id: int, *, by: str, where: str = "", now: datetime
) -> Announcement:
    """Go on with what was stopped, to those who have not got it yet.

    Raises:
        LifecycleError: it is not stopped, or has expired meanwhile.
    """
    announcement = await _locked(session, announcement_id)
    if announcement.status is not AnnouncementStatus.STOPPED:
        raise LifecycleError(words.NOT_STOPPED)
    if announcement.expires_at is not None and announcement.expires_at <= now:
        raise LifecycleError(words.EXPIRED_ALREADY)
    stopped = (
        select(Run)
        .where(Run.announcement_id == announcement_id, Run.status == RunStatus.STOPPED)
        .order_by(col(Run.id))
    )
    runs = (await session.exec(stopped)).all()
    for run in runs:
        # An interrupted planning goes on where it stood and then sends.
        run.status = RunStatus.PLANNING
        run.finished_at = None
        session.add(run)
    if runs:
        announcement.status = AnnouncementStatus.SENDING
    elif announcement.next_fire_at is not None:
        announcement.status = AnnouncementStatus.SCHEDULED
    else:  # only the daily digests left it out
        announcement.status = AnnouncementStatus.DONE
    session.add(announcement)
    await _note(session, announcement, "announcement.resume", by, where)
    return announcement


async def correct(
    session: AsyncSession,
    announcement_id: int,
    text: str,
    *,
    by: str,
    where: str = "",
    now: datetime,
) -> Announcement:
    """Draft a correction, for exactly those who got the wrong one, alone or in a digest.

    From its release on no digest tells the wrong one: who waited for it waits for the correction.

    Raises:
        LifecycleError: nobody has got it.
    """
    wrong = await _locked(session, announcement_id)
    if not await _anyone_got(session, announcement_id):
        raise LifecycleError(words.NOT_SENT)
    correction = Announcement(
        title=wrong.title,
        text=text,
        source_url=wrong.source_url,
        topic=wrong.topic,
        places=wrong.places,
        urgent=wrong.urgent,
        correction_of=announcement_id,
        created_at=now,
    )
    return await save_draft(session, correction, by=by, where=where)


async def send_again(
    session: AsyncSession, run_id: int, *, by: str, where: str = "", now: datetime
) -> int:
    """Try those again to whom a run could not be delivered; return how many.

    Who is suppressed is skipped when their turn comes, as always.
    """
    failed = (
        col(Delivery.run_id) == run_id,
        col(Delivery.status) == DeliveryStatus.PERMANENT,
    )
    chunks = select(Delivery.chunk, Delivery.channel).where(*failed).distinct()
    for number, channel in sorted((await session.exec(chunks)).all()):
        chunk = await session.get_one(Chunk, (run_id, number, channel), with_for_update=True)
        chunk.status, chunk.due_at = ChunkStatus.WAITING, now
        session.add(chunk)
    again = update(Delivery).where(*failed)
    values = {
        "status": DeliveryStatus.CREATED,
        "attempts": 0,
        "next_at": None,
        "reason": "",
        "done_at": None,
    }
    count = (await session.exec(again.values(**values))).rowcount
    if not count:
        return 0
    run = await session.get_one(Run, run_id)
    announcement = await _locked(session, run.announcement_id)
    announcement.status = AnnouncementStatus.SENDING
    session.add(announcement)
    await session.flush()
    run.status, run.finished_at = RunStatus.SENDING, None
    session.add(run)
    await _note(
        session, announcement, "announcement.send_again", by, where, after={"people": count}
    )
    return count


async def fire_due(
    session: AsyncSession, *, now: datetime, digest_hour: int = DIGEST_HOUR
) -> Sequence[Run]:
    """Begin the runs whose time has come, each once; return them.

    After downtime a fire time older than the announcement's catch-up window is kept as missed, to be
    reported and not sent; of several missed times only the newest may still go.
    """
    due = (
        select(Announcement)
        .where(
            Announcement.status == AnnouncementStatus.SCHEDULED,
            col(Announcement.next_fire_at) <= now,
        )
        .order_by(col(Announcement.urgent).desc(), col(Announcement.next_fire_at))
        .with_for_update(skip_locked=True)
    )
    runs = []
    found = (await session.exec(due)).all()
    with session.no_autoflush:  # a thousand are written by two statements, not by three each
        for announcement in found:
            run = await _fire(session, announcement, now, digest_hour)
            if run is not None:
                runs.append(run)
    await session.flush()
    return runs


async def _fire(
    session: AsyncSession, announcement: Announcement, now: datetime, digest_hour: int
) -> Run | None:
    fire_time = announcement.next_fire_at
    assert fire_time is not None
    if announcement.expires_at is not None and announcement.expires_at <= now:
        announcement.status, announcement.next_fire_at = AnnouncementStatus.EXPIRED, None
        session.add(announcement)
        return None
    later = next_fire(announcement, after=fire_time)
    while later is not None and later <= now:  # times that passed while nothing ran
        fire_time, later = later, next_fire(announcement, after=later)
    announcement.next_fire_at = later
    known = select(Run.id).where(Run.announcement_id == announcement.id, Run.fire_time == fire_time)
    if (await session.exec(known)).first() is not None:
        session.add(announcement)
        return None
    late = now - fire_time
    run = Run(announcement_id=announcement.id or 0, fire_time=fire_time, created_at=now)
    if late > timedelta(minutes=announcement.catch_up_minutes):
        run.status, run.finished_at = RunStatus.MISSED, now
        run.note = words.MISSED.format(time=shown(fire_time), minutes=announcement.catch_up_minutes)
        if later is None:
            announcement.status = AnnouncementStatus.EXPIRED
    else:
        announcement.status = AnnouncementStatus.SENDING
        run.started_at = now
        run.digest_at = digest_for(announcement, fire_time, hour=digest_hour)
    session.add(run)
    session.add(announcement)
    return run


async def settle(session: AsyncSession, *, now: datetime) -> int:
    """Close the runs with nothing left to do, and wait for the next time or be done; return how many."""
    open_chunks = (
        select(Chunk.run_id)
        .where(Chunk.run_id == Run.id, Chunk.status != ChunkStatus.DONE)
        .correlate(Run)
        .exists()
    )
    finished = select(Run.id).where(Run.status == RunStatus.SENDING, ~open_chunks)
    runs = (await session.exec(finished.order_by(col(Run.announcement_id), col(Run.id)))).all()
    closed = [await outbox.finish(session, run_id or 0, now=now) for run_id in runs]
    return sum(closed)


async def _anyone_got(session: AsyncSession, announcement_id: int) -> bool:
    alone = (
        select(Delivery.person_id)
        .join(Run, col(Run.id) == Delivery.run_id)
        .where(Run.announcement_id == announcement_id, Delivery.status == DeliveryStatus.DELIVERED)
        .limit(1)
    )
    within = gathered.told(announcement_id).limit(1)
    return any([(await session.exec(query)).first() is not None for query in (alone, within)])


async def _locked(session: AsyncSession, announcement_id: int) -> Announcement:
    query = select(Announcement).where(Announcement.id == announcement_id).with_for_update()
    # Read anew: the caller may have read it before the other decision that this waits for.
    return (await session.exec(query.execution_options(populate_existing=True))).one()


async def _note(
    session: AsyncSession,
    announcement: Announcement,
    action: str,
    by: str,
    where: str,
    *,
    after: dict[str, Any] | None = None,
) -> None:
    what = {"status": announcement.status, "title": announcement.title, **(after or {})}
    await audit.write(
        session, actor=by, action=action, subject=str(announcement.id), after=what, where=where
    )
