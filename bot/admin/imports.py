"""The import desk: upload a list, see what it would change, take it over by row, field or all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final, cast

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response, StreamingResponse

from bot import audit, officials
from bot.admin.access import Approver, Editor, Viewer, Visitor, database_of, settings_of
from bot.admin.desk import Desk
from bot.admin.pages import page, read_form, redirect, typed, whole
from bot.admin.procedures.work import doer_of
from bot.deeds import Doer
from bot.imports import Choice, Runner, UploadError, add_job, cancel, choose, folder_of, store
from bot.imports.deciding import TAKEN, UNDECIDED, DecisionError, fields_of
from bot.imports.leases import AT_WORK
from bot.imports.packing import unpack
from bot.imports.words import JOB_STATUS, OUTCOMES, PROBLEMS, ROW_STATES
from bot.models import ImportJob, ImportRow, JobKind, JobStatus, Role, RowOutcome
from knowledge.columns import utc_now
from knowledge.content import Content
from knowledge.exporting import EXPORTERS, WORKBOOKS
from knowledge.models import Procedure, Revision
from knowledge.publishing.changes import Change, changes

router = APIRouter()

#: Rows on one page, and jobs on the first.
PAGE: Final = 50
_PIECE: Final = 1024 * 1024
#: Format → how its file ends, and what it is.
EXPORTED: Final = {
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": ("csv", "text/csv; charset=utf-8"),
    "jsonl": ("jsonl", "application/x-ndjson"),
    "list": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "jsonld": ("jsonld", "application/ld+json"),
    "national": ("cong-quoc-gia.jsonl", "application/x-ndjson"),
}


@router.get("/import")
async def show(request: Request, visitor: Viewer) -> Response:
    """Show what was uploaded lately, and the form to upload more."""
    async with database_of(request).read() as session:
        jobs = await jobs_of(session, JobKind.PROCEDURES, PAGE)
    return page(request, visitor, "import/list.html", jobs=jobs, status_words=JOB_STATUS,
                limit=settings_of(request).max_upload_mb)  # fmt: skip


async def jobs_of(session: AsyncSession, kind: JobKind, most: int) -> Sequence[ImportJob]:
    """Return what was uploaded lately, newest first."""
    query = select(ImportJob).where(ImportJob.kind == kind)
    return (await session.exec(query.order_by(col(ImportJob.id).desc()).limit(most))).all()


@router.post("/import/files")
async def upload(request: Request, visitor: Editor) -> Response:
    """Keep a file and queue it to be read."""
    form = await read_form(request)
    try:
        job = await take_upload(request, visitor, form, JobKind.PROCEDURES)
    except UploadError as error:
        return redirect(request, "/import", str(error), bad=True)
    finally:
        await form.close()
    return redirect(request, f"/import/{job.id}", "Đã nhận tệp. Đang đọc ở hậu trường.")


async def take_upload(
    request: Request, visitor: Visitor, form: FormData, kind: JobKind
) -> ImportJob:
    """Store the `file` of a form as a job and wake the runner.

    Raises:
        UploadError: there is no file, or it is not taken.
    """
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise UploadError("Chưa chọn tệp nào.")
    settings = settings_of(request)
    stored = await store(_pieces(file), file.filename, folder_of(settings), kind=kind)
    async with database_of(request).write() as session:
        job = await add_job(session, stored, kind=kind, author=visitor.login, now=utc_now())
        await audit.write(
            session, actor=visitor.login, action="import.upload", subject=f"import:{job.id}",
            after={"name": stored.name, "size": stored.size}, where=visitor.address,
        )  # fmt: skip
    wake(request)
    return job


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece


def wake(request: Request) -> None:
    """Have the runner look for work at once."""
    cast("Runner", request.app.state.imports).wake()


@router.get("/import/export/{name}")
async def export(request: Request, _: Viewer, name: str) -> Response:
    """Download what is published, in one of our formats."""
    if name not in EXPORTED:
        raise HTTPException(404)
    ending, kind = EXPORTED[name]
    day = date.today().isoformat()  # noqa: DTZ011 - only part of a file's name
    headers = {"Content-Disposition": f'attachment; filename="thu-tuc-{day}.{ending}"'}
    database = database_of(request)
    if name in WORKBOOKS:
        file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - closed when it has been sent
        async with database.read() as session:
            await WORKBOOKS[name](session, file)
        file.seek(0)
        return StreamingResponse(_file(file), media_type=kind, headers=headers)

    async def lines() -> AsyncIterator[str]:
        async with database.read() as session:
            async for line in EXPORTERS[name](session):
                yield line

    return StreamingResponse(lines(), media_type=kind, headers=headers)


async def _file(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


@router.get("/import/{job_id}")
async def show_job(request: Request, visitor: Viewer, job_id: int) -> Response:
    """Show how far a file is, and its records by what they would change."""
    shown = request.query_params.get("show", "")
    field = request.query_params.get("field", "")
    after = whole(request.query_params.get("after", ""))
    async with database_of(request).read() as session:
        job = await job_of(session, job_id)
        rows = await rows_of(session, job_id, shown, field, after)
        fields = await fields_of(session, job_id) if job.status is JobStatus.READY else []
        second = job.author == visitor.login and await officials.is_there_another(
            session, Role.APPROVER, but=visitor.login
        )
    return page(
        request, visitor, "import/job.html",
        job=job, rows=rows[:PAGE], more=rows[PAGE - 1].id if len(rows) > PAGE else None,
        fields=fields, shown=shown, field=field, at_work=job.status in AT_WORK,
        outcome_words=OUTCOMES, state_words=ROW_STATES, status_words=JOB_STATUS,
        problem_words=PROBLEMS, taken=TAKEN, undecided=UNDECIDED, second=second,
        may_publish=visitor.may(Role.APPROVER) and not second,
        may_edit=visitor.may(Role.EDITOR),
    )  # fmt: skip


async def job_of(session: AsyncSession, job_id: int) -> ImportJob:
    """Return a job.

    Raises:
        HTTPException: 404, there is none.
    """
    job = await session.get(ImportJob, job_id)
    if job is None:
        raise HTTPException(404)
    return job


async def rows_of(
    session: AsyncSession, job_id: int, shown: str, field: str, after: int
) -> list[ImportRow]:
    """Return the next rows of a job: of an outcome, with "problems", or all that change something."""
    query = select(ImportRow).where(ImportRow.job_id == job_id, col(ImportRow.id) > after)
    if shown == "problems":
        query = query.where(ImportRow.doubts > 0)
    elif shown in {outcome.value for outcome in RowOutcome}:
        query = query.where(ImportRow.outcome == RowOutcome(shown))
    else:
        query = query.where(ImportRow.outcome != RowOutcome.UNCHANGED)
    if field:
        query = query.where(ImportRow.field == field)
    return list((await session.exec(query.order_by(col(ImportRow.id)).limit(PAGE + 1))).all())


@router.get("/import/{job_id}/rows/{row_id}")
async def show_row(request: Request, visitor: Viewer, job_id: int, row_id: int) -> Response:
    """Show one record: what is doubtful, and how it differs from what is live."""
    async with database_of(request).read() as session:
        job = await job_of(session, job_id)
        row, live, found = await row_of(session, job_id, row_id)
    return page(request, visitor, "import/row.html", job=job, row=row, changes=found, live=live,
                problem_words=PROBLEMS, outcome_words=OUTCOMES, state_words=ROW_STATES)  # fmt: skip


async def row_of(
    session: AsyncSession, job_id: int, row_id: int
) -> tuple[ImportRow, Mapping[str, Any] | None, tuple[Change, ...]]:
    """Return a row of a job, the live content beside it, and what taking it over would change.

    Raises:
        HTTPException: 404, there is none.
    """
    row = await session.get(ImportRow, row_id)
    if row is None or row.job_id != job_id:
        raise HTTPException(404)
    live = (
        await session.exec(
            select(Revision.content)
            .join(Procedure, col(Procedure.live_revision_id) == col(Revision.id))
            .where(Procedure.code == row.code, col(Procedure.province_code) == "")
        )
    ).first()
    new = unpack(row.packed).content if row.packed else None
    found = changes(Content.model_validate(live) if live else None, new) if new else ()
    return row, live, found


@router.post("/import/{job_id}/save")
async def save(request: Request, visitor: Editor, job_id: int) -> Response:
    """Take rows over as drafts."""
    return await _decide(request, visitor, job_id, publish=False)


@router.post("/import/{job_id}/publish")
async def publish(request: Request, visitor: Approver, job_id: int) -> Response:
    """Take rows over and make them live."""
    return await _decide(request, visitor, job_id, publish=True)


async def _decide(request: Request, visitor: Visitor, job_id: int, *, publish: bool) -> Response:
    form = await read_form(request)
    override = typed(form, "override", 300) if publish else ""
    choice = _choice(form)
    if choice is None:
        return redirect(request, f"/import/{job_id}", "Chưa chọn dòng nào.", bad=True)
    try:
        async with database_of(request).write() as session:
            count = await decide_rows(
                session, job_id, choice, doer_of(visitor), publish=publish, override=override
            )
    except DecisionError as error:
        return redirect(request, f"/import/{job_id}", str(error), bad=True)
    wake(request)
    done = "công bố" if publish else "lưu nháp"
    return redirect(request, f"/import/{job_id}", f"Đang {done} {count} dòng.")


async def decide_rows(
    session: AsyncSession,
    job_id: int,
    choice: Choice,
    doer: Doer,
    *,
    publish: bool,
    override: str = "",
) -> int:
    """Queue rows to be taken over, with the entry in the log; return how many.

    Raises:
        DecisionError: they cannot be, or it is another official's to publish them.
    """
    described: dict[str, Any] = {
        "rows": list(choice.ids), "field": choice.field, "sure_only": choice.sure_only,
    }  # fmt: skip
    count = await choose(
        session, job_id, choice, publish=publish, by=doer.login, now=doer.now, override=override
    )
    await audit.write(
        session, actor=doer.login, action="import.publish" if publish else "import.save",
        subject=f"import:{job_id}", after={**described, "count": count},
        reason=override, where=doer.where, now=doer.now,
    )  # fmt: skip
    return count


def _choice(form: FormData) -> Choice | None:
    """Return what a form chose: ticked rows, one field, or every row; None for nothing."""
    what = typed(form, "what")
    if what == "all":
        return Choice(sure_only=typed(form, "sure") == "1")
    if what == "field":
        return Choice(field=typed(form, "field"), sure_only=typed(form, "sure") == "1")
    ids = tuple(filter(None, (whole(str(one)) for one in form.getlist("row"))))[:1_000]
    return Choice(ids=ids) if ids else None


@router.post("/import/{job_id}/cancel")
async def give_up(request: Request, visitor: Editor, job_id: int) -> Response:
    """Close a file; what was taken over from it stays."""
    try:
        async with database_of(request).write() as session:
            await close_job(session, job_id, doer_of(visitor))
    except DecisionError as error:
        return redirect(request, "/import", str(error), bad=True)
    return redirect(request, "/import", "Đã đóng tệp. Những dòng đã nhận vẫn giữ nguyên.")


async def close_job(session: AsyncSession, job_id: int, doer: Doer) -> None:
    """Close a file; what was taken over from it stays.

    Raises:
        DecisionError: it is closed already.
    """
    await cancel(session, job_id, now=doer.now)
    await audit.write(
        session, actor=doer.login, action="import.close", subject=f"import:{job_id}",
        where=doer.where, now=doer.now,
    )  # fmt: skip


async def _waiting(session: AsyncSession) -> int:
    ready = select(func.count()).where(
        ImportJob.status == JobStatus.READY, ImportJob.kind == JobKind.PROCEDURES
    )
    return (await session.exec(ready)).one()


DESK: Final = Desk(
    "Nạp, xuất dữ liệu", "/import", Role.VIEWER, router,
    "Tải danh mục lên, xem mới, đổi, bỏ rồi nhận từng phần; tải xuống.",
    _waiting,
)  # fmt: skip
