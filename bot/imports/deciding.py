"""What an editor decides on rows: which to take over, and whether as drafts or live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import ImportJob, ImportRow, JobStatus, Role, RowOutcome, RowState
from bot.officials import is_there_another

#: What can be taken over; taking a removed one over takes it off.
TAKEN: Final = (RowOutcome.NEW, RowOutcome.CHANGED, RowOutcome.REMOVED)
#: What "everything" means: what a file lacks is only taken off row by row.
EVERYTHING: Final = (RowOutcome.NEW, RowOutcome.CHANGED)
#: What may be decided on (again).
UNDECIDED: Final = (RowState.OPEN, RowState.SAVED, RowState.FAILED)


OWN_FILE: Final = (
    "Anh/chị tải tệp này lên nên cần một người khác duyệt công bố. Lưu nháp thì được ngay."
)


class DecisionError(Exception):
    """A decision that cannot be carried out; the message is a sentence for the official."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows of a job: these, those of a field, or every one."""

    ids: tuple[int, ...] = ()
    field: str | None = None
    sure_only: bool = False
    """Leave out what has problems; an editor looks at those one by one."""


async def choose(
    session: AsyncSession,
    job_id: int,
    choice: Choice,
    *,
    publish: bool,
    by: str,
    now: datetime,
    override: str = "",
) -> int:
    """Have the chosen rows taken over, as drafts or live; return how many. The work is queued.

    Before anything goes live the golden questions are asked; when some would break, all of it
    stays drafts unless `override` says why it must be.

    Raises:
        DecisionError: the job is not ready, there is nothing to take over, or who uploaded the
            file would publish it although somebody else could.
    """
    job = await session.get(ImportJob, job_id, with_for_update=True)
    if job is None or job.status not in (JobStatus.READY, JobStatus.SAVING):
        raise DecisionError("Tệp này chưa đọc xong hoặc đã đóng, chưa nhận dòng nào được.")
    if publish and by == job.author and await is_there_another(session, Role.APPROVER, but=by):
        raise DecisionError(OWN_FILE)
    state = RowState.TO_PUBLISH if publish else RowState.TO_SAVE
    done = await session.exec(
        update(ImportRow)
        .where(*_chosen(job_id, choice, publish=publish))
        .values(state=state, reason="", revision_id=None)
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:
        raise DecisionError("Không có dòng nào để nhận. Hãy chọn dòng mới hoặc dòng thay đổi.")
    job.status = JobStatus.SAVING
    job.decided_by = by
    job.result = {**job.result, "broke": [], "override": override}
    job.share = 0.0
    job.updated_at = now
    session.add(job)
    return int(done.rowcount)


def _chosen(job_id: int, choice: Choice, *, publish: bool) -> list[Any]:
    states = UNDECIDED if publish else (RowState.OPEN, RowState.FAILED)
    where: list[Any] = [col(ImportRow.job_id) == job_id, col(ImportRow.state).in_(states)]
    if choice.ids:
        return [*where, col(ImportRow.id).in_(choice.ids), col(ImportRow.outcome).in_(TAKEN)]
    where.append(col(ImportRow.outcome).in_(EVERYTHING))
    if choice.field is not None:
        where.append(col(ImportRow.field) == choice.field)
    if choice.sure_only:
        where.append(col(ImportRow.doubts) == 0)
    return where


async def fields_of(session: AsyncSession, job_id: int) -> Sequence[tuple[str, int]]:
    """Return the fields with rows still open to be taken over, most rows first."""
    count = func.count()
    rows = await session.exec(
        select(ImportRow.field, count)
        .where(
            ImportRow.job_id == job_id,
            col(ImportRow.outcome).in_(EVERYTHING),
            ImportRow.state == RowState.OPEN,
        )
        .group_by(col(ImportRow.field))
        .order_by(count.desc(), col(ImportRow.field))
    )
    return rows.all()


async def cancel(session: AsyncSession, job_id: int, *, now: datetime) -> ImportJob:
    """Give a job up; what was taken over from it stays.

    Raises:
        DecisionError: there is no such job, or it is over.
    """
    job = await session.get(ImportJob, job_id, with_for_update=True)
    over = (JobStatus.DONE, JobStatus.CANCELLED)
    if job is None or job.status in over:
        raise DecisionError("Tệp này đã đóng rồi.")
    job.status = JobStatus.CANCELLED
    job.lease_until = None
    job.updated_at = now
    session.add(job)
    return job
