"""Drawings hold every number, escape every name and carry no style a strict policy would refuse."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bot.charts import lying, measured, stacked


def test_a_stack_is_as_high_as_its_numbers() -> None:
    svg = ET.fromstring(stacked([("1/1", (3, 1)), ("2/1", (0, 0))], ["a", "b"], title="T"))
    bars = [one for one in svg.iter("{http://www.w3.org/2000/svg}rect") if one.get("width") != "12"]
    assert [float(bar.get("height", "")) for bar in bars] == [132.0, 44.0]


def test_names_are_escaped_and_nothing_has_inline_style() -> None:
    drawn = lying({"<script>alert(1)</script>": 3, "Hộ tịch": 0}, title='"T"')
    ET.fromstring(drawn)
    assert "<script" not in drawn
    assert "style=" not in drawn


def test_nothing_to_draw_is_no_error() -> None:
    ET.fromstring(stacked([], [], title="T"))
    ET.fromstring(lying({}, title="T"))
    ET.fromstring(measured({}, least=1, most=5, title="T"))


def test_an_interval_lies_around_its_value() -> None:
    svg = ET.fromstring(measured({"<b>": (2.0, 3.0, 4.0)}, least=1, most=5, title="T"))
    bar = next(svg.iter("{http://www.w3.org/2000/svg}rect"))
    whisker = next(svg.iter("{http://www.w3.org/2000/svg}path"))
    assert bar.get("width") == "200.0"
    assert str(whisker.get("d")).startswith("M340.0 13H540.0")
