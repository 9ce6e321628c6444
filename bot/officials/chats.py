"""Officials' own chats: linked by a one-time code made at the desk, unlinked there, and not for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit
from bot.models import Official, OfficialChat, OfficialChatCode
from bot.officials.accounts import OfficialError

#: Time to type the code, and how long a chat stays linked.
CODE_WITHIN: Final = timedelta(minutes=10)
LASTS: Final = timedelta(days=90)


async def offer_chat(
    session: AsyncSession,
    official: Official,
    code_hash: str,
    *,
    actor: str,
    where: str = "",
    now: datetime,
) -> None:
    """Keep the hash of a code that links a chat to `official`; it replaces the one before."""
    assert official.id is not None
    earlier = (col(OfficialChatCode.official_id) == official.id) | (
        col(OfficialChatCode.expires_at) <= now
    )
    await session.exec(delete(OfficialChatCode).where(earlier))
    session.add(
        OfficialChatCode(code_hash=code_hash, official_id=official.id, expires_at=now + CODE_WITHIN)
    )
    await audit.write(
        session, actor=actor, action="official.offer_chat", subject=official.login, where=where,
        now=now,
    )  # fmt: skip


async def claim_chat(
    session: AsyncSession, code_hash: str, channel: str, address: str, *, now: datetime
) -> Official | None:
    """Link a chat by the hash of a code; return whose it is now, None when the code is no such code."""
    query = (
        select(OfficialChatCode, Official)
        .join(Official, col(Official.id) == OfficialChatCode.official_id)
        .where(
            OfficialChatCode.code_hash == code_hash,
            col(OfficialChatCode.expires_at) > now,
            col(Official.disabled_at).is_(None),
        )
        .with_for_update()
    )
    found = (await session.exec(query)).first()
    if found is None:
        return None
    code, official = found
    await session.delete(code)
    await session.exec(
        delete(OfficialChat).where(
            col(OfficialChat.channel) == channel, col(OfficialChat.address) == address
        )
    )
    session.add(
        OfficialChat(
            official_id=code.official_id, channel=channel, address=address, created_at=now,
            expires_at=now + LASTS,
        )
    )  # fmt: skip
    await audit.write(
        session, actor=official.login, action="official.link_chat", subject=official.login,
        after={"channel": channel}, where=f"chat:{channel}", now=now,
    )  # fmt: skip
    return official


async def spend_chat_code(session: AsyncSession, code_hash: str) -> None:
    """Let a code link nothing any more: others have seen it."""
    await session.exec(delete(OfficialChatCode).where(col(OfficialChatCode.code_hash) == code_hash))


async def official_of_chat(
    session: AsyncSession, channel: str, address: str, *, now: datetime
) -> Official | None:
    """Return the official whose chat this is; None when nobody's, over, or they are disabled."""
    query = (
        select(Official)
        .join(OfficialChat, col(OfficialChat.official_id) == Official.id)
        .where(
            OfficialChat.channel == channel,
            OfficialChat.address == address,
            col(OfficialChat.expires_at) > now,
            col(Official.disabled_at).is_(None),
        )
    )
    return (await session.exec(query)).first()


async def chats_of(
    session: AsyncSession, official: Official, *, now: datetime
) -> Sequence[OfficialChat]:
    """Return the linked chats of an official, newest first."""
    query = select(OfficialChat).where(
        OfficialChat.official_id == official.id, col(OfficialChat.expires_at) > now
    )
    return (await session.exec(query.order_by(col(OfficialChat.id).desc()))).all()


async def unlink_chat(
    session: AsyncSession,
    official: Official,
    chat_id: int,
    *,
    actor: str,
    where: str = "",
    now: datetime,
) -> None:
    """Let an official work in a chat no more.

    Raises:
        OfficialError: it is not linked to them.
    """
    chat = await session.get(OfficialChat, chat_id)
    if chat is None or chat.official_id != official.id:
        raise OfficialError("Kênh này không còn nối.")
    await session.delete(chat)
    await audit.write(
        session, actor=actor, action="official.unlink_chat", subject=official.login,
        before={"channel": chat.channel}, where=where, now=now,
    )  # fmt: skip
