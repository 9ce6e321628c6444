"""Procedures by the API: found, read, drafted with a version check, decided on, named."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import deeds
from bot.admin.access import database_of, settings_of
from bot.admin.api.access import Approver, Reader, Writer
from bot.admin.api.bodies import Body, Broken, Id, Reason, broken_by
from bot.admin.api.problems import Kind, Problem
from bot.admin.procedures import deciding
from bot.admin.procedures.catalogue import Status, Wanted, find
from bot.admin.procedures.checking import sentence_of, unlikely
from bot.admin.procedures.fields import PROVINCIAL, SECTIONS
from bot.admin.procedures.listing import begin_terms, province_names
from bot.admin.procedures.work import (
    Opened,
    doer_of,
    library_of,
    open_work,
    press_of,
    revision_of,
    verdict_on,
)
from knowledge.columns import utc_now
from knowledge.content import Content, Level, Override
from knowledge.hours import ZONE
from knowledge.models import Alias, AliasKind, ProcedureKind, Revision, RevisionStatus
from knowledge.publishing import Change, StaleError, changes, dump

router = APIRouter(prefix="/procedures")

Key = Annotated[
    str, Path(max_length=50, description="Mã thủ tục, ví dụ 1.001193; nội dung riêng của tỉnh: 1.001193@87")
]  # fmt: skip
Whole = TypeVar("Whole", Content, Override)
#: Revisions on one page.
PAGE: Final = 50


class Row(BaseModel):
    """One line of the list."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    code: str
    province_code: str
    kind: ProcedureKind
    field: str
    title: str
    levels: tuple[Level, ...]
    verified_on: date | None
    is_live: bool
    hidden: bool
    is_unsure: bool
    aliases: int
    open_status: RevisionStatus | None
    publish_at: datetime | None
    brought: bool


class Listing(BaseModel):
    """One page of what was found."""

    procedures: list[Row]
    count: int
    page: int
    pages: int


class About(BaseModel):
    """A revision without its content."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    number: int
    status: RevisionStatus
    author: str
    approver: str
    note: str
    created_at: datetime
    published_at: datetime | None
    publish_at: datetime | None
    expires_at: datetime | None
    verified_on: date | None


class Full(About):
    """A revision with its content."""

    content: dict[str, Any]


class ProcedureWork(BaseModel):
    """A procedure: what citizens read, what is being made of it, what the next edit starts from."""

    key: str
    title: str
    kind: ProcedureKind
    field: str
    hidden: bool
    live: Full | None
    open: Full | None
    brought: About | None
    base: int | None = Field(description="Id của bản để gửi làm `base` khi lưu nháp")
    second_person: bool = Field(description="Có cần người khác duyệt không")


class ChangedPart(BaseModel):
    """A part that differs: its lines before and after."""

    model_config = ConfigDict(from_attributes=True)

    part: str
    heading: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Review(BaseModel):
    """What the open revision would change, and which golden questions it would break."""

    revision: About
    changes: list[ChangedPart]
    broken: list[Broken]


class Draft(Body):
    """A whole content as it shall be; what is left out is empty."""

    content: dict[str, Any]
    note: Annotated[str, Field(max_length=500)] = ""


class Edit(Draft):
    """A whole content, and the revision it was made from."""

    base: Id | None = Field(description="`base` đã đọc; khác bản hiện có thì 409")


class Saved(BaseModel):
    """The draft as it stands now."""

    revision: About
    changed: bool


class Chosen(Body):
    """The revision that was looked at."""

    revision: Id


class Timed(Chosen):
    """The revision, and its times; null publishes at once and never ends."""

    publish_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None


class Decided(Chosen):
    """The revision, and why."""

    reason: Reason = ""


class Outcome(BaseModel):
    """Whether it is live now, or waits for its time."""

    live: bool


class RollBack(Body):
    """The number of an older revision, and why."""

    number: Id
    reason: Reason


class Turned(Body):
    """Hide the answer, show it again, or take it off."""

    do: Annotated[str, Field(pattern="^(hide|show|archive)$")]
    reason: Reason


class Wording(BaseModel):
    """How citizens call it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    text: str
    kind: AliasKind


