"""The public page of answered petitions: what officials wrote for it, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from jinja2 import Environment, FileSystemLoader
from starlette.responses import HTMLResponse

from bot import messages as say
from bot.db import Database
from bot.messages import petitions as words
from bot.petitions import listing
from knowledge.columns import utc_now
from knowledge.hours import ZONE

PATH: Final = "/phan-anh"
SIZE: Final = 20

router = APIRouter(include_in_schema=False)
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "web"), autoescape=True
)


@router.get(PATH)
async def show(
    request: Request, before: Annotated[int | None, Query(gt=0, lt=2**62)] = None
) -> HTMLResponse:
    """Show answered petitions, newest first, and this year's figures."""
    database: Database | None = getattr(request.app.state, "database", None)
    if database is None:
        raise HTTPException(503, say.NOT_READY)
    today = utc_now().astimezone(ZONE).date()
    async with database.read() as session:
        found = await listing.published(session, before=before, size=SIZE)
        counts = await listing.figures(
            session, since=today.replace(month=1, day=1), until=today, today=today
        )
    shown = found[:SIZE]
    html = _templates.get_template("petitions.html").render(
        say=say,
        words=words,
        petitions=shown,
        counts=counts,
        local=lambda moment: f"{moment.astimezone(ZONE):%d/%m/%Y}",
        older=shown[-1].id if len(found) > SIZE else None,
        later=before is not None,
    )
    return HTMLResponse(html)
