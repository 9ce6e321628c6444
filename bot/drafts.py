"""A guided form being filled in: kept in the database, so that it survives the chat; a chat has one of a kind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import PetitionDraft, SurveyDraft

Draft = TypeVar("Draft", PetitionDraft, SurveyDraft)


async def load(
    session: AsyncSession,
    kind: type[Draft],
    channel: str,
    address: str,
    now: datetime,
    *,
    lock: bool = False,
) -> Draft | None:
    """Return the unfinished form of a chat, or None; `lock` it for whoever sends it in."""
    query = select(kind).where(
        col(kind.channel) == channel, col(kind.address) == address, col(kind.expires_at) > now
    )
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def keep(
    session: AsyncSession,
    kind: type[Draft],
    channel: str,
    address: str,
    *,
    step: str,
    data: dict[str, Any],
    now: datetime,
    kept_for: timedelta,
) -> None:
    """Store where the form stands, for `kept_for` after this step."""
    query = select(kind).where(col(kind.channel) == channel, col(kind.address) == address)
    draft = (await session.exec(query.with_for_update())).first()
    if draft is None:
        draft = kind(channel=channel, address=address, step=step, expires_at=now)
    draft.step, draft.data, draft.updated_at = step, data, now
    draft.expires_at = now + kept_for
    session.add(draft)
    await session.flush()
