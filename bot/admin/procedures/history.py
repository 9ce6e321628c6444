"""Who wrote what and when, from which source; any two compared; and the way back."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from sqlmodel import col, func, select
from starlette.responses import Response

from bot import deeds
from bot.admin.access import Approver, Editor, Viewer, Visitor, database_of
from bot.admin.pages import page, read_form, redirect, typed
from bot.admin.procedures import deciding
from bot.admin.procedures.deciding import REASON
from bot.admin.procedures.preview import preview
from bot.admin.procedures.typed import number_of
from bot.admin.procedures.work import (
    STATUS_NAMES,
    doer_of,
    open_work,
    press_of,
    revision_of,
)
from knowledge.models import Revision, RevisionStatus
from knowledge.publishing import AUTHORS, PublishingError, changes

router = APIRouter()

#: Revisions on one page.
PER_PAGE: Final = 50
#: How the authors that are no people are called.
MACHINES: Final = dict(zip(AUTHORS.values(), ("kiến thức khởi đầu", "tệp nhập"), strict=True))


@router.get("/procedures/{key}/history")
async def show_history(request: Request, visitor: Viewer, key: str, before: int = 0) -> Response:
    """List the revisions, newest first."""
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
        query = select(Revision).where(Revision.procedure_id == opened.procedure.id)
        count = select(func.count()).where(Revision.procedure_id == opened.procedure.id)
        if before > 0:
            query = query.where(Revision.number < min(before, 2**31 - 1))
        newest = col(Revision.number).desc()
        rows = (await session.exec(query.order_by(newest).limit(PER_PAGE + 1))).all()
        total = (await session.exec(count)).one()
    return page(
        request, visitor, "procedures/history.html",
        opened=opened, rows=rows[:PER_PAGE], more=len(rows) > PER_PAGE, total=total,
        statuses=STATUS_NAMES, machines=MACHINES,
    )  # fmt: skip


@router.get("/procedures/{key}/history/{number}")
async def show_revision(request: Request, visitor: Viewer, key: str, number: int) -> Response:
    """Show one revision and how it differs from what is live (the live one: from the one before)."""
    return await _revision(request, visitor, key, number)


async def _revision(
    request: Request,
    visitor: Visitor,
    key: str,
    number: int,
    *,
    problem: str = "",
    reason: str = "",
) -> Response:
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
        revision = await revision_of(session, opened, min(max(number, 0), 2**31 - 1))
        live = opened.work.live
        other = live
        if live is not None and live.id == revision.id:
            query = (
                select(Revision)
                .where(
                    Revision.procedure_id == opened.procedure.id,
                    Revision.number < revision.number,
                    col(Revision.published_at).is_not(None),
                )
                .order_by(col(Revision.number).desc())
                .limit(1)
            )
            other = (await session.exec(query)).first()
    whole = opened.whole(revision)
    return page(
        request, visitor, "procedures/revision.html",
        status=409 if problem else 200, opened=opened, revision=revision, other=other,
        changes=changes(opened.content(other) if other else None, opened.content(revision)),
        preview=preview(request, whole) if whole else None,
        statuses=STATUS_NAMES, machines=MACHINES, problem=problem, reason=reason,
        is_live=live is not None and live.id == revision.id,
        brought=revision.author in MACHINES and revision.status == RevisionStatus.DRAFT,
    )  # fmt: skip


@router.post("/procedures/{key}/roll-back")
async def roll_back(request: Request, visitor: Approver, key: str) -> Response:
    """Publish an older content again, at once."""
    form = await read_form(request)
    number, reason = number_of(form.get("number")), typed(form, "reason", REASON)
    try:
        verdict = await deciding.roll_back(
            press_of(request), key, number, doer_of(visitor), reason=reason
        )
    except PublishingError as error:
        return await _revision(request, visitor, key, number, problem=str(error), reason=reason)
    broke = len(verdict.broke)
    said = f"Đã quay lại nội dung của bản {number}."
    return redirect(
        request,
        f"/procedures/{key}",
        f"{said} {broke} câu hỏi mẫu nay bị trả lời sai." if broke else said,
    )


@router.post("/procedures/{key}/drop-brought")
async def drop_brought(request: Request, visitor: Editor, key: str) -> Response:
    """Put away the revision an import brought: ours stays."""
    form = await read_form(request)
    try:
        async with database_of(request).write() as session:
            opened = await open_work(session, key)
            brought = opened.work.brought
            if brought is not None and brought.id == number_of(form.get("revision")):
                await deeds.discard(session, number_of(form.get("revision")), doer_of(visitor))
    except PublishingError as error:
        return redirect(request, f"/procedures/{key}", str(error), bad=True)
    return redirect(request, f"/procedures/{key}", "Đã cất bản nhập; giữ bản của cơ quan.")
