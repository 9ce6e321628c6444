"""The survey through the whole dialogue: drafts survive, a kiosk keeps nothing, limits are said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlmodel import func, select

from bot.app import open_dialogue, prepare
from bot.conversation import Message, Reply
from bot.dialogue import Dialogue, State
from bot.dialogue.memory import forget_expired
from bot.messages import surveys as words
from bot.models import SurveyDraft, SurveySource
from bot.settings import Settings
from bot.surveys import MOST_AN_HOUR
from tests.bot.surveys.filling import filled, send

START = datetime(2026, 11, 23, 3, tzinfo=UTC)
ANSWERS = ("/khaosat implied-29302", "bỏ qua", "1", "4", "4", "4", "4", "4")

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Dialogue]:
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("surveys"))
    database = await prepare(settings)
    yield await open_dialogue(settings, database)
    await database.close()


@pytest.fixture
def dialogue(made: Dialogue) -> Dialogue:
    made._now = Clock()
    return made


@pytest.fixture
def chat() -> str:
    return uuid4().hex


async def say(dialogue: Dialogue, channel: str, chat: str, *texts: str) -> Reply:
    for text in texts:
        reply = await dialogue.reply_to(Message(channel, chat, text))
    return reply


async def drafts(dialogue: Dialogue, chat: str) -> int:
    async with dialogue.sources.database.read() as session:
        query = select(func.count()).where(SurveyDraft.address == chat)
        return (await session.exec(query)).one()


async def test_a_survey_outlives_the_conversation(dialogue: Dialogue, chat: str) -> None:
    await say(dialogue, "telegram", chat, *ANSWERS[:5])
    assert isinstance(dialogue._now, Clock)
    dialogue._now.now = START + timedelta(days=3)
    await forget_expired(dialogue.sources.database, dialogue._now())
    hello = await say(dialogue, "telegram", chat, "xin chào")
    back = await say(dialogue, "telegram", chat, "tiếp tục khảo sát")

    assert hello.cards[-1].title == words.RESUME_TITLE
    assert back.text == words.QUESTIONS["conduct"]


async def test_one_nobody_finishes_is_forgotten(dialogue: Dialogue, chat: str) -> None:
    await say(dialogue, "telegram", chat, *ANSWERS[:5])
    await forget_expired(dialogue.sources.database, START + timedelta(days=31))

    assert await drafts(dialogue, chat) == 0
    gone = await say(dialogue, "telegram", chat, "xin chào", "huỷ khảo sát")
    assert gone.text == words.NO_DRAFT


async def test_a_kiosk_that_is_wiped_keeps_no_half_survey(dialogue: Dialogue, chat: str) -> None:
    await say(dialogue, "kiosk", chat, *ANSWERS)
    assert await drafts(dialogue, chat) == 1
    await dialogue.forget(Message("kiosk", chat, ""))

    assert await drafts(dialogue, chat) == 0


async def test_a_stuffed_page_waits_and_keeps_its_form(dialogue: Dialogue, chat: str) -> None:
    for n in range(MOST_AN_HOUR[SurveySource.PAGE]):
        await send(dialogue.sources.database, filled("web", f"{chat}-{n}"), START)
    busy = await say(dialogue, "web", chat, *ANSWERS, "bỏ qua", "đồng ý")
    assert isinstance(dialogue._now, Clock)
    dialogue._now.now = START + timedelta(hours=2)
    later = await say(dialogue, "web", chat, "đồng ý")

    assert (busy.text, later.text) == (words.FILED["busy"], words.FILED["taken"])


async def test_a_trial_question_opens_no_survey(dialogue: Dialogue) -> None:
    reply = await dialogue.answer_fresh(Message("web", "trial", "khảo sát"), State())

    assert reply.text == words.NOT_KEPT
    assert await drafts(dialogue, "trial") == 0
