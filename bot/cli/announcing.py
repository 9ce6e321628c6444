"""`motcua announce send --wait` and `recall`: send and take back from this process, until it is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import typer
from sqlmodel import select

from bot.broadcast import progress
from bot.broadcast.clock import shown
from bot.broadcast.jobs import Clockwork, send_due
from bot.channels.limits import SharedLimit, platform_limits
from bot.cli.failing import fail
from bot.cli.progress_line import line_of, line_of_recall
from bot.db import Database
from bot.messages import announcements as words
from bot.models import Announcement, AnnouncementStatus, Recall, Run
from bot.settings import Settings
from bot.wiring.platforms import open_channels
from bot.wiring.worker import worker
from knowledge.columns import utc_now

#: Seconds between two lines of progress.
_EVERY: Final = 1.0
#: Nothing more comes of these.
_OVER: Final = (AnnouncementStatus.DONE, AnnouncementStatus.STOPPED, AnnouncementStatus.EXPIRED)


async def send_until_done(settings: Settings, database: Database, number: int) -> None:
    """Send from here, sharing limits and leases with whoever else sends, until it is done."""
    async with _working(settings, database) as channels:
        parts = Clockwork(database, channels, digest_hour=settings.digest_hour)
        await _follow(parts, number)


async def take_back_from_here(settings: Settings, database: Database, number: int) -> None:
    """Take back what was asked for, beside whoever else sends, until no copy is left to ask for now."""
    async with _working(settings, database):
        back = await _follow_back(database, number)
    if back.in_digests:
        typer.echo(words.DIGEST_KEEPS.format(count=back.in_digests))
    if back.left and back.ended_at is None:
        fail(
            "nền tảng chưa trả lời; `motcua run` hoặc `motcua worker` đang chạy sẽ tự thử lại,"
            " hoặc chạy lại lệnh này"
        )


@asynccontextmanager
async def _working(settings: Settings, database: Database) -> AsyncIterator[tuple[str, ...]]:
    """Let a worker work here; yield the names of the channels it sends by."""
    channels = open_channels(settings, database)
    pace = SharedLimit(database, platform_limits(settings))
    for channel in channels.values():
        await channel.start()
    working = asyncio.create_task(worker(database, channels, pace).run())
    try:
        yield tuple(channels)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        for channel in channels.values():
            await channel.close()


async def _follow_back(database: Database, number: int) -> Recall:
    """Say how much has been taken back whenever that has changed; return once it rests or has ended."""
    told = ""
    while True:
        async with database.read() as session:
            back = await session.get_one(Recall, number)
        if (line := line_of_recall(back)) != told:
            typer.echo(line, err=True)
            told = line
        if back.ended_at is not None or (back.tries and not back.owner):
            return back
        await asyncio.sleep(_EVERY)


async def _follow(parts: Clockwork, number: int) -> None:
    """Begin it when it is due, and say how far it has come whenever that has changed."""
    told = ""
    while True:
        await send_due(parts, utc_now())
        async with parts.database.read() as session:
            announcement = await session.get_one(Announcement, number)
            state = await progress.progress(session, number, now=utc_now())
            begun = (
                await session.exec(select(Run.id).where(Run.announcement_id == number))
            ).first()
        if begun is None and announcement.next_fire_at is not None:
            line = f"chờ đến {shown(announcement.next_fire_at)}"
        else:
            line = line_of(state)
        if line != told:
            typer.echo(line, err=True)
            told = line
        if announcement.status in _OVER or (begun is not None and not state.running):
            return
        await asyncio.sleep(_EVERY)
