"""Drawings of figures as SVG: no script, no inline style; a table of the same numbers goes beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 240
_LEFT: Final = 56
_BOTTOM: Final = 28
_TOP: Final = 12
#: Distinct in brightness too, for those who see no colours.
_FILLS: Final = ("#0b5394", "#e69138", "#a4161a", "#9aa5b1")
_MOST_LABELS: Final = 8
_ROW: Final = 28


def stacked(bars: Sequence[tuple[str, Sequence[int]]], names: Sequence[str], *, title: str) -> str:
    """Return upright bars, each a stack of as many numbers as there are `names`."""
    most = max((sum(values) for _, values in bars), default=0) or 1
    step = (WIDTH - _LEFT) / max(len(bars), 1)
    room = HEIGHT - _TOP - _BOTTOM - 24
    parts = [_legend(names), _line(most, room)]
    for place, (label, values) in enumerate(bars):
        x, y = _LEFT + place * step, float(_TOP + 24 + room)
        for fill, value in zip(_FILLS, values, strict=False):
            height = room * value / most
            y -= height
            if value:
                parts.append(
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(step * 0.8, 0.5):.1f}"'
                    f' height="{height:.1f}" fill="{fill}"/>'
                )
        if place % max(1, -(-len(bars) // _MOST_LABELS)) == 0:
            parts.append(
                f'<text x="{x:.1f}" y="{HEIGHT - 6}" font-size="13">{escape(label)}</text>'
            )
    return _svg(parts, HEIGHT, title)


def lying(bars: Mapping[str, int], *, title: str) -> str:
    """Return bars that lie, longest first as given, each with its name and number."""
    most = max(bars.values(), default=0) or 1
    parts = []
    for place, (label, value) in enumerate(bars.items()):
        y = place * _ROW
        width = (WIDTH - 320) * value / most
        shown = label if len(label) <= 32 else label[:31] + "…"
        parts.append(
            f'<text x="0" y="{y + 18}" font-size="14">{escape(shown)}</text>'
            f'<rect x="240" y="{y + 5}" width="{width:.1f}" height="16" fill="{_FILLS[0]}"/>'
            f'<text x="{246 + width:.1f}" y="{y + 18}" font-size="14">{_number(value)}</text>'
        )
    return _svg(parts, max(len(bars), 1) * _ROW, title)


def measured(
    bars: Mapping[str, tuple[float, float, float]], *, least: float, most: float, title: str
) -> str:
    """Return lying bars from `least` to `most`, each (low, value, high) with its interval drawn over it."""
    room = (WIDTH - 320) / (most - least)
    parts = []
    for place, (label, (low, value, high)) in enumerate(bars.items()):
        y = place * _ROW
        left, middle, right = (240 + room * (at - least) for at in (low, value, high))
        shown = label if len(label) <= 32 else label[:31] + "…"
        said = f"{value:.2f}".replace(".", ",")
        parts.append(
            f'<text x="0" y="{y + 18}" font-size="14">{escape(shown)}</text>'
            f'<rect x="240" y="{y + 5}" width="{middle - 240:.1f}" height="16" fill="{_FILLS[0]}"/>'
            f'<path d="M{left:.1f} {y + 13}H{right:.1f}M{left:.1f} {y + 8}v10M{right:.1f} {y + 8}v10"'
            f' stroke="{_FILLS[1]}" stroke-width="3" fill="none"/>'
            f'<text x="{246 + room * (most - least):.1f}" y="{y + 18}" font-size="14">{said}</text>'
        )
    return _svg(parts, max(len(bars), 1) * _ROW, title)


def _svg(parts: Sequence[str], height: int, title: str) -> str:
    name = escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="{name}" font-family="system-ui,sans-serif" fill="currentColor">'
        + "".join(parts)
        + "</svg>"
    )


def _legend(names: Sequence[str]) -> str:
    parts, x = [], float(_LEFT)
    for fill, name in zip(_FILLS, names, strict=False):
        parts.append(
            f'<rect x="{x:.0f}" y="4" width="12" height="12" fill="{fill}"/>'
            f'<text x="{x + 18:.0f}" y="15" font-size="13">{escape(name)}</text>'
        )
        x += 34 + 8 * len(name)
    return "".join(parts)


def _line(most: int, room: float) -> str:
    low = _TOP + 24 + room
    return (
        f'<text x="0" y="{_TOP + 34}" font-size="13">{_number(most)}</text>'
        f'<text x="0" y="{low:.0f}" font-size="13">0</text>'
        f'<line x1="{_LEFT}" x2="{WIDTH}" y1="{low:.1f}" y2="{low:.1f}" stroke="currentColor"/>'
    )


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