class Wordings(Body):
    """Wordings to add and ids to remove; a reason when golden questions would break."""

    add: Annotated[tuple[str, ...], Field(max_length=deciding.AT_ONCE)] = ()
    kind: AliasKind = AliasKind.ALIAS
    remove: Annotated[tuple[Id, ...], Field(max_length=1_000)] = ()
    reason: Reason = ""


class Reworded(BaseModel):
    """How many were added and removed."""

    added: int
    removed: int


class Province(Body):
    """The two-digit code of a province."""

    province: Annotated[str, Field(pattern=r"^\d{2}$")]


# --- Reading ---------------------------------------------------------------------------------------


@router.get("", summary="Tìm, lọc thủ tục")
async def search(
    request: Request,
    _: Reader,
    q: Annotated[str, Query(max_length=300, description="Lời dân hỏi, hoặc mã")] = "",
    field: Annotated[str, Query(max_length=300)] = "",
    level: Level | None = None,
    province: Annotated[str, Query(max_length=2)] = "",
    status: Status | None = None,
    stale: bool = False,
    unsure: bool = False,
    unnamed: bool = False,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Listing:
    """List procedures as the desk does: by meaning, words, field, level, province, status."""
    wanted = Wanted(
        q.strip(), field, level or "",
        province, status or "", stale, unsure, unnamed, page,
    )  # fmt: skip
    today = utc_now().astimezone(ZONE).date()
    async with database_of(request).read() as session:
        found = await find(
            session, library_of(request).current, wanted,
            today=today, stale_days=settings_of(request).stale_days,
        )  # fmt: skip
    rows = [Row.model_validate(one) for one in found.rows]
    return Listing(
        procedures=rows, count=found.count, page=min(page, found.pages), pages=found.pages
    )


@router.get("/{key}", summary="Đọc một thủ tục")
async def read(request: Request, _: Reader, key: Key) -> ProcedureWork:
    """Return what is live and what is open, with the id to edit from."""
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
        second = await deeds.needs_second_person(session)
    work = opened.work
    return ProcedureWork(
        key=opened.key, title=opened.title, kind=opened.procedure.kind,
        field=opened.procedure.field, hidden=opened.procedure.hidden,
        live=_full(work.live), open=_full(work.open), brought=_about(work.brought),
        base=work.current.id if work.current else None, second_person=second,
    )  # fmt: skip


def _full(revision: Revision | None) -> Full | None:
    return Full.model_validate(revision) if revision else None


def _about(revision: Revision | None) -> About | None:
    return About.model_validate(revision) if revision else None


@router.get("/{key}/revisions", summary="Lịch sử các bản")
async def history(
    request: Request, _: Reader, key: Key, before: Annotated[int, Query(ge=0, lt=2**31)] = 0
) -> list[About]:
    """List the fifty newest revisions, or those before a number."""
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
        query = select(Revision).where(Revision.procedure_id == opened.procedure.id)
        if before:
            query = query.where(Revision.number < before)
        rows = await session.exec(query.order_by(col(Revision.number).desc()).limit(PAGE))
        return [About.model_validate(one) for one in rows]


@router.get("/{key}/revisions/{number}", summary="Đọc một bản")
async def read_revision(
    request: Request, _: Reader, key: Key, number: Annotated[int, Path(ge=1, lt=2**31)]
) -> Full:
    """Return one revision with its content."""
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
        return Full.model_validate(await revision_of(session, opened, number))


@router.get("/{key}/review", summary="Bản đang chờ sẽ đổi gì")
async def review(request: Request, _: Reader, key: Key) -> Review:
    """Return the open revision's changes, and the golden questions that it would break."""
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
    revision = opened.work.open
    if revision is None:
        raise Problem(Kind.CONFLICT, "Không có bản nào đang chờ.")
    verdict = await verdict_on(press_of(request), opened, revision)
    live = opened.work.live
    found = changes(opened.content(live) if live else None, opened.content(revision))
    return Review(
        revision=About.model_validate(revision), changes=_changed(found), broken=broken_by(verdict)
    )


def _changed(found: tuple[Change, ...]) -> list[ChangedPart]:
    return [ChangedPart.model_validate(one) for one in found]


# --- Drafting --------------------------------------------------------------------------------------


@router.post("", status_code=201, summary="Bắt đầu một thủ tục mới")
async def create(request: Request, visitor: Writer, given: Draft) -> Saved:
    """Keep a new procedure as a draft; its code must be free."""
    content = _checked(given.content, Content)
    async with database_of(request).write() as session:
        saved = await deciding.begin(session, content, doer_of(visitor), note=given.note)
        return Saved(revision=About.model_validate(saved), changed=True)


@router.put("/{key}/draft", summary="Lưu bản nháp")
async def save(request: Request, visitor: Writer, key: Key, given: Edit) -> Saved:
    """Keep a content as the draft; 409 with both when somebody has saved since `base`."""
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
    whole = _checked_for(opened, given.content)
    try:
        async with database_of(request).write() as session:
            saved = await deciding.keep_draft(
                session, opened, whole, doer_of(visitor), base=given.base, note=given.note
            )
            about = await _current(session, key) if saved is None else About.model_validate(saved)
    except StaleError as error:
        theirs = Full.model_validate(error.current).model_dump(mode="json")
        found = changes(opened.content(error.current), whole)
        raise Problem(
            Kind.STALE, str(error), current=theirs, yours=dump(whole),
            changes=[one.model_dump() for one in _changed(found)],
        ) from error  # fmt: skip
    return Saved(revision=about, changed=saved is not None)


async def _current(session: AsyncSession, key: str) -> About:
    current = (await open_work(session, key)).work.current
    return About.model_validate(current)


def _checked_for(opened: Opened, raw: dict[str, Any]) -> Content | Override:
    if opened.is_override:
        return _checked(raw, Override)
    code = opened.procedure.code
    if raw.get("code", code) != code:
        raise _wrong([("code", f"Mã của thủ tục này là {code}, không đổi được.")])
    return _checked({**raw, "code": code}, Content)


def _checked(raw: dict[str, Any], model: type[Whole]) -> Whole:
    """Return the typed content, or a problem that names each thing wrong as the desk's form does."""
    try:
        whole = model.model_validate(raw)
    except (ValidationError, RecursionError) as error:
        found = error.errors()[:50] if isinstance(error, ValidationError) else []
        raise _wrong(
            [
                (".".join(map(str, one["loc"])), sentence_of(one["type"], one["loc"]))
                for one in found
            ]
            or [("", "Lồng nhau quá sâu.")]
        ) from error
    sections = (PROVINCIAL,) if model is Override else SECTIONS
    stored = dump(whole)
    wrong = dict(pair for section in sections for pair in unlikely(section, stored))
    if wrong:
        raise _wrong(list(wrong.items()))
    return whole


def _wrong(found: list[tuple[str, str]]) -> Problem:
    errors = [
        {"pointer": "/content" + "".join(f"/{step}" for step in path.split(".") if step), "detail": said}
        for path, said in found
    ]  # fmt: skip
    return Problem(Kind.INVALID, f"Nội dung có {len(errors)} chỗ chưa đúng.", errors=errors)


@router.post("/{key}/provinces", status_code=201, summary="Bắt đầu nội dung riêng của một tỉnh")
async def begin_province(
    request: Request, visitor: Writer, key: Key, given: Province
) -> ProcedureWork:
    """Begin the terms of one province as a draft, or go on with them."""
    if given.province not in province_names(request):
        raise Problem(Kind.INVALID, f"Không có tỉnh, thành phố mã {given.province}.")
    async with database_of(request).write() as session:
        opened = await open_work(session, key)
        await begin_terms(session, opened.procedure.code, given.province, doer_of(visitor))
    return await read(request, visitor, f"{opened.procedure.code}@{given.province}")


# --- Deciding --------------------------------------------------------------------------------------


@router.post("/{key}/submit", summary="Gửi duyệt")
async def submit(request: Request, visitor: Writer, key: Key, given: Timed) -> ProcedureWork:
    """Hand the draft to an approver, perhaps with the times it goes live and ends."""
    await deciding.hand_in(
        press_of(request), key, given.revision, doer_of(visitor),
        publish_at=given.publish_at, expires_at=given.expires_at,
    )  # fmt: skip
    return await read(request, visitor, key)


@router.post("/{key}/schedule", summary="Hẹn giờ công bố, ngày hết hiệu lực")
async def schedule(request: Request, visitor: Approver, key: Key, given: Timed) -> ProcedureWork:
    """Say when the waiting revision goes live and when it ends."""
    await deciding.set_times(
        press_of(request), key, given.revision, doer_of(visitor),
        publish_at=given.publish_at, expires_at=given.expires_at,
    )  # fmt: skip
    return await read(request, visitor, key)


@router.post("/{key}/approve", summary="Duyệt")
async def approve(request: Request, visitor: Approver, key: Key, given: Decided) -> Outcome:
    """Agree to a revision somebody else wrote; broken golden questions need a reason."""
    live = await deciding.approve(
        press_of(request), key, given.revision, doer_of(visitor), reason=given.reason
    )
    return Outcome(live=live)


@router.post("/{key}/reject", summary="Trả lại người soạn")
async def reject(request: Request, visitor: Approver, key: Key, given: Decided) -> ProcedureWork:
    """Send the revision back to its author with the reason."""
    await deciding.send_back(
        press_of(request), key, given.revision, doer_of(visitor), reason=given.reason
    )
    return await read(request, visitor, key)


@router.post("/{key}/discard", summary="Cất bản nháp")
async def discard(request: Request, visitor: Writer, key: Key, given: Chosen) -> ProcedureWork:
    """Put the draft away; it stays in the history."""
    await deciding.discard(press_of(request), key, given.revision, doer_of(visitor))
    return await read(request, visitor, key)


@router.post("/{key}/roll-back", summary="Quay lại một bản cũ")
async def roll_back(request: Request, visitor: Approver, key: Key, given: RollBack) -> list[Broken]:
    """Publish an older content again at once; the answer lists golden questions it breaks."""
    verdict = await deciding.roll_back(
        press_of(request), key, given.number, doer_of(visitor), reason=given.reason
    )
    return broken_by(verdict)


@router.post("/{key}/visibility", summary="Ẩn, hiện, gỡ")
async def turn(request: Request, visitor: Approver, key: Key, given: Turned) -> ProcedureWork:
    """Hide the answer, show it again, or take the procedure off; at once, with a reason."""
    await deciding.turn(press_of(request), key, given.do, doer_of(visitor), reason=given.reason)
    return await read(request, visitor, key)


# --- Wordings --------------------------------------------------------------------------------------


@router.get("/{key}/phrases", summary="Cách dân gọi")
async def phrases(request: Request, _: Reader, key: Key) -> list[Wording]:
    """List the wordings, newest first."""
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
        query = select(Alias).where(Alias.code == opened.procedure.code)
        rows = await session.exec(query.order_by(col(Alias.id).desc()))
        return [Wording.model_validate(one) for one in rows]


@router.post("/{key}/phrases", summary="Thêm, bỏ cách gọi")
async def change_phrases(request: Request, visitor: Writer, key: Key, given: Wordings) -> Reworded:
    """Change wordings at once; broken golden questions need a reason."""
    press = press_of(request)
    async with press.database.read() as session:
        opened = await open_work(session, key)
    add = deciding.wordings(opened.procedure.code, given.add, given.kind)
    if wrong := deciding.wrong_wordings(add, given.remove):
        raise Problem(Kind.INVALID, wrong)
    verdict = await deciding.asked_with(press, opened, add, given.remove)
    added, removed = await deciding.reword(
        press, opened, doer_of(visitor), add=add, remove=given.remove, verdict=verdict,
        reason=given.reason,
    )  # fmt: skip
    return Reworded(added=added, removed=removed)
