"""Service centres by the API: found, read, kept as the desk's form keeps them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BaseModel, Field

from bot.admin.access import Visitor, database_of
from bot.admin.api.access import Approver, Reader, Writer
from bot.admin.api.bodies import Body
from bot.admin.api.problems import Kind, Problem
from bot.admin.centres import FIELDS, PAGE, drop_centre, keep_centre, matching, places_of
from bot.admin.procedures.work import doer_of
from knowledge.centres import Centre, CentreFileError
from knowledge.centres.sheet import to_form, write_exceptions
from knowledge.centres.stored import read_centre, read_drafts

router = APIRouter(prefix="/centres")
Key = Annotated[str, Path(max_length=60, description="Khóa của trung tâm")]
_NAMES: Final = ", ".join(f"{name} ({title})" for name, title in FIELDS.items())


class CentreRead(BaseModel):
    """A centre: its fields as the form and the spreadsheet write them, and all of it."""

    key: str
    fields: dict[str, str]
    exceptions: str
    centre: dict[str, Any]


class CentrePage(BaseModel):
    """One page of centres, and the drafts that wait."""

    centres: list[dict[str, Any]]
    count: int
    drafts: list[dict[str, Any]]


class CentreGiven(Body):
    """Fields as the form writes them; those left out are empty."""

    fields: Annotated[dict[str, Annotated[str, Field(max_length=2_000)]], Field(description=_NAMES)]
    exceptions: Annotated[str, Field(max_length=10_000)] = ""


class Dropped(BaseModel):
    """It is gone."""

    dropped: bool = True


@router.get("", summary="Tìm trung tâm")
async def search(
    request: Request,
    _: Reader,
    q: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> CentrePage:
    """List the centres whose name, address, unit or key has all the words, fifty a page."""
    async with database_of(request).read() as session:
        found = await matching(session, q)
        drafts = await read_drafts(session)
    shown = found[(page - 1) * PAGE : page * PAGE]
    return CentrePage(
        centres=[_plain(one) for one in shown], count=len(found), drafts=[_plain(d) for d in drafts]
    )


def _plain(centre: Centre) -> dict[str, Any]:
    return centre.model_dump(mode="json", exclude_defaults=True)


@router.get("/{key}", summary="Đọc một trung tâm")
async def read(request: Request, _: Reader, key: Key) -> CentreRead:
    """Return one centre, with its fields as they may be sent back."""
    async with database_of(request).read() as session:
        centre = await read_centre(session, key)
    if centre is None:
        raise HTTPException(404)
    return _read(request, centre)


def _read(request: Request, centre: Centre) -> CentreRead:
    fields = to_form(centre, places_of(request))
    return CentreRead(
        key=centre.key, fields={name: fields[name] for name in FIELDS},
        exceptions=write_exceptions(centre.hours.exceptions), centre=_plain(centre),
    )  # fmt: skip


@router.post("", status_code=201, summary="Thêm trung tâm")
async def create(request: Request, visitor: Approver, given: CentreGiven) -> CentreRead:
    """Add a centre; citizens are told of it at once."""
    return await _keep(request, visitor, "", given)


@router.put("/{key}", summary="Sửa trung tâm, nhận bản nháp")
async def save(request: Request, visitor: Approver, key: Key, given: CentreGiven) -> CentreRead:
    """Keep what was changed, or accept a draft; citizens are told at once."""
    return await _keep(request, visitor, key, given)


async def _keep(request: Request, visitor: Visitor, key: str, given: CentreGiven) -> CentreRead:
    if unknown := set(given.fields) - set(FIELDS):
        raise Problem(Kind.INVALID, f"Không có mục {', '.join(sorted(unknown))}.")
    fields = {name: given.fields.get(name, "") for name in FIELDS}
    try:
        async with database_of(request).write() as session:
            centre = await keep_centre(
                session, key, fields, given.exceptions, places_of(request), doer_of(visitor)
            )
    except CentreFileError as error:
        errors = [{"pointer": "/fields", "detail": one.text} for one in error.problems[:50]]
        raise Problem(Kind.INVALID, "Chưa lưu: có mục chưa đúng.", errors=errors) from error
    return _read(request, centre)


@router.delete("/{key}", summary="Bỏ một bản nháp trung tâm")
async def drop(request: Request, visitor: Writer, key: Key) -> Dropped:
    """Delete a draft that is no centre."""
    async with database_of(request).write() as session:
        dropped = await drop_centre(session, key, doer_of(visitor))
    if not dropped:
        raise HTTPException(404)
    return Dropped()
