"""Which days are worked: the public calendar under a table of overrides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from knowledge.content import Line, Part
from knowledge.yaml_files import read_yaml

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

DATA = Path(__file__).parents[1] / "data" / "holidays.yaml"

SATURDAY = 5

ONE_DAY = timedelta(days=1)


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
        raw: dict[str, Any] = read_yaml(path)
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
            day += ONE_DAY
        return day

    def working_days(self, start: date, end: date, province_code: str = "") -> int:
        """Return how many days from `start` to `end`, both included, are worked."""
        span = (end - start).days + 1
        return sum(self.is_working(start + ONE_DAY * n, province_code) for n in range(span))

    def is_unsure(self, start: date, end: date, province_code: str = "") -> bool:
        """Whether a day from `start` to `end` is not verified, or lies beyond the announced year."""
        if end > self.announced_until:
            return True
        span = (end - start).days + 1
        return not all(self.day(start + ONE_DAY * n, province_code).verified for n in range(span))

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
    import holidays  # nobody who only sends asks which days are worked

    around = holidays.country_holidays("VN", years=(year - 1, year, year + 1), language="vi")
    names = {day: name for day, name in sorted(around.items()) if day.year == year}
    swapped = {}
    for day, name in around.items():
        found = re.search(r"thay cho ngày (\d{2})/(\d{2})/(\d{4})", name)
        if found:
            swapped[date(int(found[3]), int(found[2]), int(found[1]))] = day
    workdays: set[date] = getattr(around, "weekend_workdays", set())
    return names, {day: swapped.get(day) for day in workdays if day.year == year}


def holidays_between(
    calendar: Calendar, start: date, end: date, province_code: str = ""
) -> Sequence[Day]:
    """Return the days from `start` to `end` that are neither ordinary working days nor weekends."""
    span = (end - start).days + 1
    days = (calendar.day(start + ONE_DAY * n, province_code) for n in range(span))
    return [day for day in days if day.kind not in (DayKind.WORKING, DayKind.WEEKEND)]
