"""The page where a citizen collects what is stored about them with a code from the chat."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

from bot import messages as say
from bot.dialogue import Dialogue
from bot.messages import my_data as words
from bot.privacy import rights
from bot.privacy.register import HOLDINGS
from bot.privacy.tickets import redeem
from knowledge.columns import utc_now

router = APIRouter(include_in_schema=False)
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "web"), autoescape=True
)
_NO_STORE: Final = {"Cache-Control": "no-store"}


@router.get("/du-lieu-cua-toi")
async def get_form() -> HTMLResponse:
    """Ask for the code; it is typed, so that it stands in no address and no log."""
    return _form()


@router.post("/du-lieu-cua-toi")
async def post_code(request: Request, code: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Return everything stored about whoever the code was issued to, as a file."""
    dialogue: Dialogue | None = getattr(request.app.state, "dialogue", None)
    if dialogue is None:
        raise HTTPException(503, say.NOT_READY)
    database = dialogue.sources.database
    address = await redeem(database, code, now=utc_now())
    if address is None:
        return _form(words.CODE_SPENT, status=400)
    async with database.read() as session:
        identity = await rights.identity_of(session, dialogue.sources.pseudonyms, *address)
        stored = await rights.collect(session, identity)
    about = {one.table: {"what": one.what, "why": one.why} for one in HOLDINGS}
    whole = {table: {**about[table], "rows": rows} for table, rows in stored.items()}
    return Response(
        json.dumps(whole, ensure_ascii=False, indent=1, default=str),
        media_type="application/json",
        headers={**_NO_STORE, "Content-Disposition": 'attachment; filename="du-lieu-cua-toi.json"'},
    )


def _form(problem: str = "", status: int = 200) -> HTMLResponse:
    html = _templates.get_template("my-data.html").render(words=words, problem=problem)
    return HTMLResponse(html, status, headers=_NO_STORE)
