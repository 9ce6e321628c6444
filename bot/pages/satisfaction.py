"""The satisfaction index as drawings and tables, for officials and for everyone alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bot import charts
from bot.messages import surveys as words
from bot.models import Aspect
from bot.surveys.index import ENOUGH, HIGHEST, LOWEST, Measure, Survey, enough

#: The columns of every table after its first.
HEAD = (
    "Số phiếu", "Điểm (khoảng tin cậy 95%)", "Hài lòng (khoảng tin cậy 95%)",
    *words.ASPECTS.values(),
)  # fmt: skip
#: The columns of the sheet: one number a cell, so that others can go on counting.
SHEET_HEAD = (
    "Nơi", "Lĩnh vực", "Tháng", "Số phiếu", "Điểm", "Điểm từ", "Điểm đến",
    "Hài lòng (%)", "Hài lòng từ (%)", "Hài lòng đến (%)", *words.ASPECTS.values(),
)  # fmt: skip
#: How nearly every centre's name begins; a drawing has no room for it.
_COMMON = "Trung tâm Phục vụ hành chính công "


@dataclass(frozen=True, slots=True)
class IndexTable:
    """One breakdown of the index as a drawing and as the same numbers in rows."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    svg: str


def tables(survey: Survey) -> list[IndexTable]:
    """Return the index by centre, field and month, without groups of too few answers."""
    centres = survey.by(lambda cell: survey.name_of(cell.centre))
    fields = survey.by(lambda cell: cell.field or words.UNKNOWN_FIELD)
    months = survey.by(lambda cell: _month(cell.month))
    return [
        _table("Theo nơi tiếp dân", "Nơi", _largest_first(centres)),
        _table("Theo lĩnh vực", "Lĩnh vực", _largest_first(fields)),
        _table("Theo tháng đi làm", "Tháng", months),
    ]


def summary(measure: Measure) -> tuple[str, str]:
    """Return score and satisfied share with their intervals, or twice that there is too little."""
    if not measure.is_enough:
        return words.TOO_FEW, words.TOO_FEW
    return _score(measure), _share(measure)


def sheet(survey: Survey) -> Iterator[tuple[object, ...]]:
    """Yield a row for each centre, field and month of enough answers."""
    cells = {(cell.month, cell.centre, cell.field): cell.measure for cell in survey.cells}
    for (month, centre, field), one in enough(cells).items():
        share = (one.share, *one.share_interval)
        yield (
            survey.name_of(centre), field or words.UNKNOWN_FIELD, f"{month:%Y-%m}", one.n,
            *(round(value, 3) for value in (one.mean, *one.mean_interval)),
            *(round(100 * value, 1) for value in share),
            *("" if (mean := one.of(aspect)) is None else round(mean, 3) for aspect in Aspect),
        )  # fmt: skip


def plain(survey: Survey) -> list[dict[str, object]]:
    """Return the tables' groups as JSON can say them."""
    return [
        {"by": by, "name": name, "answers": one.n, "mean": round(one.mean, 3),
         "mean_interval": [round(value, 3) for value in one.mean_interval],
         "satisfied": round(one.share, 4),
         "satisfied_interval": [round(value, 4) for value in one.share_interval]}
        for by, groups in (
            ("centre", survey.by(lambda cell: survey.name_of(cell.centre))),
            ("field", survey.by(lambda cell: cell.field)),
            ("month", survey.by(lambda cell: f"{cell.month:%Y-%m}")),
        )
        for name, one in enough(groups).items()
    ]  # fmt: skip


def _month(month: date) -> str:
    return f"{month:%m/%Y}"


def _largest_first(groups: Mapping[str, Measure]) -> dict[str, Measure]:
    return dict(sorted(groups.items(), key=lambda item: (-item[1].n, item[0])))


def _table(title: str, of: str, groups: Mapping[str, Measure]) -> IndexTable:
    shown = enough(groups)
    rows: list[tuple[str | int, ...]] = [
        (name, one.n, _score(one), _share(one), *(_mean(one, aspect) for aspect in Aspect))
        for name, one in shown.items()
    ]
    left_out = len(groups) - len(shown)
    if left_out:
        rows.append(
            (f"{left_out} nhóm khác", words.TOO_FEW, *("" for _ in HEAD[1:]))
        )  # fmt: skip
    drawn = {
        name.removeprefix(_COMMON): (one.mean_interval[0], one.mean, one.mean_interval[1])
        for name, one in shown.items()
    }
    svg = charts.measured(drawn, least=LOWEST, most=HIGHEST, title=f"{title}: điểm từ 1 đến 5")
    return IndexTable(title, (of, *HEAD), tuple(rows), svg)


def _score(one: Measure) -> str:
    low, high = one.mean_interval
    return f"{one.mean:.2f} ({low:.2f}–{high:.2f})".replace(".", ",")


def _share(one: Measure) -> str:
    low, high = one.share_interval
    return f"{100 * one.share:.0f}% ({100 * low:.0f}–{100 * high:.0f}%)"


def _mean(one: Measure, aspect: Aspect) -> str:
    mean = one.of(aspect)
    return words.TOO_FEW if mean is None else f"{mean:.2f}".replace(".", ",")


#: The sentence under every table.
METHOD = words.METHOD.format(least=ENOUGH)
