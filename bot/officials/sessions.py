"""Sessions of officials: a random token in the browser, its hash here; idle and absolute expiry."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import Official, OfficialSession

#: A session is noted as used at most this often, so that reading pages hardly writes.
NOTE_EVERY: Final = timedelta(minutes=1)
#: Time to type the code of the second step.
SECOND_STEP_WITHIN: Final = timedelta(minutes=5)
MAX_BROWSER_CHARS: Final = 200


async def open_session(
    session: AsyncSession,
    official: Official,
    *,
    address: str,
    browser: str,
    lasts: timedelta,
    now: datetime,
    second_step: bool = False,
) -> str:
    """Start a session and return its token, which is stored nowhere; spent ones are cleared away."""
    assert official.id is not None
    await session.exec(delete(OfficialSession).where(col(OfficialSession.expires_at) <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        OfficialSession(
            token_hash=hash_token(token),
            official_id=official.id,
            second_step=second_step,
            address=address,
            browser=browser[:MAX_BROWSER_CHARS],
            created_at=now,
            seen_at=now,
            expires_at=now + (SECOND_STEP_WITHIN if second_step else lasts),
        )
    )
    return token


async def find_session(
    session: AsyncSession, token: str, *, idle: timedelta, now: datetime
) -> tuple[OfficialSession, Official] | None:
    """Return the live session of `token` and whose it is; None when spent, revoked or disabled."""
    query = (
        select(OfficialSession, Official)
        .join(Official, col(Official.id) == OfficialSession.official_id)
        .where(
            OfficialSession.token_hash == hash_token(token),
            col(OfficialSession.expires_at) > now,
            col(OfficialSession.seen_at) > now - idle,
            col(Official.disabled_at).is_(None),
        )
    )
    return (await session.exec(query)).first()


async def note_use(session: AsyncSession, token_hash: str, *, now: datetime) -> None:
    """Count the idle time from `now`."""
    await session.exec(
        update(OfficialSession)
        .where(col(OfficialSession.token_hash) == token_hash)
        .values(seen_at=now)
    )


async def close_session(session: AsyncSession, token_hash: str) -> None:
    """End one session."""
    await session.exec(delete(OfficialSession).where(col(OfficialSession.token_hash) == token_hash))


async def revoke_sessions(session: AsyncSession, official: Official, *, but: str = "") -> int:
    """End every session of an official, `but` the one with that hash; return how many."""
    gone = await session.exec(
        delete(OfficialSession).where(
            col(OfficialSession.official_id) == official.id,
            col(OfficialSession.token_hash) != but,
        )
    )
    return gone.rowcount


def hash_token(token: str) -> str:
    """Return what is stored of a random token; random enough to need no salt."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
