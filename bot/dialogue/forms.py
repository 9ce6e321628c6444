"""What every guided form shares: a turn of it, and the words that mean the same in each.

Cancel, go back, leave out, a choice by its number, a question asked in between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from bot.conversation import Action, Button, Reply
from bot.dialogue.question import Question
from knowledge.text import fold, normalise

CANCEL: Final = re.compile(
    r"^(?:huy|huy bo|thoi|thoat|dung lai|khong gui nua|khong lam nua)"
    r"(?: (?:phan anh|khao sat|bai thi|thi))?(?: (?:di|nhe|a))*\W*$"
)
BACK: Final = re.compile(r"^(?:quay lai|lui lai|cau truoc|sua lai|tro lai)(?: (?:di|nhe|a))*\W*$")
SKIP: Final = re.compile(r"^(?:bo qua|qua cau nay|tiep|skip|khong nho)(?: (?:di|nhe|a))*\W*$")
#: A choice by its number.
NUMBER: Final = re.compile(r"^(?:so |chon )?([1-9])[.)]?$")
#: Whether the citizen asks something instead of answering.
ASKING: Final = re.compile(
    r"\?\s*$|\b(?:bao nhieu|bao lau|o dau|the nao|lam sao|la gi|can gi|gi khong|may gio|khi nao|co phai)\b"
)
#: Commands that work in the middle of a form too; the form waits.
COMMAND: Final = re.compile(
    r"^(?:/\w+(?: [\w-]{1,60})?|(?:\w+ ){0,3}du lieu cua (?:toi|tui|em|minh|con)"
    r"|(?:toi muon )?(?:gap|noi chuyen voi) (?:can bo|nguoi)(?: \w+){0,3}"
    r"|bat dau lai|(?:dung|ngung|huy)(?: \w+){0,2} (?:nhan tin|dang ky)|tro giup)\W*$"
)


@dataclass
class Form:
    """One turn of a form."""

    question: Question
    step: str
    data: dict[str, Any]
    said: list[str] = field(default_factory=list)
    """What to say before the next question."""

    @property
    def choices(self) -> tuple[str, ...]:
        """What the numbers under the last question stand for."""
        return tuple(self.data.get("choices", ()))

    def ask(self, text: str, *choices: Button, beside: tuple[Button, ...] = ()) -> Reply:
        """Return a question of the form with its numbered choices, and remember them."""
        self.data["choices"] = [choice.send for choice in choices]
        whole = "\n".join((*self.said, text))
        return Reply(Action.OTHER, whole, choices=choices, follow_ups=beside)

    def picked(self, text: str) -> str | None:
        """Return what a number stands for; None when it belongs to a question asked in between."""
        found = NUMBER.match(fold(normalise(text)))
        if found is None:
            return text
        if self.question.state.choices:
            return None
        index = int(found[1]) - 1
        return self.choices[index] if index < len(self.choices) else text
