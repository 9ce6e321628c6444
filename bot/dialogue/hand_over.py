"""Go on with a conversation at another device: a code that works once, for ten minutes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlmodel import col, delete, select

from bot.conversation import Message
from bot.db import Database
from bot.dialogue.memory import keep_state, load_state
from bot.dialogue.question import State
from bot.models import HandOver

WORKS_FOR = timedelta(minutes=10)


async def offer(database: Database, message: Message, now: datetime) -> str:
    """Return a new code for the conversation of `message`; only its hash is stored."""
    state = await load_state(database, message, now)
    code = secrets.token_urlsafe(16)
    async with database.write() as session:
        await session.exec(delete(HandOver).where(col(HandOver.expires_at) <= now))
        session.add(
            HandOver(code_hash=_hash(code), state=state.to_json(), expires_at=now + WORKS_FOR)
        )
    return code


async def claim(database: Database, code: str, message: Message, now: datetime) -> bool:
    """Let the conversation of `message` go on where that of `code` stood; False if it cannot.

    Two devices that claim the same code at once: only one gets it.
    """
    async with database.write() as session:
        query = select(HandOver).where(HandOver.code_hash == _hash(code)).with_for_update()
        waiting = (await session.exec(query)).first()
        if waiting is None or waiting.expires_at <= now:
            return False
        await keep_state(session, message, State.from_json(waiting.state), now, WORKS_FOR)
        await session.delete(waiting)
    return True


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
