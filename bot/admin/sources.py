"""The desks of what answers are made from, in the order of the menu."""

from __future__ import annotations

from typing import Final

from bot.admin import calendar, centres, imports, places, questions, reports, stale
from bot.admin.desk import Desk

DESKS: Final[tuple[Desk, ...]] = (
    questions.DESK,
    stale.DESK,
    imports.DESK,
    reports.DESK,
    centres.DESK,
    places.DESK,
    calendar.DESK,
)
