"""The questions of the survey: where, about what, when, five scores, a remark.

A step's reader returns None when it has its answer, or the reply that asks again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from bot import surveys
from bot.conversation import KIOSK, Action, Button, Card, Reply
from bot.dialogue import forms
from bot.dialogue.centres import centres_of
from bot.dialogue.question import Question
from bot.messages import surveys as words
from bot.models import Aspect
from bot.privacy import mask
from bot.surveys.centres import centre_by_key, centres_at
from bot.surveys.filing import LONGEST
from knowledge.centres import Centre, CentreLevel, is_gone, named
from knowledge.matching import Action as Decision
from knowledge.places import lower_kind
from knowledge.text import fold, normalise

_BACK: Final = Button(words.BACK, send=words.BACK)
_CANCEL: Final = Button(words.CANCEL, send=words.CANCEL)
_SKIP: Final = Button(words.SKIP, send=words.SKIP)
_SEND: Final = Button(words.SEND, send=words.SEND)
#: Fields offered to choose from.
_FIELDS: Final = 6
#: A button of the survey says which question it answers, so that one pressed twice spoils no other.
_PRESSED: Final = re.compile(r"([1-5])/5 (.+)")
_SCORE: Final = re.compile(r"(?:so |chon |cho )*([1-5])(?: (?:sao|diem))?")
_SAID: Final = {
    **{fold(normalise(label)): score for score, label in words.SCALE.items()},
    "rat te": 1, "qua te": 1, "te": 2, "kem": 2, "chua hai long": 2, "khong tot": 2, "tam": 3,
    "tam duoc": 3, "cung duoc": 3, "duoc": 3, "tot": 4, "kha": 4, "rat tot": 5, "tuyet voi": 5,
}  # fmt: skip
_MONTH: Final = re.compile(r"(?:thang )?(\d{1,2})(?: ?[/.-] ?| nam )?(\d{4})?")
_THIS = frozenset(["thang nay", "hom nay", "tuan nay", "hom qua", "vua xong"])
_LAST = frozenset(["thang truoc", "thang roi", "thang vua roi"])


class Form(forms.Form):
    """One turn of the survey, which can be left or gone back in at every question."""

    def ask(
        self, text: str, *choices: Button, beside: tuple[Button, ...] = (_BACK, _CANCEL)
    ) -> Reply:
        """Return a question of the survey with its numbered choices, and remember them."""
        return super().ask(text, *choices, beside=beside)


Reader = Callable[[Form, str], Awaitable[Reply | None]]
Prompt = Callable[[Form], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the survey."""

    name: str
    prompt: Prompt
    read: Reader
    asks: str
    """The question in one line, to go on after one asked in between."""
    skipped: dict[str, Any] | None = None
    """What a skipped question stores; None = it cannot be skipped."""


def _offered(names: Sequence[str]) -> list[Button]:
    return [Button(name, send=name) for name in names]


# --- Where -----------------------------------------------------------------------------------------


def choose_centre(form: Form, centre: Centre) -> None:
    """Put down where the visit was; many communes share a name, so the province goes with it."""
    province = form.question.published.places.unit(centre.province_code)
    name = centre.name
    if centre.level is CentreLevel.COMMUNE and province is not None:
        name = f"{name}, {lower_kind(province.name)}"
    form.data.update(centre=centre.key, centre_name=name, province_code=centre.province_code)


async def _ask_centre(form: Form) -> Reply:
    known = [one.centre for one in centres_of(form.question)][:_FIELDS]
    return _which(form, words.ASK_CENTRE, known)


def _which(form: Form, text: str, centres: Sequence[Centre]) -> Reply:
    form.data["centres"] = {centre.name: centre.key for centre in centres}
    return form.ask(text, *_offered([centre.name for centre in centres]))


async def _read_centre(form: Form, text: str) -> Reply | None:
    question, known = form.question, form.question.published
    offered = centre_by_key(known, form.data.get("centres", {}).get(text, ""), question.today)
    if offered is not None:
        choose_centre(form, offered)
        return None
    called = named(text, known.centres, question.today)
    if called is not None and is_gone(called.centre, question.today):
        return form.ask(words.CENTRE_GONE)
    if called is not None:
        choose_centre(form, called.centre)
        return None
    return _placed(form, text)


