"""The people desk: who works here, with which roles, and from where they are signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import Response

from bot import officials
from bot.admin.access import Admin, Visitor, database_of
from bot.admin.desk import Desk
from bot.admin.pages import ROLE_WORDS, page, read_form, redirect, typed
from bot.models import Official, OfficialSession, Role
from bot.officials import OfficialError
from knowledge.columns import utc_now

router = APIRouter()
#: What can be done to one account, by the last part of its address; each says what was done.
Deed = Callable[..., Awaitable[Any]]
DEEDS: Final[dict[str, tuple[Deed, str]]] = {
    "disable": (officials.disable, "Đã khóa tài khoản và đóng mọi phiên."),
    "enable": (officials.enable, "Đã mở lại tài khoản."),
    "sessions": (officials.end_sessions, "Đã đóng mọi phiên."),
    "second-step": (officials.drop_second_step, "Đã gỡ bước thứ hai."),
}


@router.get("/people")
async def show(request: Request, visitor: Admin) -> Response:
    """List everyone, the disabled last."""
    return await _list(request, visitor)


async def _list(
    request: Request, visitor: Visitor, problem: str = "", form: FormData | None = None
) -> Response:
    query = select(Official).order_by(col(Official.disabled_at).is_not(None), Official.login)
    async with database_of(request).read() as session:
        people = (await session.exec(query)).all()
    return page(
        request, visitor, "people/list.html", status=422 if problem else 200, people=people,
        problem=problem, login=typed(form, "login") if form else "",
        name=typed(form, "name") if form else "", chosen=form.getlist("role") if form else [],
        role_words=ROLE_WORDS,
    )  # fmt: skip


@router.post("/people")
async def add(request: Request, visitor: Admin) -> Response:
    """Add an official and show, this once, the code with which they set a password."""
    form, now = await read_form(request), utc_now()
    try:
        async with database_of(request).write() as session:
            official = await officials.add(
                session, login=typed(form, "login", 60), name=typed(form, "name", 200),
                roles=_roles(form), actor=visitor.login, where=visitor.address, now=now,
            )  # fmt: skip
            code = await officials.offer_reset(
                session, official, actor=visitor.login, where=visitor.address, now=now
            )
    except OfficialError as error:
        return await _list(request, visitor, str(error), form)
    return page(request, visitor, "people/code.html", official=official, code=code)


@router.get("/people/{login}")
async def show_one(request: Request, visitor: Admin, login: str) -> Response:
    """Show one account and its open sessions."""
    return await _one(request, visitor, login)


async def _one(request: Request, visitor: Visitor, login: str, problem: str = "") -> Response:
    async with database_of(request).read() as session:
        official = await _find(session, login)
        query = select(OfficialSession).where(OfficialSession.official_id == official.id)
        opened = (await session.exec(query.order_by(col(OfficialSession.seen_at).desc()))).all()
    return page(
        request, visitor, "people/one.html", status=422 if problem else 200, official=official,
        opened=opened, problem=problem, role_words=ROLE_WORDS,
    )  # fmt: skip


@router.post("/people/{login}/roles")
async def set_roles(request: Request, visitor: Admin, login: str) -> Response:
    """Give exactly these roles."""
    form = await read_form(request)
    try:
        async with database_of(request).write() as session:
            official = await _find(session, login)
            await officials.set_roles(
                session, official, _roles(form), actor=visitor.login, where=visitor.address,
                now=utc_now(),
            )  # fmt: skip
    except OfficialError as error:
        return await _one(request, visitor, login, str(error))
    return redirect(request, f"/people/{official.login}", "Đã đổi vai trò.")


@router.post("/people/{login}/code")
async def offer_code(request: Request, visitor: Admin, login: str) -> Response:
    """Show, this once, a code with which the official sets a new password."""
    async with database_of(request).write() as session:
        official = await _find(session, login)
        code = await officials.offer_reset(
            session, official, actor=visitor.login, where=visitor.address, now=utc_now()
        )
    return page(request, visitor, "people/code.html", official=official, code=code)


@router.post("/people/{login}/{deed}")
async def do(request: Request, visitor: Admin, login: str, deed: str) -> Response:
    """Disable, enable, end the sessions, drop the second step."""
    if deed not in DEEDS:
        raise HTTPException(404)
    act, said = DEEDS[deed]
    try:
        async with database_of(request).write() as session:
            official = await _find(session, login)
            await act(session, official, actor=visitor.login, where=visitor.address, now=utc_now())
    except OfficialError as error:
        return await _one(request, visitor, login, str(error))
    return redirect(request, f"/people/{official.login}", said)


async def _find(session: AsyncSession, login: str) -> Official:
    try:
        return await officials.find(session, login)
    except OfficialError as error:
        raise HTTPException(404) from error


def _roles(form: FormData) -> list[Role]:
    known = {role.value for role in Role}
    return [Role(role) for role in form.getlist("role") if role in known]


DESK: Final = Desk(
    "Cán bộ", "/people", Role.ADMIN, router, "Thêm người, đổi vai trò, khóa tài khoản, đóng phiên."
)
