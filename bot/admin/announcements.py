"""The announcements desk: write, see what it will look like and whom it reaches, approve, send, stop."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from fastapi import APIRouter, HTTPException, Request
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sse_starlette import EventSourceResponse
from starlette.datastructures import FormData
from starlette.responses import Response, StreamingResponse

from bot import audit
from bot.admin.access import Sender, Visitor, database_of, settings_of
from bot.admin.announcing import (
    Line,
    Written,
    approve_and_release,
    begin_correction,
    is_alone,
    reach_of,
    runs_of,
    send_to_failed,
    try_out,
    why_returned,
    write_down,
)
from bot.admin.centres import places_of
from bot.admin.desk import Desk
from bot.admin.pages import page, read_form, redirect, typed
from bot.admin.procedures.work import doer_of
from bot.broadcast import digest, lifecycle, progress, recall
from bot.broadcast.wording import message_text
from bot.channels import TEXT_LIMITS
from bot.channels.limits import SharedLimit, platform_limits
from bot.deeds import Doer
from bot.messages import announcements as words
from bot.messages.linking import CHANNELS
from bot.models import Announcement, AnnouncementStatus, Recall, Role
from bot.sheets import BOM, line
from knowledge.columns import utc_now
from knowledge.hours import ZONE

PATH: Final = "/announcements"
LONGEST: Final = 4_000
PAGE: Final = 50
#: Seconds between two progress events.
TICK: Final = 1.0
_HEADINGS: Final = ("Kênh", "Kết quả", "Lý do", "Số lần thử", "Lúc")

#: A place as the form shows it back.
_NAMED: Final = re.compile(r"\((\d{2}|\d{5})\)\s*$")

router = APIRouter()
log = structlog.get_logger()


async def _waiting(session: AsyncSession) -> int:
    drafts = select(Announcement.id).where(Announcement.status == AnnouncementStatus.DRAFT)
    return len((await session.exec(drafts.limit(100))).all())


# --- Seeing ----------------------------------------------------------------------------------------


@router.get(PATH)
async def show_list(
    request: Request, _: Sender, status: str = "", before: int | None = None
) -> Response:
    """List announcements, newest first."""
    async with database_of(request).read() as session:
        rows = await newest(session, status=status, before=before, most=PAGE + 1)
    return page(
        request, _, "announcements/list.html",
        rows=rows[:PAGE], wanted=status, words=words,
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
    )  # fmt: skip


async def newest(
    session: AsyncSession, *, status: str = "", before: int | None = None, most: int = PAGE
) -> Sequence[Announcement]:
    """Return announcements, newest first: of a status, older than an id."""
    query = select(Announcement).order_by(col(Announcement.id).desc()).limit(most)
    if status in words.STATUSES:
        query = query.where(Announcement.status == AnnouncementStatus(status))
    if before is not None:
        query = query.where(col(Announcement.id) < min(before, 2**31 - 1))
    return (await session.exec(query)).all()


@router.get(f"{PATH}/new")
async def show_new(request: Request, visitor: Sender) -> Response:
    """Show an empty form."""
    return await _form(request, visitor, Announcement(text=""), [], places="")


@router.post(f"{PATH}/new")
async def create(request: Request, visitor: Sender) -> Response:
    """Store a draft, or show what is wrong with what was typed kept."""
    return await _save(request, visitor, Announcement(text="", created_at=utc_now()))


@router.get(f"{PATH}/{{announcement_id:int}}")
async def show_one(request: Request, visitor: Sender, announcement_id: int) -> Response:
    """Show one: its form while it is a draft, then what it was and what became of it."""
    async with database_of(request).read() as session:
        announcement = await announcement_of(session, announcement_id)
    if announcement.status in lifecycle.UNSENT:
        wrong = lifecycle.check(announcement, TEXT_LIMITS, now=utc_now())
        return await _form(
            request, visitor, announcement, wrong, places=_named(request, announcement)
        )
    return await _show(request, visitor, announcement)


@router.post(f"{PATH}/{{announcement_id:int}}")
async def save(request: Request, visitor: Sender, announcement_id: int) -> Response:
    """Change a draft."""
    async with database_of(request).read() as session:
        announcement = await announcement_of(session, announcement_id)
    return await _save(request, visitor, announcement)


async def _save(request: Request, visitor: Visitor, announcement: Announcement) -> Response:
    form = await read_form(request)
    wrong, places = _read(request, form, announcement)
    if typed(form, "step") == "preview" or wrong:
        return await _form(
            request, visitor, announcement, wrong, places=places, status=422 if wrong else 200
        )
    try:
        async with database_of(request).write() as session:
            stored = await session.merge(announcement)
            await lifecycle.save_draft(session, stored, by=visitor.login, where=visitor.address)
    except lifecycle.LifecycleError as error:
        return redirect(request, f"{PATH}/{announcement.id}", str(error), bad=True)
    return redirect(request, f"{PATH}/{stored.id}", "Đã lưu bản nháp.")


def _read(request: Request, form: FormData, announcement: Announcement) -> tuple[list[str], str]:
    """Put what was typed into the draft; return what is wrong, and the places as they were typed."""
    wrong: list[str] = []
    places = typed(form, "places", 2_000)
    written = Written(
        title=typed(form, "title", 200), text=typed(form, "text", LONGEST),
        source_url=typed(form, "source_url", 2_000), topic=typed(form, "topic", 40),
        places=tuple(_code(name) for name in places.split(";")),
        urgent=typed(form, "urgent") == "on",
        cron=typed(form, "cron", 100), rrule=typed(form, "rrule", 300),
        send_at=_moment(typed(form, "send_at"), wrong, "Giờ gửi"),
        expires_at=_moment(typed(form, "expires_at"), wrong, "Ngày hết hiệu lực"),
    )  # fmt: skip
    return [*wrong, *write_down(announcement, written, places_of(request), now=utc_now())], places


def _code(name: str) -> str:
    """Return the code of "Xã Hòa Long (29302)", or the words as they were typed."""
    found = _NAMED.search(name)
    return found[1] if found else name


def _moment(written: str, wrong: list[str], what: str) -> datetime | None:
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=ZONE).astimezone()
    except ValueError:
        wrong.append(f"{what} “{written}” không đúng. Ví dụ: 2026-11-23T07:00.")
        return None


async def _form(
    request: Request, visitor: Visitor, announcement: Announcement, wrong: list[str], *,
    places: str, status: int = 200,
) -> Response:  # fmt: skip
    async with database_of(request).read() as session:
        reach = await reach_of(session, announcement, digest_hour=_digest_hour(request))
        returned = await why_returned(session, announcement)
        alone = await is_alone(session)
        twin = await lifecycle.twin_of(session, announcement, now=utc_now())
    text = message_text(announcement)
    return page(
        request, visitor, "announcements/form.html", status=status,
        one=announcement, wrong=wrong, places=places, topics=words.TOPICS, reach=reach, twin=twin,
        gathered=digest.in_estimate(reach),
        preview=text, limits=TEXT_LIMITS, bulk=lifecycle.BULK, local=_local,
        alone=alone, returned=returned, names=CHANNELS,
    )  # fmt: skip


async def _show(request: Request, visitor: Visitor, announcement: Announcement) -> Response:
    async with database_of(request).read() as session:
        runs = await runs_of(session, announcement.id or 0)
        so_far = await progress.progress(session, announcement.id or 0, now=utc_now())
        reasons = await progress.reasons(session, announcement.id or 0)
        back = await session.get(Recall, announcement.id or 0)
        in_digests = await digest.in_report(session, announcement.id or 0, now=utc_now())
        may_stop = await lifecycle.may_stop(session, announcement, now=utc_now())
    return page(
        request, visitor, "announcements/one.html",
        back=back,
        one=announcement, words=words, runs=runs, so_far=so_far, reasons=reasons,
        in_digests=in_digests, may_stop=may_stop,
        preview=message_text(announcement), places=_named(request, announcement),
    )  # fmt: skip


async def announcement_of(session: AsyncSession, announcement_id: int) -> Announcement:
    """Return one.

    Raises:
        HTTPException: 404, there is none.
    """
    found = await session.get(Announcement, min(announcement_id, 2**31 - 1))
    if found is None:
        raise HTTPException(404)
    return found


def _named(request: Request, announcement: Announcement) -> str:
    """Return the places as an official may type them again: names with their codes."""
    atlas = places_of(request)
    units = [(code, atlas.unit(code)) for code in announcement.places]
    return "; ".join(f"{unit.name} ({code})" if unit else code for code, unit in units)


def _digest_hour(request: Request) -> int:
    return settings_of(request).digest_hour


def _local(moment: datetime | None) -> str:
    """Return a moment as a datetime-local field holds it."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M") if moment else ""


