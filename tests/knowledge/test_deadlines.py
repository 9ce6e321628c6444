"""Dates by which an office must answer and a citizen must act."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.content import Confidence, ProcessingTime, Unit
from knowledge.deadlines import (
    DUTIES,
    LATE_ENTITLEMENTS,
    RULES,
    Due,
    Filing,
    Rule,
    Undated,
    add_months,
    due,
    due_date,
    due_for,
    lateness,
    own_deadline,
    passed_on,
)
from knowledge.hours import ZONE, Calendar, Override, OverrideKind

CALENDAR = Calendar.load()

#: What decides each day of the oracle: the package's own tables, and the rows of the data file.
_PUBLIC = holidays.country_holidays("VN", years=range(2023, 2033))
_MADE_UP = set(_PUBLIC.weekend_workdays) | {date(2026, 1, 10)}
_CLOSED = set(_PUBLIC) | {date(2026, 1, 2)}


def works(day: date) -> bool:
    return day in _MADE_UP or (day.weekday() < 5 and day not in _CLOSED)


def oracle(received: date, working_days: int) -> date:
    """Walk day by day and count what is worked."""
    day, counted = received, 0
    while counted < working_days:
        day += timedelta(days=1)
        counted += works(day)
    return day


DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@settings(deadline=None)  # a busy machine is no failure
@given(DAYS, st.integers(1, 120))
def test_working_days_are_counted_as_on_a_wall_calendar(received: date, amount: int) -> None:
    assert due_date(received, amount, Unit.WORKING_DAY, CALENDAR) == oracle(received, amount)


@settings(deadline=None)  # a busy machine is no failure
@given(DAYS, st.integers(1, 400))
def test_days_end_on_the_day_or_the_next_one_worked(received: date, amount: int) -> None:
    day = received + timedelta(days=amount)
    while not works(day):
        day += timedelta(days=1)

    assert due_date(received, amount, Unit.DAY, CALENDAR) == day


@settings(deadline=None)  # a busy machine is no failure
@given(DAYS, st.integers(1, 24))
def test_months_end_on_the_same_date_or_the_last(received: date, amount: int) -> None:
    end = due_date(received, amount, Unit.MONTH, CALENDAR)
    same = add_months(received, amount)

    assert end is not None
    assert (same.year * 12 + same.month) - (received.year * 12 + received.month) == amount
    assert same.day == received.day or (same + timedelta(days=1)).day == 1
    assert not any(works(same + timedelta(days=n)) for n in range((end - same).days))
    assert works(end)


@settings(deadline=None)  # a busy machine is no failure
@given(DAYS, st.integers(1, 60))
def test_one_working_day_more_is_never_earlier(received: date, amount: int) -> None:
    less = due_date(received, amount, Unit.WORKING_DAY, CALENDAR)
    more = due_date(received, amount + 1, Unit.WORKING_DAY, CALENDAR)

    assert less is not None
    assert more is not None
    assert less < more


@pytest.mark.parametrize(
    ("received", "amount", "unit", "day"),
    [
        ("2026-11-20", 3, Unit.WORKING_DAY, "2026-11-26"),  # a weekend and the 24th between
        ("2026-02-13", 1, Unit.WORKING_DAY, "2026-02-23"),  # Tết between
        ("2026-08-21", 1, Unit.WORKING_DAY, "2026-08-22"),  # a make-up Saturday counts
        ("2026-08-28", 1, Unit.WORKING_DAY, "2026-09-03"),
        ("2026-01-01", 7, Unit.WORKING_DAY, "2026-01-12"),
        ("2026-11-20", 1, Unit.DAY, "2026-11-23"),  # the last day is a Saturday
        ("2026-01-31", 1, Unit.MONTH, "2026-03-02"),  # 28 February is a Saturday
        ("2028-02-29", 1, Unit.YEAR, "2029-02-28"),
        ("2026-11-20", 30, Unit.DAY, "2026-12-21"),
    ],
)
def test_known_dates(received: str, amount: int, unit: Unit, day: str) -> None:
    found = due_date(date.fromisoformat(received), amount, unit, CALENDAR)

    assert found == date.fromisoformat(day)


def test_a_provincial_day_off_moves_the_date() -> None:
    storm = Override(
        day=date(2026, 11, 27), kind=OverrideKind.OFF, name="Nghỉ tránh bão", province_code="96"
    )
    calendar = Calendar.load([storm])

    assert due_date(date(2026, 11, 25), 2, Unit.WORKING_DAY, calendar, "96") == date(2026, 11, 30)
    assert due_date(date(2026, 11, 25), 2, Unit.WORKING_DAY, calendar, "86") == date(2026, 11, 27)


@pytest.mark.parametrize("amount", [0, -3, 100_000])
def test_an_impossible_amount_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="no processing time"):
        due_date(date(2026, 11, 20), amount, Unit.WORKING_DAY, CALENDAR)


MORNING = datetime(2026, 11, 25, 9, 0, tzinfo=ZONE)


def test_a_date_comes_with_the_rules_it_rests_on() -> None:
    found = due(Filing(MORNING), 3, Unit.WORKING_DAY, CALENDAR)

    assert found == Due(
        date(2026, 11, 30),
        None,
        date(2026, 11, 25),
        (Rule.COMPLETE, Rule.FIRST_DAY, Rule.WORKING_DAYS),
    )
    assert "309/2026" in found.bases[0].law


def test_an_unknown_unit_gives_no_date() -> None:
    assert due(Filing(MORNING), 1, Unit.UNKNOWN, CALENDAR) == Due(
        None, why_not=Undated.UNIT_UNKNOWN
    )
    assert due_date(MORNING.date(), 1, Unit.UNKNOWN, CALENDAR) is None


def test_a_dossier_that_is_not_complete_has_no_date() -> None:
    found = due(Filing(MORNING, complete=False), 3, Unit.DAY, CALENDAR)

    assert (found.day, found.why_not) == (None, Undated.NOT_COMPLETE)


def test_a_dossier_filed_elsewhere_counts_from_its_arrival() -> None:
    sent = Filing(MORNING, elsewhere=True)
    arrived = Filing(MORNING, elsewhere=True, competent_at=MORNING + timedelta(days=2))

    assert due(sent, 3, Unit.WORKING_DAY, CALENDAR).why_not is Undated.FILED_ELSEWHERE
    found = due(arrived, 3, Unit.WORKING_DAY, CALENDAR)
    assert (found.day, found.rules[0]) == (date(2026, 12, 2), Rule.ELSEWHERE)


def test_hours_run_from_the_moment_and_end_on_a_working_day() -> None:
    found = due(Filing(MORNING), 24, Unit.HOUR, CALENDAR)
    friday = due(Filing(datetime(2026, 11, 27, 16, tzinfo=ZONE)), 24, Unit.HOUR, CALENDAR)

    assert (found.day, found.at) == (date(2026, 11, 26), time(9))
    assert (friday.day, friday.at) == (date(2026, 11, 30), time(16))


def test_a_moment_elsewhere_counts_from_the_day_it_is_in_vietnam() -> None:
    filing = Filing(datetime(2026, 11, 25, 20, 0, tzinfo=UTC))

    assert due(filing, 1, Unit.WORKING_DAY, CALENDAR).day == date(2026, 11, 27)


def test_a_filing_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(Filing(datetime(2026, 11, 25)), 1, Unit.DAY, CALENDAR)  # noqa: DTZ001


def test_half_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        due(Filing(MORNING), Decimal("0.5"), Unit.DAY, CALENDAR)


@pytest.mark.parametrize(
    ("received", "amount", "unsure"),
    [("2026-11-20", 3, True), ("2026-11-25", 3, False), ("2026-12-28", 10, True)],
)
def test_a_date_over_an_unverified_day_is_unsure(received: str, amount: int, unsure: bool) -> None:
    filing = Filing(datetime.fromisoformat(f"{received}T09:00").replace(tzinfo=ZONE))

    assert due(filing, amount, Unit.WORKING_DAY, CALENDAR).unsure is unsure


def test_a_published_time_of_low_confidence_gives_no_date() -> None:
    low = ProcessingTime(amount=Decimal(3), unit=Unit.DAY, confidence=Confidence.LOW)
    bare = ProcessingTime(unit=Unit.DAY)
    good = ProcessingTime(amount=Decimal(3), unit=Unit.WORKING_DAY, confidence=Confidence.HIGH)

    assert due_for(Filing(MORNING), low, CALENDAR).why_not is Undated.UNSURE
    assert due_for(Filing(MORNING), bare, CALENDAR).why_not is Undated.AMOUNT_UNKNOWN
    assert due_for(Filing(MORNING), good, CALENDAR).day == date(2026, 11, 30)


def test_a_birth_is_registered_within_sixty_days() -> None:
    birth = next(duty for duty in DUTIES if duty.key == "birth")

    found = own_deadline(birth, datetime(2026, 9, 22, 3, tzinfo=ZONE), CALENDAR)

    # 60 days end on Saturday 21 November; the first working day after it is Monday.
    assert (found.day, found.unsure) == (date(2026, 11, 23), False)


def test_a_notice_in_hours_does_not_wait_for_the_office() -> None:
    guest = next(duty for duty in DUTIES if duty.key == "foreign_guest")

    found = own_deadline(guest, datetime(2026, 11, 21, 20, tzinfo=ZONE), CALENDAR)

    assert (found.day, found.at) == (date(2026, 11, 22), time(8))


@pytest.mark.parametrize(
    ("appointed", "today", "late", "days"),
    [
        ("2026-11-20", "2026-11-20", False, 0),
        ("2026-11-20", "2026-11-22", False, 0),  # only the weekend has passed
        ("2026-11-20", "2026-11-23", True, 1),
        ("2026-11-20", "2026-11-27", True, 4),
        ("2026-11-27", "2026-11-20", False, 0),
    ],
)
def test_a_dossier_is_late_after_a_working_day(
    appointed: str, today: str, late: bool, days: int
) -> None:
    found = lateness(date.fromisoformat(appointed), date.fromisoformat(today), CALENDAR)

    assert (found.late, found.working_days) == (late, days)
    assert found.entitlements == (LATE_ENTITLEMENTS if late else ())


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("2026-11-20T14:59", "2026-11-20"),
        ("2026-11-20T15:01", "2026-11-23"),
        ("2026-11-21T09:00", "2026-11-23"),
    ],
)
def test_what_is_handed_in_after_three_is_passed_on_the_next_day(received: str, day: str) -> None:
    moment = datetime.fromisoformat(received).replace(tzinfo=ZONE)

    assert passed_on(moment, CALENDAR) == date.fromisoformat(day)


def test_every_rule_and_entitlement_names_its_law() -> None:
    assert set(RULES) == set(Rule)
    for basis in (*RULES.values(), *LATE_ENTITLEMENTS, *(duty.basis for duty in DUTIES)):
        assert basis.text
        assert basis.law
