"""Send the notices owed to single citizens, by whatever channel they are heard on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from bot import notices
from bot.channels import Channel, Lane, Pace, SendError, Trouble, send_renewed
from bot.conversation import Reply
from bot.db import Database
from bot.models import Notice
from bot.people import suppress
from knowledge.columns import utc_now

#: Seconds between looks for something to tell.
EVERY: Final = 1.0
#: A web page that is closed is tried again after so long; opening it again wakes its notices.
CLOSED_PAGE: Final = timedelta(minutes=10)
#: Seconds of a platform's silence after which a send has failed.
_TIMEOUT: Final = 60.0

log = structlog.get_logger()


class Page(Protocol):
    """The pages that listen for pushes."""

    def send(self, chat_id: str, reply: Reply) -> bool:
        """Hand `reply` to every page of the chat; False when none listens."""


class Teller:
    """Takes due notices and sends them, one after the other."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        *,
        pages: Mapping[str, Page],
        pace: Pace | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._channels = channels
        self._pages = pages
        self._pace = pace
        self._now = now

    async def run(self) -> None:
        """Tell for ever; a failing database is tried again."""
        while True:
            try:
                while await self.tell_due():
                    pass
            except Exception:
                log.exception("notices not sent")
            await asyncio.sleep(EVERY)

    async def tell_due(self) -> int:
        """Send the notices that are due; return how many were tried."""
        names = [*self._channels, *self._pages]
        async with self._database.read() as session:
            if not await notices.any_due(session, now=self._now(), channels=names):
                return 0  # the usual case takes no write lock
        async with self._database.write() as session:
            taken = await notices.claim(session, now=self._now(), channels=names)
        for notice in taken:
            if notice.channel in self._pages:
                await self._show(notice)
            else:
                await self._send(notice)
        return len(taken)

    async def _show(self, notice: Notice) -> None:
        shown = self._pages[notice.channel].send(notice.address, notices.reply_of(notice))
        async with self._database.write() as session:
            if shown:
                notices.sent(session, await session.merge(notice), now=self._now())
            elif notice.id is not None:
                later = self._now() + CLOSED_PAGE
                await notices.put_back(session, [notice.id], due_at=later)

    async def _send(self, notice: Notice) -> None:
        channel = self._channels[notice.channel]
        try:
            async with asyncio.timeout(_TIMEOUT):
                for outgoing in channel.render(notices.reply_of(notice)):
                    if self._pace is not None:
                        await self._pace.grant(notice.channel, notice.address, Lane.REPLY)
                    await send_renewed(channel, notice.address, outgoing)
        except SendError as error:
            await self._failed(notice, error)
            return
        except TimeoutError:
            await self._failed(notice, SendError("no answer in time", Trouble.RETRY))
            return
        async with self._database.write() as session:
            notices.sent(session, await session.merge(notice), now=self._now())

    async def _failed(self, notice: Notice, error: SendError) -> None:
        gone = error.trouble in (Trouble.SUPPRESS, Trouble.DROP)
        async with self._database.write() as session:
            kept = await session.merge(notice)
            notices.failed(session, kept, why=error.reason, now=self._now(), for_good=gone)
            if error.trouble is Trouble.SUPPRESS:
                await suppress(
                    session, notice.channel, notice.address, why=error.reason, now=self._now()
                )
