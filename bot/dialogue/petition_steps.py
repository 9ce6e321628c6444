"""The questions of the petition form: what each asks, and how it understands the answer.

A step's reader returns None when it has its answer, or the reply that asks again.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot import petitions
from bot.conversation import Action, Button, Card, Reply
from bot.dialogue import forms, places
from bot.messages import petitions as words
from bot.petitions.filing import LONGEST
from bot.privacy import mask
from knowledge.matching import Action as Decision
from knowledge.text import fold, normalise

_SKIP = Button(words.SKIP, send=words.SKIP)
_BACK = Button(words.BACK, send=words.BACK)
_CANCEL = Button(words.CANCEL, send=words.CANCEL)
_SEND = Button(words.SEND, send=words.SEND)
_DONE = Button(words.PHOTO_DONE, send=words.PHOTO_DONE)
#: Fewer letters say nothing an office could look into.
_SHORTEST: Final = 12
_DATE = re.compile(r"\b(?:ngay |mung |hom )?(\d{1,2}) ?[/.-] ?(\d{1,2})(?: ?[/.-] ?(\d{4}))?\b")
_LONG_DATE = re.compile(r"\b(?:ngay )?(\d{1,2}) thang (\d{1,2})(?: nam (\d{4}))?\b")
_AGO = (
    (re.compile(r"\b(?:hom nay|bua nay|sang nay|chieu nay|trua nay|vua xong|luc nay)\b"), 0),
    (re.compile(r"\b(?:hom qua|bua qua|qua)\b"), 1),
    (re.compile(r"\b(?:hom kia|bua kia|hom kia)\b"), 2),
)
_WEEKDAY = re.compile(r"\b(?:thu|t) ?(hai|ba|tu|nam|sau|bay|[2-7])\b|\b(chu nhat|cn)\b")
_WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5}


@dataclass
class Form(forms.Form):
    """One turn of the petition form."""

    photos: int = 0


Reader = Callable[[Form, str], Awaitable[Reply | None]]
Prompt = Callable[[Form], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the form."""

    name: str
    prompt: Prompt
    read: Reader
    can_skip: bool = True
    keys: tuple[str, ...] = ()
    """What a skipped question leaves empty."""


# --- What happened ---------------------------------------------------------------------------------


async def _ask_what(form: Form) -> Reply:
    return form.ask(words.ASK_WHAT, _CANCEL)


async def _read_what(form: Form, text: str) -> Reply | None:
    if len(text) < _SHORTEST or len(text.split()) < 3:
        return form.ask(words.TOO_SHORT, _CANCEL)
    if len(text) > LONGEST:
        form.said.append(words.CUT.format(limit=LONGEST))
    kept = mask(text)[:LONGEST]
    if kept != text[:LONGEST]:
        form.said.append(words.MASKED)
    if petitions.is_rude(text):
        form.said.append(words.CALM)
    form.data["text"] = kept
    return None


# --- Which procedure -------------------------------------------------------------------------------


async def _ask_procedure(form: Form) -> Reply:
    topic = await _named(form, form.question.state.topic)
    known = (Button(topic[1], send=topic[1]),) if topic else ()
    return form.ask(words.ASK_PROCEDURE, *known, _SKIP, _BACK, _CANCEL)


async def _read_procedure(form: Form, text: str) -> Reply | None:
    as_said = form.data.pop("procedure_said", "")
    if as_said and normalise(text) == normalise(words.PROCEDURE_AS_SAID):
        form.data.update(procedure=as_said, procedure_code="", field="")
        return None
    finding = form.question.published.index.search(text)
    codes = [hit.code for hit in finding.hits[:3]]
    if finding.action is Decision.ANSWER:
        codes = codes[:1]
    named = [name for code in codes if (name := await _named(form, code))]
    exact = next((one for one in named if normalise(one[1]) == normalise(text)), None)
    if exact is None and len(named) == 1:
        exact = named[0]
    if exact is not None:
        form.data.update(procedure_code=exact[0], procedure=exact[1], field=exact[2])
        return None
    if finding.action is Decision.CLARIFY and named:
        form.data["procedure_said"] = text[:200]
        choices = [Button(name, send=name) for _, name, _ in named]
        said = Button(words.PROCEDURE_AS_SAID, send=words.PROCEDURE_AS_SAID)
        return form.ask(words.PROCEDURE_WHICH, *choices, said, _SKIP)
    form.data.update(procedure=text[:200], procedure_code="", field="")
    return None


