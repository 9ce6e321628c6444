"""How far an announcement has come, or its taking back, in one line."""

from __future__ import annotations

from bot.broadcast.progress import Progress
from bot.models import Recall


def line_of(state: Progress) -> str:
    """Return what a sender wants to know of it."""
    left = state.seconds_left
    rest = "" if left is None or not state.running else f", còn khoảng {left:.0f} giây"
    return (
        f"{state.delivered}/{state.planned} đã nhận, {state.failed} lỗi, {state.skipped} bỏ qua,"
        f" {state.per_second:.0f}/giây{rest}"
    )


def line_of_recall(back: Recall) -> str:
    """Return how many copies are gone, stay, and are left."""
    left = "chưa được" if back.ended_at else "còn"
    return f"đã thu hồi {back.taken}; nền tảng không cho thu hồi {back.refused}; {left} {back.left}"
