"""API tokens: an official makes them for himself, an admin for anybody; each is shown once."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, HTTPException, Request
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import Response

from bot import officials
from bot.admin.access import Admin, Viewer, Visitor, database_of
from bot.admin.me import confirm
from bot.admin.pages import page, read_form, redirect, typed, whole
from bot.models import Official, Scope
from bot.officials import OfficialError
from bot.officials.tokens import DAYS, MOST_DAYS
from knowledge.columns import utc_now

router = APIRouter()

#: Scopes as officials read them.
SCOPE_WORDS: Final = {
    Scope.KNOWLEDGE_READ: "đọc thủ tục, câu chưa trả lời, câu hỏi mẫu, trung tâm, ngày nghỉ, báo cáo",
    Scope.KNOWLEDGE_WRITE: "soạn nháp, gửi duyệt, nạp tệp, thêm cách gọi",
    Scope.KNOWLEDGE_APPROVE: "duyệt, trả lại, quay lại bản cũ, ẩn, công bố tệp nạp",
    Scope.SWITCHES_TURN: "xem và bật, tắt công tắc",
    Scope.ANNOUNCEMENTS_READ: "xem thông báo và kết quả gửi",
    Scope.ANNOUNCEMENTS_WRITE: "soạn thông báo",
    Scope.ANNOUNCEMENTS_SEND: "duyệt, gửi, dừng, thu hồi thông báo",
    Scope.FIGURES_READ: "xem số liệu",
    Scope.AUDIT_READ: "đọc nhật ký",
}
assert set(SCOPE_WORDS) == set(Scope)


@router.get("/me/tokens")
async def show_own(request: Request, visitor: Viewer) -> Response:
    """Show one's own tokens."""
    return await _show(request, visitor, visitor.login)


@router.post("/me/tokens")
async def issue_own(request: Request, visitor: Viewer) -> Response:
    """Make a token for oneself."""
    return await _issue(request, visitor, visitor.login)


@router.post("/me/tokens/{token_id}/revoke")
async def revoke_own(request: Request, visitor: Viewer, token_id: str) -> Response:
    """End one of one's own tokens."""
    return await _revoke(request, visitor, visitor.login, token_id)


@router.get("/people/{login}/tokens")
async def show_anothers(request: Request, visitor: Admin, login: str) -> Response:
    """Show an official's tokens."""
    return await _show(request, visitor, login)


@router.post("/people/{login}/tokens")
async def issue_for_another(request: Request, visitor: Admin, login: str) -> Response:
    """Make a token in the name of an official."""
    return await _issue(request, visitor, login)


@router.post("/people/{login}/tokens/{token_id}/revoke")
async def revoke_anothers(request: Request, visitor: Admin, login: str, token_id: str) -> Response:
    """End one of an official's tokens."""
    return await _revoke(request, visitor, login, token_id)


async def _show(
    request: Request,
    visitor: Visitor,
    login: str,
    problem: str = "",
    form: FormData | None = None,
) -> Response:
    async with database_of(request).read() as session:
        official = await _find(session, login)
        tokens = await officials.tokens_of(session, official)
    roles = officials.roles_of(official)
    return page(
        request, visitor, "tokens/list.html", status=422 if problem else 200, official=official,
        tokens=tokens, scopes={s: w for s, w in SCOPE_WORDS.items() if s.role in roles},
        words=SCOPE_WORDS, chosen=form.getlist("scope") if form else [],
        name=typed(form, "name") if form else "", days=typed(form, "days", 4) if form else DAYS,
        most_days=MOST_DAYS, problem=problem, now=utc_now(), here=_here(visitor, login),
        own=login == visitor.login,
    )  # fmt: skip


def _here(visitor: Visitor, login: str) -> str:
    return "/me/tokens" if login == visitor.login else f"/people/{login}/tokens"


async def _issue(request: Request, visitor: Visitor, login: str) -> Response:
    form = await read_form(request)
    known = {scope.value for scope in Scope}
    days = typed(form, "days", 4)
    try:
        await confirm(database_of(request), visitor, form.get("current"))
        async with database_of(request).write() as session:
            official = await _find(session, login)
            token, shown = await officials.issue_token(
                session, official, name=typed(form, "name"),
                scopes=[Scope(one) for one in form.getlist("scope") if one in known],
                days=whole(days),
                actor=visitor.login, where=visitor.address, now=utc_now(),
            )  # fmt: skip
    except OfficialError as error:
        return await _show(request, visitor, login, str(error), form)
    return page(
        request, visitor, "tokens/shown.html", official=official, token=token, shown=shown,
        here=_here(visitor, login),
    )  # fmt: skip


async def _revoke(request: Request, visitor: Visitor, login: str, token_id: str) -> Response:
    here = _here(visitor, login)
    try:
        async with database_of(request).write() as session:
            official = await _find(session, login)
            await officials.revoke_token(
                session, official, token_id, actor=visitor.login, where=visitor.address,
                now=utc_now(),
            )  # fmt: skip
    except OfficialError as error:
        return redirect(request, here, str(error), bad=True)
    return redirect(request, here, "Đã thu hồi mã. Chương trình dùng mã này không vào được nữa.")


async def _find(session: AsyncSession, login: str) -> Official:
    try:
        return await officials.find(session, login)
    except OfficialError as error:
        raise HTTPException(404) from error
