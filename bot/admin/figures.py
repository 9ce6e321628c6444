"""The figures desk: what is asked, how it ended, when, where and about what."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.admin.access import Viewer, database_of
from bot.admin.desk import Desk
from bot.admin.pages import page
from bot.analytics import read_figures, read_missed
from bot.models import Role
from bot.pages.open_data import csv_lines, span, tables

router = APIRouter()


@router.get("/figures")
async def show(request: Request, visitor: Viewer) -> Response:
    """Show the figures of some days, and what could not be answered."""
    async with database_of(request).read() as session:
        figures = await read_figures(session, *span(request))
        shown = await tables(session, request.app.state.dialogue, figures)
        missed = await read_missed(session)
    return page(request, visitor, "figures.html", figures=figures, tables=shown, missed=missed)


@router.get("/figures.csv")
async def export(request: Request, visitor: Viewer) -> Response:  # noqa: ARG001 - holds the role
    """Return the same figures as CSV."""
    async with database_of(request).read() as session:
        figures = await read_figures(session, *span(request))
        shown = await tables(session, request.app.state.dialogue, figures)
    headers = {"Content-Disposition": 'attachment; filename="so-lieu.csv"'}
    return Response(
        "".join(csv_lines(shown)), media_type="text/csv; charset=utf-8", headers=headers
    )


DESK: Final = Desk(
    "Số liệu", "/figures", Role.VIEWER, router,
    "Bao nhiêu câu hỏi, trả lời được bao nhiêu, dân hỏi gì nhiều nhất.",
)  # fmt: skip
