"""The public figures: how many ask, when, where and about what; a number under five is never shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from jinja2 import Environment, FileSystemLoader
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot import charts
from bot import messages as say
from bot.analytics import MOST_DAYS, SMALL, Figures, read_figures
from bot.conversation import Action
from bot.db import Database
from bot.dialogue import Dialogue
from bot.messages import surveys
from bot.models import SurveyAnswer
from bot.pages import satisfaction
from bot.sheets import BOM, line
from bot.surveys.index import Filters, Survey, read
from knowledge.columns import utc_now
from knowledge.hours import ZONE
from knowledge.models import AdminUnit

PATH: Final = "/open-data"
#: Days shown when none are asked for.
DAYS: Final = 30
#: How long sums over the survey are shown again.
KEPT_FOR: Final = timedelta(minutes=5)
#: Nothing was counted before; also keeps days that nobody means from running off the calendar.
_FIRST: Final = date(2020, 1, 1)
CHANNEL_WORDS: Final = {
    "web": "Trang hỏi đáp",
    "kiosk": "Màn hình tại trung tâm",
    "telegram": "Telegram",
    "zalo_oa": "Zalo OA",
    "zalo_bot": "Zalo Bot",
    "console": "Cửa sổ lệnh",
}
#: How a question ended, as people read it, and the actions that count so.
OUTCOMES: Final[Mapping[str, tuple[Action, ...]]] = {
    "Trả lời được": (Action.ANSWER, Action.REPORT, Action.PLACE),
    "Hỏi lại": (Action.CLARIFY,),
    "Chưa trả lời được": (Action.ABSTAIN,),
    "Việc khác": (Action.OTHER,),
}

router = APIRouter(include_in_schema=False)
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "web"), autoescape=True
)


@dataclass(frozen=True, slots=True)
class Summed:
    """The survey as it was summed up last."""

    of: tuple[date, int | None]
    """The first month, and the last answer there was."""
    at: datetime
    survey: Survey


@dataclass(frozen=True, slots=True)
class Table:
    """One figure as a drawing and as the same numbers in rows."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    svg: str


def span(request: Request) -> tuple[date, date]:
    """Return the days asked for by `since` and `until`, the last 30 when none or nonsense is."""
    given = request.query_params
    return days_between(_date(given.get("since", "")), _date(given.get("until", "")))


def days_between(since: date | None, until: date | None) -> tuple[date, date]:
    """Return the first and the last day: none after today, at most MOST_DAYS, the last 30 without."""
    today = utc_now().astimezone(ZONE).date()
    until = max(min(until or today, today), _FIRST)
    since = since or until - timedelta(days=DAYS - 1)
    return min(max(since, until - timedelta(days=MOST_DAYS - 1)), until), until


async def tables(session: AsyncSession, dialogue: Dialogue, figures: Figures) -> list[Table]:
    """Return the figures as drawings and tables, with names for the codes in them."""
    library = dialogue.sources.library
    names = {}
    for code in figures.topics:
        content = await library.content(library.current, code)
        names[code] = content.name if content else code
    units = select(AdminUnit.code, AdminUnit.name).where(
        col(AdminUnit.code).in_(list(figures.provinces))
    )
    places = dict((await session.exec(units)).all())
    return [
        _by_day(figures),
        _by_hour(figures),
        _ranked("Thủ tục được hỏi nhiều nhất", "Thủ tục", figures.topics, names),
        _ranked("Theo kênh", "Kênh", figures.channels, CHANNEL_WORDS),
        _ranked("Theo tỉnh, thành phố", "Tỉnh, thành phố", figures.provinces, places),
    ]


def outcomes(counts: Mapping[str, int]) -> tuple[int, ...]:
    """Return how many ended in each of OUTCOMES."""
    return tuple(sum(counts.get(action, 0) for action in group) for group in OUTCOMES.values())


def _by_day(figures: Figures) -> Table:
    rows = [(day, outcomes(counts)) for day, counts in figures.days.items()]
    title = "Câu hỏi mỗi ngày"
    svg = charts.stacked([(f"{day:%d/%m}", c) for day, c in rows], list(OUTCOMES), title=title)
    return Table(title, ("Ngày", *OUTCOMES), tuple((f"{d:%d/%m/%Y}", *c) for d, c in rows), svg)


