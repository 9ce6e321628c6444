"""Taking an announcement back from those who got it, where the platform allows it.

That it is wanted stands in a row, so any process that sends goes on with it: after a restart, after a
kill, and after the platform was away. What was taken back is written a page at a time; who is asked
for twice has it no more, and the platform says so. A copy within a daily digest is not taken back
alone: the digest, an announcement too, goes as a whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit
from bot.broadcast import gathered, outbox
from bot.broadcast.sending import PATIENCE, SLOTS
from bot.channels import Channel, Lane, Pace, SendError, Trouble
from bot.db import Database, among
from bot.db.failures import AWAY
from bot.models import GOING_ON, Delivery, DeliveryStatus, Recall, Run

#: Copies read, taken back and written down together.
PAGE: Final = SLOTS
#: Why a copy that arrived has no message any more, and why one keeps it for good.
RECALLED: Final = "recalled"
REFUSED: Final = "not_recalled"
#: Seconds between two looks whether anything is to be taken back.
LOOK_EVERY: Final = 1.0
#: Waits after a round that left some: 5 s, and twice as long each time the platform was away.
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=10)
#: After so long what is left is given up: Telegram deletes nothing older than 48 hours.
GIVE_UP: Final = timedelta(hours=48)

log = structlog.get_logger()


class Recaller:
    """Takes announcements back as they are asked for; any number may, on any machine."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        pace: Pace,
        *,
        owner: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._channels = channels
        self._pace = pace
        self._owner = owner
        self._clock = clock
        self._able = [name for name, one in channels.items() if one.capabilities.recalls]

    async def run(self) -> None:
        """Take back what is due until cancelled; what is cut goes on when its lease ends."""
        while True:
            try:
                while await self.take_up():
                    pass
            except AWAY:
                log.warning("database away: nothing taken back")
            except Exception:
                log.exception("announcement not taken back")
            await asyncio.sleep(LOOK_EVERY)

    async def take_up(self) -> bool:
        """Go through the copies of one announcement that is due; whether there was one."""
        number = await self._claim()
        if number is None:
            return False
        keeping = asyncio.create_task(self._keep(number))
        try:
            answered = await self._round(number)
        finally:
            keeping.cancel()
        await self._put_down(number, answered=answered)
        return True

    async def _claim(self) -> int | None:
        """Take the recall that has waited longest; that of a dead process is due again."""
        due = select(Recall).where(col(Recall.next_at) <= self._clock())
        async with self._database.read() as session:  # asked often, so it must not write
            if (await session.exec(due.limit(1))).first() is None:
                return None
        due = due.order_by(col(Recall.next_at)).limit(1).with_for_update(skip_locked=True)
        async with self._database.write() as session:
            recall = (await session.exec(due)).first()
            if recall is None:
                return None
            recall.owner, recall.next_at = self._owner, self._clock() + outbox.LEASE
            await self._count(session, recall)
            session.add(recall)
            return recall.announcement_id

    async def _keep(self, number: int) -> None:
        """Renew the lease for as long as the copies take."""
        while True:
            await asyncio.sleep(outbox.LEASE.total_seconds() / 3)
            mine = (col(Recall.announcement_id) == number, col(Recall.owner) == self._owner)
            try:
                async with self._database.write() as session:
                    until = self._clock() + outbox.LEASE
                    await session.exec(update(Recall).where(*mine).values(next_at=until))
            except AWAY:
                log.warning("database away while taking back")

    async def _round(self, number: int) -> bool:
        """Ask once for every copy that is left, unless the platform is away; whether it answered."""
        async with self._database.read() as session:
            recall = await session.get_one(Recall, number)
            runs = (await session.exec(_runs(recall))).all()
        answered = False
        for run_id in runs:
            after = ""
            while rows := await self._page(run_id, after):
                results = await self._take_back(rows)
                await self._write(number, run_id, rows, results)
                if all(result is None for result in results):
                    return answered
                answered = True
                after = rows[-1].person_id
        return answered

    async def _page(self, run_id: int, after: str) -> Sequence[Delivery]:
        """Return copies that can be asked for; none when the run is being sent again meanwhile."""
        going = select(Run.id).where(Run.id == run_id, col(Run.status).in_(GOING_ON))
        page = (
            select(Delivery)
            .where(Delivery.run_id == run_id, col(Delivery.person_id) > after, *self._open())
            .order_by(col(Delivery.person_id))
            .limit(PAGE)
        )
        async with self._database.read() as session:
            if (await session.exec(going)).first() is not None:
                return []
            return (await session.exec(page)).all()

    def _open(self) -> tuple[Any, ...]:
        """What tells a copy that may be taken back; one in a sender's hand may not, yet."""
        return (
            col(Delivery.message_id) != "",
            col(Delivery.reason) != REFUSED,
            col(Delivery.channel).in_(self._able),
            ~self._in_hand(),
        )

    def _in_hand(self) -> ColumnElement[bool]:
        """What tells a copy that a living sender has taken."""
        sending = col(Delivery.status) == DeliveryStatus.SENDING
        until = func.coalesce(col(Delivery.lease_until), self._clock())
        return sending & (until > self._clock())

    async def _take_back(self, rows: Sequence[Delivery]) -> list[bool | None]:
        """Take back the copies of a page together; None = the platform did not answer."""
        return list(
            await asyncio.gather(
                *(_recalled(self._channels[row.channel], self._pace, row) for row in rows)
            )
        )

    async def _write(
        self, number: int, run_id: int, rows: Sequence[Delivery], results: Sequence[bool | None]
    ) -> None:
        """Write down what became of a page, and count it."""

        def of(result: bool) -> list[str]:
            return [row.person_id for row, one in zip(rows, results, strict=True) if one is result]

        taken, refused = of(True), of(False)
        async with self._database.write() as session:
            for people, values in (
                (taken, {"message_id": "", "reason": RECALLED}),
                (refused, {"reason": REFUSED}),
            ):
                await session.exec(
                    update(Delivery)
                    .where(
                        col(Delivery.run_id) == run_id,
                        among(session, col(Delivery.person_id), people),
                        ~self._in_hand(),  # sent again meanwhile, it is its sender's to write
                    )
                    .values(**values)
                    .execution_options(synchronize_session=False)
                )
            await session.exec(
                update(Recall)
                .where(col(Recall.announcement_id) == number, col(Recall.owner) == self._owner)
                .values(taken=Recall.taken + len(taken), refused=Recall.refused + len(refused))
            )

    async def _put_down(self, number: int, *, answered: bool) -> None:
        """End it, or say when the copies that are left are asked for again."""
        now = self._clock()
        async with self._database.write() as session:
            recall = await session.get_one(Recall, number, with_for_update=True)
            if recall.owner != self._owner:
                return
            await self._count(session, recall)
            recall.owner = ""
            session.add(recall)
            if recall.left and not await self._given_up(session, recall):
                recall.tries = 0 if answered else recall.tries + 1
                doubled = max(0, min(recall.tries, 10) - 1)
                recall.next_at = now + min(FIRST_WAIT * 2**doubled, LONGEST_WAIT)
                return
            recall.next_at, recall.ended_at = None, now
            sums = {
                "taken": recall.taken, "refused": recall.refused, "left": recall.left,
                "in_digests": recall.in_digests,
            }  # fmt: skip
            await audit.write(
                session, actor=recall.asked_by, action="announcement.recalled",
                subject=str(number), after=sums, now=now,
            )  # fmt: skip

    async def _given_up(self, session: AsyncSession, recall: Recall) -> bool:
        """Whether what is left stays: it is too old, or an official sends it again meanwhile."""
        again = _runs(recall).where(col(Run.status).in_(GOING_ON)).limit(1)
        return (
            self._clock() - recall.asked_at > GIVE_UP
            or (await session.exec(again)).first() is not None
        )

    async def _count(self, session: AsyncSession, recall: Recall) -> None:
        """Put the sums of the copies themselves into a recall."""
        got, reason = col(Delivery.message_id) != "", col(Delivery.reason)
        stays = got & or_(reason == REFUSED, col(Delivery.channel).not_in(self._able))
        query = select(
            func.count().filter(reason == RECALLED),
            func.count().filter(stays),
            func.count().filter(or_(got, self._in_hand())),
        ).where(col(Delivery.run_id).in_(_runs(recall)))
        recall.taken, recall.refused, there = (await session.exec(query)).one()
        recall.copies = recall.taken + there
        told = await gathered.shares(session, recall.announcement_id, now=self._clock())
        recall.in_digests = told.delivered


def _runs(recall: Recall) -> Any:
    """Return the query of the runs that are taken back."""
    return (
        select(Run.id)
        .where(Run.announcement_id == recall.announcement_id, col(Run.id) <= recall.until_run)
        .order_by(col(Run.id))
    )


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
        except Exception:
            log.exception("copy not taken back", channel=channel.name)
            return None
    return done