async def _named(form: Form, code: str) -> tuple[str, str, str] | None:
    """Return code, name and field of a procedure."""
    question = form.question
    content = await question.sources.library.content(question.published, code) if code else None
    return (content.code, content.name, content.field) if content else None


# --- Where -----------------------------------------------------------------------------------------


async def _ask_where(form: Form) -> Reply:
    known = places.place_name(form.question)
    here = (Button(known, send=known),) if known else ()
    return form.ask(words.ASK_WHERE, *here, _SKIP, _BACK, _CANCEL)


async def _read_where(form: Form, text: str) -> Reply | None:
    atlas = form.question.published.places
    found = atlas.find_in(text) or atlas.resolve(text)
    if found.ask:
        named = [f"{choice.name}, {choice.province}" for choice in found.ask]
        return form.ask(words.PLACE_WHICH, *(Button(n, send=n) for n in named), _SKIP)
    best = found.best
    if best is None:
        if not form.data.get("place_tried"):
            form.data["place_tried"] = True
            return form.ask(words.PLACE_UNKNOWN, _SKIP, _BACK, _CANCEL)
        form.data.update(place=text[:200], commune_code="", province_code="")
        return None
    whole = best.province if best.name == best.province else f"{best.name}, {best.province}"
    commune = best.code if len(best.code) == 5 and found.level == "commune" else ""
    form.data.update(
        place=whole if commune else best.province,
        commune_code=commune,
        province_code=best.province_code,
    )
    return None


# --- When ------------------------------------------------------------------------------------------


async def _ask_when(form: Form) -> Reply:
    return form.ask(words.ASK_WHEN, _SKIP, _BACK, _CANCEL)


async def _read_when(form: Form, text: str) -> Reply | None:
    today = form.question.today
    day = happened_on(text, today)
    if day is not None and day > today:
        return form.ask(words.FUTURE, _SKIP, _BACK, _CANCEL)
    form.data.update(happened=text[:200], happened_on=day.isoformat() if day else "")
    return None


def happened_on(text: str, today: date) -> date | None:
    """Return the past day that words name ("hôm qua", "15/11", "thứ Hai"), or None.

    A day and month without a year are the latest ones; a full date may lie ahead, and is returned so.
    """
    folded = fold(normalise(text))
    for pattern, days in _AGO:
        if pattern.search(folded):
            return today - timedelta(days=days)
    found = _DATE.search(folded) or _LONG_DATE.search(folded)
    if found:
        return _past_date(found, today)
    weekday = _WEEKDAY.search(folded)
    if weekday is None:
        return None
    number = 6 if weekday[2] else _weekday(weekday[1])
    return today - timedelta(days=(today.weekday() - number) % 7)


def _weekday(said: str) -> int:
    return int(said) - 2 if said.isdigit() else _WEEKDAYS[said]


def _past_date(found: re.Match[str], today: date) -> date | None:
    try:
        day = date(int(found[3] or today.year), int(found[2]), int(found[1]))
        return day.replace(year=day.year - 1) if day > today and not found[3] else day
    except ValueError:
        return None


# --- Photos ----------------------------------------------------------------------------------------


async def _ask_photos(form: Form) -> Reply:
    text = words.ASK_PHOTOS.format(most=petitions.MOST_PHOTOS)
    return _with_picker(form, form.ask(text, _SKIP, _BACK, _CANCEL))


