"""What a citizen carries home."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime
from typing import Any

import pytest
from icalendar import Calendar

from knowledge.takeaway import calendar_file, geo_uri, qr_svg


def first(raw: bytes, kind: str = "VEVENT") -> Any:
    return Calendar.from_ical(raw).walk(kind)[0]


NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


def test_a_deadline_is_a_whole_day_with_a_reminder() -> None:
    raw = calendar_file(
        "Hạn trả kết quả: khai sinh",
        date(2026, 11, 30),
        now=NOW,
        description="Mang theo giấy hẹn; căn cước, \n bản chính",
        location="UBND xã Hòa Long",
        point=(10.25, 105.5),
    )

    event, alarm = first(raw), first(raw, "VALARM")
    assert event["summary"] == "Hạn trả kết quả: khai sinh"
    assert event["description"] == "Mang theo giấy hẹn; căn cước, \n bản chính"
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 11, 30), date(2026, 12, 1))
    assert event["geo"].to_ical() == "10.25;105.5"
    assert alarm["trigger"].dt.total_seconds() == -15 * 3600
    assert b"\r\n" in raw
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))


def test_an_appointment_is_at_a_time_in_vietnam() -> None:
    raw = calendar_file("Hẹn nộp hồ sơ", datetime(2026, 11, 30, 1, 30, tzinfo=UTC), now=NOW)

    event = first(raw)
    assert event["dtstart"].dt.isoformat() == "2026-11-30T08:30:00+07:00"
    assert b"BEGIN:VTIMEZONE" in raw


def test_the_same_event_has_the_same_uid() -> None:
    def uid(summary: str, day: int) -> str:
        raw = calendar_file(summary, date(2026, 11, day), now=NOW)
        return str(first(raw)["uid"])

    assert uid("Khai sinh", 30) == uid("Khai sinh", 30)
    assert len({uid("Khai sinh", 30), uid("Khai sinh", 29), uid("Khai tử", 30)}) == 3


def test_a_line_break_in_a_summary_adds_no_property() -> None:
    raw = calendar_file("Hẹn\r\nATTENDEE:mailto:a@b.vn", date(2026, 11, 30), now=NOW)

    event = first(raw)
    assert "ATTENDEE" not in event


def test_an_event_without_a_summary_or_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="summary"):
        calendar_file(" ", date(2026, 11, 30), now=NOW)
    with pytest.raises(ValueError, match="time zone"):
        calendar_file("Hẹn", datetime(2026, 11, 30), now=NOW)  # noqa: DTZ001


def test_a_qr_code_is_inline_svg_with_a_title_that_is_only_text() -> None:
    svg = qr_svg("http://127.0.0.1:8000/t/abc", title="<script>Quét & tiếp tục")

    root = ET.fromstring(svg)
    assert root.tag.endswith("svg")
    assert svg.startswith("<svg")
    assert "<script>" not in svg
    assert "Quét &amp; tiếp tục" in svg


@pytest.mark.parametrize("text", ["", "a" * 601])
def test_a_qr_code_of_nothing_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="QR"):
        qr_svg(text)


def test_the_map_link_has_the_point_and_its_name() -> None:
    assert geo_uri(10.25, 105.5) == "geo:10.250000,105.500000?q=10.250000,105.500000"
    assert geo_uri(10.25, 105.5, "Xã A (mới)").endswith("(X%C3%A3%20A%20%28m%E1%BB%9Bi%29)")


def test_a_point_not_on_earth_is_refused() -> None:
    with pytest.raises(ValueError, match="no place on earth"):
        geo_uri(91, 0)
