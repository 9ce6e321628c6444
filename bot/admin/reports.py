"""The desk of reports: read one, look at what it says beside its sentences, approve, mend or reject."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from bot import audit
from bot.admin.access import Approver, Editor, Viewer, Visitor, database_of, settings_of
from bot.admin.desk import Desk
from bot.admin.imports import take_upload, wake
from bot.admin.pages import offset, page, read_form, redirect, typed
from bot.admin.procedures.work import doer_of
from bot.deeds import Doer
from bot.imports import UploadError, add_job, folder_of, store
from bot.imports.leases import AT_WORK
from bot.imports.report import drafts_of
from bot.imports.words import JOB_STATUS
from bot.models import ImportJob, JobKind, Role
from knowledge.centres.stored import read_drafts
from knowledge.columns import utc_now
from knowledge.models import Fact, FactStatus, Report
from knowledge.reports.drafts import EDITABLE, DraftError, decide, edit, facts_of, find_report
from knowledge.reports.found import Kind, Severity
from knowledge.reports.shape import KIND_NAMES, SEVERITY_NAMES

router = APIRouter()

#: Facts on one page, and characters of a pasted report.
PAGE: Final = 40
MOST_PASTED: Final = 1_000_000
STATUS_WORDS: Final = {
    FactStatus.DRAFT: "nháp",
    FactStatus.PUBLISHED: "đã duyệt",
    FactStatus.REJECTED: "đã bỏ",
}
#: What an editor may change → how it is called.
FIELDS: Final = {
    "subject": "Điều được nói tới",
    "statement": "Câu người dân đọc",
    "value": "Giá trị",
    "unit": "Đơn vị",
    "level": "Cấp",
    "place": "Địa phương hẹp hơn",
    "period": "Kỳ",
}
assert set(FIELDS) == EDITABLE


@router.get("/reports")
async def show(request: Request, visitor: Viewer) -> Response:
    """Show the reports and the form to read another."""
    async with database_of(request).read() as session:
        reports = (await session.exec(select(Report).order_by(col(Report.id).desc()))).all()
        counts = Counter(
            {
                (report, status): count
                for report, status, count in await session.exec(
                    select(Fact.report_id, Fact.status, func.count()).group_by(
                        col(Fact.report_id), col(Fact.status)
                    )
                )
            }
        )
        jobs = (
            await session.exec(
                select(ImportJob)
                .where(ImportJob.kind == JobKind.REPORT)
                .order_by(col(ImportJob.id).desc())
                .limit(5)
            )
        ).all()
    return page(request, visitor, "reports/list.html", reports=reports, counts=counts, jobs=jobs,
                words=STATUS_WORDS, job_words=JOB_STATUS, may_edit=visitor.may(Role.EDITOR))  # fmt: skip


@router.post("/import/reports")
async def upload(request: Request, visitor: Editor) -> Response:
    """Keep an uploaded report, or a pasted one, and queue it to be read."""
    form = await read_form(request)
    try:
        pasted = typed(form, "text", MOST_PASTED)
        job = (
            await _paste(request, visitor, pasted)
            if pasted
            else await take_upload(request, visitor, form, JobKind.REPORT)
        )
    except UploadError as error:
        return redirect(request, "/reports", str(error), bad=True)
    finally:
        await form.close()
    return redirect(request, f"/reports/jobs/{job.id}", "Đã nhận báo cáo. Đang đọc ở hậu trường.")


async def _paste(request: Request, visitor: Visitor, text: str) -> ImportJob:
    async def whole() -> AsyncIterator[bytes]:
        yield text.encode()

    kind = JobKind.REPORT
    stored = await store(whole(), "dán vào.txt", folder_of(settings_of(request)), kind=kind)
    async with database_of(request).write() as session:
        job = await add_job(session, stored, kind=kind, author=visitor.login, now=utc_now())
        await _log(session, doer_of(visitor), "report.paste", f"import:{job.id}", size=stored.size)
    wake(request)
    return job


@router.get("/reports/jobs/{job_id}")
async def show_job(request: Request, visitor: Viewer, job_id: int) -> Response:
    """Show how far the reading is; leads on to the report when it is read."""
    async with database_of(request).read() as session:
        job = await session.get(ImportJob, job_id)
    if job is None or job.kind is not JobKind.REPORT:
        raise HTTPException(404)
    if key := job.result.get("key"):
        again = "Báo cáo này đã nhập trước đó." if job.result.get("already") else ""
        return redirect(request, f"/reports/{key}", again)
    return page(request, visitor, "reports/job.html", job=job, at_work=job.status in AT_WORK,
                words=JOB_STATUS)  # fmt: skip


@router.get("/reports/{key}")
async def show_report(request: Request, visitor: Viewer, key: str) -> Response:
    """Show what a report says, fact by fact, with what is doubtful and what others said before."""
    shown = request.query_params.get("show", "draft")
    at = offset(request, PAGE)
    async with database_of(request).read() as session:
        report = await report_of(session, key)
        facts = await facts_of(session, report)
        centres = [
            one for one in await read_drafts(session) if one.key.startswith(f"nhap-{key[:48]}-")
        ]
        announcements = await drafts_of(session, key)
    picked = [fact for fact in facts if shown in ("all", fact.status.value)]
    counts = Counter(fact.status for fact in facts)
    doubtful = [fact for fact in facts if fact.finding]
    return page(
        request, visitor, "reports/report.html", report=report, facts=picked[at : at + PAGE],
        counts=counts, doubtful=doubtful, centres=centres, announcements=announcements,
        shown=shown, number=at // PAGE + 1, more=len(picked) > at + PAGE,
        words=STATUS_WORDS, kinds={kind.value: name for kind, name in KIND_NAMES.items()},
        severities={one.value: name for one, name in SEVERITY_NAMES.items()},
        may_edit=visitor.may(Role.EDITOR), may_approve=visitor.may(Role.APPROVER),
    )  # fmt: skip


assert set(KIND_NAMES) == set(Kind)
assert set(SEVERITY_NAMES) == set(Severity)


async def report_of(session: AsyncSession, key: str) -> Report:
    """Return a report.

    Raises:
        HTTPException: 404, there is none.
    """
    try:
        return await find_report(session, key)
    except DraftError as error:
        raise HTTPException(404) from error


@router.post("/reports/{key}/approve")
async def approve(request: Request, visitor: Approver, key: str) -> Response:
    """Let citizens read facts."""
    return await _decide(request, visitor, key, FactStatus.PUBLISHED)


@router.post("/reports/{key}/reject")
async def reject(request: Request, visitor: Editor, key: str) -> Response:
    """Put facts away; a published one is no longer told."""
    return await _decide(request, visitor, key, FactStatus.REJECTED)


async def _decide(request: Request, visitor: Visitor, key: str, status: FactStatus) -> Response:
    form = await read_form(request)
    everything = typed(form, "what") == "all"
    chosen = [str(one) for one in form.getlist("fact")][:2_000]
    here = f"/reports/{key}"
    if not everything and not chosen:
        return redirect(request, here, "Chưa chọn dữ kiện nào.", bad=True)
    try:
        async with database_of(request).write() as session:
            picked = None if everything else chosen
            changed = await decide_facts(session, key, status, picked, doer_of(visitor))
    except DraftError as error:
        return redirect(request, "/reports", _sentence(error), bad=True)
    done = "duyệt" if status is FactStatus.PUBLISHED else "bỏ"
    return redirect(request, here, f"Đã {done} {changed} dữ kiện.")


async def decide_facts(
    session: AsyncSession, key: str, status: FactStatus, facts: list[str] | None, doer: Doer
) -> int:
    """Let citizens read facts of a report (None = all), or put them away; return how many changed.

    Raises:
        DraftError: there is no such report.
    """
    changed = await decide(session, key, status, facts)
    await _log(
        session, doer, f"fact.{status.value}", f"report:{key}",
        facts="all" if facts is None else facts, count=changed,
    )  # fmt: skip
    return changed


def _sentence(error: DraftError) -> str:
    said = str(error)
    return said[:1].upper() + said[1:] + "."


@router.get("/reports/{key}/facts/{fact_key}")
async def show_fact(request: Request, visitor: Editor, key: str, fact_key: str) -> Response:
    """Show one fact in a form, its sentence beside it."""
    async with database_of(request).read() as session:
        report = await report_of(session, key)
        fact = next((f for f in await facts_of(session, report) if f.key == fact_key), None)
    if fact is None:
        raise HTTPException(404)
    given = {name: getattr(fact, name) for name in FIELDS}
    return page(request, visitor, "reports/fact.html", report=report, fact=fact, given=given,
                fields=FIELDS, problem="")  # fmt: skip


@router.post("/reports/{key}/facts/{fact_key}")
async def change(request: Request, visitor: Editor, key: str, fact_key: str) -> Response:
    """Change the words of a fact; one that citizens read already is an approver's to change."""
    form = await read_form(request)
    given = {name: typed(form, name, 2_000) for name in FIELDS}
    async with database_of(request).write() as session:
        report = await report_of(session, key)
        fact, problem = await mend_fact(session, report, fact_key, given, visitor)
    if problem:
        return page(request, visitor, "reports/fact.html", status=422, report=report, fact=fact,
                    given=given, fields=FIELDS, problem=problem)  # fmt: skip
    return redirect(request, f"/reports/{key}?show=all", "Đã sửa dữ kiện.")


