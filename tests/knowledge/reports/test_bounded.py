"""Text made to be slow is read in bounded time: no pattern goes back over what it has read."""

from __future__ import annotations

import time

import pytest

from knowledge.reports.report import read_report

#: Over thirty thousand characters of each, a long report.
HOSTILE = {
    "digits": "1" * 33_333 + " hồ sơ",
    "groups of digits": "1 234 " * 5_333 + "hồ sơ",
    "open brackets": "(" * 16_666 + "hồ sơ 5 hồ sơ" + ")" * 16_666,
    "dots": "..." * 11_000 + "hồ sơ",
    "slashes": "12/" * 11_000 + "hồ sơ",
    "numbers of documents": "12-NQ/TW-" * 3_666 + "hồ sơ",
    "one sentence": "tiếp nhận 5 hồ sơ " * 1_833,
    "brackets never closed": "(5 hồ sơ " * 3_666,
    "systems": "Hệ thống " * 3_666,
    "capitals": "Nguyễn Văn " * 3_000,
    "lines": "ab\n" * 11_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_seconds_at_most(name: str) -> None:
    started = time.process_time()
    read_report(f"Báo cáo cải cách hành chính tỉnh Cà Mau năm 2024\n\n{HOSTILE[name]}")
    assert time.process_time() - started < 4
