"""/thongke: today's figures, those of seven days, and what waits."""

from __future__ import annotations

from datetime import timedelta

from bot.admin.chat.turn import Turn
from bot.admin.chat.waiting import announcements_waiting, revisions_waiting
from bot.analytics import Figures, read_figures
from bot.conversation import Reply
from bot.messages import desk as words
from bot.missed import open_groups
from bot.models import Role
from bot.pages.open_data import outcomes

#: Procedures named.
MOST = 3


async def show(turn: Turn, _: list[str]) -> Reply:
    """Say how many asked and how it ended."""
    today, library = turn.question.today, turn.press.library
    async with turn.press.database.read() as session:
        now = await read_figures(session, today, today)
        week = await read_figures(session, today - timedelta(days=6), today)
        reviews = len(await revisions_waiting(session))
        drafts = len(await announcements_waiting(session))
        missed = len(await open_groups(session, newest=False, limit=1_000))
    lines = [_told(words.TODAY, now), _told(words.SEVEN_DAYS, week)]
    top = list(week.topics.items())[:MOST]
    if top:
        lines.append(words.TOP)
    for code, times in top:
        content = await library.content(library.current, code)
        lines.append(f"- {content.name if content else code}: {times}")
    if turn.may(Role.EDITOR):
        lines.append(words.WAITING.format(reviews=reviews, announcements=drafts, questions=missed))
    return turn.say("\n".join(lines))


def _told(when: str, figures: Figures) -> str:
    ended = [sum(one) for one in zip(*map(outcomes, figures.days.values()), strict=True)]
    answered, clarified, abstained, _ = ended
    return words.FIGURES.format(
        when=when, total=figures.total, answered=answered, clarified=clarified,
        abstained=abstained, helpful=figures.helpful, unhelpful=figures.unhelpful,
    )  # fmt: skip
