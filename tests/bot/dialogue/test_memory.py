"""What is kept of a conversation, and that it is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from bot.conversation import Action, Message, Reply
from bot.db import Database
from bot.dialogue.memory import forget_expired, load_state
from bot.dialogue.question import State
from bot.dialogue.recording import record
from bot.models import Chat, MissedQuestion, Turn

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
MESSAGE = Message("web", "a", "số của tôi là 001234567890")


async def keep(database: Database, reply: Reply) -> None:
    await record(
        database, MESSAGE, reply, State(topic="1.004222"), who="", now=NOW, ms=1.0, hours=24
    )


async def test_the_next_message_finds_what_was_talked_about(database: Database) -> None:
    await keep(database, Reply(Action.ANSWER))
    assert (await load_state(database, MESSAGE, NOW)).topic == "1.004222"


async def test_personal_numbers_are_not_stored(database: Database) -> None:
    await keep(database, Reply(Action.ABSTAIN))
    async with database.read() as session:
        asked = (await session.exec(select(Turn.question))).one()
        missed = (await session.exec(select(MissedQuestion.question))).one()
    assert asked == missed == "số của tôi là [số]"


async def test_a_question_missed_again_counts_up(database: Database) -> None:
    for _ in range(3):
        await keep(database, Reply(Action.ABSTAIN))
    async with database.read() as session:
        assert (await session.exec(select(MissedQuestion.times))).all() == [3]


async def test_an_idle_conversation_is_not_remembered_and_then_deleted(database: Database) -> None:
    await keep(database, Reply(Action.ANSWER))
    later = NOW + timedelta(hours=24)

    assert await load_state(database, MESSAGE, later) == State()
    assert await forget_expired(database, NOW) == 0
    assert await forget_expired(database, later) == 1
    async with database.read() as session:
        assert (await session.exec(select(Chat))).all() == []
