"""The drawing of one figure over several reports."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from knowledge.reports.trends import TrendPoint, rows, trend_svg

POINTS = (
    TrendPoint("năm 2024", "81,88", "%", "Báo cáo năm 2024"),
    TrendPoint("quý I/2023", "trên 50", "%", "Báo cáo quý I"),
    TrendPoint("6 tháng đầu năm 2023", "62,5", "%", "Báo cáo <giữa năm>", doubtful=True),
)


def test_the_table_is_in_order_of_time_and_tells_what_is_doubtful() -> None:
    assert rows(POINTS) == [
        ("quý I/2023", "trên 50%", "Báo cáo quý I"),
        ("6 tháng đầu năm 2023", "62,5% (báo cáo nguồn có thể nhầm)", "Báo cáo <giữa năm>"),
        ("năm 2024", "81,88%", "Báo cáo năm 2024"),
    ]


def test_the_drawing_has_a_title_a_description_and_a_bar_each() -> None:
    svg = ET.fromstring(trend_svg(POINTS, title="Tỷ lệ <trực tuyến>"))
    names = {child.tag.rpartition("}")[2]: child.text for child in svg}
    assert names["title"] == "Tỷ lệ <trực tuyến>"
    assert names["desc"] is not None
    assert names["desc"].startswith("quý I/2023: trên 50%; 6 tháng đầu năm 2023: 62,5%")
    bars = [child for child in svg if child.tag.endswith("rect")]
    assert [float(bar.attrib["height"]) for bar in bars] == sorted(
        float(b.attrib["height"]) for b in bars
    )
    assert "stroke-dasharray" in bars[1].attrib


def test_nothing_to_draw_and_units_that_differ() -> None:
    assert trend_svg(()) == ""
    with pytest.raises(ValueError, match="one unit"):
        trend_svg((POINTS[0], TrendPoint("năm 2022", "5", "hồ sơ", "x")))
