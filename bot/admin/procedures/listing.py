"""The list of procedures, one procedure at a glance, and how a new one begins."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from bot import audit
from bot.admin.access import Editor, Viewer, database_of, settings_of
from bot.admin.pages import page, read_form, redirect, typed
from bot.admin.procedures import catalogue
from bot.admin.procedures.catalogue import STATUS_NAMES as FILTERS
from bot.admin.procedures.catalogue import Wanted, find
from bot.admin.procedures.deciding import begin
from bot.admin.procedures.preview import preview
from bot.admin.procedures.work import STATUS_NAMES, Opened, doer_of, library_of, open_work
from bot.deeds import Doer, needs_second_person
from knowledge.columns import utc_now
from knowledge.content import Content, Override
from knowledge.hours import ZONE
from knowledge.models import Alias, Procedure, ProcedureKind, Revision
from knowledge.publishing import PublishingError, save_override_edit
from knowledge.wording import LEVEL_NAMES, lines_of

router = APIRouter()

#: What is asked for a new procedure; the rest is filled in on the pages of its form.
_NEW: Final = {"code": 40, "title": 2_000, "field": 300}


@router.get("/procedures")
async def show_list(request: Request, visitor: Viewer) -> Response:
    """List procedures: all, filtered, or what a citizen's question would find."""
    wanted = Wanted.from_query(request.query_params)
    settings = settings_of(request)
    today = utc_now().astimezone(ZONE).date()
    async with database_of(request).read() as session:
        found = await find(
            session, library_of(request).current, wanted,
            today=today, stale_days=settings.stale_days,
        )  # fmt: skip
        fields, provinces = await catalogue.choices(session)
    return page(
        request, visitor, "procedures/list.html",
        found=found, wanted=wanted, fields=fields, provinces=provinces, filters=FILTERS,
        levels=LEVEL_NAMES, statuses=STATUS_NAMES, stale_days=settings.stale_days,
        places=province_names(request),
    )  # fmt: skip


def province_names(request: Request) -> dict[str, str]:
    """Return the name of each province by its code."""
    places = library_of(request).current.places
    return {unit.code: unit.name for unit in places.provinces}


@router.get("/procedures/new")
async def show_new(request: Request, visitor: Editor) -> Response:
    """Ask for what a new procedure needs to begin."""
    return page(request, visitor, "procedures/new.html", given=dict.fromkeys(_NEW, ""), problem="")


@router.post("/procedures/new")
async def create(request: Request, visitor: Editor) -> Response:
    """Begin a procedure as a draft."""
    form = await read_form(request)
    given = {name: typed(form, name, limit) for name, limit in _NEW.items()}
    try:
        content = _first(given)
        async with database_of(request).write() as session:
            await begin(session, content, doer_of(visitor))
    except (PublishingError, ValueError) as error:
        return page(
            request, visitor, "procedures/new.html", status=422, given=given, problem=str(error)
        )
    return redirect(request, f"/procedures/{content.code}/edit/chung", "Đã tạo bản nháp.")


def _first(given: dict[str, str]) -> Content:
    try:
        return Content.model_validate(given)
    except ValueError:
        raise ValueError(
            "Mã thủ tục chỉ có chữ không dấu, số, dấu chấm và gạch ngang; tên cần ít nhất 3 ký tự."
        ) from None


@router.get("/procedures/{key}")
async def show_one(request: Request, visitor: Viewer, key: str) -> Response:
    """Show one procedure: what citizens read now, what waits, and what can be done."""
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
        around = await _around(session, opened)
    work = opened.work
    shown = work.live or work.current
    whole = opened.whole(shown) if shown else None
    return page(
        request, visitor, "procedures/one.html",
        opened=opened, work=work, preview=preview(request, whole) if whole else None,
        statuses=STATUS_NAMES, sizes=_sizes(opened, work.current),
        places=province_names(request), **around,
    )  # fmt: skip


def _sizes(opened: Opened, revision: Revision | None) -> dict[str, int]:
    """Return how many lines each page of the form holds."""
    lines = lines_of(opened.content(revision)) if revision else {}
    return {
        section.slug: sum(len(lines.get(part.name, ())) for part in section.parts)
        for section in opened.sections
    }


async def _around(session: AsyncSession, opened: Opened) -> dict[str, Any]:
    code = opened.procedure.code
    aliases = await session.exec(select(func.count()).where(Alias.code == code))
    overrides = await session.exec(
        select(Procedure)
        .where(Procedure.code == code, Procedure.kind == ProcedureKind.OVERRIDE)
        .order_by(col(Procedure.province_code))
    )
    return {
        "aliases": aliases.one(),
        "overrides": overrides.all(),
        "second": await needs_second_person(session),
    }


@router.post("/procedures/{key}/provinces")
async def begin_province(request: Request, visitor: Editor, key: str) -> Response:
    """Begin the terms of one province, or go on with them."""
    province = typed(await read_form(request), "province", 2)
    if province not in province_names(request):
        return redirect(request, f"/procedures/{key}", "Hãy chọn một tỉnh, thành phố.", bad=True)
    try:
        async with database_of(request).write() as session:
            opened = await open_work(session, key)
            await begin_terms(session, opened.procedure.code, province, doer_of(visitor))
    except PublishingError as error:
        return redirect(request, f"/procedures/{key}", str(error), bad=True)
    return redirect(request, f"/procedures/{opened.procedure.code}@{province}/edit/rieng")


async def begin_terms(session: AsyncSession, code: str, province: str, doer: Doer) -> None:
    """Begin one province's terms of a procedure as a draft, unless they are there."""
    known = await session.exec(
        select(Procedure.id).where(Procedure.code == code, Procedure.province_code == province)
    )
    if known.first() is not None:
        return
    await save_override_edit(
        session, code, province, Override(), author=doer.login, base=None, now=doer.now
    )
    await audit.write(
        session, actor=doer.login, action="procedure.province", subject=code,
        after={"province": province}, where=doer.where, now=doer.now,
    )  # fmt: skip
