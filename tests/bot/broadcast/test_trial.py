"""A test send shows exactly what citizens would get, after a word that it is a test."""

from __future__ import annotations

import pytest

from bot.broadcast.trial import send_trial
from bot.broadcast.wording import message_text
from bot.channels import SendError, Trouble
from bot.messages import announcements as words
from bot.models import Announcement
from tests.bot.broadcast.fake import FakeChannel, NoPace

ANNOUNCEMENT = Announcement(title="Bão số 9", text="Sơ tán trước 18 giờ.", topic="storms")


async def test_the_message_is_exactly_what_citizens_get() -> None:
    channel = FakeChannel()

    await send_trial(channel, NoPace(), "7", ANNOUNCEMENT)

    assert channel.sent == [("7", words.TRIAL), ("7", message_text(ANNOUNCEMENT))]


async def test_a_spent_token_is_renewed_once_and_a_refusal_is_told() -> None:
    refusals = [SendError("token", Trouble.REFRESH)]

    def spent(_: str) -> None:
        if refusals:
            raise refusals.pop()

    channel = FakeChannel(before=spent)
    await send_trial(channel, NoPace(), "7", ANNOUNCEMENT)
    assert len(channel.sent) == 2

    refusals += [SendError("blocked", Trouble.SUPPRESS)]
    with pytest.raises(SendError, match="blocked"):
        await send_trial(channel, NoPace(), "7", ANNOUNCEMENT)
