"""The dossiers desk: load a status export, see what is wrong with it, let it take effect, take it back."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, HTTPException, Request
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from bot import audit, dossiers
from bot.admin.access import Admin, Visitor, database_of, settings_of
from bot.admin.desk import Desk
from bot.admin.pages import page, read_form, redirect, typed
from bot.messages.dossiers import STATUSES
from bot.models import DossierLoad, LoadStatus, Role
from bot.sheets import SheetError
from knowledge.columns import utc_now

PATH: Final = "/dossiers"
LOAD_WORDS: Final = {
    LoadStatus.PREVIEW: "xem trước, chưa có tác dụng",
    LoadStatus.LIVE: "đang dùng",
    LoadStatus.WITHDRAWN: "đã thu hồi",
}
NO_FILE: Final = "Chưa chọn tệp nào."

router = APIRouter()


@router.get(PATH)
async def show_loads(request: Request, visitor: Admin) -> Response:
    """Show what was loaded, with the form to load more."""
    return await _list(request, visitor)


async def _list(
    request: Request, visitor: Visitor, *, problem: str = "", lines: list[str] | None = None
) -> Response:
    async with database_of(request).read() as session:
        loaded = await dossiers.loads(session)
    return page(
        request, visitor, "dossiers/list.html", status=422 if problem else 200,
        loads=loaded, words=LOAD_WORDS, now=utc_now(), problem=problem, lines=lines or [],
        most_days=dossiers.MOST_DAYS, system=bool(settings_of(request).dossier_url),
        statuses=STATUSES,
    )  # fmt: skip


@router.post(PATH)
async def upload(request: Request, visitor: Admin) -> Response:
    """Read a file and keep its good lines as a preview."""
    form = await read_form(request)
    try:
        load = await _prepare(request, visitor, form)
    except dossiers.LoadError as error:
        return await _list(request, visitor, problem=str(error), lines=list(error.problems))
    except SheetError as error:
        return await _list(request, visitor, problem=str(error))
    finally:
        await form.close()
    return redirect(request, f"{PATH}/{load.id}", "Đã đọc tệp. Người dân chưa thấy gì.")


async def _prepare(request: Request, visitor: Visitor, form: FormData) -> DossierLoad:
    days = dossiers.read_days(typed(form, "days", 10))
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise dossiers.LoadError(NO_FILE)
    database = database_of(request)
    load = await dossiers.prepare(
        database, request.app.state.dialogue.sources.pseudonyms, await file.read(),
        name=file.filename, author=visitor.login, days=days, now=utc_now(),
    )  # fmt: skip
    async with database.write() as session:
        await _note(session, visitor, "dossiers.upload", load)
    return load


@router.get(f"{PATH}/{{load_id:int}}")
async def show_one(request: Request, visitor: Admin, load_id: int) -> Response:
    """Show a load: what is wrong with which line, what it would tell, the buttons."""
    async with database_of(request).read() as session:
        load = await session.get(DossierLoad, load_id)
        if load is None:
            raise HTTPException(404)
        counts = await dossiers.counts_of(session, load_id)
    return page(
        request, visitor, "dossiers/one.html", load=load, words=LOAD_WORDS, counts=counts,
        statuses=STATUSES, now=utc_now(),
    )  # fmt: skip


@router.post(f"{PATH}/{{load_id:int}}")
async def decide(request: Request, visitor: Admin, load_id: int) -> Response:
    """Let a preview take effect, or take a load back."""
    form, database = await read_form(request), database_of(request)
    step = typed(form, "step", 20)
    if step not in ("use", "withdraw"):
        raise HTTPException(400)
    try:
        if step == "use":
            load = await dossiers.take_effect(database, load_id, now=utc_now())
        else:
            load = await dossiers.withdraw(database, load_id)
    except dossiers.LoadError as error:
        return redirect(request, PATH, str(error), bad=True)
    async with database.write() as session:
        await _note(session, visitor, f"dossiers.{step}", load)
    used = "Đã dùng. Người dân tra được ngay." if step == "use" else "Đã thu hồi và xóa các dòng."
    return redirect(request, f"{PATH}/{load_id}", used)


async def _note(session: AsyncSession, visitor: Visitor, action: str, load: DossierLoad) -> None:
    await audit.write(
        session, actor=visitor.login, action=action, subject=f"dossier_load:{load.id}",
        after={"name": load.name, "good": load.good, "bad": load.bad, "days": load.days},
        where=visitor.address,
    )  # fmt: skip


DESK: Final = Desk(
    "Tình trạng hồ sơ", PATH, Role.ADMIN, router,
    "Nạp tình trạng hồ sơ để người có mã và mã tra cứu tự xem.",
)  # fmt: skip
