"""Imports by the API: upload, see how far it is and what would change, take over, close."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from bot.admin.access import Visitor, database_of
from bot.admin.api.access import Approver, Reader, Writer
from bot.admin.api.bodies import Body, Id
from bot.admin.api.problems import Kind, Problem
from bot.admin.api.procedures import ChangedPart
from bot.admin.imports import (
    PAGE,
    close_job,
    decide_rows,
    job_of,
    jobs_of,
    row_of,
    rows_of,
    take_upload,
    wake,
)
from bot.admin.pages import read_form
from bot.admin.procedures.work import doer_of
from bot.imports import Choice
from bot.models import ImportJob, JobKind, JobStatus, RowOutcome, RowState

router = APIRouter(prefix="/imports")
JobId = Annotated[int, Path(ge=1, lt=2**31, description="Số của tệp đã nạp")]
RowId = Annotated[int, Path(ge=1, lt=2**31)]
FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


class Job(BaseModel):
    """One uploaded file on its way."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: JobKind
    name: str
    size: int
    status: JobStatus
    share: float = Field(description="Phần đã xong của bước này, 0 đến 1")
    records: int
    error: str
    result: dict[str, Any]
    author: str
    decided_by: str
    created_at: datetime
    updated_at: datetime


class ImportRowListed(BaseModel):
    """One record of a file."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    record: int
    code: str
    title: str
    field: str
    outcome: RowOutcome
    state: RowState
    reason: str
    hold: str
    doubts: int
    problems: list[dict[str, str]]


class ImportRows(BaseModel):
    """Some rows; `more` is the id to give as `after` for the next ones."""

    rows: list[ImportRowListed]
    more: int | None


class ImportRowRead(BaseModel):
    """A record and what taking it over would change."""

    row: ImportRowListed
    changes: list[ChangedPart]


class Accepted(Body):
    """Which rows: `rows` by id, those of a `field`, or `all`; as drafts, or live."""

    rows: Annotated[tuple[Id, ...], Field(max_length=1_000)] = ()
    field: Annotated[str, Field(max_length=300)] | None = None
    all: bool = False
    sure_only: bool = False
    override: Annotated[str, Field(max_length=300)] = ""


class Queued(BaseModel):
    """How many rows are being taken over."""

    rows: int


@router.get("", summary="Tệp đã nạp")
async def search(request: Request, _: Reader) -> list[Job]:
    """List the fifty files uploaded last."""
    async with database_of(request).read() as session:
        jobs = await jobs_of(session, JobKind.PROCEDURES, PAGE)
    return [Job.model_validate(one) for one in jobs]


@router.post("/files", status_code=202, summary="Nạp một tệp", openapi_extra=FILE)
async def upload(request: Request, visitor: Writer) -> Job:
    """Keep a file (.jsonl, .json, .csv, .xlsx, .gz, .xz) and queue it to be read."""
    return Job.model_validate(await uploaded(request, visitor, JobKind.PROCEDURES))


async def uploaded(request: Request, visitor: Visitor, kind: JobKind) -> ImportJob:
    """Take the `file` of a multipart form.

    Raises:
        UploadError: there is no file, or it is not taken.
    """
    form = await read_form(request)
    try:
        return await take_upload(request, visitor, form, kind)
    finally:
        await form.close()


@router.get("/{job_id}", summary="Nạp đến đâu rồi")
async def read(request: Request, _: Reader, job_id: JobId) -> Job:
    """Return how far a file is."""
    async with database_of(request).read() as session:
        return Job.model_validate(await job_of(session, job_id))


@router.get("/{job_id}/rows", summary="Từng dòng của tệp")
async def rows(
    request: Request,
    _: Reader,
    job_id: JobId,
    show: Literal["", "new", "changed", "unchanged", "removed", "refused", "problems"] = "",
    field: Annotated[str, Query(max_length=300)] = "",
    after: Annotated[int, Query(ge=0, lt=2**31)] = 0,
) -> ImportRows:
    """List what the file would change, or its rows of one outcome, or those with problems."""
    async with database_of(request).read() as session:
        await job_of(session, job_id)
        found = await rows_of(session, job_id, show, field, after)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return ImportRows(rows=[ImportRowListed.model_validate(one) for one in found[:PAGE]], more=more)


@router.get("/{job_id}/rows/{row_id}", summary="Đọc một dòng")
async def read_row(request: Request, _: Reader, job_id: JobId, row_id: RowId) -> ImportRowRead:
    """Return one record, what is doubtful, and how it differs from what is live."""
    async with database_of(request).read() as session:
        row, _live, found = await row_of(session, job_id, row_id)
    return ImportRowRead(
        row=ImportRowListed.model_validate(row),
        changes=[ChangedPart.model_validate(one) for one in found],
    )


@router.post("/{job_id}/save", status_code=202, summary="Nhận làm bản nháp")
async def save(request: Request, visitor: Writer, job_id: JobId, given: Accepted) -> Queued:
    """Take rows over as drafts."""
    return await _accept(request, visitor, job_id, given, publish=False)


@router.post("/{job_id}/publish", status_code=202, summary="Nhận và công bố")
async def publish(request: Request, visitor: Approver, job_id: JobId, given: Accepted) -> Queued:
    """Take rows over and make them live; broken golden questions hold all back without `override`."""
    return await _accept(request, visitor, job_id, given, publish=True)


async def _accept(
    request: Request, visitor: Visitor, job_id: int, given: Accepted, *, publish: bool
) -> Queued:
    if bool(given.rows) + (given.field is not None) + given.all != 1:
        raise Problem(Kind.INVALID, "Hãy chọn một trong ba: `rows`, `field` hoặc `all`.")
    choice = Choice(ids=given.rows, field=given.field, sure_only=given.sure_only)
    async with database_of(request).write() as session:
        await job_of(session, job_id)
        count = await decide_rows(
            session, job_id, choice, doer_of(visitor), publish=publish, override=given.override
        )
    wake(request)
    return Queued(rows=count)


@router.post("/{job_id}/cancel", summary="Đóng tệp")
async def cancel(request: Request, visitor: Writer, job_id: JobId) -> Job:
    """Close a file; what was taken over from it stays."""
    async with database_of(request).write() as session:
        await job_of(session, job_id)
        await close_job(session, job_id, doer_of(visitor))
    return await read(request, visitor, job_id)
