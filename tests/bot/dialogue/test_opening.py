"""What the database knows is read once for all the messages that come together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import event
from sqlmodel import select

from bot import drafts, switches
from bot.conversation import Message
from bot.db import Database
from bot.dialogue import State
from bot.dialogue.memory import keep_state
from bot.dialogue.opening import Openings
from bot.models import PetitionDraft, SurveyDraft, Turn
from tests.bot.channels.test_intake import dialogue_of

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def chat(number: int) -> Message:
    return Message("telegram", str(number), "làm khai sinh cần gì")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are run."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    engines = {database.reader.sync_engine, database.writer.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


async def test_each_chat_opens_with_what_is_its_own(database: Database) -> None:
    async with database.write() as session:
        known = State(introduced=True, topic="1.001193")
        await keep_state(session, chat(1), known, NOW, DAY)
        await keep_state(session, chat(2), State(introduced=True), NOW - 2 * DAY, DAY)
        for number, kept_for in (("2", DAY), ("4", -DAY)):
            await drafts.keep(
                session, PetitionDraft, "telegram", number,
                step="what", data={}, now=NOW, kept_for=kept_for,
            )  # fmt: skip
        await drafts.keep(
            session, SurveyDraft, "telegram", "3", step="centre", data={}, now=NOW, kept_for=DAY
        )
    openings = Openings(database)

    one, two, three, four = await asyncio.gather(*(openings.of(chat(n), NOW) for n in (1, 2, 3, 4)))

    assert one.state.topic == "1.001193"
    assert two.state == three.state == four.state == State()
    assert one.petition is None
    assert two.petition is not None
    assert two.survey is None
    assert three.survey is not None
    assert four.petition is None  # too old to be gone on with


async def test_a_channel_that_is_stopped_says_so_and_the_others_do_not(database: Database) -> None:
    async with database.write() as session:
        await switches.stop(
            session, switches.channel_scope("telegram"),
            message="Đang bảo trì", reason="nâng cấp", actor="an", now=NOW,
        )  # fmt: skip
    openings = Openings(database)

    stopped, other = await asyncio.gather(
        openings.of(chat(1), NOW), openings.of(Message("web", "1", "chào"), NOW)
    )

    assert (stopped.closed, other.closed) == ("Đang bảo trì", None)


async def test_forty_turns_at_once_share_their_statements(database: Database) -> None:
    dialogue = await dialogue_of(database)
    with counted(database) as for_one:
        await dialogue.reply_to(chat(0))
    with counted(database) as for_forty:
        await asyncio.gather(*(dialogue.reply_to(chat(n)) for n in range(1, 41)))

    assert len(for_forty) < 40 * len(for_one) / 4
    async with database.read() as session:
        assert len((await session.exec(select(Turn.id))).all()) == 41
