"""Old and new place names: answer where a place is now, and remember where the citizen lives."""

from __future__ import annotations

import re
from dataclasses import replace

from bot import messages as say
from bot.conversation import Action, Button, Reply
from bot.dialogue.question import Question
from knowledge.places import Resolution, describe

#: A question about the place itself rather than about a procedure there.
_ABOUT_PLACE = re.compile(
    r"\b(?:nay (?:la|thuoc)|gio (?:la|thuoc)|bay gio (?:la|thuoc)|hien (?:nay|gio)? ?(?:la|thuoc)"
    r"|(?:sap|xac) ?nhap(?: \w+){0,6} (?:vao|voi|thanh|gi|nao|dau)|thuoc (?:xa|phuong|tinh|huyen) nao"
    r"|(?:la|thanh|doi thanh|vao|ten) (?:xa|phuong|tinh) (?:nao|gi|moi)|ten moi|doi ten|con (?:ton tai|huyen)"
    r"|xa (?:nao|moi) (?:bay gio|hien nay)|gom nhung xa nao)\b"
)
_LIVES = re.compile(
    r"^(?:hien |bay gio |gio )?(?:toi|tui|em|minh|con|nha toi|nha em|nha minh|nha tui)"
    r"(?: dang| hien| da)?(?: chuyen)?(?: song)? (?:o|ve|sang|den|thuoc|la nguoi) .+"
)
_WHOLE_PLACE = re.compile(r"^(?:(?:o|tai|xa|phuong|thi tran|huyen|tinh|tp|thanh pho|quan|tx|tt) )")


async def answer(question: Question) -> Reply | None:
    """Answer a question about a place, or take note of where the citizen lives."""
    about = bool(_ABOUT_PLACE.search(question.folded))
    only_place = is_only_place(question)
    if not about and not only_place:
        return None
    found = question.published.places.find_in(question.text)
    if found is None and not names_unit(question):
        return None
    found = found or question.published.places.resolve(question.text)
    if not (found.matches or found.ask):
        return Reply(Action.PLACE, say.PLACE_UNKNOWN) if about else None
    if found.ask:
        return _ask(found)
    _note(question, found)
    return Reply(Action.PLACE, f"{sentence(found)}\n{_source(question)}")


def remember(question: Question, text: str) -> str:
    """Note a place mentioned in `text`; return the text without it, for finding the procedure."""
    found = question.published.places.find_in(text)
    if found is None:
        return text
    if found.best:
        _note(question, found)
    start, end = found.span
    rest = " ".join(f"{text[:start]} {text[end:]}".split())
    return rest or text


def sentence(found: Resolution) -> str:
    """Return the sentence that says what a place is called now, and what it was."""
    parts = describe(found)
    if parts is None:
        return say.PLACE_UNKNOWN
    if not parts.was or parts.same_name:
        today = found.matches[0].name if parts.now else found.matches[0].province
        shown = say.PLACE_TODAY if parts.now else say.PLACE_PROVINCE_TODAY
        return shown.format(name=today, province=parts.province)
    old = f"{parts.was} ({parts.was_in})" if parts.was_in else parts.was
    if not parts.now:
        return say.PLACE_PROVINCE_MERGED.format(old=old, province=parts.province)
    return say.PLACE_NOW.format(old=old, new=parts.now, province=parts.province)


def province_name(question: Question) -> str:
    """Return the citizen's province as a sentence needs it, e.g. "tỉnh Vĩnh Long"; may be empty."""
    return unit_name(question, question.state.province_code)


def unit_name(question: Question, code: str) -> str:
    """Return the name of a unit of today as it stands inside a sentence; empty when unknown."""
    unit = question.published.places.unit(code)
    return unit.name[:1].lower() + unit.name[1:] if unit else ""


def place_name(question: Question) -> str:
    """Return the citizen's commune and province, e.g. "xã Hiệp Mỹ, tỉnh Vĩnh Long"; may be empty."""
    commune = unit_name(question, question.state.commune_code)
    return f"{commune}, {province_name(question)}" if commune else ""


def _note(question: Question, found: Resolution) -> None:
    best = found.matches[0]
    question.state = replace(
        question.state,
        province_code=best.province_code,
        commune_code=best.code if found.level == "commune" else "",
    )


def is_only_place(question: Question) -> bool:
    """Whether the words name a place and ask nothing."""
    if _LIVES.match(question.folded) and not re.search(
        r"\b(?:lam|dang ky|xin|nop|can|muon|cap|doi|mua|ban|mo|gia han)\b", question.folded
    ):
        return True
    if not _WHOLE_PLACE.match(question.folded):
        return False
    found = question.published.places.find_in(question.text)
    if found is None:
        return False
    start, end = found.span
    return len(question.text[:start].split()) + len(question.text[end:].split()) <= 1


def names_unit(question: Question) -> bool:
    """Whether the words speak of a unit by its kind: xã, phường, huyện, tỉnh."""
    return bool(re.search(r"\b(?:xa|phuong|thi tran|huyen|tinh|quan)\b", question.folded))


def _ask(found: Resolution) -> Reply:
    return Reply(
        Action.PLACE,
        say.PLACE_WHICH,
        choices=tuple(
            Button(f"{choice.name}, {choice.province}", send=f"{choice.name}, {choice.province}")
            for choice in found.ask
        ),
    )


def _source(question: Question) -> str:
    return say.PLACE_SOURCE.format(version=question.published.places.info.version)
