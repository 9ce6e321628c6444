"""The public pages of contests: rules, ranking by nickname, answers afterwards, a certificate to print."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, HTTPException, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import HTMLResponse

from bot import attempts
from bot import messages as say
from bot.contests import PREFIX, entries
from bot.contests.entries import by_code
from bot.db import Database
from bot.dialogue.centres import moment
from bot.dialogue.contest_results import CERTIFICATE
from bot.dialogue.contest_results import PAGE as PATH
from bot.messages import contests as words
from bot.models import Contest, ContestEntry
from bot.receipts import is_secret, read_code
from knowledge.columns import utc_now
from knowledge.hours import ZONE

#: Contests on the first page, and places on a contest's own.
SIZE: Final = 20
TOP: Final = 100
LONGEST_NAME: Final = 60
#: A certificate belongs to whoever holds its codes: kept by no proxy, found by no search engine.
_PRIVATE: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}

router = APIRouter(include_in_schema=False)
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@router.get(PATH)
async def show_all(request: Request) -> HTMLResponse:
    """Show the contests that are open, coming or over."""
    now = utc_now()
    async with _database(request).read() as session:
        found = await entries.shown(session, now, limit=SIZE)
    return _page("contests.html", contests=found, now=now)


@router.get(CERTIFICATE)
async def show_form() -> HTMLResponse:
    """Ask for the codes; they are typed, so that they stand in no address and no log."""
    return _form()


@router.post(CERTIFICATE)
async def show_certificate(
    request: Request,
    code: Annotated[str, Form(max_length=40)] = "",
    secret: Annotated[str, Form(max_length=40)] = "",
    name: Annotated[str, Form(max_length=LONGEST_NAME)] = "",
) -> HTMLResponse:
    """Show the certificate of a finished entry to whoever knows its secret; the name is not kept."""
    database, now = _database(request), utc_now()
    receipt = read_code(PREFIX, code) or ""
    guess = f"contest:{receipt}"
    async with database.read() as session:
        entry = await by_code(session, receipt) if receipt else None
    if entry is not None:
        async with database.write() as session:
            if not await attempts.may_try(session, guess, now=now):
                return _form(words.CERTIFICATE_TOO_OFTEN, status=429)
    if not await is_secret(secret, entry.secret_hash if entry else "") or entry is None:
        return _form(words.CERTIFICATE_WRONG, status=400)
    async with database.write() as session:
        await attempts.succeeded(session, guess)
        contest = await session.get(Contest, entry.contest_id)
        assert contest is not None
        result = await _result(session, contest, entry, now)
    return _page(
        "certificate.html", private=True, problem="", contest=contest, entry=entry, result=result,
        name=" ".join(name.split()) or entry.nickname,
        organisation=request.app.state.settings.organisation,
    )  # fmt: skip


async def _result(
    session: AsyncSession, contest: Contest, entry: ContestEntry, now: datetime
) -> str:
    """Return score and place in words, once they may be known."""
    if not (contest.is_over(now) or contest.shows_scores):
        return ""
    asked = await entries.questions_of(session, entry.contest_id)
    said = words.SCORE.format(score=entry.score, count=len(asked), seconds=entry.seconds)
    placed = await entries.place_of(session, contest, entry)
    if placed is None:
        return said
    return f"{said} {words.PLACE.format(place=placed[0], ranked=placed[1])}"


@router.get(f"{PATH}/{{contest_id:int}}")
async def show_one(request: Request, contest_id: int) -> HTMLResponse:
    """Show one contest: its rules, and what may be known of how it goes."""
    now = utc_now()
    async with _database(request).read() as session:
        contest = await session.get(Contest, contest_id) if contest_id < 2**31 else None
        if contest is None or contest.status in ("draft", "in_review"):
            raise HTTPException(404)
        over = contest.is_over(now)
        shows = over or contest.shows_scores
        asked = await entries.questions_of(session, contest_id)
        placed = await entries.ranking(session, contest, limit=TOP) if shows else []
        counts = await entries.counts(session, contest_id)
    return _page(
        "contest.html", contest=contest, now=now, counts=counts, count=len(asked), shows=shows,
        placed=placed, questions=asked if over else (),
    )  # fmt: skip


def _page(
    template: str, *, status: int = 200, private: bool = False, **context: Any
) -> HTMLResponse:
    html = _templates.get_template(template).render(
        say=say, words=words, moment=moment, certificate=CERTIFICATE, path=PATH,
        local=lambda at: f"{at.astimezone(ZONE):%d/%m/%Y}", **context,
    )  # fmt: skip
    return HTMLResponse(html, status, headers=_PRIVATE if private else None)


def _form(problem: str = "", status: int = 200) -> HTMLResponse:
    return _page(
        "certificate.html", status=status, private=True, problem=problem, contest=None,
        longest=LONGEST_NAME,
    )  # fmt: skip


def _database(request: Request) -> Database:
    database: Database | None = getattr(request.app.state, "database", None)
    if database is None:
        raise HTTPException(503, say.NOT_READY)
    return database
