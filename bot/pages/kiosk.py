"""The kiosk: tiles first, large, and nothing of one citizen left for the next.

The page answers without scripts too; with them it never leaves its first address, so that there is
no history, and everything typed lives in one element that is built anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader
from pydantic import BaseModel, ConfigDict, Field

from bot import messages as say
from bot.conversation import KIOSK_SESSION, Reply, web_message
from bot.dialogue import Dialogue, kiosk
from bot.messages import kiosk as words
from knowledge.columns import utc_now
from knowledge.takeaway import qr_svg

router = APIRouter()
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "web"), autoescape=True
)
#: Nothing is kept by the browser, and the ear may be asked for where it stays on the device.
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(self), geolocation=(self)",
}
_MOST_CHARS: Final = 300
Commune = Annotated[str, Query(alias="xa", pattern=r"^(\d{5})?$")]


class Stand(BaseModel):
    """Where a kiosk stands."""

    model_config = ConfigDict(extra="forbid")

    commune: str = Field("", pattern=r"^(\d{5})?$", description="Five-digit code; empty = unknown")


class Begun(BaseModel):
    """A session of a kiosk."""

    session: str


@router.post("/api/v1/kiosk/sessions", tags=["chat"], summary="Begin a conversation at a kiosk")
async def begin(request: Request, stand: Stand) -> Begun:
    """Issue a session that keeps nothing of a person and is forgotten soon."""
    sources = _dialogue(request).sources
    session = await kiosk.begin(
        sources.database, sources.library.current, stand.commune, now=utc_now()
    )
    return Begun(session=session)


@router.get("/kiosk", include_in_schema=False)
async def get_kiosk(request: Request, commune: Commune = "") -> HTMLResponse:
    """Show the first screen."""
    return await _page(request, commune)


@router.post("/kiosk", include_in_schema=False)
async def post_kiosk(request: Request, commune: Commune = "") -> Response:
    """Answer a touch or a typed question for browsers without scripts; "xong" wipes."""
    dialogue = _dialogue(request)
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    session, pick = form.get("session", [""])[0], form.get("pick", [""])[0]
    text = (pick or form.get("text", [""])[0])[:_MOST_CHARS].strip()
    known = session.startswith(KIOSK_SESSION) and len(session) < 2 * _MOST_CHARS
    if pick == "xong" or not text:
        if known and pick == "xong":
            await dialogue.forget(web_message(session))
        return RedirectResponse(f"/kiosk{_query(commune)}", 303, headers=_HEADERS)
    if not known:
        sources = dialogue.sources
        place = commune or sources.settings.kiosk_commune
        session = await kiosk.begin(sources.database, sources.library.current, place, now=utc_now())
    reply = await dialogue.reply_to(web_message(session, text, introduced=True))
    return await _page(request, commune, reply=reply, session=session)


async def _page(
    request: Request, commune: str, *, reply: Reply | None = None, session: str = ""
) -> HTMLResponse:
    sources = _dialogue(request).sources
    settings, published = sources.settings, sources.library.current
    stands = commune or settings.kiosk_commune
    unit = published.places.unit(stands) if stands else None
    now = utc_now()
    html = _templates.get_template("kiosk.html").render(
        say=say,
        words=words,
        place=unit.name if unit else "",
        commune=stands,
        query=_query(commune),
        idle=settings.kiosk_idle_seconds,
        warning=settings.kiosk_warning_seconds,
        tiles=await kiosk.tiles(sources.database, published, settings.kiosk_tiles, now=now),
        fields=kiosk.fields(published),
        reply=reply,
        session=session,
        codes={one.url: qr_svg(one.url, title=one.label) for one in kiosk.links_of(reply)}
        if reply
        else {},
    )
    return HTMLResponse(html, headers=_HEADERS)


def _query(commune: str) -> str:
    return f"?xa={commune}" if commune else ""


def _dialogue(request: Request) -> Dialogue:
    dialogue: Dialogue | None = getattr(request.app.state, "dialogue", None)
    if dialogue is None:
        raise HTTPException(503, say.NOT_READY)
    return dialogue
