"""The survey desk: how satisfied people were after a visit, by centre, field and month."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.admin.access import Viewer, database_of
from bot.admin.desk import Desk
from bot.admin.pages import page
from bot.admin.sheets import csv_response
from bot.models import Role, SurveySource
from bot.pages.satisfaction import METHOD, SHEET_HEAD, sheet, summary, tables
from bot.surveys import index
from bot.surveys.centres import centre_by_key, centres_at
from bot.surveys.index import Filters
from knowledge.columns import utc_now
from knowledge.hours import ZONE
from knowledge.published import Published
from knowledge.takeaway import qr_svg

PATH: Final = "/surveys"
#: Remarks shown.
REMARKS: Final = 50
SOURCES: Final = {
    SurveySource.ACCOUNT: "Người có tài khoản Zalo, Telegram",
    SurveySource.PAGE: "Trang web, không có tài khoản",
    SurveySource.DEVICE: "Máy dùng chung tại trung tâm",
}
#: Stands in an address for "field not told"; an empty one does not filter.
_NO_FIELD: Final = "-"

router = APIRouter()


def _today() -> date:
    return utc_now().astimezone(ZONE).date()


def _filters(request: Request) -> Filters:
    """Read the filters from the address; what is not understood does not filter."""
    asked = request.query_params
    today = _today()
    field, source = asked.get("field", "")[:200], asked.get("source", "")
    return Filters(
        centre=asked.get("centre", "")[:60],
        field="" if field == _NO_FIELD else field or None,
        since=_month(asked.get("since", "")) or today.replace(year=today.year - 1, day=1),
        until=_month(asked.get("until", "")),
        source=SurveySource(source) if source in set(SurveySource) else SurveySource.ACCOUNT,
    )


def _month(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=ZONE).date()
    except ValueError:
        return None


@router.get(PATH)
async def show(request: Request, visitor: Viewer) -> Response:
    """Show the index, and for editors what people wrote besides."""
    filters = _filters(request)
    async with database_of(request).read() as session:
        centres, fields = await index.choices(session)
        survey = await index.read(session, filters)
        whole = survey.whole
        remarks = (
            await index.comments(session, filters, limit=REMARKS)
            if visitor.may(Role.EDITOR) and whole.is_enough
            else ()
        )
    asked = {key: value for key, value in request.query_params.items() if value}
    return page(
        request, visitor, "surveys/list.html",
        filters=filters, centres=centres, fields=fields, sources=SOURCES, whole=whole,
        least=index.ENOUGH, summary=summary(whole), tables=tables(survey) if whole.is_enough else [],
        remarks=remarks, method=METHOD, export=urlencode(asked), no_field=_NO_FIELD,
    )  # fmt: skip


@router.get(f"{PATH}.csv")
async def export(request: Request, visitor: Viewer) -> Response:  # noqa: ARG001 - holds the role
    """Return the index by centre, field and month as CSV; groups of too few answers are left out."""
    async with database_of(request).read() as session:
        survey = await index.read(session, _filters(request))

    async def rows() -> AsyncIterator[tuple[object, ...]]:
        for row in sheet(survey):
            yield row

    return csv_response(f"hai-long-{_today().isoformat()}.csv", SHEET_HEAD, rows())


@router.get(f"{PATH}/code")
async def show_code(request: Request, visitor: Viewer) -> Response:
    """Show the code to print and hang up at a centre: it opens the survey about that centre."""
    known: Published = request.app.state.dialogue.sources.library.current
    wanted, key = (
        request.query_params.get("q", "").strip()[:200],
        request.query_params.get("centre", "")[:60],
    )
    centre = centre_by_key(known, key, _today()) if key else None
    found = known.places.find_in(wanted) or known.places.resolve(wanted) if wanted else None
    base = request.app.state.settings.public_url or str(request.base_url)
    link = f"{base.rstrip('/').removesuffix('/admin')}/#khao-sat={centre.key}" if centre else ""
    return page(
        request, visitor, "surveys/code.html",
        wanted=wanted, centre=centre, link=link, unknown=bool(key and centre is None),
        centres=centres_at(known, found, _today()) if found else (),
        svg=qr_svg(link, title="Mã QR mở phiếu khảo sát", scale=6) if centre else "",
    )  # fmt: skip


DESK: Final = Desk(
    "Khảo sát hài lòng", PATH, Role.VIEWER, router,
    "Người dân chấm điểm sau khi đi làm thủ tục: theo nơi, lĩnh vực, tháng.",
)  # fmt: skip
