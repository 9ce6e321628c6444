"""When an announcement fires: once, by cron or by RRULE, or with the daily digest, in Vietnam's time.

Pure functions: what is due is decided from the announcement's own row and `now`.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from apscheduler.triggers.cron import CronTrigger
from dateutil.rrule import rrulestr

from bot.broadcast.clock import shown
from bot.messages import announcements as words
from bot.models import Announcement
from knowledge.hours import ZONE

#: A repeated announcement comes once an hour at most: a mistyped cron must not fire every minute.
SHORTEST_STEP: Final = timedelta(hours=1)
#: How far ahead a repetition is looked for; one that never comes in this time is a mistake.
HORIZON: Final = timedelta(days=366 * 5)
#: The hour of the daily digest where nothing else is set.
DIGEST_HOUR: Final = 17
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class ScheduleError(ValueError):
    """A time or repetition that cannot be kept; the words are for the official."""


def check_schedule(announcement: Announcement, *, now: datetime) -> None:
    """Say what is wrong with an announcement's time.

    Raises:
        ScheduleError: a past time, a repetition that cannot be read, never comes or comes too often.
    """
    if announcement.cron and announcement.rrule:
        raise ScheduleError(words.TWO_REPETITIONS)
    repeated = bool(announcement.cron or announcement.rrule)
    if announcement.send_at is not None and announcement.send_at < now and not repeated:
        raise ScheduleError(words.PAST_TIME.format(time=shown(announcement.send_at)))
    if announcement.expires_at is not None and announcement.expires_at <= (
        announcement.send_at or now
    ):
        raise ScheduleError(words.EXPIRES_BEFORE)
    if not repeated:
        return
    first = next_fire(announcement, after=now)
    if first is None:
        raise ScheduleError(words.NEVER_FIRES)
    second = next_fire(announcement, after=first)
    if second is not None and second - first < SHORTEST_STEP:
        raise ScheduleError(words.TOO_OFTEN)


def next_fire(announcement: Announcement, *, after: datetime) -> datetime | None:
    """Return the first fire time later than `after`, or None when there is no more.

    Raises:
        ScheduleError: the repetition cannot be read.
    """
    start = announcement.send_at
    if announcement.cron:
        found = _next_of_cron(announcement.cron, max(after, start) if start else after)
    elif announcement.rrule:
        found = _next_of_rrule(announcement.rrule, start or announcement.created_at, after)
    else:
        found = start if start is not None and start > after else None
    if found is None or found > after + HORIZON:
        return None
    if announcement.expires_at is not None and found >= announcement.expires_at:
        return None
    return found


def next_digest(moment: datetime, *, hour: int) -> datetime:
    """Return when the first digest at or after `moment` is due."""
    local = moment.astimezone(ZONE)
    due = datetime.combine(local.date(), time(hour), ZONE)
    return (due if due >= local else due + timedelta(days=1)).astimezone(moment.tzinfo)


def digest_for(announcement: Announcement, fire_time: datetime, *, hour: int) -> datetime | None:
    """Return the digest that tells it to those who want one a day; None when they are told at once.

    So are they when it is urgent or over before that digest; who follows a procedure always is.
    """
    topical = announcement.topic or announcement.correction_of is not None
    if announcement.urgent or announcement.digest_on is not None or not topical:
        return None
    due = next_digest(fire_time, hour=hour)
    over = announcement.expires_at is not None and announcement.expires_at <= due
    return None if over else due


def _next_of_cron(cron: str, after: datetime) -> datetime | None:
    try:
        *rest, weekdays = cron.split()
        trigger = CronTrigger.from_crontab(" ".join((*rest, _named(weekdays))), timezone=ZONE)
    except (ValueError, IndexError) as error:
        raise ScheduleError(words.BAD_CRON.format(cron=cron)) from error
    moment = after.astimezone(ZONE) + timedelta(microseconds=1)
    trigger.end_date = moment + HORIZON
    found = trigger.get_next_fire_time(None, moment)
    return found.astimezone(after.tzinfo) if found else None


def _named(weekdays: str) -> str:
    """Return cron's weekdays by name: cron counts from Sunday, APScheduler from Monday.

    Raises:
        ValueError: it is no weekday field.
    """
    if not any(char.isdigit() for char in weekdays) or weekdays.startswith("*/"):
        return weekdays
    days: list[str] = []
    for part in weekdays.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if first.isalpha():
            days.append(part)
            continue
        end = int(last or first)
        if not 0 <= int(first) <= end <= len(_WEEKDAYS):
            raise ValueError(part)
        days += [_WEEKDAYS[day % 7] for day in range(int(first), end + 1, int(step or 1))]
    return ",".join(days)


def _next_of_rrule(rule: str, start: datetime, after: datetime) -> datetime | None:
    """Wall-clock arithmetic: Vietnam has no summer time, so seven in the morning stays seven."""
    if "SECONDLY" in rule.upper() or "MINUTELY" in rule.upper():
        raise ScheduleError(words.TOO_OFTEN)
    try:
        began = start.astimezone(ZONE).replace(tzinfo=None)
        repeated = rrulestr(rule, dtstart=began)
        found = repeated.after(after.astimezone(ZONE).replace(tzinfo=None))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise ScheduleError(words.BAD_RRULE.format(rule=rule)) from error
    return found.replace(tzinfo=ZONE).astimezone(after.tzinfo) if found else None