# --- Doing -----------------------------------------------------------------------------------------


@router.post(f"{PATH}/{{announcement_id:int}}/{{deed}}")
async def act(request: Request, visitor: Sender, announcement_id: int, deed: str) -> Response:
    """Approve, release, stop, resume, correct, send again: one step, said back in a sentence."""
    form = await read_form(request)
    back = f"{PATH}/{announcement_id}"
    if deed == "try":  # talks to the platforms, and holds no transaction open meanwhile
        return await _try_out(request, visitor, announcement_id)
    if deed not in _DEEDS:
        raise HTTPException(404)
    try:
        async with database_of(request).write() as session:
            announcement = await announcement_of(session, announcement_id)
            to, said = await _DEEDS[deed](session, announcement, doer_of(visitor), form)
    except lifecycle.LifecycleError as error:
        return redirect(request, back, str(error), bad=True)
    return redirect(request, to or back, said)


async def _approve(
    session: AsyncSession, one: Announcement, doer: Doer, form: FormData
) -> tuple[str, str]:
    people = await approve_and_release(session, one, doer, confirmed=typed(form, "confirm"))
    return "", f"Đã duyệt. Thông báo sẽ tới {people} người."


async def _send_back(
    session: AsyncSession, one: Announcement, doer: Doer, form: FormData
) -> tuple[str, str]:
    await lifecycle.send_back(
        session, one.id or 0, by=doer.login, reason=typed(form, "reason", 500), where=doer.where
    )
    return "", "Đã trả lại người viết kèm lý do."


