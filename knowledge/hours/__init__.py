"""Which days are worked, when a centre is open, and what a citizen means by "mùng 4 Tết"."""

from __future__ import annotations

from knowledge.hours.calendar import (
    DATA,
    SATURDAY,
    ZONE,
    Calendar,
    Day,
    DayKind,
    Override,
    OverrideKind,
    holidays_between,
)
from knowledge.hours.opening import (
    HORIZON_DAYS,
    Hours,
    HoursException,
    Opening,
    Span,
    State,
    WeeklyHours,
    Why,
    can_make_it,
    next_opening,
    office_week,
    opening_on,
    state_at,
)
from knowledge.hours.question import Answer, Asked, When, look_up, read_when

__all__ = [
    "DATA",
    "HORIZON_DAYS",
    "SATURDAY",
    "ZONE",
    "Answer",
    "Asked",
    "Calendar",
    "Day",
    "DayKind",
    "Hours",
    "HoursException",
    "Opening",
    "Override",
    "OverrideKind",
    "Span",
    "State",
    "WeeklyHours",
    "When",
    "Why",
    "can_make_it",
    "holidays_between",
    "look_up",
    "next_opening",
    "office_week",
    "opening_on",
    "read_when",
    "state_at",
]
