"""Sign in and out: wrong passwords cost time, right ones give a session."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from bot import audit
from bot.admin.access import (
    COOKIE,
    PREFIX,
    Viewer,
    database_of,
    give_cookie,
    own_path,
    settings_of,
    take_cookie,
)
from bot.admin.kept import Kept, read_sign_in
from bot.admin.pages import page, read_form, redirect, typed
from bot.channels.web import client_address
from bot.db import Database
from bot.models import Official
from bot.officials import (
    OfficialError,
    check_password,
    claim_reset,
    close_session,
    find,
    find_session,
    hash_password,
    open_session,
    set_password,
    verify_password,
)
from bot.officials.lockout import ACCOUNT, ADDRESS, charge, forgive, refund
from bot.officials.passwords import MAX_CHARS
from bot.officials.sessions import SECOND_STEP_WITHIN
from bot.officials.totp import use_code
from knowledge.columns import utc_now

WRONG: Final = "Tên đăng nhập hoặc mật khẩu chưa đúng."
LATE: Final = "Đã quá lâu. Anh/chị đăng nhập lại."
SHUT: Final = "Đã thử sai nhiều lần. Anh/chị chờ {wait} rồi thử lại."

router = APIRouter()


@router.get("/login")
async def show_login(request: Request, next: str = "") -> Response:  # noqa: A002
    """Show the form."""
    return page(request, None, "login.html", login="", problem="", next=next, kept="")


@router.post("/login")
async def sign_in(request: Request) -> Response:
    """Open a session for the right password; what was typed before it comes along."""
    form, kept = await read_sign_in(request)
    login, password = typed(form, "login", 60).lower(), form.get("password")
    wanted, address = typed(form, "next", 500), client_address(request.scope, settings_of(request))
    password = password if isinstance(password, str) else ""
    now = utc_now()
    again = {"login": login, "next": wanted, "kept": kept.written() if kept else ""}
    shut = await _charge(database_of(request), login, address, now)
    if shut:
        problem = SHUT.format(wait=wait_words(shut - now))
        return page(request, None, "login.html", status=429, problem=problem, **again)
    official = await _right(request, login, password)
    if official is None:
        await _log_failure(database_of(request), login, address, now)
        return page(request, None, "login.html", status=401, problem=WRONG, **again)
    has_second = bool(official.totp_secret)
    response = (
        _ask_second(request, wanted, kept) if has_second else _signed_in(request, wanted, kept)
    )
    await start_session(request, response, official, now=now, second_step=has_second)
    return response


def _ask_second(request: Request, wanted: str, kept: Kept | None) -> Response:
    if kept:
        return _second(request, wanted, kept)
    return RedirectResponse(f"{PREFIX}/login/second?{urlencode({'next': wanted})}", 303)


def _signed_in(request: Request, wanted: str, kept: Kept | None) -> Response:
    """Lead on to the page asked for, or to what was typed before the session ended."""
    if kept:
        return page(request, None, "kept.html", kept=kept)
    return RedirectResponse(own_path(wanted), 303)


@router.get("/login/second")
async def show_second_step(request: Request, next: str = "") -> Response:  # noqa: A002
    """Ask for the code of the authenticator app."""
    return _second(request, next, None)


def _second(
    request: Request, wanted: str, kept: Kept | None, problem: str = "", status: int = 200
) -> Response:
    return page(request, None, "second.html", status=status, problem=problem, next=wanted,
                kept=kept.written() if kept else "")  # fmt: skip


@router.post("/login/second")
async def take_second_step(request: Request) -> Response:
    """Open the session for the right code."""
    form, kept = await read_sign_in(request)
    wanted, now = typed(form, "next", 500), utc_now()
    found = await _half_signed_in(request, now)
    if found is None:
        if kept:
            return page(request, None, "login.html", status=401, problem=LATE, login="",
                        next=wanted, kept=kept.written())  # fmt: skip
        return redirect(request, "/login", LATE, bad=True)
    half, login = found
    address = client_address(request.scope, settings_of(request))
    shut = await _charge(database_of(request), login, address, now)
    if shut:
        return _second(request, wanted, kept, SHUT.format(wait=wait_words(shut - now)), 429)
    async with database_of(request).write() as session:
        official = await find(session, login)
        right = use_code(official, typed(form, "code", 40), now=now)
        session.add(official)
        if right:
            await close_session(session, half)
    if not right:
        await _log_failure(database_of(request), login, address, now)
        return _second(request, wanted, kept, "Mã chưa đúng.", 401)
    response = _signed_in(request, wanted, kept)
    await start_session(request, response, official, now=now)
    return response


async def _half_signed_in(request: Request, now: datetime) -> tuple[str, str] | None:
    """Return the hash of the session that waits for its second step, and whose it is."""
    token = request.cookies.get(COOKIE, "")
    async with database_of(request).read() as session:
        found = await find_session(session, token, idle=SECOND_STEP_WITHIN, now=now)
    if found is None or not found[0].second_step:
        return None
    return found[0].token_hash, found[1].login


@router.get("/reset")
async def show_reset(request: Request) -> Response:
    """Ask for the code from an admin and a new password."""
    return page(request, None, "reset.html", login="", problem="")


@router.post("/reset")
async def reset(request: Request) -> Response:
    """Set a new password for the right code; then sign in with it."""
    form = await read_form(request)
    login, now = typed(form, "login", 60).lower(), utc_now()
    address = client_address(request.scope, settings_of(request))
    shut = await _charge(database_of(request), login, address, now)
    if shut:
        problem = SHUT.format(wait=wait_words(shut - now))
        return page(request, None, "reset.html", status=429, login=login, problem=problem)
    try:
        hashed = await hash_password(new_password(form, login))
        async with database_of(request).write() as session:
            official = await claim_reset(session, login, typed(form, "code", 40), now=now)
            await forgive(session, f"account:{login}")
            await refund(session, f"address:{address}")
            await set_password(session, official, hashed, actor=login, where=address, now=now)
    except OfficialError as error:
        return page(request, None, "reset.html", status=422, login=login, problem=str(error))
    return redirect(request, "/login", "Đã đặt mật khẩu mới. Anh/chị đăng nhập.")


def new_password(form: FormData, login: str) -> str:
    """Return the new password of a form that asks for it twice.

    Raises:
        OfficialError: the two differ, or it is easily guessed.
    """
    first, again = form.get("new"), form.get("again")
    if not isinstance(first, str) or first != again:
        raise OfficialError("Hai lần nhập mật khẩu mới không giống nhau.")
    check_password(first, login)
    return first


@router.post("/logout")
async def sign_out(request: Request, visitor: Viewer) -> Response:
    """End the session."""
    async with database_of(request).write() as session:
        await close_session(session, visitor.session)
        await audit.write(
            session, actor=visitor.login, action="official.sign_out", subject=visitor.login,
            where=visitor.address,
        )  # fmt: skip
    response = redirect(request, "/login", "Anh/chị đã đăng xuất.")
    take_cookie(response)
    return response


async def start_session(
    request: Request,
    response: Response,
    official: Official,
    *,
    now: datetime,
    second_step: bool = False,
) -> None:
    """Open a session, forget the failures before it, and give its cookie to the browser.

    With `second_step` it opens no page yet, and failures are forgotten only after that step.
    """
    settings = settings_of(request)
    address = client_address(request.scope, settings)
    async with database_of(request).write() as session:
        if not second_step:
            await forgive(session, f"account:{official.login}")
        await refund(session, f"address:{address}")
        token = await open_session(
            session,
            official,
            address=address,
            browser=request.headers.get("user-agent", ""),
            lasts=timedelta(hours=settings.admin_session_hours),
            now=now,
            second_step=second_step,
        )
        await audit.write(
            session, actor=official.login, subject=official.login, where=address, now=now,
            action="official.password_right" if second_step else "official.sign_in",
        )  # fmt: skip
    give_cookie(request, response, token)


async def _charge(database: Database, login: str, address: str, now: datetime) -> datetime | None:
    """Count the attempt against the address and the account; return until when either is shut."""
    async with database.write() as session:
        return await charge(session, f"address:{address}", ADDRESS, now=now) or await charge(
            session, f"account:{login}", ACCOUNT, now=now
        )


async def _right(request: Request, login: str, password: str) -> Official | None:
    async with database_of(request).read() as session:
        try:
            official = await find(session, login)
        except OfficialError:
            official = None
    stored = official.password_hash if official and official.disabled_at is None else ""
    right = await verify_password(password[: MAX_CHARS + 1], stored)
    return official if right else None


async def _log_failure(database: Database, login: str, address: str, now: datetime) -> None:
    """Log the failure; an unknown login is left out, for it may be a password in the wrong box."""
    async with database.write() as session:
        try:
            known = (await find(session, login)).login
        except OfficialError:
            known = "?"
        await audit.write(
            session, actor=known, action="official.sign_in_failed", subject=known,
            where=address, now=now,
        )  # fmt: skip


def wait_words(left: timedelta) -> str:
    """Return a wait in words, rounded up."""
    seconds = max(1, math.ceil(left.total_seconds()))
    return f"{seconds} giây" if seconds < 90 else f"{math.ceil(seconds / 60)} phút"
