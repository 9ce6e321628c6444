"""How far an announcement has come: sums for the sender, and each person's outcome for the file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import GOING_ON, Chunk, Delivery, DeliveryStatus, Run


@dataclass(frozen=True, slots=True)
class Progress:
    """The sums of all runs of an announcement; a chunk being sent is summed every few seconds."""

    planned: int
    delivered: int
    failed: int
    skipped: int
    per_second: float
    """Since it began, or over its whole time when it has ended."""
    running: bool

    @property
    def left(self) -> int:
        """How many have no outcome yet."""
        return self.planned - self.delivered - self.failed - self.skipped

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take at this rate; None while nothing can be said."""
        if not self.running:
            return 0.0
        return self.left / self.per_second if self.per_second else None


async def progress(session: AsyncSession, announcement_id: int, *, now: datetime) -> Progress:
    """Return how far an announcement has come; reads a row for some 500 deliveries."""
    mine = select(Run.id).where(Run.announcement_id == announcement_id)
    sums = select(
        func.coalesce(func.sum(Chunk.planned), 0),
        func.coalesce(func.sum(Chunk.delivered), 0),
        func.coalesce(func.sum(Chunk.failed), 0),
        func.coalesce(func.sum(Chunk.skipped), 0),
    ).where(col(Chunk.run_id).in_(mine))
    planned, delivered, failed, skipped = (await session.exec(sums)).one()
    runs = (await session.exec(select(Run).where(Run.announcement_id == announcement_id))).all()
    running = any(run.status in GOING_ON for run in runs)
    seconds = sum(
        ((run.finished_at or now) - run.started_at).total_seconds()
        for run in runs
        if run.started_at is not None
    )
    done = delivered + failed + skipped
    rate = done / seconds if seconds > 0 else 0.0
    return Progress(planned, delivered, failed, skipped, rate, running)


async def reasons(session: AsyncSession, announcement_id: int) -> list[tuple[str, str, int]]:
    """Return what did not arrive: status, reason and how many, the most frequent first."""
    mine = select(Run.id).where(Run.announcement_id == announcement_id)
    count = func.count().label("count")
    query = (
        select(Delivery.status, Delivery.reason, count)
        .where(
            col(Delivery.run_id).in_(mine),
            col(Delivery.status).in_(
                (DeliveryStatus.TEMPORARY, DeliveryStatus.PERMANENT, DeliveryStatus.SKIPPED)
            ),
        )
        .group_by(col(Delivery.status), col(Delivery.reason))
        .order_by(count.desc())
    )
    return [(str(status), reason, n) for status, reason, n in (await session.exec(query)).all()]


async def outcomes(
    session: AsyncSession, announcement_id: int, *, size: int = 1_000
) -> AsyncIterator[Delivery]:
    """Yield each person's delivery, in pages, so that a million never sit in memory."""
    runs = select(Run.id).where(Run.announcement_id == announcement_id).order_by(col(Run.id))
    for run_id in (await session.exec(runs)).all():
        after = ""
        while True:
            page = (
                select(Delivery)
                .where(col(Delivery.run_id) == run_id, col(Delivery.person_id) > after)
                .order_by(col(Delivery.person_id))
                .limit(size)
            )
            rows = (await session.exec(page)).all()
            for row in rows:
                yield row
            session.expunge_all()
            if len(rows) < size:
                break
            after = rows[-1].person_id
