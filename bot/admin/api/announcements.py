"""Announcements by the API: drafted, approved, scheduled, stopped, followed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.admin.access import Visitor, database_of, settings_of
from bot.admin.announcements import (
    LONGEST,
    PAGE,
    announcement_of,
    line_of,
    newest,
    sums,
)
from bot.admin.announcing import (
    Written,
    approve_and_release,
    begin_correction,
    reach_of,
    send_to_failed,
    try_out,
    write_down,
)
from bot.admin.api.access import AnnouncementReader, AnnouncementWriter, Sender
from bot.admin.api.bodies import Body, Reason
from bot.admin.api.problems import Kind, Problem
from bot.admin.centres import places_of
from bot.admin.procedures.work import doer_of
from bot.broadcast import gathered, lifecycle, progress
from bot.broadcast import recall as asking
from bot.broadcast.wording import message_text
from bot.channels import TEXT_LIMITS
from bot.models import Announcement, AnnouncementStatus, Recall
from knowledge.columns import utc_now

router = APIRouter(prefix="/announcements")
Number = Annotated[int, Path(ge=1, lt=2**31, description="Số của thông báo")]


class AnnouncementRead(BaseModel):
    """An announcement as it is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    status: AnnouncementStatus
    title: str
    text: str
    source_url: str
    topic: str
    procedure_code: str
    places: list[str]
    urgent: bool
    cron: str
    rrule: str
    send_at: datetime | None
    expires_at: datetime | None
    next_fire_at: datetime | None
    correction_of: int | None
    digest_on: date | None
    author: str
    approver: str
    approved_at: datetime | None
    created_at: datetime


class Progress(BaseModel):
    """The sums of its sendings; people, people a second, minutes left; null = not asked back."""

    planned: int
    delivered: int
    failed: int
    skipped: int
    rate: float
    minutes: float | None
    taken_back: int | None
    not_taken_back: int | None
    """Their platform does not let us."""
    to_take_back: int | None
    running: bool
    """It is being sent, or taken back."""


class InDigests(BaseModel):
    """People told of it within a daily digest: who wait for it, got it so, missed it."""

    model_config = ConfigDict(from_attributes=True)

    waiting: int
    delivered: int
    missed: int


class Seen(BaseModel):
    """One announcement: as citizens read it, whom it would reach now, what is wrong, how far it is.

    `reaches_in_digest` of those it reaches get it with the daily digest.
    """

    announcement: AnnouncementRead
    message: str
    reaches: int
    reaches_in_digest: int
    wrong: list[str]
    progress: Progress
    in_digests: InDigests


class AnnouncementGiven(Body):
    """An announcement as it shall be; places by name or code, none = everywhere."""

    text: Annotated[str, Field(max_length=LONGEST)]
    topic: Annotated[str, Field(max_length=40)]
    title: Annotated[str, Field(max_length=200)] = ""
    source_url: Annotated[str, Field(max_length=2_000)] = ""
    places: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=200)] = ()
    urgent: bool = False
    cron: Annotated[str, Field(max_length=100)] = ""
    rrule: Annotated[str, Field(max_length=300)] = ""
    send_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None


class Confirmed(Body):
    """The number of people, as read before; needed for more than 200."""

    people: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class Rejected(Body):
    """What is to be mended."""

    reason: Reason


class Correction(Body):
    """The right words."""

    text: Annotated[str, Field(max_length=LONGEST)]


class People(BaseModel):
    """How many people it concerns."""

    people: int


