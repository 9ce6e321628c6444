"""Ask back what an editor wrote for a question so open that no search could settle it."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import Action, Button, Candidate, Reply
from bot.dialogue.question import Question


async def ask(question: Question) -> Reply | None:
    """Return the guide's question with its choices, or None."""
    guide = question.sources.guides.find(question.text)
    if guide is None:
        return None
    sends = tuple(choice.send for choice in guide.choices)
    question.state = replace(question.state, choices=sends, asked=question.text, topic="", facet="")
    live = question.published.live
    return Reply(
        Action.CLARIFY,
        guide.ask,
        choices=tuple(Button(choice.label, send=choice.send) for choice in guide.choices),
        candidates=tuple(
            Candidate(choice.send, choice.label, 1 / len(sends))
            for choice in guide.choices
            if choice.send in live
        ),
    )
