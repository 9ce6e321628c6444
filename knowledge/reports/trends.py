"""One figure of one locality over several reports, as a table and a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from knowledge.reports.numbers import read_number, vietnamese
from knowledge.reports.periods import find_periods

WIDTH, HEIGHT = 480, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 24, 52


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A value in one period."""

    period: str
    value: str
    """As printed: "14.471", "33,62"."""
    unit: str
    report: str
    doubtful: bool = False
    """Whether a check found the figure wrong."""

    @property
    def amount(self) -> float:
        """The value as a number; the upper half of a ratio, its qualifier left out."""
        printed = self.value.split("/")[0].split()[-1] if self.value.strip() else "0"
        return float(read_number(printed, self.unit).amount)


def in_order(points: Sequence[TrendPoint]) -> list[TrendPoint]:
    """Return points by time; those whose period has no date come last."""

    def when(point: TrendPoint) -> tuple[int, int, int]:
        for at in find_periods(point.period):
            if at.period.year:
                return at.period.year, at.period.last, at.period.first
        return 9999, 12, 12

    return sorted(points, key=when)


def rows(points: Sequence[TrendPoint]) -> list[tuple[str, str, str]]:
    """Return (period, value with unit, report) for a table."""
    return [(point.period, _shown(point), point.report) for point in in_order(points)]


def _shown(point: TrendPoint) -> str:
    unit = "%" if point.unit == "%" else f" {point.unit}"
    return f"{point.value}{unit}" + (" (báo cáo nguồn có thể nhầm)" if point.doubtful else "")


def trend_svg(points: Sequence[TrendPoint], *, title: str = "") -> str:
    """Return the drawing of `points` as SVG, with a title and description for screen readers.

    The axis begins at zero, and periods of different length are only set side by side: the bars
    are not joined by a line. "" without points.

    Raises:
        ValueError: the points have different units.
    """
    if not points:
        return ""
    if len({point.unit for point in points}) > 1:
        raise ValueError("a trend has one unit")
    ordered = in_order(points)
    top = max(point.amount for point in ordered) or 1.0
    step = (WIDTH - _LEFT - _RIGHT) / len(ordered)
    name = escape(title or "Diễn biến theo kỳ báo cáo")
    told = escape("; ".join(f"{point.period}: {_shown(point)}" for point in ordered))
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' aria-labelledby="trend-title trend-desc" class="trend">'
    )
    parts = [
        opening,
        f'<title id="trend-title">{name}</title><desc id="trend-desc">{told}.</desc>',
        *_axis(top, ordered[0].unit),
    ]
    for i, point in enumerate(ordered):
        parts.extend(_bar(point, _LEFT + i * step, step, top))
    return "".join([*parts, "</svg>"])


def _axis(top: float, unit: str) -> list[str]:
    base = HEIGHT - _BOTTOM
    lines = [_text(_LEFT, 14, unit, anchor="start")]
    for share in (0.0, 0.5, 1.0):
        y = base - share * (base - _TOP)
        lines.append(
            f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{WIDTH - _RIGHT}" y2="{y:.1f}"'
            ' stroke="currentColor" opacity="0.25"/>'
        )
        lines.append(_text(_LEFT - 6, y + 4, _label(top * share), anchor="end"))
    return lines


def _label(amount: float) -> str:
    whole = Decimal(str(round(amount, 1)))
    return vietnamese(whole, 0 if whole == whole.to_integral_value() else 1)


def _text(x: float, y: float, words: str, *, anchor: str = "middle") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="11" text-anchor="{anchor}" fill="currentColor"'
    return f"<text {place}>{escape(words)}</text>"


def _bar(point: TrendPoint, x: float, step: float, top: float) -> list[str]:
    base = HEIGHT - _BOTTOM
    height = point.amount / top * (base - _TOP)
    width = min(56.0, step * 0.6)
    middle = x + step / 2
    dashes = ' stroke-dasharray="4 3" fill-opacity="0.25"' if point.doubtful else ""
    place = f'x="{middle - width / 2:.1f}" y="{base - height:.1f}" width="{width:.1f}" height="{height:.1f}"'
    bar = f'<rect {place} fill="currentColor" stroke="currentColor"{dashes}/>'
    value, period = (
        _text(middle, base - height - 5, point.value),
        _text(middle, base + 16, point.period),
    )
    return [bar, value, period]
