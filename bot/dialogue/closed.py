"""What is said while officials have stopped the bot or a channel; a citizen's rights still work."""

from __future__ import annotations

from bot.conversation import Action, Reply
from bot.dialogue import my_data, subscriptions
from bot.dialogue.question import Question


async def say_so(question: Question) -> Reply | None:
    """Give the officials' sentence; None while the channel is on, or in a trial question."""
    if not question.keeps or question.opening.closed is None:
        return None
    for right in (my_data.handle, subscriptions.answer):
        reply = await right(question)
        if reply is not None:
            return reply
    return Reply(Action.OTHER, question.opening.closed)
