"""The citizen picks one of what was offered: by its number, by its button, or "none of these"."""

from __future__ import annotations

import re
from dataclasses import replace

from bot import messages as say
from bot.conversation import Action, Reply
from bot.dialogue.question import Question
from knowledge.text import fold

_NUMBER = re.compile(r"^(?:so |chon |cau |muc |cai |y |y so )*([1-9])(?:[.)]| nhe| a| di| nha)*$")
_WORDS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "dau tien": 1, "cuoi": -1, "cai dau": 1}
_NONE = re.compile(
    r"^(?:khong phai(?: cac muc tren| cai nao)?|khong|deu khong(?: phai)?|khac|cai khac)\W*$"
)
#: What a "none of these" button sends.
NONE = fold(say.NONE_OF_THESE).lower()


async def pick(question: Question) -> Reply | None:
    """Put what was chosen in place of the message; None unless that is refused."""
    number = _number_in(question.folded)
    waiting = question.state.choices
    if not waiting:
        return Reply(Action.OTHER, say.NO_CHOICE_WAITING) if number else None
    if _NONE.match(question.folded) or question.folded == NONE:
        return _none_of_these(question)
    if number is None:
        return None
    index = len(waiting) if number < 0 else number
    if index > len(waiting):
        return Reply(Action.OTHER, say.CHOOSE_A_NUMBER.format(last=len(waiting)))
    chosen = waiting[index - 1]
    if not chosen:
        return _none_of_these(question)
    question.state = replace(question.state, choices=(), asked="")
    question.rephrase(chosen)  # the steps after this one answer it
    return None


def _number_in(folded: str) -> int | None:
    found = _NUMBER.match(folded.strip())
    return int(found[1]) if found else _WORDS.get(folded.strip())


def _none_of_these(question: Question) -> Reply:
    question.state = replace(question.state, choices=(), missed=question.state.missed + 1)
    return Reply(Action.ABSTAIN, f"{say.NOTED_MISSED} {say.NOT_SURE}")
