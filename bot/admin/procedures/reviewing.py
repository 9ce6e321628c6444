"""From a draft to what citizens read: word by word, past the golden questions, by a second person."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot import deeds
from bot.admin.access import Approver, Editor, Viewer, Visitor, database_of
from bot.admin.pages import page, read_form, redirect, typed
from bot.admin.procedures import deciding
from bot.admin.procedures.catalogue import titles
from bot.admin.procedures.deciding import HIDDEN, REASON
from bot.admin.procedures.preview import preview
from bot.admin.procedures.typed import number_of
from bot.admin.procedures.work import (
    STATUS_NAMES,
    Opened,
    doer_of,
    open_work,
    press_of,
    verdict_on,
)
from knowledge.hours import ZONE
from knowledge.models import Revision
from knowledge.publishing import PublishingError, changes

router = APIRouter()


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
    verdict = await verdict_on(press_of(request), opened, revision)
    async with database_of(request).read() as session:
        codes = [
            code
            for pair in verdict.broke
            for one in pair
            for code in (*one.codes, *one.golden.codes)
        ]
        names = await titles(session, codes)
    whole = opened.whole(revision)
    return page(
        request, visitor, "procedures/review.html",
        status=409 if problem else 200, opened=opened, revision=revision,
        changes=_changes(opened, revision), verdict=verdict, names=names, second=second,
        own=visitor.login == revision.author, statuses=STATUS_NAMES, problem=problem, reason=reason,
        preview=preview(request, whole) if whole else None,
    )  # fmt: skip


def _changes(opened: Opened, revision: Revision) -> Any:
    live = opened.work.live
    return changes(opened.content(live) if live else None, opened.content(revision))


@router.post("/procedures/{key}/submit")
async def submit(request: Request, visitor: Editor, key: str) -> Response:
    """Hand the draft to an approver, with the times it goes live and ends."""
    form = await read_form(request)
    revision_id = number_of(form.get("revision"))
    try:
        publish_at = moment(typed(form, "publish_on", 20), typed(form, "publish_time", 10))
        ends = moment(typed(form, "ends_on", 20), "")
        expires_at = ends + timedelta(days=1) if ends else None
        await deciding.hand_in(
            press_of(request), key, revision_id, doer_of(visitor),
            publish_at=publish_at, expires_at=expires_at,
        )  # fmt: skip
    except (PublishingError, ValueError) as error:
        return await _review(request, visitor, key, problem=str(error))
    return redirect(request, f"/procedures/{key}/review", "Đã gửi duyệt.")


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
    try:
        live = await deciding.approve(
            press_of(request), key, revision_id, doer_of(visitor), reason=reason
        )
    except PublishingError as error:
        return await _review(request, visitor, key, problem=str(error), reason=reason)
    said = (
        "Đã công bố. Người dân thấy nội dung mới ngay bây giờ."
        if live
        else "Đã duyệt, chờ đến giờ hẹn."
    )
    return redirect(request, f"/procedures/{key}", said)


@router.post("/procedures/{key}/send-back")
async def send_back(request: Request, visitor: Approver, key: str) -> Response:
    """Return the revision to its author with the reason."""
    form = await read_form(request)
    reason, revision_id = typed(form, "reason", REASON), number_of(form.get("revision"))
    try:
        await deciding.send_back(
            press_of(request), key, revision_id, doer_of(visitor), reason=reason
        )
    except PublishingError as error:
        return await _review(request, visitor, key, problem=str(error), reason=reason)
    return redirect(request, f"/procedures/{key}", "Đã trả lại người soạn kèm lý do.")


@router.post("/procedures/{key}/discard")
async def discard(request: Request, visitor: Editor, key: str) -> Response:
    """Put a draft away; it stays in the history."""
    revision_id = number_of((await read_form(request)).get("revision"))
    try:
        await deciding.discard(press_of(request), key, revision_id, doer_of(visitor))
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
        await deciding.turn(press_of(request), key, what, doer_of(visitor), reason=reason)
    except PublishingError as error:
        return redirect(request, f"/procedures/{key}", str(error), bad=True)
    return redirect(request, f"/procedures/{key}", HIDDEN[what])
