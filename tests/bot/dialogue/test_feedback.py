"""A citizen's opinion of an answer is kept once, masked, with what it was about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlmodel import col, select

from bot.conversation import Message, Reply
from bot.dialogue import Dialogue
from bot.dialogue.feedback import PAIR
from bot.messages.feedback import THANKS
from bot.models import Feedback, FeedbackReason
from bot.settings import Settings
from bot.wiring.knowledge import open_dialogue, prepare
from tests.conftest import NewFolder

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dialogue(new_data_dir: NewFolder) -> AsyncIterator[Dialogue]:
    settings = Settings(_env_file=None, data_dir=new_data_dir())
    database = await prepare(settings)
    made = await open_dialogue(settings, database)
    made._now = lambda: NOW
    yield made
    await database.close()


async def say(dialogue: Dialogue, chat: str, *texts: str) -> Reply:
    for text in texts:
        reply = await dialogue.reply_to(Message("web", chat, text))
    return reply


async def kept(dialogue: Dialogue) -> Feedback:
    async with dialogue.sources.database.read() as session:
        newest = select(Feedback).order_by(col(Feedback.id).desc())
        found = (await session.exec(newest)).first()
    assert found is not None
    return found


@pytest.mark.asyncio(loop_scope="module")
async def test_an_answer_offers_the_pair_and_another_reply_does_not(dialogue: Dialogue) -> None:
    answer = await say(dialogue, "pair", "lệ phí đăng ký thường trú")
    thanks = await say(dialogue, "pair", "cảm ơn")

    assert answer.follow_ups[-2:] == PAIR
    assert thanks.follow_ups == ()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_bad_answer_waits_for_an_editor_with_reason_and_masked_words(
    dialogue: Dialogue,
) -> None:
    await say(dialogue, "bad", "lệ phí đăng ký thường trú cho 001234567890", "👎 Chưa đúng", "2")
    await say(dialogue, "bad", "Góp ý: gọi tôi số 0912 345 678 nhé")
    found = await kept(dialogue)

    assert (found.helpful, found.reason) == (False, FeedbackReason.OUTDATED)
    assert found.comment == "gọi tôi số [số] nhé"
    assert found.question == "lệ phí đăng ký thường trú cho [số]"
    assert found.codes[0] == "1.004222"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_second_opinion_of_the_same_answer_replaces_the_first(dialogue: Dialogue) -> None:
    await say(dialogue, "again", "lệ phí đăng ký thường trú", "👎 Chưa đúng", "1")
    first = await kept(dialogue)
    await say(dialogue, "again", "👍 Đúng ý")
    second = await kept(dialogue)

    assert (second.id, second.helpful, second.reason) == (first.id, True, FeedbackReason.NONE)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_trial_question_keeps_no_opinion(dialogue: Dialogue) -> None:
    await say(dialogue, "trial", "lệ phí đăng ký thường trú", "👍 Đúng ý")
    before = await kept(dialogue)
    from bot.dialogue import State

    await dialogue.answer_fresh(Message("web", "trial", "👎"), State(answered=10_000))
    assert (await kept(dialogue)).id == before.id


@pytest.mark.parametrize("signs", ["👍👍", "👍🏽", "👍️ 👍"])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_sign_counts_however_a_telephone_sends_it(dialogue: Dialogue, signs: str) -> None:
    reply = await say(dialogue, f"sign {signs}", "lệ phí đăng ký thường trú", signs)

    assert reply.text == THANKS
    assert (await kept(dialogue)).helpful
