"""One message of an official at the desk in chat: who asks, and how the desk answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.admin.procedures.work import Press
from bot.conversation import Action, Button, Reply
from bot.deeds import Doer
from bot.dialogue.question import DESK, Question
from bot.models import Official, Role
from bot.officials import roles_of

#: Characters of one answer; Zalo takes 2,000.
MOST = 1_500


@dataclass(slots=True)
class Turn:
    """A command on its way to a reply."""

    press: Press
    question: Question
    official: Official
    doer: Doer
    words: str = ""
    """What was typed when words were asked for, or kept for the confirmation."""

    @classmethod
    def of(cls, press: Press, question: Question, official: Official) -> Turn:
        """Return the turn of a message; the log will say the channel."""
        where = f"chat:{question.message.channel}"
        return cls(press, question, official, Doer(official.login, where, question.now))

    def may(self, role: Role) -> bool:
        """Whether the official has a role now."""
        return role in roles_of(self.official)

    def say(
        self, text: str, choices: Sequence[Button] = (), *, awaits: str = "", keeps: str = ""
    ) -> Reply:
        """Answer; `awaits` = the command that gets the next words, `keeps` = words kept meanwhile."""
        asked = awaits or (f"={keeps}" if keeps else "")
        self.question.state = replace(
            self.question.state,
            form=DESK if choices or awaits else "",
            choices=tuple(button.send for button in choices),
            asked=asked,
        )
        return Reply(Action.OTHER, text, choices=tuple(choices))


def cut(lines: Sequence[str], mark: str) -> str:
    """Return as many lines as fit an answer, `mark` in place of the rest."""
    kept: list[str] = []
    room = MOST
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*kept, mark])
        kept.append(line)
    return "\n".join(kept)
