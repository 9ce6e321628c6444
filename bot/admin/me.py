"""An official's own account: password, second step, open sessions."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from sqlmodel import col, select
from starlette.responses import Response

from bot.admin.access import Viewer, Visitor, database_of, settings_of
from bot.admin.pages import page, read_form, redirect, typed
from bot.admin.sign_in import new_password
from bot.db import Database
from bot.dialogue.linking import hash_code, new_code
from bot.messages.linking import CHANNELS
from bot.models import Official, OfficialSession
from bot.officials import (
    OfficialError,
    chats_of,
    find,
    hash_password,
    offer_chat,
    revoke_sessions,
    set_password,
    set_second_step,
    unlink_chat,
    verify_password,
)
from bot.officials.chats import CODE_WITHIN
from bot.officials.totp import enrolment_url, is_secret, new_secret, step_of
from knowledge.columns import utc_now
from knowledge.takeaway import qr_svg

WRONG: Final = "Mật khẩu hiện tại chưa đúng."

router = APIRouter()


@router.get("/me")
async def show(request: Request, visitor: Viewer) -> Response:
    """Show the account."""
    return await _me(request, visitor)


async def _me(request: Request, visitor: Visitor, problem: str = "", about: str = "") -> Response:
    async with database_of(request).read() as session:
        official = await session.get_one(Official, visitor.official_id)
        query = select(OfficialSession).where(OfficialSession.official_id == official.id)
        opened = (await session.exec(query.order_by(col(OfficialSession.seen_at).desc()))).all()
        chats = await chats_of(session, official, now=utc_now())
    return page(
        request, visitor, "me.html", status=422 if problem else 200, official=official,
        opened=opened, chats=chats, channels=CHANNELS, problem=problem, about=about,
    )  # fmt: skip


@router.post("/me/password")
async def change_password(request: Request, visitor: Viewer) -> Response:
    """Set a new password; every other session ends."""
    form = await read_form(request)
    try:
        await confirm(database_of(request), visitor, form.get("current"))
        hashed = await hash_password(new_password(form, visitor.login))
    except OfficialError as error:
        return await _me(request, visitor, str(error), "password")
    async with database_of(request).write() as session:
        official = await find(session, visitor.login)
        await set_password(
            session, official, hashed, actor=visitor.login, where=visitor.address,
            now=utc_now(), keep_session=visitor.session,
        )  # fmt: skip
    return redirect(request, "/me", "Đã đổi mật khẩu. Các phiên khác đã đóng.")


@router.get("/me/second-step")
async def offer_second_step(request: Request, visitor: Viewer) -> Response:
    """Show the QR code of a new secret; nothing is kept until a code of it is typed."""
    return await _enrol(request, visitor, new_secret())


async def _enrol(request: Request, visitor: Visitor, secret: str, problem: str = "") -> Response:
    async with database_of(request).read() as session:
        official = await session.get_one(Official, visitor.official_id)
    issuer = settings_of(request).organisation or "motcua"
    svg = qr_svg(enrolment_url(secret, official, issuer), title="Mã QR của bước thứ hai")
    return page(
        request, visitor, "second_step.html", status=422 if problem else 200,
        secret=secret, svg=svg, problem=problem,
    )  # fmt: skip


@router.post("/me/second-step")
async def set_up_second_step(request: Request, visitor: Viewer) -> Response:
    """Ask for codes from now on, once one is typed; show the recovery codes this once."""
    form, now = await read_form(request), utc_now()
    secret = typed(form, "secret", 64)
    try:
        await confirm(database_of(request), visitor, form.get("current"))
        step = _right_step(secret, typed(form, "code", 20))
    except OfficialError as error:
        shown = secret if is_secret(secret) else new_secret()
        return await _enrol(request, visitor, shown, str(error))
    async with database_of(request).write() as session:
        official = await find(session, visitor.login)
        codes = await set_second_step(
            session, official, secret, step=step, actor=visitor.login, where=visitor.address,
            now=now,
        )  # fmt: skip
    return page(request, visitor, "recovery.html", codes=codes)


@router.post("/me/second-step/off")
async def drop_second_step(request: Request, visitor: Viewer) -> Response:
    """Ask for no code any more."""
    form = await read_form(request)
    try:
        await confirm(database_of(request), visitor, form.get("current"))
    except OfficialError as error:
        return await _me(request, visitor, str(error), "second")
    async with database_of(request).write() as session:
        official = await find(session, visitor.login)
        await set_second_step(
            session, official, "", actor=visitor.login, where=visitor.address, now=utc_now()
        )
    return redirect(request, "/me", "Đã tắt bước thứ hai.")


@router.post("/me/chats")
async def offer_own_chat(request: Request, visitor: Viewer) -> Response:
    """Show, this once, a code that links the Telegram or Zalo chat it is typed in."""
    form, code = await read_form(request), new_code()
    try:
        await confirm(database_of(request), visitor, form.get("current"))
    except OfficialError as error:
        return await _me(request, visitor, str(error), "chats")
    hashed = await hash_code(code.replace("-", ""))
    async with database_of(request).write() as session:
        official = await find(session, visitor.login)
        await offer_chat(
            session, official, hashed, actor=visitor.login, where=visitor.address, now=utc_now()
        )
    minutes = int(CODE_WITHIN.total_seconds() // 60)
    return page(request, visitor, "chat_code.html", code=code, minutes=minutes)


@router.post("/me/chats/{chat_id}/unlink")
async def unlink_own_chat(request: Request, visitor: Viewer, chat_id: int) -> Response:
    """Work in a chat no more."""
    try:
        async with database_of(request).write() as session:
            official = await find(session, visitor.login)
            await unlink_chat(
                session, official, min(chat_id, 2**31 - 1), actor=visitor.login,
                where=visitor.address, now=utc_now(),
            )  # fmt: skip
    except OfficialError as error:
        return redirect(request, "/me", str(error), bad=True)
    return redirect(request, "/me", "Đã bỏ nối kênh này.")


@router.post("/me/sessions")
async def end_others(request: Request, visitor: Viewer) -> Response:
    """End every other session of one's own."""
    async with database_of(request).write() as session:
        official = await find(session, visitor.login)
        await revoke_sessions(session, official, but=visitor.session)
    return redirect(request, "/me", "Đã đóng các phiên khác.")


def _right_step(secret: str, code: str) -> int:
    """Return the time step of a right code.

    Raises:
        OfficialError: the code is wrong, or the secret is none of ours.
    """
    step = step_of(secret, code, now=utc_now()) if is_secret(secret) else None
    if step is None:
        raise OfficialError("Mã chưa đúng. Anh/chị kiểm tra giờ của điện thoại rồi thử lại.")
    return step


async def confirm(database: Database, visitor: Visitor, password: object) -> None:
    """Make sure that the official is there and not somebody at their open browser.

    Raises:
        OfficialError: the password is not theirs.
    """
    async with database.read() as session:
        stored = (await session.get_one(Official, visitor.official_id)).password_hash
    if not await verify_password(password if isinstance(password, str) else "", stored):
        raise OfficialError(WRONG)
