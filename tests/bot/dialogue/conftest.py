"""One dialogue over the starter knowledge for the forms' tests: loading it takes seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import pytest_asyncio

from bot.conversation import Message, Reply
from bot.dialogue import Dialogue
from bot.settings import Settings
from bot.wiring.knowledge import open_dialogue, prepare
from tests.conftest import NewFolder

START = datetime(2026, 11, 21, 3, tzinfo=UTC)


class Clock:
    """The moment it is, as a test sets it."""

    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def forms(new_data_dir: NewFolder) -> AsyncIterator[Dialogue]:
    settings = Settings(_env_file=None, data_dir=new_data_dir())
    database = await prepare(settings)
    yield await open_dialogue(settings, database)
    await database.close()


@pytest.fixture
def clock(forms: Dialogue) -> Clock:
    forms._now = clock = Clock()
    return clock


@pytest.fixture
def chat() -> str:
    return uuid4().hex


async def say(dialogue: Dialogue, channel: str, chat: str, *texts: str) -> Reply:
    """The reply to the last of some messages."""
    for text in texts:
        reply = await dialogue.reply_to(Message(channel, chat, text))
    return reply
