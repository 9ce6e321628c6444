"""End every way in that an official has: browsers, programs, chats."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, delete, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import ApiToken, Official, OfficialChat, OfficialChatCode
from bot.officials.sessions import revoke_sessions


async def revoke_access(session: AsyncSession, official: Official, *, now: datetime) -> int:
    """End every session, token and linked chat of an official; return how many sessions."""
    await revoke_chats(session, official)
    await session.exec(
        update(ApiToken)
        .where(col(ApiToken.official_id) == official.id, col(ApiToken.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    return await revoke_sessions(session, official)


async def revoke_chats(session: AsyncSession, official: Official) -> None:
    """Let an official work in no chat any more; codes not yet typed are spent too."""
    for table in (OfficialChat, OfficialChatCode):
        await session.exec(delete(table).where(col(table.official_id) == official.id))
