"""When a centre is open, from its weekly hours, its exceptions and the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from knowledge.content import Line, Part
from knowledge.hours.calendar import ONE_DAY, ZONE, Calendar, Day, DayKind

#: A centre that does not open within so many days is as good as closed for good.
HORIZON_DAYS = 60


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
    local = local_time(at)
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
    local = local_time(after)
    for n in range(HORIZON_DAYS):
        day = local.date() + ONE_DAY * n
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


def local_time(at: datetime) -> datetime:
    """Return a moment as Vietnam's clocks show it.

    Raises:
        ValueError: it has no time zone.
    """
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
