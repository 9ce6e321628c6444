"""What a citizen carries home: a calendar file, a QR code, a link that opens the map."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from urllib.parse import quote

import segno
from icalendar import Alarm, Calendar, Event
from segno import DataOverflowError

from knowledge.hours import ZONE

PRODUCT = "-//motcua//motcua//VI"
#: A reminder this long before; for a whole day that is nine in the morning of the day before.
REMIND_BEFORE = timedelta(hours=15)
#: An appointment is shown as taking so long.
APPOINTMENT = timedelta(hours=1)
#: Longer texts make codes that phones no longer read from a screen.
LONGEST_QR = 600
#: Light modules around a code, which readers need.
QUIET = 4


def calendar_file(
    summary: str,
    when: date | datetime,
    *,
    now: datetime,
    description: str = "",
    location: str = "",
    point: tuple[float, float] | None = None,
) -> bytes:
    """Return an iCalendar file (RFC 5545) with one event and a reminder the day before.

    A date is a whole day (a deadline), a moment is an appointment of an hour in Vietnam's time. The
    same event always has the same UID, so that adding it twice changes nothing.

    Raises:
        ValueError: a moment has no time zone, or the summary is empty.
    """
    if not summary.strip():
        raise ValueError("an event needs a summary")
    event = Event()
    event.add("summary", summary.strip())
    event.add("uid", _uid(summary, when, location))
    event.add("dtstamp", now)
    if isinstance(when, datetime):
        if when.tzinfo is None:
            raise ValueError("an appointment needs a time zone")
        local = when.astimezone(ZONE)
        event.add("dtstart", local)
        event.add("dtend", local + APPOINTMENT)
    else:
        event.add("dtstart", when)
        event.add("dtend", when + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    if description:
        event.add("description", description)
    if location:
        event.add("location", location)
    if point:
        event.add("geo", point)
    event.add_component(_reminder(summary))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _reminder(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary.strip())
    alarm.add("trigger", -REMIND_BEFORE)
    return alarm


def _uid(summary: str, when: date | datetime, location: str) -> str:
    at = when if isinstance(when, datetime) else datetime.combine(when, time(), ZONE)
    told = f"{summary}\n{at.isoformat()}\n{isinstance(when, datetime)}\n{location}"
    return f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@motcua"


def qr_svg(text: str, *, title: str = "", scale: int = 4) -> str:
    """Return a QR code as inline SVG, dark on light with the quiet border that readers need.

    Raises:
        ValueError: there is nothing to encode, or more than a phone reads from a screen.
    """
    code = _qr(text)
    out = io.BytesIO()
    code.save(
        out,
        kind="svg",
        scale=scale,
        border=QUIET,
        dark="#000",
        light="#fff",
        xmldecl=False,
        title=title or None,
        svgclass="qr",
        omitsize=False,
        nl=False,
    )
    return out.getvalue().decode("utf-8")


@dataclass(frozen=True, slots=True)
class QrPath:
    """A QR code to draw: the dark modules as an SVG path on a square of `size`, border included."""

    size: int
    path: str


def qr_path(text: str) -> QrPath:
    """Return a QR code for a program to draw, where markup must not be inserted.

    Raises:
        ValueError: there is nothing to encode, or more than a phone reads from a screen.
    """
    runs = []
    matrix = _qr(text).matrix
    for y, row in enumerate(matrix, QUIET):
        x = QUIET
        for dark, modules in groupby(row):
            width = len(list(modules))
            if dark:
                runs.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return QrPath(len(matrix) + 2 * QUIET, "".join(runs))


def _qr(text: str) -> segno.QRCode:
    if not text or len(text) > LONGEST_QR:
        raise ValueError(f"a QR code holds 1 to {LONGEST_QR} characters, not {len(text)}")
    try:
        return segno.make_qr(text, error="m")
    except DataOverflowError as error:
        raise ValueError("too long for a QR code") from error


def geo_uri(latitude: float, longitude: float, label: str = "") -> str:
    """Return a link that opens the phone's own map (RFC 5870), with a pin and its name.

    Raises:
        ValueError: the coordinates are no place on earth.
    """
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(f"{latitude}, {longitude} is no place on earth")
    point = f"{latitude:.6f},{longitude:.6f}"
    return f"geo:{point}?q={point}" + (f"({quote(label, safe='')})" if label else "")