def _placed(form: Form, text: str) -> Reply | None:
    question, known = form.question, form.question.published
    found = known.places.find_in(text) or known.places.resolve(text)
    if found.ask:
        return form.ask(
            words.CENTRE_WHICH, *_offered([f"{one.name}, {one.province}" for one in found.ask])
        )
    if found.best is None:
        return form.ask(words.CENTRE_UNKNOWN)
    centres = centres_at(known, found, question.today)
    if not centres:
        return form.ask(words.CENTRE_PROVINCE)
    if len(centres) > 1:
        return _which(form, words.CENTRE_WHICH, centres)
    choose_centre(form, centres[0])
    return None


# --- About what, and when --------------------------------------------------------------------------


def fields_of(question: Question) -> Counter[str]:
    """Return the fields there are, and how many procedures in plain words each has."""
    known = question.published
    entries = ((known.index.entry(code), live.curated) for code, live in known.live.items())
    return Counter({}) + Counter(
        entry.field for entry, curated in entries if entry and entry.field and curated
    )


async def _ask_field(form: Form) -> Reply:
    entry = form.question.published.index.entry(form.question.state.topic)
    talked = [entry.field] if entry and entry.field else []
    largest = [name for name, _ in fields_of(form.question).most_common(_FIELDS)]
    return _fields(form, words.ASK_FIELD, [*talked, *largest])


def _fields(form: Form, text: str, names: Sequence[str]) -> Reply:
    shown = list(dict.fromkeys(names))[:_FIELDS]
    form.data["fields"] = shown
    return form.ask(text, *_offered([*shown, words.NO_FIELD]))


async def _read_field(form: Form, text: str) -> Reply | None:
    said = fold(normalise(text))
    if said == fold(normalise(words.NO_FIELD)):
        form.data["field"] = ""
        return None
    every = {fold(normalise(name)): name for name in fields_of(form.question)}
    every |= {fold(normalise(name)): name for name in form.data.get("fields", ())}
    if said in every:
        form.data["field"] = every[said]
        return None
    finding = form.question.published.index.search(text)
    entries = [form.question.published.index.entry(hit.code) for hit in finding.hits[:3]]
    found = [entry.field for entry in entries if entry and entry.field]
    if finding.action is Decision.ANSWER:
        found = found[:1]
    if finding.action is Decision.ABSTAIN or not found:
        return _fields(form, words.FIELD_UNKNOWN, list(form.data.get("fields", ())))
    if len(set(found)) == 1:
        form.data["field"] = found[0]
        return None
    return _fields(form, words.FIELD_WHICH, found)


def _month_words(month: date) -> str:
    return words.MONTH.format(month=month.month, year=month.year)


async def _ask_month(form: Form) -> Reply:
    months = surveys.months_back(form.question.today)
    return form.ask(words.ASK_MONTH, *_offered([_month_words(month) for month in months]))


async def _read_month(form: Form, text: str) -> Reply | None:
    months = surveys.months_back(form.question.today)
    said = fold(normalise(text))
    chosen = months[0] if said in _THIS else months[1] if said in _LAST else None
    found = _MONTH.fullmatch(said)
    if found:
        number, year = int(found[1]), int(found[2] or 0)
        fitting = (one for one in months if one.month == number and year in (0, one.year))
        chosen = next(fitting, None)
    if chosen is None:
        form.said.append(words.MONTH_WRONG)
        return await _ask_month(form)
    form.data["month"] = chosen.isoformat()
    return None


# --- The five questions ----------------------------------------------------------------------------


async def _ask_score(form: Form, *, aspect: Aspect) -> Reply:
    number = list(Aspect).index(aspect) + 1
    labels = list(words.SCALE.values())
    if aspect is Aspect.HANDLING:
        labels.append(words.NO_REMARKS)
    buttons = [
        Button(label, send=words.PRESSED.format(number=number, label=label)) for label in labels
    ]
    return form.ask(words.QUESTIONS[aspect], *buttons)


async def _read_score(form: Form, text: str, *, aspect: Aspect) -> Reply | None:
    pressed = _PRESSED.fullmatch(text.strip())
    if pressed and int(pressed[1]) != list(Aspect).index(aspect) + 1:
        earlier = list(Aspect)[int(pressed[1]) - 1]
        if earlier.value in form.data:  # pressed twice, or changed their mind above
            _put(form, earlier, pressed[2])
        return await _ask_score(form, aspect=aspect)
    if _put(form, aspect, pressed[2] if pressed else text):
        return None
    form.said.append(words.SCORE_WRONG)
    return await _ask_score(form, aspect=aspect)