def _by_hour(figures: Figures) -> Table:
    hours = [(f"{hour}", (times,)) for hour, times in figures.hours.items()]
    title = "Theo giờ trong ngày"
    svg = charts.stacked(hours, ["Câu hỏi"], title=title)
    return Table(title, ("Giờ", "Câu hỏi"), tuple((hour, times) for hour, (times,) in hours), svg)


def _ranked(title: str, of: str, counts: Mapping[str, int], names: Mapping[str, str]) -> Table:
    named = {names.get(key, key): times for key, times in counts.items()}
    rows = tuple((names.get(key, key), times) for key, times in counts.items())
    return Table(title, (of, "Câu hỏi"), rows, charts.lying(named, title=title))


def csv_lines(shown: Iterable[Table]) -> Iterator[str]:
    """Yield every table in one CSV, the table's title before each row."""
    yield BOM + line(("bảng", "mục", "loại", "số câu hỏi"))
    for table in shown:
        for name, *numbers in table.rows:
            for kind, number in zip(table.head[1:], numbers, strict=True):
                yield line((table.title, name, kind, number))


@router.get(PATH)
async def show(request: Request) -> HTMLResponse:
    """Show the public figures."""
    figures, shown = await _public(request)
    survey = await _survey(request)
    html = _templates.get_template("open-data.html").render(
        figures=figures, tables=shown, small=SMALL, satisfaction=satisfaction.tables(survey),
        words=surveys, method=satisfaction.METHOD,
    )  # fmt: skip
    return HTMLResponse(html)


@router.get(f"{PATH}.csv")
async def as_csv(request: Request) -> Response:
    """Return the public figures as CSV."""
    _, shown = await _public(request)
    headers = {"Content-Disposition": 'attachment; filename="so-lieu.csv"'}
    return Response(
        "".join(csv_lines(shown)), media_type="text/csv; charset=utf-8", headers=headers
    )


@router.get(f"{PATH}.json")
async def as_json(request: Request) -> JSONResponse:
    """Return the public figures as JSON."""
    figures, _ = await _public(request)
    satisfied = satisfaction.plain(await _survey(request))
    return JSONResponse({**plain(figures), "satisfaction": satisfied})


@router.get(f"{PATH}/khao-sat.csv")
async def survey_as_csv(request: Request) -> Response:
    """Return the satisfaction index by centre, field and month as CSV."""
    rows = (line(row) for row in satisfaction.sheet(await _survey(request)))
    whole = "".join((BOM, line(satisfaction.SHEET_HEAD), *rows))
    headers = {"Content-Disposition": 'attachment; filename="hai-long.csv"'}
    return Response(whole, media_type="text/csv; charset=utf-8", headers=headers)


def plain(figures: Figures) -> dict[str, Any]:
    """Return the figures as JSON can say them."""
    raw = asdict(figures)
    raw["since"], raw["until"] = figures.since.isoformat(), figures.until.isoformat()
    raw["days"] = {day.isoformat(): dict(counts) for day, counts in figures.days.items()}
    return raw


def _database(request: Request) -> Database:
    database: Database | None = getattr(request.app.state, "database", None)
    if database is None:
        raise HTTPException(503, say.NOT_READY)
    return database


async def _survey(request: Request) -> Survey:
    """Return what people with an account answered about visits of the last twelve months.

    Summing all answers takes a while and anybody may ask for it, so the sums are kept until another
    answer comes in; one taken back may count for KEPT_FOR longer.
    """
    now = utc_now()
    today = now.astimezone(ZONE).date()
    since = today.replace(year=today.year - 1, day=1)
    async with _database(request).read() as session:
        last = (await session.exec(select(func.max(SurveyAnswer.id)))).one()
        kept: Summed | None = getattr(request.app.state, "survey", None)
        if kept is None or kept.of != (since, last) or now - kept.at > KEPT_FOR:
            kept = Summed((since, last), now, await read(session, Filters(since=since)))
            request.app.state.survey = kept
    return kept.survey


async def _public(request: Request) -> tuple[Figures, list[Table]]:
    async with _database(request).read() as session:
        figures = (await read_figures(session, *span(request))).public()
        return figures, await tables(session, request.app.state.dialogue, figures)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
