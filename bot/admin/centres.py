"""The desk of service centres: find one, mend its hours, phones and address, accept a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from bot import audit
from bot.admin.access import Approver, Editor, Viewer, Visitor, database_of
from bot.admin.desk import Desk
from bot.admin.pages import offset, page, read_form, redirect, typed
from bot.admin.procedures.work import doer_of
from bot.deeds import Doer
from bot.dialogue import Dialogue
from bot.models import Role
from knowledge.centres import Centre, CentreFileError, CentreLevel, CentreStatus
from knowledge.centres.sheet import COLUMN_TITLES, from_form, to_form, write_exceptions
from knowledge.centres.stored import (
    drop_draft,
    read_centre,
    read_centres,
    read_drafts,
    save_centres,
)
from knowledge.models import Centre as CentreRow
from knowledge.places import Places
from knowledge.publishing import bump_version
from knowledge.text import fold, normalise

router = APIRouter()

PAGE: Final = 50
#: Fields with a fixed set of answers, as the spreadsheet writes them.
CHOICES: Final = {
    "level": ("xã", "tỉnh", "huyện"),
    "kiosk": ("", "có", "không"),
    "post_office": ("", "có", "không"),
    "status": ("đang hoạt động", "không còn"),
    "confidence": ("cao", "trung bình", "thấp", "không rõ"),
}
HINTS: Final = {
    "hours": "Viết như: T2-T6 07:30-11:30 13:30-17:00; T7 07:30-11:30",
    "phones": "Nhiều số thì cách nhau bằng dấu chấm phẩy",
    "sources": "Nhiều nguồn thì cách nhau bằng dấu chấm phẩy",
    "unit_code": "Năm chữ số cho xã, hai chữ số cho tỉnh; có thể bỏ trống và ghi địa danh",
    "place": "Ví dụ: phường Hải Châu, Đà Nẵng",
    "verified_on": "Viết như 2026-11-24",
}
FIELDS: Final = {name: title for name, title in COLUMN_TITLES.items() if name != "key"}


@router.get("/centres")
async def show(request: Request, visitor: Viewer) -> Response:
    """Show the centres that match a search, and the drafts that wait."""
    wanted = request.query_params.get("q", "")[:200]
    at = offset(request, PAGE)
    async with database_of(request).read() as session:
        found = await matching(session, wanted)
        drafts = await read_drafts(session)
    return page(request, visitor, "centres/list.html", centres=found[at : at + PAGE],
                total=len(found), drafts=drafts, wanted=wanted, number=at // PAGE + 1,
                more=len(found) > at + PAGE, may_edit=visitor.may(Role.EDITOR))  # fmt: skip


def places_of(request: Request) -> Places:
    """Return the places that answers come from; building them anew takes seconds."""
    return cast("Dialogue", request.app.state.dialogue).sources.library.current.places


async def matching(session: AsyncSession, wanted: str) -> list[Centre]:
    """Return the centres whose name, address, unit or key has all words of `wanted`."""
    return [one for one in await read_centres(session) if _matches(one, wanted)]


def _matches(centre: Centre, wanted: str) -> bool:
    words = fold(normalise(wanted)).split()
    text = fold(normalise(f"{centre.name} {centre.address} {centre.unit_code} {centre.key}"))
    return all(word in text for word in words)


@router.get("/centres/new")
async def show_new(request: Request, visitor: Editor) -> Response:
    """Show the empty form."""
    return _form(request, visitor, "", dict.fromkeys(FIELDS, ""), "", ())


@router.get("/centres/{key}")
async def show_one(request: Request, visitor: Viewer, key: str) -> Response:
    """Show one centre in its form."""
    async with database_of(request).read() as session:
        centre = await read_centre(session, key)
        if centre is None:
            raise HTTPException(404)
        given = to_form(centre, places_of(request))
    draft = centre.status is CentreStatus.DRAFT
    return _form(
        request, visitor, key, given, write_exceptions(centre.hours.exceptions), (), draft=draft
    )


def _form(
    request: Request,
    visitor: Visitor,
    key: str,
    given: dict[str, str],
    exceptions: str,
    problems: tuple[str, ...],
    *,
    draft: bool = False,
) -> Response:
    return page(request, visitor, "centres/one.html", status=422 if problems else 200, key=key,
                given=given, exceptions=exceptions, problems=problems, fields=FIELDS,
                choices=CHOICES, hints=HINTS, draft=draft,
                may_save=visitor.may(Role.APPROVER))  # fmt: skip


@router.post("/centres/new")
async def add(request: Request, visitor: Approver) -> Response:
    """Add a centre; citizens are told of it at once."""
    return await _save(request, visitor, "")


@router.post("/centres/{key}")
async def save(request: Request, visitor: Approver, key: str) -> Response:
    """Keep what was changed, or accept a draft; citizens are told at once."""
    return await _save(request, visitor, key)


async def _save(request: Request, visitor: Visitor, key: str) -> Response:
    form = await read_form(request)
    given = {name: typed(form, name, 2_000) for name in FIELDS}
    exceptions = typed(form, "exceptions", 10_000)
    try:
        async with database_of(request).write() as session:
            centre = await keep_centre(
                session, key, given, exceptions, places_of(request), doer_of(visitor)
            )
    except CentreFileError as error:
        problems = tuple(problem.text for problem in error.problems)
        async with database_of(request).read() as session:
            base = await read_centre(session, key) if key else None
        draft = base is not None and base.status is CentreStatus.DRAFT
        return _form(request, visitor, key, given, exceptions, problems, draft=draft)
    return redirect(request, f"/centres/{centre.key}", "Đã lưu. Người dân thấy ngay.")


async def keep_centre(
    session: AsyncSession,
    key: str,
    given: Mapping[str, str],
    exceptions: str,
    places: Places,
    doer: Doer,
) -> Centre:
    """Keep what a form says of a centre ("" = a new one), or accept a draft; told at once.

    Raises:
        HTTPException: 404, there is no such centre.
        CentreFileError: something typed means nothing.
    """
    base = await read_centre(session, key) if key else None
    if key and base is None:
        raise HTTPException(404)
    draft = base is not None and base.status is CentreStatus.DRAFT
    centre = from_form({**given, "key": "" if draft else key}, exceptions, base, places)
    if not base or draft:
        centre = centre.model_copy(update={"key": await _free_key(session, centre)})
    if draft:
        await drop_draft(session, key)
    await save_centres(session, [centre])
    await bump_version(session)
    await audit.write(
        session, actor=doer.login, action="centre.save", subject=f"centre:{centre.key}",
        before=base.model_dump(mode="json", exclude_defaults=True) if base else None,
        after=centre.model_dump(mode="json", exclude_defaults=True), where=doer.where, now=doer.now,
    )  # fmt: skip
    return centre


async def _free_key(session: AsyncSession, centre: Centre) -> str:
    """Return a key that nobody has: the unit's own, or that with a number."""
    key, number = centre.key, 2
    while await read_centre(session, key) is not None:
        key, number = f"{centre.key}-{number}", number + 1
    return key


