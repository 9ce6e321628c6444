"""From a draft to what citizens read: word by word, past the golden questions, by a second person."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot import deeds
from bot.admin.access import Approver, Editor, Viewer, Visitor, database_of, settings_of
from bot.admin.pages import page, read_form, redirect, typed
from bot.admin.procedures.catalogue import titles
from bot.admin.procedures.preview import preview
from bot.admin.procedures.typed import number_of
from bot.admin.procedures.work import (
    STATUS_NAMES,
    Opened,
    doer_of,
    gate_of,
    library_of,
    open_work,
    verdict_on,
)
from knowledge.columns import utc_now
from knowledge.golden import Verdict
from knowledge.hours import ZONE
from knowledge.models import Revision
from knowledge.publishing import PublishingError, changes

router = APIRouter()

#: Longest reason, in characters.
REASON: Final = 500
#: What can be done to a live answer at once, and what is said then.
HIDDEN: Final = {
    "hide": "Đã ẩn câu trả lời.",
    "show": "Đã hiện lại.",
    "archive": "Đã gỡ khỏi kho công bố.",
}
GONE: Final = "Bản này đã có người xử lý trong lúc anh/chị xem. Trang dưới đây là bản mới nhất."


@router.get("/procedures/{key}/review")
async def show_review(request: Request, visitor: Viewer, key: str) -> Response:
    """Show what the open revision would change, and which golden questions it would break."""
    return await _review(request, visitor, key)


async def _review(
    request: Request, visitor: Visitor, key: str, *, problem: str = "", reason: str = ""
) -> Response:
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
        second = await deeds.needs_second_person(session)
    revision = opened.work.open
    if revision is None:
        return redirect(
            request,
            f"/procedures/{key}",
            problem or "Không có bản nào đang chờ.",
            bad=bool(problem),
        )
    verdict = await verdict_on(request, opened, revision)
    async with database_of(request).read() as session:
        codes = [
            code
            for pair in verdict.broke
            for one in pair
            for code in (*one.codes, *one.golden.codes)
        ]
        names = await titles(session, codes)
    return page(
        request, visitor, "procedures/review.html",
        status=409 if problem else 200, opened=opened, revision=revision,
        changes=_changes(opened, revision), verdict=verdict, names=names, second=second,
        own=visitor.login == revision.author, statuses=STATUS_NAMES, problem=problem, reason=reason,
        preview=_preview(request, opened, revision),
    )  # fmt: skip


def _changes(opened: Opened, revision: Revision) -> Any:
    live = opened.work.live
    return changes(opened.content(live) if live else None, opened.content(revision))


def _preview(request: Request, opened: Opened, revision: Revision) -> Any:
    whole = opened.whole(revision)
    if whole is None:
        return None
    today = utc_now().astimezone(ZONE).date()
    return preview(whole, None, today=today, stale_days=settings_of(request).stale_days)


@router.post("/procedures/{key}/submit")
async def submit(request: Request, visitor: Editor, key: str) -> Response:
    """Hand the draft to an approver, with the times it goes live and ends."""
    form = await read_form(request)
    revision_id = number_of(form.get("revision"))
    try:
        publish_at = moment(typed(form, "publish_on", 20), typed(form, "publish_time", 10))
        ends = moment(typed(form, "ends_on", 20), "")
        expires_at = ends + timedelta(days=1) if ends else None
        async with database_of(request).write() as session:
            _waiting(await open_work(session, key), revision_id)
            doer = doer_of(visitor)
            await deeds.submit(session, revision_id, doer)
            if publish_at or expires_at:
                await deeds.set_times(
                    session, revision_id, doer, publish_at=publish_at, expires_at=expires_at
                )
    except (PublishingError, ValueError) as error:
        return await _review(request, visitor, key, problem=str(error))
    return redirect(request, f"/procedures/{key}/review", "Đã gửi duyệt.")


def _waiting(opened: Opened, revision_id: int) -> None:
    """Refuse what was decided on a revision that no longer waits here.

    Raises:
        PublishingError: somebody has dealt with it, or it is another procedure's.
    """
    if opened.work.open is None or opened.work.open.id != revision_id:
        raise PublishingError(GONE)


def moment(day: str, clock: str) -> datetime | None:
    """Return a moment typed as a day and an hour in Vietnam (midnight without one), or None.

    Raises:
        ValueError: it is no day or hour, with a sentence for the official.
    """
    if not day:
        return None
    try:
        found = datetime.strptime(day, "%d/%m/%Y" if "/" in day else "%Y-%m-%d")  # noqa: DTZ007
        at = time.fromisoformat(clock) if clock else time(0, 0)
    except ValueError:
        raise ValueError("Ngày giờ hẹn không đúng. Hãy ghi như 31/12/2026 và 08:00.") from None
    return datetime.combine(found, at, ZONE)


@router.post("/procedures/{key}/approve")
async def approve(request: Request, visitor: Approver, key: str) -> Response:
    """Agree to the revision that was looked at; it goes live now or at its time."""
    form = await read_form(request)
    reason = typed(form, "reason", REASON)
    revision_id = number_of(form.get("revision"))
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
    revision = opened.work.open
    if revision is None or revision.id != revision_id:
        return await _review(request, visitor, key, problem=GONE, reason=reason)
    verdict = await verdict_on(request, opened, revision)
    try:
        live = await _approve(request, visitor, revision_id, verdict, reason)
    except PublishingError as error:
        return await _review(request, visitor, key, problem=str(error), reason=reason)
    await library_of(request).refresh()
    if live:
        gate_of(request).went_live(verdict)
    said = (
        "Đã công bố. Người dân thấy nội dung mới ngay bây giờ."
        if live
        else "Đã duyệt, chờ đến giờ hẹn."
    )
    return redirect(request, f"/procedures/{key}", said)


async def _approve(
    request: Request, visitor: Visitor, revision_id: int, verdict: Verdict, reason: str
) -> bool:
    """Approve inside one transaction; a draft of somebody who works alone is submitted by it."""
    async with database_of(request).write() as session:
        doer = doer_of(visitor)
        revision = await session.get(Revision, revision_id)
        if revision is not None and STATUS_NAMES[revision.status] == "đang soạn":
            await deeds.submit(session, revision_id, doer)
        return await deeds.approve(session, revision_id, doer, verdict=verdict, reason=reason)


@router.post("/procedures/{key}/send-back")
async def send_back(request: Request, visitor: Approver, key: str) -> Response:
    """Return the revision to its author with the reason."""
    form = await read_form(request)
    reason, revision_id = typed(form, "reason", REASON), number_of(form.get("revision"))
    try:
        async with database_of(request).write() as session:
            _waiting(await open_work(session, key), revision_id)
            await deeds.take_back(session, revision_id, doer_of(visitor), reason=reason)
    except PublishingError as error:
        return await _review(request, visitor, key, problem=str(error), reason=reason)
    return redirect(request, f"/procedures/{key}", "Đã trả lại người soạn kèm lý do.")


@router.post("/procedures/{key}/discard")
async def discard(request: Request, visitor: Editor, key: str) -> Response:
    """Put a draft away; it stays in the history."""
    revision_id = number_of((await read_form(request)).get("revision"))
    try:
        async with database_of(request).write() as session:
            _waiting(await open_work(session, key), revision_id)
            await deeds.discard(session, revision_id, doer_of(visitor))
    except PublishingError as error:
        return redirect(request, f"/procedures/{key}", str(error), bad=True)
    return redirect(
        request, f"/procedures/{key}", "Đã cất bản nháp; vẫn xem lại được trong lịch sử."
    )


@router.post("/procedures/{key}/hide")
async def hide(request: Request, visitor: Approver, key: str) -> Response:
    """Hide a procedure's answer, show it again, or take it off; at once, with a reason."""
    form = await read_form(request)
    what, reason = typed(form, "do", 20), typed(form, "reason", REASON)
    if what not in HIDDEN:
        return redirect(request, f"/procedures/{key}", "Hãy chọn ẩn, hiện lại hoặc gỡ.", bad=True)
    try:
        async with database_of(request).write() as session:
            opened = await open_work(session, key)
            doer = doer_of(visitor)
            if what == "archive":
                await deeds.take_off(session, opened.procedure, doer, reason=reason)
            elif not opened.is_override:
                hidden = what == "hide"
                await deeds.hide(session, opened.procedure, doer, hidden=hidden, reason=reason)
    except PublishingError as error:
        return redirect(request, f"/procedures/{key}", str(error), bad=True)
    await library_of(request).refresh()
    return redirect(request, f"/procedures/{key}", HIDDEN[what])
