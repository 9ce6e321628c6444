"""How far an announcement has come, in one line."""

from __future__ import annotations

from bot.broadcast.progress import Progress


def line_of(state: Progress) -> str:
    """Return what a sender wants to know of it."""
    left = state.seconds_left
    rest = "" if left is None or not state.running else f", còn khoảng {left:.0f} giây"
    return (
        f"{state.delivered}/{state.planned} đã nhận, {state.failed} lỗi, {state.skipped} bỏ qua,"
        f" {state.per_second:.0f}/giây{rest}"
    )
