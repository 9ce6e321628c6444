"""How long a survey being filled in is kept, and how it is dropped."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.conversation import KIOSK
from bot.models import SurveyDraft

#: An unfinished form is kept so long after its last step; on a device others will use, only briefly.
KEPT_FOR: Final = timedelta(days=30)
KEPT_ON_DEVICE: Final = timedelta(minutes=15)


def kept_for(channel: str) -> timedelta:
    """Return how long an unfinished form of a channel is kept."""
    return KEPT_ON_DEVICE if channel == KIOSK else KEPT_FOR


async def discard(session: AsyncSession, channel: str, address: str) -> None:
    """Delete the form of a chat."""
    await session.exec(
        delete(SurveyDraft).where(
            col(SurveyDraft.channel) == channel, col(SurveyDraft.address) == address
        )
    )
