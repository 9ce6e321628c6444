"""What is done to announcements, however it is asked for: by a page, the API, or in a chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit, officials
from bot.broadcast import lifecycle
from bot.broadcast.audience import Estimate, estimate
from bot.broadcast.firing import digest_for
from bot.broadcast.places import AudienceError, place_codes
from bot.broadcast.trial import send_trial
from bot.channels import TEXT_LIMITS, Channel, Pace, SendError
from bot.db import Database
from bot.deeds import Doer
from bot.messages import announcements as words
from bot.models import (
    Announcement,
    AnnouncementStatus,
    AuditEntry,
    Official,
    OfficialChat,
    Role,
    Run,
)
from knowledge.columns import utc_now
from knowledge.places import Places

#: Channels an announcement can go out by.
REACHES: Final = tuple(TEXT_LIMITS)


@dataclass(frozen=True, slots=True)
class Written:
    """An announcement as its writer gives it; places by name or code."""

    title: str
    text: str
    source_url: str
    topic: str
    places: tuple[str, ...]
    urgent: bool
    cron: str
    rrule: str
    send_at: datetime | None
    expires_at: datetime | None


def write_down(
    announcement: Announcement, written: Written, places: Places, *, now: datetime
) -> list[str]:
    """Put what was written into a draft; return what is wrong, a sentence each."""
    wrong: list[str] = []
    for name in ("title", "text", "source_url", "topic", "urgent", "cron", "rrule"):
        setattr(announcement, name, getattr(written, name))
    announcement.send_at, announcement.expires_at = written.send_at, written.expires_at
    try:
        announcement.places = place_codes(places, written.places)
    except AudienceError as error:
        wrong.append(str(error))
    return [*wrong, *lifecycle.check(announcement, TEXT_LIMITS, now=now)]


async def reach_of(
    session: AsyncSession, announcement: Announcement, *, digest_hour: int | None = None
) -> Estimate:
    """Return how many it would reach now; nobody while it says not whom.

    With `digest_hour` it is also counted who gets it with that digest.
    """
    if announcement.topic and announcement.topic not in words.TOPICS:
        return Estimate(0)
    if not (announcement.topic or announcement.procedure_code or announcement.correction_of):
        return Estimate(0)
    at = None
    if digest_hour is not None:
        at = digest_for(announcement, announcement.send_at or utc_now(), hour=digest_hour)
    return await estimate(session, announcement, REACHES, digest_at=at)


async def is_alone(session: AsyncSession) -> bool:
    """Whether one official at most may send: then nobody else can approve."""
    active = await session.exec(select(Official).where(col(Official.disabled_at).is_(None)))
    return sum(Role.SENDER in officials.roles_of(one) for one in active) < 2


async def runs_of(session: AsyncSession, announcement_id: int) -> Sequence[Run]:
    """Return every sending of an announcement, newest first."""
    query = select(Run).where(Run.announcement_id == announcement_id)
    return (await session.exec(query.order_by(col(Run.fire_time).desc()))).all()


async def approve_and_release(
    session: AsyncSession, one: Announcement, doer: Doer, *, confirmed: str
) -> int:
    """Approve a draft and put it on the clock; return how many it reaches now.

    `confirmed` is the number of people as the official typed it, needed for more than BULK.

    Raises:
        LifecycleError: it may not go, with why.
    """
    wrong = lifecycle.check(one, TEXT_LIMITS, now=doer.now)
    if wrong:
        raise lifecycle.LifecycleError(" ".join(wrong))
    people = (await reach_of(session, one)).reachable
    if people > lifecycle.BULK and confirmed != str(people):
        raise lifecycle.LifecycleError(words.CONFIRM.format(count=people))
    number, who = one.id or 0, {"by": doer.login, "where": doer.where}
    await lifecycle.approve(
        session, number, people=people, alone=await is_alone(session), now=doer.now, **who
    )
    await lifecycle.release(session, number, now=doer.now, **who)
    return people


@dataclass(frozen=True, slots=True)
class Line:
    """What sends: the channels of the running application, and the pace they share."""

    database: Database
    channels: Mapping[str, Channel]
    pace: Pace


async def try_out(line: Line, one: Announcement, doer: Doer) -> list[str]:
    """Send an announcement to the official's own linked chats only; return the channels it went by.

    Raises:
        LifecycleError: no chat is linked, or none took it.
    """
    async with line.database.read() as session:
        official = await officials.find(session, doer.login)
        chats = await officials.chats_of(session, official, now=doer.now)
    if not chats:
        raise lifecycle.LifecycleError(words.TRIAL_NEEDS_CHAT)
    sent: list[str] = []
    refused: list[str] = []
    for chat in chats:
        took = await _took(line, chat, one)
        (sent if took else refused).append(chat.channel)
    if not sent:
        raise lifecycle.LifecycleError(words.TRIAL_REFUSED.format(channels=", ".join(refused)))
    async with line.database.write() as session:
        await audit.write(
            session, actor=doer.login, action="announcement.trial", subject=str(one.id or ""),
            after={"channels": sent}, where=doer.where, now=doer.now,
        )  # fmt: skip
    return sent


async def _took(line: Line, chat: OfficialChat, one: Announcement) -> bool:
    """Whether a test send went out to a chat."""
    channel = line.channels.get(chat.channel)
    if channel is None:
        return False
    try:
        await send_trial(channel, line.pace, chat.address, one)
    except (SendError, TimeoutError, OSError):
        return False
    return True


async def why_returned(session: AsyncSession, one: Announcement) -> AuditEntry | None:
    """Return who sent it back to its writer and why; None when it waits for nothing of the kind."""
    if one.status is not AnnouncementStatus.RETURNED:
        return None
    query = select(AuditEntry).where(
        AuditEntry.subject == str(one.id), AuditEntry.action == "announcement.send_back"
    )
    return (await session.exec(query.order_by(col(AuditEntry.id).desc()).limit(1))).first()


async def begin_correction(
    session: AsyncSession, one: Announcement, text: str, doer: Doer
) -> Announcement:
    """Draft a correction for exactly those who got the wrong one.

    Raises:
        LifecycleError: nobody has got it, or there is no text.
    """
    if not text.strip():
        raise lifecycle.LifecycleError(words.NO_TEXT)
    return await lifecycle.correct(
        session, one.id or 0, text, by=doer.login, where=doer.where, now=doer.now
    )


async def send_to_failed(session: AsyncSession, one: Announcement, doer: Doer) -> int:
    """Try those again whom the newest sending did not reach; return how many."""
    runs = await runs_of(session, one.id or 0)
    if not runs:
        return 0
    return await lifecycle.send_again(
        session, runs[0].id or 0, by=doer.login, where=doer.where, now=doer.now
    )
