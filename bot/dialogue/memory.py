"""What is remembered of a chat until it expires, and how it is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, bindparam, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.conversation import Message
from bot.db import Database, insert_into
from bot.dialogue.question import State
from bot.models import Chat, Contact, HandOver, SurveyDraft
from bot.people import forget_address
from bot.surveys import drafts

# Written once: building a statement costs more than running it.
_STATES: Final = select(Chat.channel, Chat.address, Chat.state, Chat.expires_at).where(
    tuple_(col(Chat.channel), col(Chat.address)).in_(bindparam("chats", expanding=True))
)


async def load_state(database: Database, message: Message, now: datetime) -> State:
    """Return what is remembered of the chat; a new State when nothing is, or it has expired."""
    async with database.read() as session:
        (state,) = await load_states(session, [((message.channel, message.chat_id), now)])
    return state


async def load_states(
    session: AsyncSession, asked: Sequence[tuple[tuple[str, str], datetime]]
) -> list[State]:
    """Return what is remembered at a moment of each (channel, address), as load_state does of one."""
    rows = await session.exec(_STATES, params={"chats": [chat for chat, _ in asked]})
    known = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    states = []
    for chat, now in asked:
        state, expires_at = known.get(chat, ({}, now))
        states.append(State.from_json(state) if expires_at > now else State())
    return states


async def topic_elsewhere(session: AsyncSession, message: Message, now: datetime) -> str:
    """Return what the same person talked about last on a channel they linked; "" if nothing."""
    mine, other = aliased(Contact), aliased(Contact)
    linked = (
        select(Chat.state)
        .join(
            other,
            and_(col(other.channel) == Chat.channel, col(other.address) == Chat.address),
        )
        .join(mine, and_(col(mine.person_id) == other.person_id, col(mine.id) != other.id))
        .where(col(mine.channel) == message.channel, col(mine.address) == message.chat_id)
        .where(col(Chat.expires_at) > now)
        .order_by(col(Chat.updated_at).desc())
    )
    topics = [State.from_json(state).topic for state in await session.exec(linked)]
    return next(filter(None, topics), "")


async def forget_chat(database: Database, message: Message) -> None:
    """Delete a chat at once, an unfinished survey, and its address with all that hangs on nothing else."""
    async with database.write() as session:
        chat = await _chat(session, message)
        if chat is not None:
            await session.delete(chat)
        await drafts.discard(session, message.channel, message.chat_id)
        await forget_address(session, message.channel, message.chat_id)


async def forget_expired(database: Database, now: datetime) -> int:
    """Delete conversations, hand-over codes and surveys left undone; return how many conversations."""
    async with database.write() as session:
        await session.exec(delete(SurveyDraft).where(col(SurveyDraft.expires_at) <= now))
        await session.exec(delete(HandOver).where(col(HandOver.expires_at) <= now))
        gone = await session.exec(delete(Chat).where(col(Chat.expires_at) <= now))
    return gone.rowcount


async def _chat(session: AsyncSession, message: Message) -> Chat | None:
    query = select(Chat).where(Chat.channel == message.channel, Chat.address == message.chat_id)
    return (await session.exec(query)).first()


@dataclass(frozen=True, slots=True)
class Kept:
    """What is to be remembered of one chat."""

    channel: str
    address: str
    state: State
    at: datetime
    keep_for: timedelta


async def keep_state(
    session: AsyncSession, message: Message, state: State, now: datetime, keep_for: timedelta
) -> None:
    """Store what is remembered of a chat, inside the caller's transaction."""
    await keep_states(session, [Kept(message.channel, message.chat_id, state, now, keep_for)])


async def keep_states(session: AsyncSession, chats: Sequence[Kept]) -> None:
    """Store what is remembered of many chats, each named once."""
    insert = insert_into(session, Chat)
    found_again = {name: insert.excluded[name] for name in ("state", "updated_at", "expires_at")}
    rows = [
        {
            "channel": chat.channel,
            "address": chat.address,
            "state": chat.state.to_json(),
            "updated_at": chat.at,
            "expires_at": chat.at + chat.keep_for,
        }
        for chat in chats
    ]
    await session.exec(
        insert.on_conflict_do_update(index_elements=["channel", "address"], set_=found_again),
        params=rows,
    )
