"""An official wants an announcement taken back: that is written down, `recalling` does it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit
from bot.broadcast.lifecycle import LifecycleError
from bot.messages import announcements as words
from bot.models import GOING_ON, Announcement, Recall, Run


async def ask(
    session: AsyncSession, announcement_id: int, *, by: str, where: str = "", now: datetime
) -> Recall:
    """Write down that an announcement is to be taken back; whoever sends begins at once.

    Asked for again, it goes on where it stood. No digest tells it from now on.

    Raises:
        LifecycleError: it is being sent, what is taken back would be followed by more; or nobody got it.
    """
    one = await session.get_one(Announcement, announcement_id, with_for_update=True)
    query = select(Run.id, Run.status).where(Run.announcement_id == announcement_id)
    runs = (await session.exec(query)).all()
    if not runs:
        raise LifecycleError(words.NOTHING_TO_RECALL)
    if any(status in GOING_ON for _, status in runs):
        raise LifecycleError(words.STOP_FIRST)
    one.recalled_at = now
    session.add(one)
    recall = await session.get(Recall, announcement_id, with_for_update=True)
    newest = max(run_id or 0 for run_id, _ in runs)
    if recall is None:
        recall = Recall(
            announcement_id=announcement_id, until_run=newest, asked_by=by, asked_at=now
        )
    recall.until_run, recall.asked_by, recall.asked_at = newest, by, now
    recall.ended_at, recall.tries = None, 0
    if not recall.owner:  # else a process is at it, and its lease stands there
        recall.next_at = now
    session.add(recall)
    await audit.write(
        session, actor=by, action="announcement.recall", subject=str(announcement_id), where=where,
        now=now,
    )  # fmt: skip
    return recall
