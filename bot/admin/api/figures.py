"""Figures by the API: the same numbers as the figures desk."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from bot.admin.access import database_of
from bot.admin.api.access import FigureReader
from bot.analytics import read_figures
from bot.pages.open_data import days_between, plain

router = APIRouter()
Day = Annotated[date | None, Query(description="Ngày ở Việt Nam, ví dụ 2026-11-21")]


@router.get("/figures", summary="Số câu hỏi theo ngày, giờ, kênh, tỉnh, thủ tục")
async def show(
    request: Request,
    _: FigureReader,
    since: Day = None,
    until: Day = None,
) -> dict[str, Any]:
    """Count from `since` to `until`, the last 30 days without them, at most 366."""
    async with database_of(request).read() as session:
        return plain(await read_figures(session, *days_between(since, until)))
