"""Slow down guessing: failures in a row shut an account, or an address, for longer and longer.

Kept in the database, so it holds across processes and restarts. An attempt is charged before the
password is looked at, so that many at once are no way around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import LoginFailure


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures are free, and how long the first shut lasts; each next one twice as long."""

    free: int
    first: timedelta
    longest: timedelta


ACCOUNT: Final = Patience(5, timedelta(seconds=30), timedelta(minutes=30))
#: Many officials of one office share an address.
ADDRESS: Final = Patience(20, timedelta(seconds=30), timedelta(hours=1))
#: After a day without failures the count begins anew.
FORGET_AFTER: Final = timedelta(days=1)


async def charge(
    session: AsyncSession, key: str, patience: Patience, *, now: datetime
) -> datetime | None:
    """Count one attempt; return until when the key is shut, or None when it may be tried."""
    await session.exec(delete(LoginFailure).where(col(LoginFailure.last_at) <= now - FORGET_AFTER))
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    await session.exec(
        insert(LoginFailure).values(key=key, times=0, last_at=now).on_conflict_do_nothing()
    )
    query = select(LoginFailure).where(LoginFailure.key == key).with_for_update()
    row = (await session.exec(query)).one()
    if row.shut_until is not None and row.shut_until > now:
        return row.shut_until
    row.times += 1
    row.last_at = now
    over = row.times - patience.free
    if over >= 0:
        row.shut_until = now + min(patience.first * 2 ** min(over, 16), patience.longest)
    session.add(row)
    return None


async def forgive(session: AsyncSession, key: str) -> None:
    """Forget the failures of a key: somebody has proved to be who they say."""
    await session.exec(delete(LoginFailure).where(col(LoginFailure.key) == key))


async def refund(session: AsyncSession, key: str) -> None:
    """Take back one charge; an address that signs in well is not forgiven its other failures."""
    row = await session.get(LoginFailure, key, with_for_update=True)
    if row is not None:
        row.times = max(0, row.times - 1)
        row.shut_until = None
        session.add(row)
