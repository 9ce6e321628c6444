"""Nothing fits: say so, and say what to do instead."""

from __future__ import annotations

from dataclasses import replace

from bot import messages as say
from bot.conversation import Action, Reply
from bot.dialogue.question import Question

#: From this many misses in a row the citizen is sent to people.
GIVE_UP = 2


async def admit(question: Question) -> Reply:
    """Return the reply for a question nobody could answer; a command of no use is no question."""
    if question.message.text.startswith("/"):
        return Reply(Action.OTHER, say.HELP)
    missed = question.state.missed + 1
    question.state = replace(question.state, missed=missed, choices=(), asked="")
    if missed < GIVE_UP:
        return Reply(Action.ABSTAIN, say.NOT_SURE, candidates=question.considered)
    hotline = question.sources.settings.hotline
    call = say.OR_CALL.format(hotline=hotline) if hotline else ""
    text = say.NOT_SURE_AGAIN.format(hotline=call)
    return Reply(Action.ABSTAIN, text, candidates=question.considered)
