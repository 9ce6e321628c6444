"""Guessing is slow: how often a secret may be tried, counted in the database for all processes."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import Attempt

#: Tries within the window, by one chat and for one code.
MOST: Final = 5
WINDOW: Final = timedelta(hours=1)


async def may_try(session: AsyncSession, *whats: str, now: datetime, most: int = MOST) -> bool:
    """Count one more try for each of `whats` ("chat:web:…", "petition:PA-…"); False after `most`.

    A try that is refused is not counted, so that waiting out the window helps.
    """
    rows = [await _row(session, what, now) for what in whats]
    if any(row.count >= most for row in rows):
        return False
    for row in rows:
        row.count += 1
        session.add(row)
    await session.flush()
    return True


async def succeeded(session: AsyncSession, *whats: str) -> None:
    """Forget the tries of whoever proved to know the secret."""
    keys = [_key(what) for what in whats]
    await session.exec(delete(Attempt).where(col(Attempt.key).in_(keys)))


async def give_back(session: AsyncSession, *whats: str) -> None:
    """Take back one try of each: it was no guess. The others stay counted."""
    keys = [_key(what) for what in whats]
    await session.exec(
        update(Attempt)
        .where(col(Attempt.key).in_(keys), col(Attempt.count) > 0)
        .values(count=Attempt.count - 1)
    )


async def forget_expired(session: AsyncSession, now: datetime) -> int:
    """Delete windows that are over; return how many."""
    done = await session.exec(delete(Attempt).where(col(Attempt.until) <= now))
    return done.rowcount


async def _row(session: AsyncSession, what: str, now: datetime) -> Attempt:
    query = select(Attempt).where(Attempt.key == _key(what)).with_for_update()
    row = (await session.exec(query)).first()
    if row is None:
        row = Attempt(key=_key(what), until=now + WINDOW)
    elif row.until <= now:
        row.count, row.until = 0, now + WINDOW
    return row


def _key(what: str) -> str:
    return hashlib.sha256(what.encode()).hexdigest()
