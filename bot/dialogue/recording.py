"""Keep the conversation and the record of the turn, both in one transaction, shared with other turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.analytics import Counted, count_turns
from bot.conversation import Action, Message, Reply
from bot.db import Batched, Database, Write, insert_into, write_each
from bot.dialogue.memory import Kept, keep_states
from bot.dialogue.question import State
from bot.models import MissedQuestion, MissedStatus, Turn
from bot.privacy import mask, mask_secrets
from knowledge.columns import table_of
from knowledge.text import fold, normalise

log = structlog.get_logger()

#: Masked questions are cut here before they are stored.
KEPT_CHARS = 500


@dataclass(frozen=True, slots=True)
class _Record:
    """One turn as it is kept."""

    message: Message
    reply: Reply
    state: State
    who: str
    now: datetime
    ms: float
    keep_for: timedelta
    question: str
    """Masked."""
    secret: bool
    also: Write | None

    def counted(self) -> Counted:
        """Return what the figures need."""
        code = self.reply.candidates[0].code if self.reply.candidates else ""
        province = self.state.province_code
        return Counted(self.now, self.message.channel, province, self.reply.action, code)

    def turn(self) -> dict[str, Any]:
        """Return the row of the turn."""
        found = self.reply.candidates
        return {
            "channel": self.message.channel,
            "who": self.who,
            "at": self.now,
            "question": self.question,
            "action": self.reply.action,
            "facet": self.reply.facet or "",
            "codes": [candidate.code for candidate in found],
            "p": found[0].p if found else None,
            "ms": round(self.ms, 2),
        }

    def kept(self, turn_id: int | None) -> Kept:
        """Return what is remembered of the chat; an answer can be judged from now on."""
        state = self.state
        if turn_id is not None and self.reply.action is Action.ANSWER:
            state = replace(state, answered=turn_id)
        return Kept(self.message.channel, self.message.chat_id, state, self.now, self.keep_for)

    @property
    def missed(self) -> bool:
        """Whether it is a question for an editor."""
        counts = not (self.reply.forget or self.reply.aside or self.secret)
        return counts and self.reply.action is Action.ABSTAIN and bool(self.question)


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
    one = _Record(
        message, reply, state, who, now, ms, timedelta(hours=hours), question, secret, also
    )
    try:
        await database.write_together(Batched(one, _record_all))
    except (SQLAlchemyError, OSError):
        if also is not None:
            raise
        log.exception("turn not recorded", channel=message.channel)


async def _record_all(session: AsyncSession, records: Sequence[_Record]) -> None:
    """Record the turns of different chats, a statement a table."""
    turns = [one for one in records if not (one.reply.forget or one.reply.aside)]
    await count_turns(session, [one.counted() for one in turns])
    ids = await _insert(session, turns)
    chats = [one.kept(ids.get(id(one))) for one in records if not one.reply.forget]
    if chats:
        await keep_states(session, chats)
    await count_missed(session, [one.question for one in records if one.missed], records[0].now)
    await write_each(session, [one.also for one in records if one.also is not None])


async def _insert(session: AsyncSession, turns: Sequence[_Record]) -> dict[int, int]:
    """Insert the turns; return the key of each row by its record's identity."""
    if not turns:
        return {}
    key = table_of(Turn).c.id
    statement = insert_into(session, Turn).returning(key, sort_by_parameter_order=True)
    inserted = await session.exec(statement, params=[one.turn() for one in turns])
    return {id(one): key for one, key in zip(turns, inserted.scalars(), strict=True)}


async def count_missed(session: AsyncSession, questions: Sequence[str], now: datetime) -> None:
    """Count masked questions that were not answered; one that was mended opens again."""
    if not questions:
        return
    wordings = {fold(question): question for question in questions}
    query = select(MissedQuestion).where(col(MissedQuestion.folded).in_(sorted(wordings)))
    known = {one.folded: one for one in await session.exec(query.with_for_update())}
    for folded, times in Counter(map(fold, questions)).items():
        missed = known.get(folded) or MissedQuestion(
            folded=folded, question=wordings[folded], action=Action.ABSTAIN, times=0, first_at=now
        )
        missed.times += times
        if missed.status in (MissedStatus.ALIASED, MissedStatus.DRAFTED):
            missed.status = MissedStatus.OPEN  # it was mended, and is missed all the same
        missed.last_at = now
        session.add(missed)
    await session.flush()
