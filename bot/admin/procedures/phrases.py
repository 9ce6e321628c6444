"""How citizens call a procedure: add and remove wordings, after asking what they would break."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from sqlmodel import col, select
from starlette.datastructures import FormData
from starlette.responses import Response

from bot.admin.access import Editor, Viewer, Visitor, database_of
from bot.admin.pages import page, read_form, redirect, typed
from bot.admin.procedures.deciding import (
    REASON,
    asked_with,
    reword,
    wordings,
    wrong_wordings,
)
from bot.admin.procedures.typed import number_of
from bot.admin.procedures.work import doer_of, open_work, press_of
from knowledge.golden import Verdict
from knowledge.models import Alias, AliasKind
from knowledge.publishing import PublishingError

router = APIRouter()

KINDS: Final = {AliasKind.ALIAS: "Cách gọi ngắn", AliasKind.EXAMPLE: "Cả câu hỏi"}


@router.get("/procedures/{key}/phrases")
async def show_phrases(request: Request, visitor: Viewer, key: str) -> Response:
    """List the wordings."""
    return await _phrases(request, visitor, key)


async def _phrases(
    request: Request,
    visitor: Visitor,
    key: str,
    *,
    given: str = "",
    kind: str = AliasKind.ALIAS,
    ticked: frozenset[int] = frozenset(),
    problem: str = "",
    verdict: Verdict | None = None,
    status: int = 200,
) -> Response:
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
        rows = await session.exec(
            select(Alias).where(Alias.code == opened.procedure.code).order_by(col(Alias.id).desc())
        )
        aliases = rows.all()
    return page(
        request, visitor, "procedures/phrases.html",
        status=status, opened=opened, aliases=aliases, kinds=KINDS, given=given, kind=kind,
        ticked=ticked, problem=problem, verdict=verdict,
    )  # fmt: skip


@router.post("/procedures/{key}/phrases")
async def change_phrases(request: Request, visitor: Editor, key: str) -> Response:
    """Add and remove wordings; those that would break a golden question need a reason."""
    form = await read_form(request)
    given, reason = typed(form, "phrases", 200_000), typed(form, "reason", REASON)
    chosen = typed(form, "kind", 20)
    kind = AliasKind(chosen) if chosen in list(AliasKind) else AliasKind.ALIAS
    remove = _ticked(form)
    press = press_of(request)
    async with press.database.read() as session:
        opened = await open_work(session, key)
    add = wordings(opened.procedure.code, given.splitlines(), kind)
    wrong = wrong_wordings(add, remove)
    if wrong:
        return await _phrases(
            request, visitor, key, given=given, kind=kind, ticked=remove, problem=wrong, status=422
        )
    verdict = await asked_with(press, opened, add, sorted(remove))
    try:
        added, removed = await reword(
            press, opened, doer_of(visitor), add=add, remove=sorted(remove), verdict=verdict,
            reason=reason,
        )  # fmt: skip
    except PublishingError as error:
        return await _phrases(
            request, visitor, key, given=given, kind=kind, ticked=remove, problem=str(error),
            verdict=verdict, status=409,
        )  # fmt: skip
    return redirect(
        request, f"/procedures/{key}/phrases", f"Đã thêm {added}, bỏ {removed} cách gọi."
    )


def _ticked(form: FormData) -> frozenset[int]:
    return frozenset(number_of(value) for value in form.getlist("remove")[:1_000]) - {0}
