"""Greetings, help, thanks, starting over: what every conversation has and no procedure answers."""

from __future__ import annotations

import re

from bot import messages as say
from bot.conversation import Action, Button, Reply
from bot.dialogue import feedback
from bot.dialogue.question import Question, State
from bot.messages import attachments as words

_START = re.compile(r"^/?(?:start|bat dau)\b")
_HELP = re.compile(
    r"^/?(?:help|tro giup|huong dan su dung|giup|menu|ban lam duoc gi|biet lam gi)\W*$"
)
_RESET = re.compile(r"^/?(?:reset|bat dau lai|lam lai tu dau|quen di|xoa hoi thoai)\W*$")
_HELLO = re.compile(
    r"^(?:xin )?(?:chao|hello|hi|alo|a lo|hey|chao buoi \w+)"
    r"(?: (?:co ai khong|co ai o day khong|ban|em|anh|chi|shop|ad|admin|bot"
    r"|moi nguoi|cac ban|buoi \w+|can bo|co|chu|bac|oi|a|nhe))*\W*$"
)
_NOD = re.compile(
    r"^(?:ok|oke|uh|um|hm+|u|vang|da|roi|a|ra vay|the a|hieu roi|duoc roi)(?: (?:em|anh|chi|ban|a|nhe))*\W*$"
)
_THANKS = re.compile(
    r"^(?:da |vang |ok )*(?:cam on|cam ta|thank|thanks|tks|cm on)\b[\w ]{0,40}\W*$"
)
_BYE = re.compile(r"^(?:tam biet|bye|bai bai|hen gap lai|chao nhe)\b[\w ]{0,20}\W*$")
_WHO = re.compile(
    r"\b(?:ban|may|em|bot|day) (?:la|co phai(?: la)?) (?:ai|gi|nguoi(?: that)?|may|robot|con gi|ai vay"
    r"|tri tue nhan tao|can bo)\b|^ai (?:day|dang tra loi)"
)
#: Longer messages are questions, whatever they begin with.
_MOST_WORDS = 12


async def run(question: Question) -> Reply | None:
    """Answer a greeting or a command; None for anything else."""
    text = question.folded.strip()
    if not text:
        if question.message.location is not None:
            return None  # a place alone asks for the nearest centre
        return _other(_instead_of_words(question))
    if not any(map(str.isalnum, text)) and not any(mark in text for mark in feedback.MARKS):
        return _other(say.NO_WORDS)  # faces and punctuation
    if len(text.split()) > _MOST_WORDS:
        return None
    if _RESET.match(text):
        question.state = State(introduced=True)
        return _other(say.STARTED_OVER)
    if _START.match(text) or _HELLO.match(text):
        return _other(say.HELLO, examples=True)
    for pattern, answer in (
        (_HELP, say.HELP),
        (_THANKS, say.THANKS),
        (_BYE, say.GOODBYE),
        (_NOD, say.GO_ON),
    ):
        if pattern.match(text):
            return _other(answer)
    return _other(say.WHO_ARE_YOU) if _WHO.search(text) else None


def _instead_of_words(question: Question) -> str:
    """Return what is said of a picture, a recording, a file … that came without a word."""
    kinds = [attachment.kind for attachment in question.message.attachments]
    return words.SENT[kinds[0]] if kinds else say.EMPTY_QUESTION


def _other(text: str, *, examples: bool = False) -> Reply:
    buttons = tuple(Button(example, send=example) for example in say.EXAMPLES) if examples else ()
    return Reply(Action.OTHER, text, follow_ups=buttons)
