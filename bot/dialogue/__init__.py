"""Understanding a message and composing the reply, one ability a file.

`Dialogue.reply_to` tries the STEPS in order; the first reply ends the turn. Whatever happens the turn
is recorded, the conversation is kept, and the citizen gets a sentence while the operator gets the
traceback.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from bot import messages as say
from bot.conversation import Action, Message, Reply
from bot.db import Database
from bot.dialogue import (
    centres,
    choices,
    commands,
    deadlines,
    guides,
    hand_over,
    places,
    procedures,
    reports,
    scope,
    stuck,
)
from bot.dialogue.memory import load_state, record
from bot.dialogue.question import Question, Sources, State
from knowledge.columns import utc_now

__all__ = ["STEPS", "Dialogue", "Message", "Sources", "State", "Step"]

log = structlog.get_logger()

Step = Callable[[Question], Awaitable[Reply | None]]

#: Tried in order; the first reply ends the turn.
STEPS: tuple[Step, ...] = (
    commands.run,
    scope.refuse,
    choices.pick,
    deadlines.answer,
    centres.answer,
    reports.answer,
    places.answer,
    guides.ask,
    procedures.answer,
    stuck.admit,
)

#: Longer questions are answered with a request to shorten them.
MAX_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class _Done:
    reply: Reply
    state: State


class Dialogue:
    """Answers messages; one conversation at a time is served in order, different ones together."""

    def __init__(
        self, sources: Sources, database: Database, *, now: Callable[[], datetime] = utc_now
    ) -> None:
        self.sources = sources
        self._database = database
        self._now = now
        self._locks: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}

    async def reply_to(self, message: Message) -> Reply:
        """Return the reply to `message`; never raises, always records."""
        async with self._in_order(message):
            started = time.perf_counter()
            state = State()
            reply = Reply(Action.OTHER, say.ERROR)
            try:
                state = await load_state(self._database, message, self._now())
                done = await self.consider(message, state)
                reply, state = done.reply, replace(done.state, introduced=True)
                if not done.state.introduced and not message.introduced:
                    reply = reply.opened_with(self.introduction())
            except Exception:
                log.exception("turn failed", channel=message.channel)
            finally:
                milliseconds = (time.perf_counter() - started) * 1_000
                await record(
                    self._database, message, reply, state, now=self._now(), ms=milliseconds,
                    hours=self.sources.settings.chat_hours,
                )  # fmt: skip
            return reply

    async def answer_fresh(self, message: Message, state: State) -> Reply:
        """Return the reply a conversation in `state` would get, keeping and recording nothing."""
        try:
            return (await self.consider(message, state)).reply
        except Exception:
            log.exception("turn failed", channel=message.channel)
            return Reply(Action.OTHER, say.ERROR)

    async def is_healthy(self) -> bool:
        """Whether the database answers."""
        try:
            async with self._database.read() as session:
                await session.exec(select(1))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def consider(self, message: Message, state: State) -> _Done:
        """Return the reply and the new state, without reading or writing anything of the chat."""
        if len(message.text) > MAX_CHARS:
            return _Done(Reply(Action.OTHER, say.TOO_LONG.format(limit=MAX_CHARS)), state)
        question = Question(message, state, self.sources, self.sources.library.current, self._now())
        for step in STEPS:
            reply = await step(question)
            if reply is not None:
                return _Done(reply, question.state)
        raise AssertionError("the last step always replies")

    async def offer_hand_over(self, message: Message) -> str:
        """Return a code with which another device goes on with this conversation, once."""
        return await hand_over.offer(self._database, message, self._now())

    async def claim_hand_over(self, code: str, message: Message) -> bool:
        """Go on in this conversation where that of `code` stood; False when the code is spent."""
        return await hand_over.claim(self._database, code, message, self._now())

    def introduction(self) -> str:
        """Return who we are, said once at the beginning of a conversation."""
        organisation = self.sources.settings.organisation
        of = say.OF_ORGANISATION.format(organisation=organisation) if organisation else ""
        return say.INTRODUCTION.format(of=of)

    @asynccontextmanager
    async def _in_order(self, message: Message) -> AsyncIterator[None]:
        key = (message.channel, message.chat_id)
        lock, waiting = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks[key]
            if waiting == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, waiting - 1)
