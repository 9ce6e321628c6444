"""Fire times in Vietnam's time: once, cron and RRULE; the impossible is refused in words; nights are quiet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.broadcast.clock import quiet_until
from bot.broadcast.firing import ScheduleError, check_schedule, next_fire
from bot.models import Announcement

#: Saturday 21 November 2026, 10:00 in Vietnam.
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Vietnam, as UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def _announcement(**given: Any) -> Announcement:
    return Announcement(text="Nghỉ bão", topic="storms", created_at=NOW, **given)


def test_once_fires_once() -> None:
    once = _announcement(send_at=_at(22, 7))
    assert next_fire(once, after=NOW) == _at(22, 7)
    assert next_fire(once, after=_at(22, 7)) is None


@pytest.mark.parametrize(
    ("weekdays", "days"),
    [("1", [23]), ("0", [22]), ("7", [22]), ("5-7", [22, 27, 28]), ("3,sun", [22, 25])],
)
def test_cron_counts_weekdays_from_sunday(weekdays: str, days: list[int]) -> None:
    announcement = _announcement(cron=f"0 7 * * {weekdays}")
    moment, fired = _at(22, 0), []
    while (found := next_fire(announcement, after=moment)) is not None and found < _at(29, 0):
        fired.append(found.astimezone(UTC).day)
        moment = found

    assert fired == days


def test_cron_is_read_in_vietnams_time() -> None:
    mondays = _announcement(cron="0 7 * * mon")
    assert next_fire(mondays, after=NOW) == _at(23, 7)
    assert next_fire(mondays, after=_at(23, 7)) == _at(30, 7)


def test_a_rule_starts_at_its_first_time_and_ends_by_itself() -> None:
    twice = _announcement(send_at=_at(22, 7), rrule="FREQ=DAILY;COUNT=2")
    assert next_fire(twice, after=NOW) == _at(22, 7)
    assert next_fire(twice, after=_at(22, 7)) == _at(23, 7)
    assert next_fire(twice, after=_at(23, 7)) is None


def test_nothing_fires_after_it_expires() -> None:
    daily = _announcement(cron="0 7 * * *", expires_at=_at(23, 0))
    assert next_fire(daily, after=_at(22, 7)) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"send_at": NOW - timedelta(minutes=1)}, "đã qua"),
        ({"cron": "0 7 30 2 *"}, "không bao giờ tới"),
        ({"cron": "mỗi sáng"}, "Không hiểu lịch lặp"),
        ({"cron": "0 7 * *"}, "Không hiểu lịch lặp"),
        ({"cron": "99 7 * * *"}, "Không hiểu lịch lặp"),
        ({"cron": "* * * * *"}, "dày hơn"),
        ({"rrule": "FREQ=MINUTELY"}, "dày hơn"),
        ({"rrule": "FREQ=SOMETIMES"}, "Không hiểu lịch lặp"),
        ({"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "không bao giờ tới"),
        ({"cron": "0 7 * * *", "rrule": "FREQ=DAILY"}, "một cách lặp"),
        ({"expires_at": NOW}, "hết hiệu lực phải sau"),
    ],
)
def test_an_impossible_time_is_refused_in_words(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ScheduleError, match=said):
        check_schedule(_announcement(**given), now=NOW)


def test_the_29th_of_february_comes() -> None:
    leap = _announcement(cron="0 7 29 2 *")
    check_schedule(leap, now=NOW)
    fires = next_fire(leap, after=NOW)
    assert fires is not None
    assert fires.year == 2028


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (_at(21, 20, 59), None),
        (_at(21, 21), _at(22, 6, 30)),
        (_at(22, 2), _at(22, 6, 30)),
        (_at(22, 6, 29), _at(22, 6, 30)),
        (_at(22, 6, 30), None),
    ],
)
def test_nights_are_quiet(now: datetime, until: datetime | None) -> None:
    assert quiet_until(now) == until
