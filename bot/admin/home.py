"""The home desk: what each official may do, and how much waits there."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.admin.access import Viewer, database_of
from bot.admin.desk import Desk
from bot.admin.pages import ROLE_WORDS, page
from bot.models import Role

router = APIRouter()


@router.get("/")
async def show(request: Request, visitor: Viewer) -> Response:
    """Show the desks this official may open, with what waits at each."""
    desks = [d for d in request.app.state.desks if d is not DESK and visitor.may(d.role)]
    async with database_of(request).read() as session:
        waiting = {d.path: await d.waiting(session) for d in desks if d.waiting is not None}
    return page(request, visitor, "home.html", desks=desks, waiting=waiting,
                role_words=ROLE_WORDS)  # fmt: skip


DESK: Final = Desk("Bàn làm việc", "/", Role.VIEWER, router)
