"""Taking an announcement back from those who got it, where the platform allows it.

A copy within a daily digest is not taken back alone: the digest, an announcement too, goes as a whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import col, func, select, update

from bot.broadcast import gathered
from bot.broadcast.sending import PATIENCE, SLOTS
from bot.channels import Channel, Lane, Pace, SendError, Trouble
from bot.db import Database
from bot.models import Announcement, Delivery, DeliveryStatus, Run, RunStatus

#: Copies read, taken back and written down together.
PAGE: Final = 200
#: Why a delivered copy has no message any more.
RECALLED: Final = "recalled"


class StillSendingError(Exception):
    """It is being sent: what is taken back would be followed by more."""


@dataclass(slots=True)
class Recalled:
    """What became of the copies, in people."""

    taken: int = 0
    refused: int = 0
    """Their platform cannot take this message back, or no longer."""
    failed: int = 0
    """The platform did not answer; they may be tried again."""
    on_the_way: int = 0
    """Still in a sender's hand when it was stopped."""
    in_digests: int = 0
    """Told within a digest: taken back only with the whole of it."""


async def recall(
    database: Database,
    channels: Mapping[str, Channel],
    pace: Pace,
    announcement_id: int,
    *,
    now: datetime,
) -> Recalled:
    """Take back every copy of an announcement; done again, it goes on where it stood.

    No digest tells it from now on.

    Raises:
        StillSendingError: stop it first.
    """
    runs = select(Run.id, Run.status).where(Run.announcement_id == announcement_id)
    async with database.read() as session:
        found = (await session.exec(runs.order_by(col(Run.id)))).all()
    if any(status in (RunStatus.PLANNING, RunStatus.SENDING) for _, status in found):
        raise StillSendingError
    async with database.write() as session:
        one = await session.get_one(Announcement, announcement_id, with_for_update=True)
        one.recalled_at = now
        session.add(one)
    total = Recalled()
    for run_id, _ in found:
        await _recall_run(database, channels, pace, run_id or 0, total)
    async with database.read() as session:
        total.in_digests = (await gathered.shares(session, announcement_id, now=now)).delivered
    return total


async def _recall_run(
    database: Database, channels: Mapping[str, Channel], pace: Pace, run_id: int, total: Recalled
) -> None:
    after = ""
    sending = col(Delivery.status) == DeliveryStatus.SENDING
    while True:
        page = (
            select(Delivery)
            .where(
                Delivery.run_id == run_id,
                col(Delivery.person_id) > after,
                col(Delivery.message_id) != "",
                ~sending,
            )
            .order_by(col(Delivery.person_id))
            .limit(PAGE)
        )
        async with database.read() as session:
            rows = (await session.exec(page)).all()
        if not rows:
            break
        taken = await _take_back(channels, pace, rows, total)
        async with database.write() as session:
            await session.exec(
                update(Delivery)
                .where(col(Delivery.run_id) == run_id, col(Delivery.person_id).in_(taken), ~sending)
                .values(message_id="", reason=RECALLED)
            )
        after = rows[-1].person_id
    left = select(func.count()).select_from(Delivery).where(Delivery.run_id == run_id, sending)
    async with database.read() as session:
        total.on_the_way += (await session.exec(left)).one()


async def _take_back(
    channels: Mapping[str, Channel], pace: Pace, rows: Sequence[Delivery], total: Recalled
) -> list[str]:
    """Take back the copies of a page, a few at once; return the people who have it no more."""
    slots = asyncio.Semaphore(SLOTS)

    async def one(row: Delivery) -> bool | None:
        channel = channels.get(row.channel)
        if channel is None or not channel.capabilities.recalls:
            return False
        async with slots:
            return await _recalled(channel, pace, row)

    results = await asyncio.gather(*(one(row) for row in rows))
    total.taken += results.count(True)
    total.refused += results.count(False)
    total.failed += results.count(None)
    return [row.person_id for row, done in zip(rows, results, strict=True) if done]


async def _recalled(channel: Channel, pace: Pace, row: Delivery) -> bool | None:
    """Take back every part of a copy; None when the platform does not answer."""
    done = True
    for message_id in row.message_id.split(","):
        if message_id == "-":  # the platform told no id
            done = False
            continue
        await pace.grant(channel.name, row.address, Lane.URGENT)
        try:
            async with asyncio.timeout(PATIENCE):
                done &= await channel.recall(row.address, message_id)
        except SendError as error:
            if error.retry_after is None:
                return None if error.trouble in (Trouble.RETRY, Trouble.REFRESH) else False
            await pace.hold(channel.name, error.retry_after)
            return None
        except (TimeoutError, OSError):
            return None
    return done
