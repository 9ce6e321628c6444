"""A test send: the sender reads on their own phone what citizens would get."""

from __future__ import annotations

import asyncio

from bot.broadcast.sending import PATIENCE
from bot.broadcast.wording import message_text
from bot.channels import Channel, Lane, Pace, send_renewed
from bot.conversation import Action, Reply
from bot.messages import announcements as words
from bot.models import Announcement


async def send_trial(
    channel: Channel, pace: Pace, address: str, announcement: Announcement
) -> None:
    """Send a word that this is a test, then `announcement` as it is; nothing is stored.

    The word is a message of its own, so that the other is exactly what citizens would get.

    Raises:
        SendError: the platform did not take it.
        TimeoutError: the platform did not answer.
    """
    for text in (words.TRIAL, message_text(announcement)):
        for outgoing in channel.render(Reply(Action.OTHER, text)):
            await pace.grant(channel.name, address, Lane.REPLY)
            async with asyncio.timeout(PATIENCE):
                await send_renewed(channel, address, outgoing)
