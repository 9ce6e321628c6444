"""CSV that Excel opens in Vietnamese and in which nothing is calculated."""

from __future__ import annotations

import pytest

from bot.sheets import line


@pytest.mark.parametrize("bad", ["=1+1", "+84", "-2", "@SUM(A1)", "\tx"])
def test_nothing_is_a_formula(bad: str) -> None:
    assert line([bad]).strip().strip('"').startswith("'")


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    assert line([-2, None, 'a "b"', "phí"]) == '-2,,"a ""b""",phí\r\n'