def _with_picker(form: Form, reply: Reply) -> Reply:
    """Return the reply with the button that opens the camera, where only a page can show one."""
    if form.question.message.channel != "web":
        return reply
    return replace(reply, follow_ups=(Button(words.ADD_PHOTO, send=words.PICK_PHOTO),))


async def _read_photos(form: Form, text: str) -> Reply | None:
    said = fold(normalise(text))
    if said == words.PICK_PHOTO:
        return form.ask(words.NO_PICKER, _DONE, _BACK, _CANCEL)
    if said in ("xong", "xong roi", "het", "het roi", "khong", "khong co", "du roi"):
        return None
    return await _ask_photos(form)


def photo_reply(form: Form, refused: petitions.Refused | None) -> Reply:
    """Return what to say after a photo: taken, or why not."""
    if refused is not None:
        why = form.ask(words.PHOTO_REFUSED[refused], _DONE, _BACK, _CANCEL)
        return _with_picker(form, why)
    taken = words.PHOTO_TAKEN.format(count=form.photos, most=petitions.MOST_PHOTOS)
    return _with_picker(form, form.ask(taken, _DONE, _BACK, _CANCEL))


# --- Contact and sending ---------------------------------------------------------------------------


async def _ask_contact(form: Form) -> Reply:
    return form.ask(words.ASK_CONTACT, _SKIP, _BACK, _CANCEL)


async def _read_contact(form: Form, text: str) -> Reply | None:
    no = fold(normalise(text)) in ("khong", "khong can", "thoi", "khong co")
    form.data["contact"] = "" if no else text[:200]
    return None


async def _ask_confirm(form: Form) -> Reply:
    form.data["choices"] = [words.SEND, words.BACK, words.CANCEL]
    card = Card(title=words.CONFIRM, lead=tuple(summary(form)), notices=(words.CONSENT,))
    return Reply(Action.OTHER, "\n".join(form.said), cards=(card,), choices=(_SEND, _BACK, _CANCEL))


async def _read_confirm(form: Form, text: str) -> Reply | None:
    said = fold(normalise(text))
    if said in ("dong y va gui", "dong y", "gui", "gui di", "gui luon", "ok gui", "dong y gui"):
        return None
    return form.ask(words.PRESS_SEND, _SEND, _BACK, _CANCEL)


def summary(form: Form) -> Sequence[str]:
    """Return the lines of what will be sent."""
    data = form.data
    lines = [words.LINE_WHAT.format(text=data.get("text", ""))]
    if data.get("procedure"):
        lines.append(words.LINE_PROCEDURE.format(name=data["procedure"]))
    if data.get("place"):
        lines.append(words.LINE_WHERE.format(place=data["place"]))
    if data.get("happened"):
        lines.append(words.LINE_WHEN.format(when=_when(data)))
    if form.photos:
        lines.append(words.LINE_PHOTOS.format(count=form.photos))
    if data.get("contact"):
        lines.append(words.LINE_CONTACT.format(contact=data["contact"]))
    return lines


def _when(data: dict[str, Any]) -> str:
    said, day = data["happened"], data.get("happened_on", "")
    shown = f"{datetime.fromisoformat(day):%d/%m/%Y}" if day else ""
    return f"{said} ({shown})" if shown and shown not in said else said


#: The form, question by question.
FORM: Final[tuple[Step, ...]] = (
    Step("what", _ask_what, _read_what, can_skip=False),
    Step(
        "procedure",
        _ask_procedure,
        _read_procedure,
        keys=("procedure", "procedure_code", "field", "procedure_said"),
    ),
    Step("where", _ask_where, _read_where, keys=("place", "commune_code", "province_code")),
    Step("when", _ask_when, _read_when, keys=("happened", "happened_on")),
    Step("photos", _ask_photos, _read_photos),
    Step("contact", _ask_contact, _read_contact, keys=("contact",)),
    Step("confirm", _ask_confirm, _read_confirm, can_skip=False),
)
NAMES: Final = tuple(step.name for step in FORM)
