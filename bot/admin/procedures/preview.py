"""What a content would say to citizens: as a card, and as the text of Telegram and Zalo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot import messages as say
from bot.conversation import Action, Card, Reply
from bot.dialogue.cards import compose
from bot.dialogue.facets import Asked
from bot.dialogue.procedures import follow_ups
from knowledge.content import Content, Facet


@dataclass(frozen=True, slots=True)
class Preview:
    """One answer, as it would look."""

    question: str
    card: Card
    text: str
    """As channels without cards say it."""
    buttons: tuple[str, ...]


def preview(content: Content, facet: Facet | None, *, today: date, stale_days: int) -> Preview:
    """Return the answer about `facet` (None: where, cost, time and papers) from `content`."""
    card = compose(content, Asked(today=today, facet=facet, stale_days=stale_days))
    buttons = follow_ups(facet)
    reply = Reply(Action.ANSWER, cards=(card,), follow_ups=buttons, facet=facet)
    asked = say.FACET_QUESTIONS[facet] if facet else content.name
    return Preview(asked, card, reply.plain(), tuple(button.label for button in buttons))
