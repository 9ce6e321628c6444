"""Text made to be slow is read in bounded time: no pattern goes back over what it has read."""

from __future__ import annotations

import time

import pytest

from knowledge.reports.report import read_report

#: A hundred thousand characters of each; a report of that length takes half a second.
HOSTILE = {
    "digits": "1" * 100_000 + " hồ sơ",
    "groups of digits": "1 234 " * 16_000 + "hồ sơ",
    "open brackets": "(" * 50_000 + "hồ sơ 5 hồ sơ" + ")" * 50_000,
    "dots": "..." * 33_000 + "hồ sơ",
    "slashes": "12/" * 33_000 + "hồ sơ",
    "numbers of documents": "12-NQ/TW-" * 11_000 + "hồ sơ",
    "one sentence": "tiếp nhận 5 hồ sơ " * 5_500,
    "brackets never closed": "(5 hồ sơ " * 11_000,
    "systems": "Hệ thống " * 11_000,
    "capitals": "Nguyễn Văn " * 9_000,
    "lines": "ab\n" * 33_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_seconds_at_most(name: str) -> None:
    started = time.process_time()
    read_report(f"Báo cáo cải cách hành chính tỉnh Cà Mau năm 2024\n\n{HOSTILE[name]}")
    assert time.process_time() - started < 8
