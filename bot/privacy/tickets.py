"""A one-time code with which a citizen collects their data outside the chat."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, delete, select

from bot.db import Database
from bot.models import DataTicket
from bot.privacy.codes import new_code

WORKS_FOR: Final = timedelta(minutes=15)
#: Twelve of thirty-one: 59 bits, for a code that lives a quarter of an hour.
_CHARS: Final = 12


async def issue(database: Database, channel: str, address: str, *, now: datetime) -> str:
    """Return a new code for what is stored about an address; only its hash is kept."""
    code = new_code(_CHARS)
    async with database.write() as session:
        await session.exec(delete(DataTicket).where(col(DataTicket.expires_at) <= now))
        session.add(
            DataTicket(
                code_hash=_hash(code), channel=channel, address=address, expires_at=now + WORKS_FOR
            )
        )
    return "-".join(code[i : i + 4] for i in range(0, _CHARS, 4))


async def redeem(database: Database, code: str, *, now: datetime) -> tuple[str, str] | None:
    """Return the (channel, address) a code was issued for, once; None when it is spent or wrong."""
    async with database.write() as session:
        query = select(DataTicket).where(DataTicket.code_hash == _hash(code)).with_for_update()
        ticket = (await session.exec(query)).first()
        if ticket is None:
            return None
        await session.delete(ticket)
        return (ticket.channel, ticket.address) if ticket.expires_at > now else None


def _hash(code: str) -> str:
    bare = "".join(char for char in code.upper() if char.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()
