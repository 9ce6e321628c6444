"""The survey being filled in: kept in the database, so that it survives the chat, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.conversation import KIOSK
from bot.models import SurveyDraft

#: An unfinished form is kept so long after its last step; on a device others will use, only briefly.
KEPT_FOR: Final = timedelta(days=30)
KEPT_ON_DEVICE: Final = timedelta(minutes=15)


async def load(
    session: AsyncSession, channel: str, address: str, now: datetime, *, lock: bool = False
) -> SurveyDraft | None:
    """Return the unfinished form of a chat, or None; `lock` it for whoever sends it in."""
    query = select(SurveyDraft).where(
        SurveyDraft.channel == channel,
        SurveyDraft.address == address,
        col(SurveyDraft.expires_at) > now,
    )
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def keep(
    session: AsyncSession,
    channel: str,
    address: str,
    *,
    step: str,
    data: dict[str, Any],
    now: datetime,
) -> None:
    """Store where the form stands; a chat has one."""
    query = select(SurveyDraft).where(
        SurveyDraft.channel == channel, SurveyDraft.address == address
    )
    draft = (await session.exec(query.with_for_update())).first()
    if draft is None:
        draft = SurveyDraft(channel=channel, address=address, step=step, expires_at=now)
    draft.step, draft.data, draft.updated_at = step, data, now
    draft.expires_at = now + (KEPT_ON_DEVICE if channel == KIOSK else KEPT_FOR)
    session.add(draft)
    await session.flush()


async def discard(session: AsyncSession, channel: str, address: str) -> None:
    """Delete the form of a chat."""
    await session.exec(
        delete(SurveyDraft).where(
            col(SurveyDraft.channel) == channel, col(SurveyDraft.address) == address
        )
    )
