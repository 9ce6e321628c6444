"""What a citizen means by "mùng 4 Tết mở chưa?": which day, and what is asked of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from knowledge.hours.calendar import ONE_DAY, ZONE, Calendar
from knowledge.hours.opening import (
    Hours,
    Opening,
    State,
    local_time,
    next_opening,
    opening_on,
    state_at,
)
from knowledge.text import fold, normalise

_NOON = time(12)


class Asked(StrEnum):
    """What a question about hours wants to know."""

    NOW = "now"
    DAY = "day"
    CLOSING = "closing"
    REOPENING = "reopening"


@dataclass(frozen=True, slots=True)
class When:
    """A question about hours, read."""

    asked: Asked
    day: date
    part: str = ""
    """"morning" or "afternoon", if one was named."""
    said: str = ""
    """How the day was named, e.g. "mùng 4 Tết"."""


_NOW = re.compile(
    r"\b(bay gio|gio nay|gio|luc nay|con kip|kip khong|dang mo|mo cua chua|mo chua)\b"
)

_CLOSING = re.compile(
    r"\b(may gio (dong|nghi|het|tan|ket thuc)|dong cua (luc )?may gio|lam (den|toi) may gio)"
)

_REOPENING = re.compile(
    r"\b(khi nao|bao gio|ngay nao|hom nao|chung nao)\b.*\b(mo|lam) (lai|cua|viec)"
)

_WEEKDAYS = {
    "hai": 0,
    "2": 0,
    "ba": 1,
    "3": 1,
    "tu": 2,
    "4": 2,
    "nam": 3,
    "5": 3,
    "sau": 4,
    "6": 4,
    "bay": 5,
    "7": 5,
}

_WEEKDAY = re.compile(r"\b(?:thu|t) ?(hai|ba|tu|nam|sau|bay|[2-7])\b(?! (?:thang|tet))")

_NUMBERS = {
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "tu": 4,
    "nam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
    "muoi": 10,
}

_LUNAR_AFTER = re.compile(r"\b(?:mung|mong) ?(\d{1,2}|" + "|".join(_NUMBERS) + r")\b")

_LUNAR_BEFORE = re.compile(r"\b(2[0-9]|30) (?:tet|thang chap|chap|am lich)\b")

_EVE = re.compile(r"\bgiao thua\b")

_DATE = re.compile(r"\b(?:ngay )?(\d{1,2}) ?[/-] ?(\d{1,2})(?: ?[/-] ?(\d{4}))?\b")

_LONG_DATE = re.compile(r"\bngay (\d{1,2}) thang (\d{1,2})(?: nam (\d{4}))?\b")

_RELATIVE = (
    (re.compile(r"\b(hom nay|bua nay|chieu nay|sang nay|trua nay)\b"), 0),
    (re.compile(r"\b(ngay mot|ngay kia|mot(?= co| lam| mo))\b"), 2),
    (re.compile(r"\b(ngay mai|bua mai|sang mai|chieu mai|mai)\b"), 1),
)


def read_when(question: str, now: datetime, calendar: Calendar) -> When | None:
    """Return which day and what a question about hours means, or None when it names no time.

    Relative days are those of Vietnam at `now`; a weekday is the next one, today included; "mùng 4
    Tết" is of the coming Tết, or of this one until mùng 10 has passed.
    """
    today = local_time(now).date()
    text = fold(normalise(question))
    part = _part(text)
    found = _named_day(text, today, calendar)
    if _CLOSING.search(text):
        day, said = found or (today, "")
        return When(Asked.CLOSING, day, part, said)
    if _REOPENING.search(text):
        day, said = found or _after(text, today, calendar)
        return When(Asked.REOPENING, day, part, said)
    if found:
        return When(Asked.DAY, found[0], part, found[1])
    return When(Asked.NOW, today) if _NOW.search(text) else None


def _after(text: str, today: date, calendar: Calendar) -> tuple[date, str]:
    """Return the day after which the office may be open again: "sau Tết", or today."""
    return (_tet(today, calendar), "tet") if re.search(r"\btet\b", text) else (today, "")


def _tet(today: date, calendar: Calendar) -> date:
    """Return mùng 1 of the Tết people speak of: the coming one, or the one just past."""
    first = calendar.tet(today.year)
    return calendar.tet(today.year + 1) if today > first + ONE_DAY * 9 else first


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known for one question about hours."""

    when: When
    opening: Opening
    """The hours of the day asked about."""
    state: State | None = None
    """How it stands at this moment, when the day asked about is today."""
    opens_at: datetime | None = None
    """When the centre opens next, on or after the day asked about; None = not known."""
    part_open: bool | None = None
    """Whether it opens in the part of the day that was named; None when none was, or unknown."""