async def _stop(
    session: AsyncSession, one: Announcement, doer: Doer, _: FormData
) -> tuple[str, str]:
    await lifecycle.stop(session, one.id or 0, by=doer.login, where=doer.where, now=doer.now)
    return "", "Đã dừng. Tin đang trên đường vẫn tới; không gửi thêm cho ai."


async def _resume(
    session: AsyncSession, one: Announcement, doer: Doer, _: FormData
) -> tuple[str, str]:
    await lifecycle.resume(session, one.id or 0, by=doer.login, where=doer.where, now=doer.now)
    return "", "Đã cho gửi tiếp, tới những người chưa nhận."


async def _correct(
    session: AsyncSession, one: Announcement, doer: Doer, form: FormData
) -> tuple[str, str]:
    correction = await begin_correction(session, one, typed(form, "text", LONGEST), doer)
    return f"{PATH}/{correction.id}", "Đã tạo bản nháp đính chính, gửi đúng những người đã nhận."


async def _again(
    session: AsyncSession, one: Announcement, doer: Doer, _: FormData
) -> tuple[str, str]:
    return "", f"Sẽ gửi lại cho {await send_to_failed(session, one, doer)} người."


async def _recall(
    session: AsyncSession, one: Announcement, doer: Doer, _: FormData
) -> tuple[str, str]:
    await recall.ask(session, one.id or 0, by=doer.login, where=doer.where, now=doer.now)
    return "", words.RECALLING


def line_of(request: Request) -> Line:
    """Return what sends in the running application."""
    database = database_of(request)
    pace = SharedLimit(database, platform_limits(settings_of(request)))
    intake = getattr(request.app.state, "intake", None)
    return Line(database, intake.channels if intake is not None else {}, pace)


async def _try_out(request: Request, visitor: Visitor, announcement_id: int) -> Response:
    """Send it to oneself only."""
    back = f"{PATH}/{announcement_id}"
    async with database_of(request).read() as session:
        one = await announcement_of(session, announcement_id)
    try:
        sent = await try_out(line_of(request), one, doer_of(visitor))
    except lifecycle.LifecycleError as error:
        return redirect(request, back, str(error), bad=True)
    names = ", ".join(CHANNELS.get(name, name) for name in sent)
    return redirect(request, back, words.TRIED.format(channels=names))


_DEEDS: Final = {
    "approve": _approve,
    "send-back": _send_back,
    "stop": _stop,
    "resume": _resume,
    "correct": _correct,
    "again": _again,
    "recall": _recall,
}


# --- Following -------------------------------------------------------------------------------------


@router.get(f"{PATH}/{{announcement_id:int}}/progress")
async def follow(request: Request, _: Sender, announcement_id: int) -> EventSourceResponse:
    """Stream how far it has come, once a second, until it is finished."""
    database = database_of(request)

    async def events() -> AsyncIterator[dict[str, str]]:
        while True:
            async with database.read() as session:
                so_far = await progress.progress(session, announcement_id, now=utc_now())
                back = await session.get(Recall, announcement_id)
            now = sums(so_far, back)
            yield {"event": "progress", "data": json.dumps(now)}
            if not now["running"]:
                return
            await asyncio.sleep(TICK)

    return EventSourceResponse(events(), ping=20)


def sums(so_far: progress.Progress, back: Recall | None) -> dict[str, Any]:
    """Return how far it has come as JSON can say it; people, people a second, minutes."""
    left = so_far.seconds_left
    taking = back is not None and back.ended_at is None
    return {
        "planned": so_far.planned,
        "delivered": so_far.delivered,
        "failed": so_far.failed,
        "skipped": so_far.skipped,
        "rate": round(so_far.per_second, 1),
        "minutes": None if left is None else round(left / 60, 1),
        "taken_back": back.taken if back else None,
        "not_taken_back": back.refused if back else None,
        "to_take_back": back.left if back else None,
        "running": so_far.running or taking,
    }


@router.get(f"{PATH}/{{announcement_id:int}}/outcomes.csv")
async def export(request: Request, visitor: Sender, announcement_id: int) -> Response:
    """Return each person's outcome as CSV: by channel, without who they are."""
    database = database_of(request)
    async with database.write() as session:
        await announcement_of(session, announcement_id)
        await audit.write(
            session, actor=visitor.login, action="announcement.export",
            subject=str(announcement_id), where=visitor.address,
        )  # fmt: skip

    async def lines() -> AsyncIterator[str]:
        yield BOM + line(_HEADINGS)
        async with database.read() as reading:
            async for one in progress.outcomes(reading, announcement_id):
                done = one.done_at.isoformat() if one.done_at else ""
                yield line((one.channel, one.status, one.reason, one.attempts, done))

    name = f"thong-bao-{announcement_id}.csv"
    return StreamingResponse(
        lines(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


DESK: Final = Desk(
    "Thông báo", PATH, Role.SENDER, router,
    "Viết, duyệt, hẹn giờ và theo dõi thông báo gửi người dân đã đăng ký.", _waiting,
)  # fmt: skip