async def mend_fact(
    session: AsyncSession, report: Report, fact_key: str, given: dict[str, str], visitor: Visitor
) -> tuple[Fact, str]:
    """Change the words of a fact; return it and what is wrong with that, "" when it is done.

    Raises:
        HTTPException: 404, there is no such fact.
    """
    fact = next((f for f in await facts_of(session, report) if f.key == fact_key), None)
    if fact is None:
        raise HTTPException(404)
    problem = _problem(fact, given, visitor)
    if not problem:
        before = {name: getattr(fact, name) for name in FIELDS}
        await edit(session, report.key, fact_key, given)
        await audit.write(
            session, actor=visitor.login, action="fact.edit", subject=f"fact:{fact_key}",
            before=before, after=given, where=visitor.address,
        )  # fmt: skip
    return fact, problem


def _problem(fact: Fact, given: dict[str, str], visitor: Visitor) -> str:
    if fact.published and not visitor.may(Role.APPROVER):
        return "Dữ kiện này người dân đang đọc; chỉ người duyệt được sửa."
    if not given["subject"] or not given["statement"]:
        return "Hãy ghi điều được nói tới và câu người dân đọc."
    return ""


async def _log(
    session: AsyncSession, doer: Doer, action: str, subject: str, **after: object
) -> None:
    await audit.write(session, actor=doer.login, action=action, subject=subject, after=after,
                      where=doer.where, now=doer.now)  # fmt: skip


async def _waiting(session: AsyncSession) -> int:
    drafts = select(func.count()).where(Fact.status == FactStatus.DRAFT)
    return (await session.exec(drafts)).one()


DESK: Final = Desk(
    "Báo cáo", "/reports", Role.VIEWER, router,
    "Đọc báo cáo cải cách hành chính, kiểm tra số liệu, duyệt từng dữ kiện.",
    _waiting,
)  # fmt: skip
