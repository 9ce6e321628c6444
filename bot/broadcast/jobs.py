"""What is done by the clock: one line a job, and what each does.

What is due stands in the tables: announcements, feeds and revisions know their next time, and a job
of its own time has its row in `scheduled_job`. So a restart forgets nothing and repeats nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, select

from bot import missed, petitions, threads
from bot.broadcast import digest, follows, lifecycle, outbox
from bot.broadcast.audience import plan
from bot.broadcast.clock import quiet_until
from bot.broadcast.feeds.polling import poll_due
from bot.broadcast.firing import DIGEST_HOUR
from bot.broadcast.stale import tell_stale
from bot.channels import limits
from bot.db import Database
from bot.dialogue.memory import forget_expired
from bot.dossiers import System, tell_changes
from bot.models import Announcement, Run, RunStatus
from bot.privacy import retention
from bot.timed import publish_due
from knowledge.calendar_days import read_calendar
from knowledge.golden import Gate
from knowledge.published import Library

#: Runs planned together; each walks the same tables.
_PLANNED_TOGETHER: Final = 4
#: A chat's next message may go after seconds; that it might not yet is forgotten after minutes.
_TURNS_KEPT: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What jobs work on."""

    database: Database
    channels: Sequence[str]
    """Those that can push."""
    dossiers: System | None = None
    """The deployer's own system of dossiers; None where there is none."""
    library: Library | None = None
    """The knowledge to publish into; None = read when something is due."""
    renewals: Sequence[Callable[[], Awaitable[None]]] = ()
    """What keeps each platform's tokens alive while nobody writes or is written to."""
    stale_days: int = 90
    """Days after which a verified fact is old."""
    public_url: str = ""
    """Where officials open the desk; "" where it is not known."""
    digest_hour: int = DIGEST_HOUR
    """When the daily digest goes out, Vietnam's time."""


async def send_due(parts: Clockwork, now: datetime) -> None:
    """Begin the announcements whose time has come, and plan whom they go to."""
    async with parts.database.write() as session:
        await lifecycle.fire_due(session, now=now, digest_hour=parts.digest_hour)
    async with parts.database.read() as session:
        query = (
            select(Run.id, Announcement.urgent)
            .join(Announcement, col(Announcement.id) == Run.announcement_id)
            .where(Run.status == RunStatus.PLANNING)
            .order_by(col(Announcement.urgent).desc(), col(Run.id))
        )
        waiting = (await session.exec(query)).all()
    gate = asyncio.Semaphore(_PLANNED_TOGETHER)

    async def prepare(run_id: int, urgent: bool) -> None:
        async with gate:
            morning = None if urgent else quiet_until(now)
            planned = await plan(parts.database, run_id, parts.channels, due_at=morning or now)
            if not planned:  # else whoever sends the last of it closes it
                async with parts.database.write() as session:
                    await outbox.finish(session, run_id, now=now)

    await asyncio.gather(*(prepare(run_id or 0, urgent) for run_id, urgent in waiting))


async def _settle(parts: Clockwork, now: datetime) -> None:
    async with parts.database.write() as session:
        await lifecycle.settle(session, now=now)


async def _begin_digest(parts: Clockwork, now: datetime) -> None:
    await digest.begin_due(parts.database, parts.channels, hour=parts.digest_hour, now=now)


async def _poll_feeds(parts: Clockwork, now: datetime) -> None:
    await poll_due(parts.database, now=now)


async def _tell_changes(parts: Clockwork, now: datetime) -> None:
    async with parts.database.write() as session:
        await follows.tell_changes(session, now=now)


async def _tell_endings(parts: Clockwork, now: datetime) -> None:
    async with parts.database.write() as session:
        await follows.tell_endings(session, now=now)


async def _tell_of_dossiers(parts: Clockwork, now: datetime) -> None:
    await tell_changes(parts.database, parts.dossiers, now=now)


async def _look_after_talks(parts: Clockwork, now: datetime) -> None:
    """End the talks nobody answers."""
    async with parts.database.write() as session:
        await threads.time_out(session, now)


async def _look_after_petitions(parts: Clockwork, now: datetime) -> None:
    """Remind of petitions nearly due, close those whose citizen said no more."""
    async with parts.database.write() as session:
        await petitions.remind_due(session, now, await read_calendar(session))
        await petitions.close_silent(session, now)


async def _publish_due(parts: Clockwork, now: datetime) -> None:
    """Publish what is due, take off what has ended."""
    library = parts.library or Library(parts.database.read)
    await publish_due(parts.database, library, Gate(parts.database.read, library), now)


async def _group_missed(parts: Clockwork, _now: datetime) -> None:
    while await missed.group_new(parts.database):
        pass


async def _forget_talks(parts: Clockwork, now: datetime) -> None:
    await forget_expired(parts.database, now)


async def _forget_turns(parts: Clockwork, now: datetime) -> None:
    await limits.forget_chats(parts.database, before=now - _TURNS_KEPT)


async def _renew_tokens(parts: Clockwork, _now: datetime) -> None:
    for renew in parts.renewals:
        await renew()


async def _tell_stale(parts: Clockwork, now: datetime) -> None:
    await tell_stale(parts.database, now=now, days=parts.stale_days, public_url=parts.public_url)


async def _retain(parts: Clockwork, now: datetime) -> None:
    await retention.run(parts.database, now=now)


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again."""

    name: str
    every: timedelta
    do: Callable[[Clockwork, datetime], Awaitable[None]]


JOBS: Final[tuple[Job, ...]] = (
    Job("due announcements", timedelta(seconds=1), send_due),
    Job("finished runs", timedelta(seconds=5), _settle),
    Job("daily digest", timedelta(minutes=1), _begin_digest),
    Job("feeds", timedelta(minutes=1), _poll_feeds),
    Job("changes to followers", timedelta(minutes=1), _tell_changes),
    # Reads every followed content, and what it finds changes with the day only.
    Job("endings to followers", timedelta(hours=1), _tell_endings),
    Job("dossiers to watchers", timedelta(minutes=1), _tell_of_dossiers),
    Job("talks nobody answers", timedelta(minutes=1), _look_after_talks),
    Job("petitions nearly due", timedelta(minutes=1), _look_after_petitions),
    Job("publications due", timedelta(minutes=1), _publish_due),
    Job("missed questions", timedelta(seconds=20), _group_missed),
    Job("turns of chats", timedelta(minutes=1), _forget_turns),
    Job("conversations over", timedelta(hours=1), _forget_talks),
    Job("tokens", timedelta(hours=1), _renew_tokens),
    Job("stale knowledge to officials", timedelta(hours=1), _tell_stale),
    Job("retention", timedelta(days=1), _retain),
)
