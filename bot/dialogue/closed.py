"""What is said while officials have stopped the bot or a channel; a citizen's rights still work."""

from __future__ import annotations

from bot.conversation import Action, Reply
from bot.dialogue import my_data, subscriptions
from bot.dialogue.question import Question
from bot.switches import message_for


async def say_so(question: Question) -> Reply | None:
    """Give the officials' sentence; None while the channel is on, or in a trial question."""
    if not question.keeps:
        return None
    async with question.sources.database.read() as session:
        message = await message_for(session, question.message.channel)
    if message is None:
        return None
    for right in (my_data.handle, subscriptions.answer):
        reply = await right(question)
        if reply is not None:
            return reply
    return Reply(Action.OTHER, message)