def _put(form: Form, aspect: Aspect, text: str) -> bool:
    """Put down a score; False when the words are none."""
    said = fold(normalise(text)).strip(" .!")
    if aspect is Aspect.HANDLING and said in (fold(normalise(words.NO_REMARKS)), "chua gop y"):
        form.data[aspect.value] = None
        return True
    number = _SCORE.fullmatch(said)
    score = int(number[1]) if number else _SAID.get(said)
    if score is None:
        return False
    form.data[aspect.value] = score
    return True


# --- A remark, and sending -------------------------------------------------------------------------


async def _ask_comment(form: Form) -> Reply:
    return form.ask(words.ASK_COMMENT, _SKIP)


async def _read_comment(form: Form, text: str) -> Reply | None:
    no = fold(normalise(text)) in ("khong", "khong co", "khong can", "thoi", "het roi")
    kept = "" if no else mask(text)[:LONGEST]
    if not no and len(text) > LONGEST:
        form.said.append(words.CUT.format(limit=LONGEST))
    if not no and kept != text[:LONGEST]:
        form.said.append(words.MASKED)
    form.data["comment"] = kept
    return None


async def _ask_confirm(form: Form) -> Reply:
    form.data["choices"] = [words.SEND]
    card = Card(words.CONFIRM, lead=tuple(summary(form.data)), notices=(words.CONSENT,))
    return Reply(
        Action.OTHER, "\n".join(form.said), cards=(card,), choices=(_SEND,),
        follow_ups=(_BACK, _CANCEL),
    )  # fmt: skip


async def _read_confirm(form: Form, text: str) -> Reply | None:
    said = fold(normalise(text))
    if said in (
        fold(normalise(words.SEND)),
        "dong y va gui",
        "dong y",
        "gui",
        "gui di",
        "gui phieu",
    ):
        return None
    form.said.append(words.PRESS_SEND)
    return await _ask_confirm(form)


def summary(data: dict[str, Any]) -> list[str]:
    """Return the lines of what will be sent."""
    month = date.fromisoformat(data["month"])
    lines = [
        words.LINE_CENTRE.format(centre=data["centre_name"]),
        words.LINE_FIELD.format(field=data["field"] or words.UNKNOWN_FIELD.lower()),
        words.LINE_MONTH.format(month=month.month, year=month.year),
    ]
    for aspect in Aspect:
        name, score = words.ASPECTS[aspect], data[aspect.value]
        if score is None:
            lines.append(words.LINE_NO_SCORE.format(aspect=name))
        else:
            word = words.SCALE[score].lower()
            lines.append(words.LINE_SCORE.format(aspect=name, score=score, word=word))
    if data.get("comment"):
        lines.append(words.LINE_COMMENT.format(comment=data["comment"]))
    return lines


#: The survey, question by question.
FORM: Final[tuple[Step, ...]] = (
    Step("centre", _ask_centre, _read_centre, words.ASK_CENTRE),
    Step("field", _ask_field, _read_field, words.ASK_FIELD, {"field": ""}),
    Step("month", _ask_month, _read_month, words.ASK_MONTH),
    *(
        Step(
            aspect.value,
            partial(_ask_score, aspect=aspect),
            partial(_read_score, aspect=aspect),
            words.QUESTIONS[aspect],
            {aspect.value: None} if aspect is Aspect.HANDLING else None,
        )
        for aspect in Aspect
    ),
    Step("comment", _ask_comment, _read_comment, words.ASK_COMMENT, {"comment": ""}),
    Step("confirm", _ask_confirm, _read_confirm, words.PRESS_SEND),
)


def steps_of(form: Form) -> tuple[Step, ...]:
    """Return the questions of this survey.

    Where a printed code or the kiosk says which centre it is, nobody is asked; on a screen that others
    will stand at nothing is typed freely.
    """
    left_out = set()
    if form.data.get("given"):
        left_out.add("centre")
    if form.question.message.channel == KIOSK:
        left_out.add("comment")
    return tuple(step for step in FORM if step.name not in left_out)