@router.get("", summary="Danh sách thông báo")
async def search(
    request: Request,
    _: AnnouncementReader,
    status: AnnouncementStatus | None = None,
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> list[AnnouncementRead]:
    """List the fifty newest, or those before an id."""
    async with database_of(request).read() as session:
        rows = await newest(session, status=status or "", before=before, most=PAGE)
    return [AnnouncementRead.model_validate(one) for one in rows]


@router.get("/{announcement_id}", summary="Đọc một thông báo và kết quả gửi")
async def read(request: Request, _: AnnouncementReader, announcement_id: Number) -> Seen:
    """Return one, whom it reaches now, and how far it has come."""
    now = utc_now()
    async with database_of(request).read() as session:
        one = await announcement_of(session, announcement_id)
        reach = await reach_of(session, one, digest_hour=settings_of(request).digest_hour)
        shares = await gathered.shares(session, announcement_id, now=now)
        so_far = await progress.progress(session, announcement_id, now=now)
        back = await session.get(Recall, announcement_id)
    draft = one.status in lifecycle.UNSENT
    wrong = lifecycle.check(one, TEXT_LIMITS, now=now) if draft else []
    return Seen(
        announcement=AnnouncementRead.model_validate(one), message=message_text(one),
        reaches=reach.reachable, reaches_in_digest=reach.gathered, wrong=wrong,
        progress=Progress(**sums(so_far, back)), in_digests=InDigests.model_validate(shares),
    )  # fmt: skip


@router.post("", status_code=201, summary="Soạn một thông báo")
async def create(
    request: Request, visitor: AnnouncementWriter, given: AnnouncementGiven
) -> AnnouncementRead:
    """Keep a draft; nothing is sent before it is approved."""
    return await _keep(request, visitor, Announcement(text="", created_at=utc_now()), given)


@router.put("/{announcement_id}", summary="Sửa bản nháp")
async def save(
    request: Request, visitor: AnnouncementWriter, announcement_id: Number, given: AnnouncementGiven
) -> AnnouncementRead:
    """Change a draft as a whole."""
    async with database_of(request).read() as session:
        announcement = await announcement_of(session, announcement_id)
    return await _keep(request, visitor, announcement, given)


async def _keep(
    request: Request, visitor: Visitor, announcement: Announcement, given: AnnouncementGiven
) -> AnnouncementRead:
    doer, written = doer_of(visitor), Written(**{n: getattr(given, n) for n in Written.__slots__})
    wrong = write_down(announcement, written, places_of(request), now=doer.now)
    if wrong:
        errors = [{"pointer": "", "detail": one} for one in wrong]
        raise Problem(Kind.INVALID, wrong[0], errors=errors)
    async with database_of(request).write() as session:
        stored = await session.merge(announcement)
        await lifecycle.save_draft(session, stored, by=doer.login, where=doer.where)
        return AnnouncementRead.model_validate(stored)


@router.post("/{announcement_id}/approve", summary="Duyệt và cho gửi")
async def approve(
    request: Request, visitor: Sender, announcement_id: Number, given: Confirmed
) -> People:
    """Approve a draft and put it on the clock; a second person for more than 200 people."""
    async with database_of(request).write() as session:
        one = await announcement_of(session, announcement_id)
        confirmed = "" if given.people is None else str(given.people)
        return People(
            people=await approve_and_release(session, one, doer_of(visitor), confirmed=confirmed)
        )


@router.post("/{announcement_id}/reject", summary="Trả lại người viết")
async def reject(
    request: Request, visitor: Sender, announcement_id: Number, given: Rejected
) -> AnnouncementRead:
    """Send a draft back to its writer with the reason."""
    doer = doer_of(visitor)
    async with database_of(request).write() as session:
        await announcement_of(session, announcement_id)
        one = await lifecycle.send_back(
            session, announcement_id, by=doer.login, reason=given.reason, where=doer.where
        )
        return AnnouncementRead.model_validate(one)


@router.post("/{announcement_id}/stop", summary="Dừng ngay")
async def stop(request: Request, visitor: Sender, announcement_id: Number) -> AnnouncementRead:
    """Stop it: what is in flight arrives, nothing more is sent."""
    doer = doer_of(visitor)
    async with database_of(request).write() as session:
        await announcement_of(session, announcement_id)
        one = await lifecycle.stop(
            session, announcement_id, by=doer.login, where=doer.where, now=doer.now
        )
        return AnnouncementRead.model_validate(one)


@router.post("/{announcement_id}/resume", summary="Gửi tiếp")
async def resume(request: Request, visitor: Sender, announcement_id: Number) -> AnnouncementRead:
    """Go on with what was stopped, to those who have not got it."""
    doer = doer_of(visitor)
    async with database_of(request).write() as session:
        await announcement_of(session, announcement_id)
        one = await lifecycle.resume(
            session, announcement_id, by=doer.login, where=doer.where, now=doer.now
        )
        return AnnouncementRead.model_validate(one)


@router.post("/{announcement_id}/recall", status_code=202, summary="Thu hồi tin đã gửi")
async def recall(request: Request, visitor: Sender, announcement_id: Number) -> AnnouncementRead:
    """Have it taken back where the platform allows it; reading it tells how far that has come."""
    doer = doer_of(visitor)
    async with database_of(request).write() as session:
        one = await announcement_of(session, announcement_id)
        await asking.ask(session, announcement_id, by=doer.login, where=doer.where, now=doer.now)
        return AnnouncementRead.model_validate(one)


@router.post("/{announcement_id}/try", summary="Gửi thử cho chính mình")
async def try_one(request: Request, visitor: Sender, announcement_id: Number) -> list[str]:
    """Send it to the official's own linked chats only; return the channels it went by."""
    async with database_of(request).read() as session:
        one = await announcement_of(session, announcement_id)
    return await try_out(line_of(request), one, doer_of(visitor))


@router.post("/{announcement_id}/again", summary="Gửi lại cho người chưa nhận được")
async def again(request: Request, visitor: Sender, announcement_id: Number) -> People:
    """Try those again whom the newest sending did not reach."""
    async with database_of(request).write() as session:
        one = await announcement_of(session, announcement_id)
        return People(people=await send_to_failed(session, one, doer_of(visitor)))


@router.post("/{announcement_id}/correct", status_code=201, summary="Soạn đính chính")
async def correct(
    request: Request, visitor: AnnouncementWriter, announcement_id: Number, given: Correction
) -> AnnouncementRead:
    """Draft a correction for exactly those who got the wrong one."""
    async with database_of(request).write() as session:
        one = await announcement_of(session, announcement_id)
        return AnnouncementRead.model_validate(
            await begin_correction(session, one, given.text, doer_of(visitor))
        )
