"""Keep the conversation and the record of the turn, both in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.analytics import count_turn
from bot.conversation import Action, Message, Reply
from bot.db import Database, Write, insert_into
from bot.dialogue.question import State
from bot.models import Chat, HandOver, MissedQuestion, MissedStatus, SurveyDraft, Turn
from bot.people import forget_address
from bot.privacy import mask, mask_secrets
from bot.surveys import drafts
from knowledge.text import fold, normalise

log = structlog.get_logger()

#: Masked questions are cut here before they are stored.
KEPT_CHARS = 500


async def load_state(database: Database, message: Message, now: datetime) -> State:
    """Return what is remembered of the chat; a new State when nothing is, or it has expired."""
    query = select(Chat.state, Chat.expires_at).where(
        Chat.channel == message.channel, Chat.address == message.chat_id
    )
    async with database.read() as session:
        chat = (await session.exec(query)).first()
    return State.from_json(chat[0]) if chat and chat[1] > now else State()


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


async def record(
    database: Database,
    message: Message,
    reply: Reply,
    state: State,
    *,
    who: str,
    now: datetime,
    ms: float,
    hours: float,
    secret: bool = False,
    also: Write | None = None,
) -> None:
    """Store the masked turn under the pseudonym `who`, the chat's new state, and a missed question if it was one.

    `secret`: the message may hold one, so less of it is kept, and it is no question for an editor.
    A database that fails here costs the record, never the citizen's reply. With `also`, which is
    written in the same transaction, it raises: who keeps the message will try the turn again.
    """
    words = mask_secrets(message.text) if secret else message.text
    question = normalise(mask(words))[:KEPT_CHARS]

    async def write(session: AsyncSession) -> None:
        if not reply.forget:
            await keep_turn(session)
        if also is not None:
            await also(session)

    async def keep_turn(session: AsyncSession) -> None:
        if reply.aside:
            await keep_state(session, message, state, now, timedelta(hours=hours))
            return
        await count_turn(
            session,
            at=now,
            channel=message.channel,
            province=state.province_code,
            action=reply.action,
            code=reply.candidates[0].code if reply.candidates else "",
        )
        turn = {
            "channel": message.channel,
            "who": who,
            "at": now,
            "question": question,
            "action": reply.action,
            "facet": reply.facet or "",
            "codes": [candidate.code for candidate in reply.candidates],
            "p": reply.candidates[0].p if reply.candidates else None,
            "ms": round(ms, 2),
        }
        kept = state
        inserted = await session.exec(
            insert_into(session, Turn).returning(col(Turn.id)), params=turn
        )
        if reply.action is Action.ANSWER:
            kept = replace(state, answered=inserted.scalar_one())
        await keep_state(session, message, kept, now, timedelta(hours=hours))
        if reply.action is Action.ABSTAIN and question and not secret:
            await _count_missed(session, question, now)

    try:
        await database.write_together(write)
    except (SQLAlchemyError, OSError):
        if also is not None:
            raise
        log.exception("turn not recorded", channel=message.channel)


async def _chat(session: AsyncSession, message: Message) -> Chat | None:
    query = select(Chat).where(Chat.channel == message.channel, Chat.address == message.chat_id)
    return (await session.exec(query)).first()


async def keep_state(
    session: AsyncSession, message: Message, state: State, now: datetime, keep_for: timedelta
) -> None:
    """Store what is remembered of a chat, inside the caller's transaction."""
    insert = insert_into(session, Chat)
    found_again = {name: insert.excluded[name] for name in ("state", "updated_at", "expires_at")}
    await session.exec(
        insert.on_conflict_do_update(index_elements=["channel", "address"], set_=found_again),
        params={
            "channel": message.channel,
            "address": message.chat_id,
            "state": state.to_json(),
            "updated_at": now,
            "expires_at": now + keep_for,
        },
    )


async def _count_missed(session: AsyncSession, question: str, now: datetime) -> None:
    folded = fold(question)
    query = select(MissedQuestion).where(col(MissedQuestion.folded) == folded).with_for_update()
    missed = (await session.exec(query)).first()
    if missed is None:
        missed = MissedQuestion(
            folded=folded, question=question, action=Action.ABSTAIN, times=0, first_at=now
        )
    missed.times += 1
    if missed.status in (MissedStatus.ALIASED, MissedStatus.DRAFTED):
        missed.status = MissedStatus.OPEN  # it was mended, and is missed all the same
    missed.last_at = now
    session.add(missed)
