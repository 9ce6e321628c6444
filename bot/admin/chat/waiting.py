"""What waits for an approval: revisions in review, and announcements not yet approved."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import Announcement, AnnouncementStatus
from knowledge.models import Procedure, Revision, RevisionStatus

#: Of each kind; who has more to do goes to the desk.
MOST = 100


async def revisions_waiting(session: AsyncSession) -> Sequence[tuple[Revision, Procedure]]:
    """Return the revisions in review that nobody has approved, the longest waiting first."""
    query = (
        select(Revision, Procedure)
        .join(Procedure, col(Procedure.id) == Revision.procedure_id)
        .where(Revision.status == RevisionStatus.IN_REVIEW, Revision.approver == "")
        .order_by(col(Revision.id))
        .limit(MOST)
    )
    return (await session.exec(query)).all()


async def announcements_waiting(session: AsyncSession) -> Sequence[Announcement]:
    """Return the announcements not yet approved, newest first."""
    query = select(Announcement).where(Announcement.status == AnnouncementStatus.DRAFT)
    return (await session.exec(query.order_by(col(Announcement.id).desc()).limit(MOST))).all()
