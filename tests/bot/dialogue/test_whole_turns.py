"""A turn is kept whole or has left no trace: what its steps wrote, its record and its reply."""

from __future__ import annotations

import re

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.conversation import Message, Reply
from bot.db import Database, Write
from bot.dialogue import Dialogue
from bot.dialogue.linking import ALPHABET
from bot.dialogue.question import Question
from bot.messages import linking as words
from bot.models import LinkCode, LinkGuess, Turn
from bot.people import find_contact
from tests.bot.channels.test_intake import dialogue_of
from tests.conftest import POSTGRES


class KilledError(Exception):
    """Stands for a process that dies before its turn is durable."""


def dies(_reply: Reply) -> Write:
    async def write(_session: AsyncSession) -> None:
        raise KilledError

    return write


def goes_well(_reply: Reply) -> Write:
    async def write(_session: AsyncSession) -> None: ...

    return write


async def said(dialogue: Dialogue, text: str, *, on: str) -> str:
    return (await dialogue.reply_to(Message(on, "1", text, introduced=True), also=goes_well)).text


async def test_a_code_taken_in_a_turn_that_was_lost_still_works(database: Database) -> None:
    dialogue = await dialogue_of(database)
    given = await said(dialogue, "liên kết kênh", on="telegram")
    found = re.search(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", given)
    assert found
    taking = Message("zalo_oa", "1", found[0], introduced=True)

    with pytest.raises(KilledError):
        await dialogue.reply_to(taking, also=dies)
    async with database.read() as session:
        assert await find_contact(session, "zalo_oa", "1") is None
        assert len((await session.exec(select(LinkCode))).all()) == 1
        assert len((await session.exec(select(Turn))).all()) == 1

    again = await said(dialogue, found[0], on="zalo_oa")
    assert again == words.LINKED.format(here="Zalo", there="Telegram")


async def test_a_wrong_code_in_a_turn_that_was_lost_is_counted_once(database: Database) -> None:
    dialogue = await dialogue_of(database)
    wrong = Message("zalo_oa", "1", "HHHH-2222", introduced=True)
    for also in (dies, dies, goes_well):
        try:
            await dialogue.reply_to(wrong, also=also)
        except KilledError:
            continue
    async with database.read() as session:
        assert len((await session.exec(select(LinkGuess))).all()) == 1


async def test_a_turn_whose_connection_was_cut_is_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL restarts in the middle: a polite sentence would be the end of a "DỪNG"."""
    if database.is_sqlite:
        pytest.skip("SQLite has no connections to cut")
    dialogue = await dialogue_of(database)

    async def cut(question: Question) -> None:
        async with question.sources.database.write() as session:
            own = (await session.exec(select(func.pg_backend_pid()))).one()
            connection = await asyncpg.connect(f"{POSTGRES}/{database.url.rpartition('/')[2]}")
            await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", own)
            await connection.close()
            await session.exec(select(1))

    with monkeypatch.context() as patch:
        patch.setattr("bot.dialogue.STEPS", (cut,))
        with pytest.raises(DBAPIError):
            await said(dialogue, "dừng", on="telegram")

    assert await said(dialogue, "cảm ơn", on="telegram")
    async with database.read() as session:
        assert len((await session.exec(select(Turn))).all()) == 1
