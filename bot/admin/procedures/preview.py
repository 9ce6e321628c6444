"""What a content would say to citizens: as a card, and as Telegram and Zalo get it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from bot import messages as say
from bot.admin.access import settings_of
from bot.channels import Outgoing, telegram, zalo_oa
from bot.conversation import Action, Card, Reply
from bot.dialogue.cards import compose
from bot.dialogue.facets import Asked
from bot.dialogue.procedures import follow_ups
from knowledge.columns import utc_now
from knowledge.content import Content, Facet
from knowledge.hours import ZONE


@dataclass(frozen=True, slots=True)
class Preview:
    """One answer, as it would look."""

    question: str
    card: Card
    telegram: Sequence[Outgoing]
    """The very messages of the channel, made by its own code."""
    zalo: Sequence[Outgoing]


def preview(request: Request, content: Content, facet: Facet | None = None) -> Preview:
    """Return the answer about `facet` (None: where, cost, time and papers) from `content`."""
    settings = settings_of(request)
    today = utc_now().astimezone(ZONE).date()
    card = compose(content, Asked(today=today, facet=facet, stale_days=settings.stale_days))
    reply = Reply(Action.ANSWER, cards=(card,), follow_ups=follow_ups(facet), facet=facet)
    return Preview(
        say.FACET_QUESTIONS[facet] if facet else content.name,
        card,
        telegram.render(reply),
        zalo_oa.render(reply, with_buttons=settings.zalo_oa_buttons),
    )
