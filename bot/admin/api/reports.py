"""Reports by the API: upload, follow, read fact by fact, approve, mend, reject."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from bot.admin.access import Visitor, database_of
from bot.admin.api.access import Approver, Reader, Writer
from bot.admin.api.bodies import Body
from bot.admin.api.imports import FILE, Job, uploaded
from bot.admin.api.problems import Kind, Problem
from bot.admin.procedures.work import doer_of
from bot.admin.reports import FIELDS, decide_facts, mend_fact, report_of
from bot.models import JobKind
from knowledge.models import FactStatus, Report
from knowledge.reports.drafts import facts_of

router = APIRouter(prefix="/reports")
Key = Annotated[str, Path(max_length=200, description="Khóa của báo cáo")]
FactKey = Annotated[str, Path(max_length=200)]
Words = Annotated[str, Field(max_length=2_000)]


class ReportRead(BaseModel):
    """A report that was read."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    title: str
    locality: str
    period: str
    year: int | None
    publisher: str


class FactRead(BaseModel):
    """One thing a report says; `finding` is what is doubtful about it."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    status: FactStatus
    subject: str
    statement: str
    value: str
    unit: str
    level: str
    place: str
    period: str
    finding: dict[str, Any] | None


class Chosen(Body):
    """Facts by key, or all of the report."""

    facts: Annotated[tuple[Words, ...], Field(max_length=2_000)] = ()
    all: bool = False


class Changed(BaseModel):
    """How many facts changed."""

    changed: int


class FactGiven(Body):
    """The words of a fact as they shall be."""

    subject: Words
    statement: Words
    value: Words = ""
    unit: Words = ""
    level: Words = ""
    place: Words = ""
    period: Words = ""


assert set(FactGiven.model_fields) == set(FIELDS)


@router.get("", summary="Các báo cáo")
async def search(request: Request, _: Reader) -> list[ReportRead]:
    """List the reports, newest first."""
    async with database_of(request).read() as session:
        rows = await session.exec(select(Report).order_by(col(Report.id).desc()))
        return [ReportRead.model_validate(one) for one in rows]


@router.post("/files", status_code=202, summary="Nạp một báo cáo", openapi_extra=FILE)
async def upload(request: Request, visitor: Writer) -> Job:
    """Keep a report (.txt, .docx, .pdf, .html) and queue it to be read; follow it at /imports."""
    return Job.model_validate(await uploaded(request, visitor, JobKind.REPORT))


@router.get("/{key}/facts", summary="Dữ kiện của một báo cáo")
async def facts(
    request: Request, _: Reader, key: Key, status: FactStatus | None = None
) -> list[FactRead]:
    """List what a report says, fact by fact."""
    async with database_of(request).read() as session:
        found = await facts_of(session, await report_of(session, key))
        return [FactRead.model_validate(f) for f in found if status in (None, f.status)]


@router.put("/{key}/facts/{fact_key}", summary="Sửa một dữ kiện")
async def mend(
    request: Request, visitor: Writer, key: Key, fact_key: FactKey, given: FactGiven
) -> Changed:
    """Change the words of a fact; one that citizens read already is an approver's to change."""
    async with database_of(request).write() as session:
        report = await report_of(session, key)
        words = {name: value.strip() for name, value in given.model_dump().items()}
        _fact, problem = await mend_fact(session, report, fact_key, words, visitor)
    if problem:
        raise Problem(Kind.INVALID, problem)
    return Changed(changed=1)


@router.post("/{key}/approve", summary="Duyệt dữ kiện")
async def approve(request: Request, visitor: Approver, key: Key, given: Chosen) -> Changed:
    """Let citizens read facts."""
    return await _decide(request, visitor, key, given, FactStatus.PUBLISHED)


@router.post("/{key}/reject", summary="Bỏ dữ kiện")
async def reject(request: Request, visitor: Writer, key: Key, given: Chosen) -> Changed:
    """Put facts away; a published one is no longer told."""
    return await _decide(request, visitor, key, given, FactStatus.REJECTED)


async def _decide(
    request: Request, visitor: Visitor, key: str, given: Chosen, status: FactStatus
) -> Changed:
    if bool(given.facts) == given.all:
        raise Problem(Kind.INVALID, "Hãy chọn `facts` hoặc `all`.")
    async with database_of(request).write() as session:
        await report_of(session, key)
        picked = None if given.all else list(given.facts)
        changed = await decide_facts(session, key, status, picked, doer_of(visitor))
    return Changed(changed=changed)