def look_up(
    when: When, hours: Hours, now: datetime, calendar: Calendar, province_code: str = ""
) -> Answer:
    """Return what a read question about hours is answered with.

    Raises:
        ValueError: `now` has no time zone.
    """
    local = local_time(now)
    opening = opening_on(hours, when.day, calendar, province_code)
    after = datetime.combine(when.day, time(), ZONE) - timedelta(seconds=1)
    state = None
    if when.day == local.date():
        after = local
        state = state_at(hours, local, calendar, province_code)
    opens_at = next_opening(hours, after, calendar, province_code)
    return Answer(when, opening, state, opens_at, _opens_in(opening, when.part))


def _opens_in(opening: Opening, part: str) -> bool | None:
    if not part or opening.spans is None:
        return None
    if part == "morning":
        return any(span.opens < _NOON for span in opening.spans)
    return any(span.closes > _NOON for span in opening.spans)


def _part(text: str) -> str:
    if re.search(r"\b(sang|buoi sang)\b", text):
        return "morning"
    return "afternoon" if re.search(r"\bchieu\b", text) else ""


def _named_day(text: str, today: date, calendar: Calendar) -> tuple[date, str] | None:
    """Return the day named in folded `text`, with the words that name it."""
    for read in (_tet_day, _solar_day):
        found = read(text, today, calendar)
        if found:
            return found
    for pattern, ahead in _RELATIVE:
        if match := pattern.search(text):
            return today + ONE_DAY * ahead, match[0]
    if match := re.search(r"\bchu nhat\b|\bcn\b", text):
        return _coming(today, 6), match[0]
    if match := _WEEKDAY.search(text):
        later = 7 if re.match(r" tuan (sau|toi)", text[match.end() :]) else 0
        day = _coming(today, _WEEKDAYS[match[1]])
        if later:
            day = today - ONE_DAY * today.weekday() + ONE_DAY * (7 + _WEEKDAYS[match[1]])
        return day, match[0]
    return None


def _coming(today: date, weekday: int) -> date:
    return today + ONE_DAY * ((weekday - today.weekday()) % 7)


def _tet_day(text: str, today: date, calendar: Calendar) -> tuple[date, str] | None:
    first = _tet(today, calendar)
    if match := _LUNAR_AFTER.search(text):
        number = _NUMBERS.get(match[1]) or int(match[1])
        return (first + ONE_DAY * (number - 1), match[0]) if 1 <= number <= 10 else None
    if match := _EVE.search(text):
        return first - ONE_DAY, match[0]
    if match := _LUNAR_BEFORE.search(text):
        last = 29 if first.year in calendar.tet_without_30th else 30
        return first - ONE_DAY * (last - min(int(match[1]), last) + 1), match[0]
    return None


def _solar_day(text: str, today: date, _calendar: Calendar) -> tuple[date, str] | None:
    match = _LONG_DATE.search(text) or _DATE.search(text)
    if match is None:
        return None
    try:
        day = date(int(match[3] or today.year), int(match[2]), int(match[1]))
    except ValueError:
        return None
    if match[3] is None and day < today:
        day = day.replace(year=today.year + 1) if (day.month, day.day) != (2, 29) else day
    return day, match[0]
