"""Which days are worked, when a centre is open, and what a citizen means by "mùng 4 Tết"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import holidays
import yaml
from pydantic import Field, model_validator

from knowledge.content import Line, Part
from knowledge.text import fold, normalise

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DATA = Path(__file__).parent / "data" / "holidays.yaml"
#: A centre that does not open within so many days is as good as closed for good.
HORIZON_DAYS = 60
SATURDAY = 5
_DAY = timedelta(days=1)
_NOON = time(12)


class DayKind(StrEnum):
    """What a day is for the offices of the state."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    OFF = "off"
    MAKE_UP = "make_up"


class OverrideKind(StrEnum):
    """What an override makes of a day."""

    HOLIDAY = "holiday"
    OFF = "off"
    WORK = "work"
    NONE = "none"


class Override(Part):
    """One day that differs from the calendar; an instance or a province may have its own."""

    day: date
    kind: OverrideKind
    name: Line = ""
    province_code: Annotated[str, Field(pattern=r"^(\d{2})?$")] = ""
    """Empty = the whole country."""
    like: date | None = None
    """For a make-up day: the day it stands for, whose hours are kept."""
    verified: bool = True
    source: Line = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar."""

    on: date
    kind: DayKind
    name: str = ""
    verified: bool = True
    """False: say so, an editor has not confirmed it or the Government has not announced it."""
    like: date | None = None
    source: str = ""

    @property
    def is_working(self) -> bool:
        """Whether offices work on it (Saturday mornings are a matter of each centre's hours)."""
        return self.kind in (DayKind.WORKING, DayKind.MAKE_UP)


class Calendar:
    """The working days of the country, under a table of overrides."""

    def __init__(
        self,
        overrides: Iterable[Override] = (),
        *,
        announced_until: date = date.max,
        tet_without_30th: Iterable[int] = (),
    ) -> None:
        self.announced_until = announced_until
        self.tet_without_30th = frozenset(tet_without_30th)
        #: A later row for the same day and province replaces an earlier one.
        self._overrides = {(row.day, row.province_code): row for row in overrides}

    @classmethod
    def load(cls, rows: Iterable[Override] = (), path: Path = DATA) -> Calendar:
        """Return the calendar of the data file, with an editor's `rows` on top."""
        raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        days = [Override.model_validate(row) for row in raw["days"]]
        return cls(
            [*days, *rows],
            announced_until=raw["announced_until"],
            tet_without_30th=raw["tet_without_30th"],
        )

    def day(self, day: date, province_code: str = "") -> Day:
        """Return what `day` is, in a province if one is given."""
        own = self._overrides.get((day, province_code)) or self._overrides.get((day, ""))
        if own is not None:
            kind = _OVERRIDDEN.get(own.kind) or _ordinary(day)
            return Day(day, kind, own.name, own.verified, own.like, own.source)
        names, make_up = _holidays(day.year)
        announced = day <= self.announced_until
        if day in make_up:
            return Day(day, DayKind.MAKE_UP, "Ngày làm bù", announced, make_up[day])
        if day in names:
            kind = DayKind.OFF if names[day].startswith("Ngày nghỉ (thay") else DayKind.HOLIDAY
            return Day(day, kind, names[day], announced)
        return Day(day, _ordinary(day))

    def is_working(self, day: date, province_code: str = "") -> bool:
        """Whether offices work on `day`."""
        return self.day(day, province_code).is_working

    def next_working(self, day: date, province_code: str = "") -> date:
        """Return `day` itself if it is worked, or else the next day that is."""
        while not self.is_working(day, province_code):
            day += _DAY
        return day

    def working_days(self, start: date, end: date, province_code: str = "") -> int:
        """Return how many days from `start` to `end`, both included, are worked."""
        span = (end - start).days + 1
        return sum(self.is_working(start + _DAY * n, province_code) for n in range(span))

    def is_unsure(self, start: date, end: date, province_code: str = "") -> bool:
        """Whether a day from `start` to `end` is not verified, or lies beyond the announced year."""
        if end > self.announced_until:
            return True
        span = (end - start).days + 1
        return not all(self.day(start + _DAY * n, province_code).verified for n in range(span))

    def tet(self, year: int) -> date:
        """Return mùng 1 Tết of a solar year."""
        names, _ = _holidays(year)
        return next(day for day, name in names.items() if name == "Tết Nguyên Đán")


_OVERRIDDEN = {
    OverrideKind.HOLIDAY: DayKind.HOLIDAY,
    OverrideKind.OFF: DayKind.OFF,
    OverrideKind.WORK: DayKind.MAKE_UP,
}


def _ordinary(day: date) -> DayKind:
    return DayKind.WEEKEND if day.weekday() >= SATURDAY else DayKind.WORKING


@cache
def _holidays(year: int) -> tuple[dict[date, str], dict[date, date | None]]:
    """Return the holidays of a year by name, and its make-up days with the days they stand for."""
    # A swap at New Year has its other half in the year beside.
    around = holidays.country_holidays("VN", years=(year - 1, year, year + 1), language="vi")
    names = {day: name for day, name in sorted(around.items()) if day.year == year}
    swapped = {}
    for day, name in around.items():
        found = re.search(r"thay cho ngày (\d{2})/(\d{2})/(\d{4})", name)
        if found:
            swapped[date(int(found[3]), int(found[2]), int(found[1]))] = day
    workdays: set[date] = getattr(around, "weekend_workdays", set())
    return names, {day: swapped.get(day) for day in workdays if day.year == year}


class Span(Part):
    """From when to when a door is open."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _ordered(self) -> Span:
        if self.opens >= self.closes:
            raise ValueError("giờ mở phải trước giờ đóng")
        return self


class WeeklyHours(Part):
    """The spans of each weekday while the schedule holds."""

    days: Annotated[tuple[tuple[Span, ...], ...], Field(min_length=7, max_length=7)]
    """Monday first; an empty tuple is a closed day."""
    valid_from: date | None = None
    valid_to: date | None = None
    """The last day on which it holds."""
    note: Line = ""

    @model_validator(mode="after")
    def _consistent(self) -> WeeklyHours:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError("valid_from is after valid_to")
        for spans in self.days:
            if any(a.closes > b.opens for a, b in pairwise(spans)):
                raise ValueError("các khung giờ trong ngày phải theo thứ tự, không chồng nhau")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether the schedule is in force on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class HoursException(Part):
    """Other hours on one day (none = closed), e.g. an afternoon of training."""

    day: date
    spans: tuple[Span, ...] = ()
    reason: Line = ""


class Hours(Part):
    """When a centre is open. Without schedules nothing is known, and nothing is guessed."""

    schedules: tuple[WeeklyHours, ...] = ()
    """The first that holds on a day counts."""
    exceptions: tuple[HoursException, ...] = ()
    open_on_holidays: bool = False
    """A kiosk may work on holidays."""

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return bool(self.schedules or self.exceptions)


def office_week(
    morning: tuple[str, str] = ("07:30", "11:30"),
    afternoon: tuple[str, str] = ("13:30", "17:00"),
    *,
    saturday_morning: bool = False,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> WeeklyHours:
    """Return Monday to Friday with a lunch break, perhaps with Saturday morning."""
    first = Span(opens=time.fromisoformat(morning[0]), closes=time.fromisoformat(morning[1]))
    second = Span(opens=time.fromisoformat(afternoon[0]), closes=time.fromisoformat(afternoon[1]))
    saturday = (first,) if saturday_morning else ()
    return WeeklyHours(
        days=(*((first, second),) * 5, saturday, ()), valid_from=valid_from, valid_to=valid_to
    )


class Why(StrEnum):
    """Why a centre is open or closed; each has its own sentence."""

    OPEN = "open"
    BEFORE = "before"  # opens later today
    LUNCH = "lunch"
    AFTER = "after"  # has closed for today
    CLOSED_DAY = "closed_day"  # never works on this weekday
    HOLIDAY = "holiday"
    EXCEPTION = "exception"
    UNKNOWN = "unknown"  # nobody has entered the hours


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of the hours of one day."""

    day: Day
    spans: tuple[Span, ...] | None
    """None = the hours are not known; empty = closed."""
    why: Why
    """OPEN for a day with hours, or why it has none."""
    reason: str = ""

    @property
    def closes(self) -> time | None:
        """When the door closes for the day."""
        return self.spans[-1].closes if self.spans else None


@dataclass(frozen=True, slots=True)
class State:
    """Whether a centre is open at a moment."""

    is_open: bool | None
    """None = not known."""
    why: Why
    opening: Opening
    closes_at: datetime | None = None
    """When the present span ends, if open: before lunch, that is lunch."""
    minutes_left: int | None = None
    opens_at: datetime | None = None
    """The next opening, if closed."""

    @property
    def verified(self) -> bool:
        """Whether the calendar day itself is certain."""
        return self.opening.day.verified


def opening_on(hours: Hours, day: date, calendar: Calendar, province_code: str = "") -> Opening:
    """Return the hours of one day.

    An exception of the centre comes first, then the holidays; a make-up day has the hours of the day
    it stands for.
    """
    what = calendar.day(day, province_code)
    for exception in hours.exceptions:
        if exception.day == day:
            why = Why.OPEN if exception.spans else Why.EXCEPTION
            return Opening(what, exception.spans, why, exception.reason)
    schedule = next((s for s in hours.schedules if s.holds_on(day)), None)
    if what.kind in (DayKind.HOLIDAY, DayKind.OFF) and not hours.open_on_holidays:
        return Opening(what, (), Why.HOLIDAY, what.name)
    if schedule is None:
        return Opening(what, None, Why.UNKNOWN)
    weekday = day.weekday()
    if what.kind is DayKind.MAKE_UP:
        weekday = what.like.weekday() if what.like else 0
    spans = schedule.days[weekday]
    return Opening(what, spans, Why.OPEN if spans else Why.CLOSED_DAY, schedule.note)


def state_at(hours: Hours, at: datetime, calendar: Calendar, province_code: str = "") -> State:
    """Return whether a centre is open at `at`, until when, or when it opens next.

    Raises:
        ValueError: `at` has no time zone.
    """
    local = _local(at)
    opening = opening_on(hours, local.date(), calendar, province_code)
    if opening.spans is None:
        return State(None, Why.UNKNOWN, opening)
    for span in opening.spans:
        if span.opens <= local.time() < span.closes:
            closes_at = datetime.combine(local.date(), span.closes, ZONE)
            left = int((closes_at - local).total_seconds() // 60)
            return State(True, Why.OPEN, opening, closes_at, left)
    opens_at = next_opening(hours, local, calendar, province_code)
    return State(False, _why_closed(opening, local.time()), opening, opens_at=opens_at)


def next_opening(
    hours: Hours, after: datetime, calendar: Calendar, province_code: str = ""
) -> datetime | None:
    """Return when a centre opens next after `after`; None when nothing is known of the time."""
    local = _local(after)
    for n in range(HORIZON_DAYS):
        day = local.date() + _DAY * n
        opening = opening_on(hours, day, calendar, province_code)
        if opening.spans is None:
            return None
        for span in opening.spans:
            opens = datetime.combine(day, span.opens, ZONE)
            if opens > local:
                return opens
    return None


def can_make_it(
    hours: Hours, at: datetime, travel_minutes: int, calendar: Calendar, province_code: str = ""
) -> State:
    """Return the state on arrival after `travel_minutes`: "đi bây giờ còn kịp không?"."""
    return state_at(hours, at + timedelta(minutes=travel_minutes), calendar, province_code)


def _local(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(ZONE)


def _why_closed(opening: Opening, at: time) -> Why:
    spans = opening.spans or ()
    if not spans:
        return opening.why
    if at < spans[0].opens:
        return Why.BEFORE
    return Why.LUNCH if at < spans[-1].closes else Why.AFTER


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
    today = _local(now).date()
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
    return calendar.tet(today.year + 1) if today > first + _DAY * 9 else first


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
    local = _local(now)
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
            return today + _DAY * ahead, match[0]
    if match := re.search(r"\bchu nhat\b|\bcn\b", text):
        return _coming(today, 6), match[0]
    if match := _WEEKDAY.search(text):
        later = 7 if re.match(r" tuan (sau|toi)", text[match.end() :]) else 0
        day = _coming(today, _WEEKDAYS[match[1]])
        if later:
            day = today - _DAY * today.weekday() + _DAY * (7 + _WEEKDAYS[match[1]])
        return day, match[0]
    return None


def _coming(today: date, weekday: int) -> date:
    return today + _DAY * ((weekday - today.weekday()) % 7)


def _tet_day(text: str, today: date, calendar: Calendar) -> tuple[date, str] | None:
    first = _tet(today, calendar)
    if match := _LUNAR_AFTER.search(text):
        number = _NUMBERS.get(match[1]) or int(match[1])
        return (first + _DAY * (number - 1), match[0]) if 1 <= number <= 10 else None
    if match := _EVE.search(text):
        return first - _DAY, match[0]
    if match := _LUNAR_BEFORE.search(text):
        last = 29 if first.year in calendar.tet_without_30th else 30
        return first - _DAY * (last - min(int(match[1]), last) + 1), match[0]
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


def holidays_between(
    calendar: Calendar, start: date, end: date, province_code: str = ""
) -> Sequence[Day]:
    """Return the days from `start` to `end` that are neither ordinary working days nor weekends."""
    span = (end - start).days + 1
    days = (calendar.day(start + _DAY * n, province_code) for n in range(span))
    return [day for day in days if day.kind not in (DayKind.WORKING, DayKind.WEEKEND)]
