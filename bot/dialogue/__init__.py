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
from bot.conversation import KIOSK, Action, Message, Reply
from bot.db import Write
from bot.db.failures import may_pass
from bot.dialogue import (
    centres,
    choices,
    closed,
    commands,
    contest,
    deadlines,
    desk,
    dossiers,
    feedback,
    guides,
    hand_over,
    kiosk,
    linking,
    my_data,
    petition_form,
    petitions,
    places,
    procedures,
    reports,
    scope,
    stuck,
    subscriptions,
    survey_form,
    threads,
)
from bot.dialogue.memory import forget_chat
from bot.dialogue.opening import Openings
from bot.dialogue.question import Opening, Question, Sources, State
from bot.dialogue.recording import record
from knowledge.columns import utc_now

__all__ = ["STEPS", "Dialogue", "Message", "Sources", "State", "Step"]

log = structlog.get_logger()

Step = Callable[[Question], Awaitable[Reply | None]]

#: Tried in order; the first reply ends the turn.
STEPS: tuple[Step, ...] = (
    closed.say_so,
    desk.serve,
    threads.go_on,
    petition_form.go_on,
    survey_form.go_on,
    contest.go_on,
    petitions.begin,
    survey_form.begin,
    kiosk.protect,
    dossiers.look_up,
    subscriptions.decide,
    commands.run,
    linking.link,
    threads.begin,
    scope.refuse,
    choices.pick,
    dossiers.follow,
    contest.begin,
    petitions.look_up,
    feedback.take,
    my_data.handle,
    subscriptions.answer,
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
    secret: bool = True
    """The message holds what must not be kept."""


class Dialogue:
    """Answers messages; one conversation at a time is served in order, different ones together."""

    def __init__(self, sources: Sources, *, now: Callable[[], datetime] = utc_now) -> None:
        self.sources = sources
        self._database = sources.database
        self._openings = Openings(sources.database)
        self._now = now
        self._locks: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}

    async def reply_to(
        self, message: Message, *, also: Callable[[Reply], Write] | None = None
    ) -> Reply:
        """Return the reply to `message`; never raises, always records.

        All that the turn writes is one transaction, whatever its steps do: a process killed in the
        middle has filed no petition and spent no code. With `also`, what it gives for the reply is
        part of it, and the turn raises when it cannot be kept: it has then left no trace and may be
        tried again.
        """
        async with self._in_order(message):
            started, opening, recording = time.perf_counter(), Opening(), False
            secret = True  # until it is known what was asked for
            try:
                async with self._database.whole():
                    opening = await self._openings.of(message, self._now())
                    secret = dossiers.holds_secret(message.text, opening.state)
                    done = replace(await self._opened(message, opening), secret=secret)
                    recording = True
                    await self._record(message, done, started, also)
                    return done.reply
            except Exception as error:
                if also is not None and (recording or may_pass(error)):
                    raise
                log.exception("turn failed", channel=message.channel)
            failed = _Done(Reply(Action.OTHER, say.ERROR), opening.state, secret)
            await self._record(message, failed, started, also)
            return failed.reply

    async def _opened(self, message: Message, opening: Opening) -> _Done:
        """Return the reply with what every reply of a conversation has around it."""
        done = await self._consider(message, opening, keeps=True)
        reply = feedback.invite(done.reply)
        if not done.state.introduced and not message.introduced:
            reply = reply.opened_with(self.introduction())
        return _Done(reply, replace(done.state, introduced=True))

    async def _record(
        self,
        message: Message,
        done: _Done,
        started: float,
        also: Callable[[Reply], Write] | None,
    ) -> None:
        await record(
            self._database, message, done.reply, done.state,
            who=self.sources.pseudonyms.of(message.channel, message.chat_id),
            now=self._now(), ms=(time.perf_counter() - started) * 1_000,
            hours=self._keeps_for(message), secret=done.secret,
            also=also(done.reply) if also else None,
        )  # fmt: skip

    def _keeps_for(self, message: Message) -> float:
        hours = self.sources.settings.chat_hours
        return min(hours, kiosk.KEPT_HOURS) if message.channel == KIOSK else hours

    async def answer_fresh(self, message: Message, state: State) -> Reply:
        """Return the reply a conversation in `state` would get, keeping and recording nothing."""
        try:
            return (await self._consider(message, Opening(state), keeps=False)).reply
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

    async def _consider(self, message: Message, opening: Opening, *, keeps: bool) -> _Done:
        """Return the reply and the new state; of the chat itself nothing is read or written."""
        if len(message.text) > MAX_CHARS:
            return _Done(Reply(Action.OTHER, say.TOO_LONG.format(limit=MAX_CHARS)), opening.state)
        question = Question(
            message, opening.state, self.sources, self.sources.library.current, self._now(),
            opening, keeps,
        )  # fmt: skip
        for step in STEPS:
            reply = await step(question)
            if reply is not None:
                if question.closing is not None:
                    reply = replace(reply, cards=(*reply.cards, question.closing))
                return _Done(reply, question.state)
        raise AssertionError("the last step always replies")

    async def forget(self, message: Message) -> None:
        """Delete the conversation of `message` at once, after the turn it may be in."""
        async with self._in_order(message):
            await forget_chat(self._database, message)

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
