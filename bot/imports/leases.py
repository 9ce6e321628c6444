"""Who works on a job: one process at a time, until its lease runs out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import ImportJob, JobStatus

#: A worker that has said nothing for so long is dead; a chunk takes a second or two.
LEASE: Final = timedelta(seconds=30)
#: Starts without progress after which a job is given up.
MOST_ATTEMPTS: Final = 3
#: What somebody must work on.
AT_WORK: Final = (JobStatus.WAITING, JobStatus.READING, JobStatus.SAVING)


class LostError(Exception):
    """The job is no longer ours: an editor gave it up, or another worker took it."""


async def claim(session: AsyncSession, *, now: datetime) -> int | None:
    """Take the oldest job that nobody works on; None when there is none.

    A job that was started too often without progress fails instead.
    """
    free = col(ImportJob.lease_until).is_(None) | (col(ImportJob.lease_until) < now)
    job = (
        await session.exec(
            select(ImportJob)
            .where(col(ImportJob.status).in_(AT_WORK), free)
            .order_by(col(ImportJob.id))
            .with_for_update(skip_locked=True)
            .limit(1)
        )
    ).first()
    if job is None:
        return None
    if job.attempts >= MOST_ATTEMPTS:
        job.status = JobStatus.FAILED
        job.error = "Việc đọc tệp bị dừng nhiều lần. Hãy xem nhật ký máy chủ rồi tải tệp lên lại."
        job.lease_until = None
    else:
        job.attempts += 1
        job.lease_until = now + LEASE
    job.updated_at = now
    session.add(job)
    return job.id if job.lease_until else None


async def go_on(
    session: AsyncSession, job_id: int, status: JobStatus, /, *, now: datetime, **progress: Any
) -> None:
    """Record progress in the transaction of `session`, and keep the lease.

    Raises:
        LostError: the job is no longer in `status`; the transaction must be rolled back.
    """
    kept = await session.exec(
        update(ImportJob)
        .where(col(ImportJob.id) == job_id, col(ImportJob.status) == status)
        .values(lease_until=now + LEASE, attempts=0, updated_at=now, **progress)
    )
    if kept.rowcount != 1:
        raise LostError(f"job {job_id}")


async def finish(
    session: AsyncSession, job_id: int, status: JobStatus, *, now: datetime, **values: Any
) -> None:
    """Leave a job in `status`, for nobody or somebody else to go on."""
    await session.exec(
        update(ImportJob)
        .where(col(ImportJob.id) == job_id, col(ImportJob.status).in_(AT_WORK))
        .values(status=status, lease_until=None, attempts=0, updated_at=now, **values)
    )


async def let_go(session: AsyncSession, job_id: int) -> None:
    """End the lease of a worker that is known to be dead."""
    await session.exec(
        update(ImportJob).where(col(ImportJob.id) == job_id).values(lease_until=None)
    )
