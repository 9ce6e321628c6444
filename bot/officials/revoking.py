"""End every way in that an official has: browsers, programs."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import ApiToken, Official
from bot.officials.sessions import revoke_sessions


async def revoke_access(session: AsyncSession, official: Official, *, now: datetime) -> int:
    """End every session and every token of an official; return how many sessions."""
    await session.exec(
        update(ApiToken)
        .where(col(ApiToken.official_id) == official.id, col(ApiToken.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    return await revoke_sessions(session, official)
