"""The calendar, opening hours, and what people mean by a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.hours import (
    ZONE,
    Asked,
    Calendar,
    DayKind,
    Hours,
    HoursException,
    Override,
    OverrideKind,
    Span,
    WeeklyHours,
    When,
    Why,
    can_make_it,
    holidays_between,
    look_up,
    next_opening,
    office_week,
    opening_on,
    read_when,
    state_at,
)

CALENDAR = Calendar.load()
OFFICE = Hours(schedules=(office_week(saturday_morning=True),))

#: Days of 2026 on which offices are shut though it is no weekend, written down by hand: New Year with
#: its swapped Friday, Tết Bính Ngọ (29 Chạp to mùng 4), Giỗ Tổ (Sunday, so Monday), Reunification,
#: Labour Day, National Day with its swapped Monday, and the unverified Culture Day.
CLOSED_2026 = {
    "01-01",
    "01-02",
    "02-16",
    "02-17",
    "02-18",
    "02-19",
    "02-20",
    "04-27",
    "04-30",
    "05-01",
    "08-31",
    "09-01",
    "09-02",
    "11-24",
}
#: Saturdays worked in 2026 to make up for swapped days.
WORKED_2026 = {"01-10", "08-22"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_the_calendar_of_2026_is_the_one_written_by_hand() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    expected = {
        day
        for day in days
        if f"{day:%m-%d}" in WORKED_2026
        or (day.weekday() < 5 and f"{day:%m-%d}" not in CLOSED_2026)
    }

    assert {day for day in days if CALENDAR.is_working(day)} == expected
    assert len(expected) == 261 - len(CLOSED_2026) + len(WORKED_2026)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2024-04-29", False),  # swapped with 4 May 2024
        ("2024-05-04", True),
        ("2024-02-08", False),  # 29 Tết
        ("2024-02-14", False),  # mùng 5
        ("2024-02-15", True),
        ("2025-01-27", False),
        ("2025-01-31", False),
        ("2025-02-03", True),
        ("2025-04-26", True),  # for 2 May 2025
        ("2025-05-02", False),
        ("2018-12-31", False),
        ("2019-01-05", True),  # for 31 December of the year before
    ],
)
def test_swapped_days_of_other_years_are_known(day: str, works: bool) -> None:
    assert CALENDAR.is_working(date.fromisoformat(day)) is works


def test_an_unverified_day_is_flagged_until_an_editor_confirms_it() -> None:
    day = date(2026, 11, 24)
    row = Override(day=day, kind=OverrideKind.NONE, name="Vẫn làm việc", source="Công văn 1")

    assert (CALENDAR.day(day).kind, CALENDAR.day(day).verified) == (DayKind.HOLIDAY, False)
    confirmed = Calendar.load([row]).day(day)
    assert (confirmed.kind, confirmed.verified) == (DayKind.WORKING, True)


def test_a_province_may_have_a_day_of_its_own() -> None:
    storm = Override(
        day=date(2026, 10, 7), kind=OverrideKind.OFF, name="Nghỉ tránh bão", province_code="96"
    )
    calendar = Calendar.load([storm])

    assert not calendar.is_working(storm.day, "96")
    assert calendar.is_working(storm.day, "86")
    assert calendar.is_working(storm.day)


def test_a_year_that_is_not_announced_is_unsure() -> None:
    assert not CALENDAR.day(date(2027, 2, 8)).verified
    assert CALENDAR.is_unsure(date(2026, 12, 30), date(2027, 1, 4))
    assert CALENDAR.is_unsure(date(2026, 11, 23), date(2026, 11, 25))
    assert not CALENDAR.is_unsure(date(2026, 11, 25), date(2026, 12, 30))


def test_special_days_are_listed() -> None:
    found = holidays_between(CALENDAR, date(2026, 8, 20), date(2026, 9, 3))

    assert [(day.on.day, day.kind) for day in found] == [
        (22, DayKind.MAKE_UP),
        (31, DayKind.OFF),
        (1, DayKind.HOLIDAY),
        (2, DayKind.HOLIDAY),
    ]


@pytest.mark.parametrize(
    ("moment", "why", "closes_or_opens"),
    [
        ("2026-11-20T07:29", Why.BEFORE, "2026-11-20T07:30"),
        ("2026-11-20T07:30", Why.OPEN, "2026-11-20T11:30"),
        ("2026-11-20T11:29", Why.OPEN, "2026-11-20T11:30"),
        ("2026-11-20T11:30", Why.LUNCH, "2026-11-20T13:30"),
        ("2026-11-20T16:45", Why.OPEN, "2026-11-20T17:00"),
        ("2026-11-20T17:00", Why.AFTER, "2026-11-21T07:30"),
        ("2026-11-21T09:00", Why.OPEN, "2026-11-21T11:30"),  # Saturday morning
        ("2026-11-21T14:00", Why.AFTER, "2026-11-23T07:30"),
        ("2026-11-22T09:00", Why.CLOSED_DAY, "2026-11-23T07:30"),
        ("2026-11-24T09:00", Why.HOLIDAY, "2026-11-25T07:30"),  # unverified
        ("2026-02-14T09:00", Why.OPEN, "2026-02-14T11:30"),  # the Saturday before Tết
        ("2026-02-15T09:00", Why.CLOSED_DAY, "2026-02-21T07:30"),
        ("2026-02-20T09:00", Why.HOLIDAY, "2026-02-21T07:30"),  # mùng 4
        ("2026-04-26T09:00", Why.HOLIDAY, "2026-04-28T07:30"),  # Giỗ Tổ on a Sunday
        ("2026-08-22T15:00", Why.OPEN, "2026-08-22T17:00"),  # make-up: the hours of that Monday
        ("2026-08-31T09:00", Why.HOLIDAY, "2026-09-03T07:30"),
        ("2026-01-10T16:00", Why.OPEN, "2026-01-10T17:00"),
    ],
)
def test_an_office_is_open_as_its_hours_say(moment: str, why: Why, closes_or_opens: str) -> None:
    state = state_at(OFFICE, at(moment), CALENDAR)

    assert (state.is_open, state.why) == (why is Why.OPEN, why)
    assert (state.closes_at or state.opens_at) == at(closes_or_opens)
    assert state.verified is (moment[:10] != "2026-11-24")


def test_a_moment_elsewhere_is_read_in_vietnam() -> None:
    state = state_at(OFFICE, datetime(2026, 11, 20, 1, 0, tzinfo=UTC), CALENDAR)

    assert (state.is_open, state.minutes_left) == (True, 210)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        state_at(OFFICE, datetime(2026, 11, 20, 8), CALENDAR)  # noqa: DTZ001


def test_whether_one_can_make_it_depends_on_the_way() -> None:
    near = can_make_it(OFFICE, at("2026-11-20T16:20"), 15, CALENDAR)
    far = can_make_it(OFFICE, at("2026-11-20T16:20"), 45, CALENDAR)

    assert (near.is_open, near.minutes_left) == (True, 25)
    assert (far.is_open, far.why, far.opens_at) == (False, Why.AFTER, at("2026-11-21T07:30"))


def test_unknown_hours_are_never_guessed() -> None:
    state = state_at(Hours(), at("2026-11-20T09:00"), CALENDAR)

    assert (state.is_open, state.why, state.opens_at) == (None, Why.UNKNOWN, None)
    assert next_opening(Hours(), at("2026-11-20T09:00"), CALENDAR) is None
    assert not Hours().known


def test_a_holiday_is_closed_even_where_the_hours_are_unknown() -> None:
    assert state_at(Hours(), at("2026-09-02T09:00"), CALENDAR).why is Why.HOLIDAY


def test_a_kiosk_may_work_on_a_holiday() -> None:
    kiosk = Hours(schedules=(office_week(),), open_on_holidays=True)

    assert state_at(kiosk, at("2026-09-02T09:00"), CALENDAR).is_open


def test_hours_change_on_the_day_they_are_valid_from() -> None:
    hours = Hours(
        schedules=(
            office_week(valid_to=date(2026, 11, 30)),
            office_week(("07:00", "11:00"), ("13:00", "16:30"), valid_from=date(2026, 12, 1)),
        )
    )

    assert opening_on(hours, date(2026, 11, 30), CALENDAR).closes == time(17)
    assert opening_on(hours, date(2026, 12, 1), CALENDAR).closes == time(16, 30)


def test_an_exception_comes_before_the_week_and_the_holidays() -> None:
    duty = HoursException(
        day=date(2026, 9, 2), spans=(Span(opens=time(8), closes=time(10)),), reason="Trực lễ"
    )
    training = HoursException(day=date(2026, 11, 20), reason="Tập huấn")
    hours = Hours(schedules=OFFICE.schedules, exceptions=(duty, training))

    assert state_at(hours, at("2026-09-02T09:00"), CALENDAR).is_open
    closed = state_at(hours, at("2026-11-20T09:00"), CALENDAR)
    assert (closed.why, closed.opening.reason) == (Why.EXCEPTION, "Tập huấn")
    assert closed.opens_at == at("2026-11-21T07:30")


@pytest.mark.parametrize(
    "spans",
    [
        [("11:00", "10:00")],
        [("10:00", "10:00")],
        [("07:00", "11:00"), ("10:00", "12:00")],
        [("13:00", "17:00"), ("07:00", "11:00")],
    ],
)
def test_hours_that_cannot_be_are_refused(spans: list[tuple[str, str]]) -> None:
    day = [{"opens": a, "closes": b} for a, b in spans]

    with pytest.raises(ValidationError):
        WeeklyHours.model_validate({"days": [day, [], [], [], [], [], []]})


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValidationError):
        WeeklyHours.model_validate({"days": [[]] * 6})


NOW = at("2026-11-21T10:00")  # a Saturday


@pytest.mark.parametrize(
    ("question", "asked", "day"),
    [
        ("Đi bây giờ còn kịp không?", Asked.NOW, "2026-11-21"),
        ("di gio con kip ko", Asked.NOW, "2026-11-21"),
        ("Thứ bảy có làm không?", Asked.DAY, "2026-11-21"),
        ("t7 lam ko", Asked.DAY, "2026-11-21"),
        ("Chủ nhật có làm việc không", Asked.DAY, "2026-11-22"),
        ("thứ hai mở cửa không", Asked.DAY, "2026-11-23"),
        ("thứ 3 tuần sau", Asked.DAY, "2026-11-24"),
        ("thứ bảy tuần sau có làm không", Asked.DAY, "2026-11-28"),
        ("Mấy giờ đóng cửa?", Asked.CLOSING, "2026-11-21"),
        ("mai mấy giờ nghỉ", Asked.CLOSING, "2026-11-22"),
        ("mùng 4 Tết mở chưa?", Asked.DAY, "2027-02-09"),
        ("mong bon tet mo chua", Asked.DAY, "2027-02-09"),
        ("mồng sáu Tết", Asked.DAY, "2027-02-11"),
        ("28 Tết còn làm không", Asked.DAY, "2027-02-04"),
        ("30 Tết", Asked.DAY, "2027-02-05"),
        ("giao thừa có ai trực không", Asked.DAY, "2027-02-05"),
        ("sau Tết bao giờ làm lại", Asked.REOPENING, "2027-02-06"),
        ("hôm nay có làm không", Asked.DAY, "2026-11-21"),
        ("sáng mai có làm không", Asked.DAY, "2026-11-22"),
        ("ngày kia thì sao", Asked.DAY, "2026-11-23"),
        ("24/11 có nghỉ không", Asked.DAY, "2026-11-24"),
        ("ngày 24 tháng 11 có nghỉ không", Asked.DAY, "2026-11-24"),
        ("2/9 có nghỉ không", Asked.DAY, "2027-09-02"),
        ("1/1/2027 mở cửa không", Asked.DAY, "2027-01-01"),
    ],
)
def test_a_question_about_hours_is_read(question: str, asked: Asked, day: str) -> None:
    found = read_when(question, NOW, CALENDAR)

    assert found is not None
    assert (found.asked, found.day) == (asked, date.fromisoformat(day))


@pytest.mark.parametrize(
    "question",
    [
        "lệ phí bao nhiêu",
        "làm căn cước ở đâu",
        "31/2",
        "30/2/2027",
        "ngày 45 tháng 13",
        "",
        "mùng 99",
    ],
)
def test_a_question_without_a_time_is_left_alone(question: str) -> None:
    assert read_when(question, NOW, CALENDAR) is None


def test_the_part_of_the_day_is_kept() -> None:
    assert read_when("sáng thứ bảy có làm không", NOW, CALENDAR) == When(
        Asked.DAY, date(2026, 11, 21), "morning", "thu bay"
    )


@pytest.mark.parametrize(
    ("today", "said", "day"),
    [
        ("2024-01-15", "29 tết", "2024-02-08"),
        ("2024-01-15", "30 tết", "2024-02-09"),
        ("2024-02-12", "mùng 5 tết", "2024-02-14"),
        ("2025-01-10", "29 tết", "2025-01-28"),
        ("2026-02-20", "mùng 6", "2026-02-22"),
        ("2026-03-01", "mùng 1 tết", "2027-02-06"),
    ],
)
def test_tet_is_the_one_people_speak_of(today: str, said: str, day: str) -> None:
    found = read_when(said, at(f"{today}T08:00"), CALENDAR)

    assert found is not None
    assert found.day == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("question", "now", "is_open", "closes", "opens_at"),
    [
        ("Đi bây giờ còn kịp không?", "2026-11-20T16:30", True, time(17), "2026-11-21T07:30"),
        ("Thứ bảy có làm không?", "2026-11-20T09:00", None, time(11, 30), "2026-11-21T07:30"),
        ("Mấy giờ đóng cửa?", "2026-11-20T09:00", True, time(17), "2026-11-20T13:30"),
        ("mùng 4 Tết mở chưa?", "2026-02-10T09:00", None, None, "2026-02-21T07:30"),
        ("sau Tết bao giờ làm lại", "2026-02-10T09:00", None, None, "2026-02-21T07:30"),
        ("chủ nhật làm không", "2026-11-20T09:00", None, None, "2026-11-23T07:30"),
    ],
)
def test_a_question_is_answered_from_the_hours(
    question: str, now: str, is_open: bool | None, closes: time | None, opens_at: str
) -> None:
    when = read_when(question, at(now), CALENDAR)
    assert when is not None

    found = look_up(when, OFFICE, at(now), CALENDAR)

    assert (found.state.is_open if found.state else None) is is_open
    assert (found.opening.closes, found.opens_at) == (closes, at(opens_at))


@pytest.mark.parametrize(
    ("question", "opens"), [("sáng thứ bảy", True), ("chiều thứ bảy", False), ("thứ bảy", None)]
)
def test_a_part_of_the_day_is_answered(question: str, opens: bool | None) -> None:
    when = read_when(question, at("2026-11-20T09:00"), CALENDAR)
    assert when is not None

    assert look_up(when, OFFICE, at("2026-11-20T09:00"), CALENDAR).part_open is opens


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    read_when(text, NOW, CALENDAR)


@settings(deadline=None)  # a busy machine is no failure
@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(ZONE)))  # noqa: DTZ001
def test_the_next_opening_is_open_and_later(moment: datetime) -> None:
    opens = next_opening(OFFICE, moment, CALENDAR)

    assert opens is not None
    assert opens > moment
    assert state_at(OFFICE, opens, CALENDAR).is_open