@router.post("/centres/{key}/drop")
async def drop(request: Request, visitor: Editor, key: str) -> Response:
    """Delete a draft that is no centre."""
    async with database_of(request).write() as session:
        dropped = await drop_centre(session, key, doer_of(visitor))
    if not dropped:
        return redirect(request, "/centres", "Bản nháp này không còn.", bad=True)
    return redirect(request, "/centres", "Đã bỏ bản nháp.")


async def drop_centre(session: AsyncSession, key: str, doer: Doer) -> bool:
    """Delete a draft that is no centre; False when it is gone."""
    if not await drop_draft(session, key):
        return False
    await audit.write(
        session, actor=doer.login, action="centre.drop", subject=f"centre:{key}",
        where=doer.where, now=doer.now,
    )  # fmt: skip
    return True


async def _waiting(session: AsyncSession) -> int:
    drafts = select(func.count()).where(CentreRow.status == CentreStatus.DRAFT.value)
    return (await session.exec(drafts)).one()


assert len(CHOICES["level"]) == len(CentreLevel)

DESK: Final = Desk(
    "Trung tâm", "/centres", Role.VIEWER, router,
    "Giờ làm việc, số điện thoại, địa chỉ của các trung tâm phục vụ hành chính công.",
    _waiting,
)  # fmt: skip
