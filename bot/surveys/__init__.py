"""The satisfaction survey after a visit to a centre: forms, answers and the index made of them."""

from __future__ import annotations

from bot.surveys.filing import (
    MOST_A_QUARTER,
    MOST_AN_HOUR,
    Filed,
    Wanted,
    answered_before,
    file,
    months_back,
    quarter,
)

__all__ = [
    "MOST_AN_HOUR",
    "MOST_A_QUARTER",
    "Filed",
    "Wanted",
    "answered_before",
    "file",
    "months_back",
    "quarter",
]
