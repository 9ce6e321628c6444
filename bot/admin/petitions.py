"""The petitions desk: who owes which answer by when, and how it is written, approved and sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import Response, StreamingResponse

from bot import audit, petitions
from bot.admin.access import Admin, Approver, Editor, Visitor, database_of
from bot.admin.desk import Desk
from bot.admin.pages import page, read_form, redirect, typed, whole
from bot.messages import petitions as words
from bot.models import (
    OWED,
    Petition,
    PetitionAnswer,
    PetitionEvent,
    PetitionKind,
    PetitionPhoto,
    PetitionRoute,
    PetitionStatus,
    Role,
)
from bot.petitions import listing
from bot.privacy import mask
from bot.sheets import BOM, line
from knowledge.columns import utc_now
from knowledge.hours import ZONE

PATH: Final = "/petitions"
LONGEST: Final = 10_000
EVENTS: Final = {
    "received": "tiếp nhận",
    "forwarded": "chuyển đơn vị",
    "assigned": "giao người xử lý",
    "note": "ghi chú nội bộ",
    "proposed": "soạn trả lời",
    "returned": "trả lại bản soạn",
    "answered": "duyệt và gửi trả lời",
    "declined": "từ chối vì không thuộc thẩm quyền",
    "closed": "kết thúc",
    "reopened": "người dân báo chưa giải quyết",
    "reminded": "nhắc sắp đến hạn",
    "escalated": "báo quá hạn",
    "merged": "gộp trùng",
    "published": "công khai",
    "unpublished": "thôi công khai",
}
ACTORS: Final = {"citizen": "người dân", "system": "hệ thống"}

router = APIRouter()


def _today() -> date:
    return utc_now().astimezone(ZONE).date()


# --- The list --------------------------------------------------------------------------------------


def _filters(request: Request) -> listing.Filters:
    """Read the filters from the address; what is not understood does not filter."""
    asked = request.query_params
    status, kind = asked.get("status", ""), asked.get("kind", "")
    known = {member.value for member in PetitionStatus}
    kinds = {member.value for member in PetitionKind}
    return listing.Filters(
        status=PetitionStatus(status) if status in known else None,
        owed=status == "owed",
        overdue=status == "overdue",
        kind=PetitionKind(kind) if kind in kinds else None,
        unit=asked.get("unit", "")[:200],
        assignee=asked.get("assignee", "")[:60],
        code=asked.get("code", "").strip().upper()[:20],
    )


@router.get(PATH)
async def show_list(
    request: Request, visitor: Editor, before: Annotated[int | None, Query(gt=0)] = None
) -> Response:
    """List petitions, newest first, with the figures of this year."""
    filters, today = _filters(request), _today()
    async with database_of(request).read() as session:
        rows = await listing.page_of(session, filters, today=today, before=before)
        units = await listing.units(session)
        this_year = await listing.figures(
            session, since=today.replace(month=1, day=1), until=today, today=today
        )
    shown = rows[: listing.PAGE]
    asked = {k: v for k, v in request.query_params.items() if k != "before" and v}
    older = {**asked, "before": shown[-1].id} if len(rows) > listing.PAGE else None
    return page(
        request, visitor, "petitions/list.html",
        rows=shown, units=units, figures=this_year, filters=filters, today=today, asked=asked,
        older=urlencode(older) if older else "", export=urlencode(asked), words=words,
        statuses=words.STATUSES, kinds=words.KINDS, owed=OWED,
    )  # fmt: skip


@router.get(f"{PATH}/export.csv")
async def export(request: Request, visitor: Editor) -> Response:
    """Return the filtered petitions as CSV for Excel; contacts are left out."""
    filters, today, database = _filters(request), _today(), database_of(request)
    async with database.write() as session:
        await audit.write(
            session, actor=visitor.login, action="petition.export", subject="petitions",
            after=dict(request.query_params), where=visitor.address,
        )  # fmt: skip

    async def lines() -> AsyncIterator[str]:
        yield BOM + line(_HEADINGS)
        async with database.read() as session:
            async for petition in listing.everything(session, filters, today=today):
                yield line(_cells(petition))

    name = f"phan-anh-{today.isoformat()}.csv"
    return StreamingResponse(
        lines(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


_HEADINGS: Final = (
    "Mã", "Trạng thái", "Loại", "Nội dung", "Thủ tục", "Lĩnh vực", "Nơi xảy ra", "Thời gian",
    "Đơn vị", "Người xử lý", "Nhận lúc", "Hạn", "Trả lời lúc", "Trả lời", "Đã giải quyết",
)  # fmt: skip


def _cells(petition: Petition) -> tuple[object, ...]:
    solved = {True: "có", False: "chưa", None: ""}[petition.solved]
    return (
        petition.code,
        words.STATUSES[petition.status],
        words.KINDS[petition.kind],
        petition.text,
        petition.procedure,
        petition.field,
        petition.place,
        petition.happened,
        petition.unit,
        petition.assignee,
        _local(petition.created_at),
        f"{petition.due_on:%d/%m/%Y}",
        _local(petition.answered_at),
        petition.answer,
        solved,
    )


def _local(moment: datetime | None) -> str:
    return f"{moment.astimezone(ZONE):%d/%m/%Y %H:%M}" if moment else ""


# --- Where petitions go ----------------------------------------------------------------------------


@router.get(f"{PATH}/routes")
async def show_routes(request: Request, visitor: Admin) -> Response:
    """Show which unit gets the petitions of which place and field."""
    return await _routes_page(request, visitor)


@router.post(f"{PATH}/routes")
async def add_route(request: Request, visitor: Admin) -> Response:
    """Add or replace a rule; an empty unit removes it."""
    form = await read_form(request)
    place, field = typed(form, "place", 200), typed(form, "field", 200)
    unit = typed(form, "unit", 200)
    province, commune = "", ""
    if place:
        found = request.app.state.dialogue.sources.library.current.places.resolve(place).best
        if found is None:
            problem = "Không nhận ra nơi này. Anh/chị ghi rõ xã và tỉnh hiện nay."
            return await _routes_page(request, visitor, problem=problem, form=form)
        province, commune = found.province_code, found.code if len(found.code) == 5 else ""
    async with database_of(request).write() as session:
        query = select(PetitionRoute).where(
            PetitionRoute.province_code == province,
            PetitionRoute.commune_code == commune,
            PetitionRoute.field == field,
        )
        rule = (await session.exec(query)).first()
        before = rule.unit if rule else ""
        if unit:
            rule = rule or PetitionRoute(
                province_code=province, commune_code=commune, field=field, unit=unit
            )
            rule.unit = unit
            session.add(rule)
        elif rule is not None:
            await session.delete(rule)
        subject = f"{commune or province or 'tất cả'} {field}".strip()
        await audit.write(
            session, actor=visitor.login, action="petition.route", subject=subject,
            before=before, after=unit, where=visitor.address,
        )  # fmt: skip
    return redirect(request, f"{PATH}/routes", "Đã lưu nơi nhận.")


async def _routes_page(
    request: Request, visitor: Visitor, *, problem: str = "", form: FormData | None = None
) -> Response:
    places = request.app.state.dialogue.sources.library.current.places
    async with database_of(request).read() as session:
        query = select(PetitionRoute).order_by(
            PetitionRoute.province_code, PetitionRoute.commune_code, PetitionRoute.field
        )
        rules = (await session.exec(query)).all()
    named = [(_place(places, rule), rule) for rule in rules]
    kept = {name: typed(form, name) if form else "" for name in ("place", "field", "unit")}
    return page(
        request, visitor, "petitions/routes.html", status=422 if problem else 200,
        rules=named, problem=problem, form=kept,
    )  # fmt: skip


def _place(places: Any, rule: PetitionRoute) -> str:
    codes = [code for code in (rule.commune_code, rule.province_code) if code]
    names = [unit.name for code in codes if (unit := places.unit(code))]
    return ", ".join(names)


# --- One petition ----------------------------------------------------------------------------------


@router.get(f"{PATH}/{{petition_id:int}}")
async def show_one(request: Request, visitor: Editor, petition_id: int) -> Response:
    """Show a petition with its photos, history and answers."""
    return await _one_page(request, visitor, petition_id)


async def _one_page(
    request: Request, visitor: Visitor, petition_id: int, *, problem: str = "", kept: str = ""
) -> Response:
    async with database_of(request).read() as session:
        petition = await _petition(session, petition_id)
        mine = PetitionEvent.petition_id == petition_id
        history = (
            await session.exec(select(PetitionEvent).where(mine).order_by(col(PetitionEvent.id)))
        ).all()
        answers = (
            await session.exec(
                select(PetitionAnswer)
                .where(PetitionAnswer.petition_id == petition_id)
                .order_by(col(PetitionAnswer.id).desc())
            )
        ).all()
        photos = (
            await session.exec(
                select(PetitionPhoto.id).where(PetitionPhoto.petition_id == petition_id)
            )
        ).all()
        alike = await petitions.alike(session, petition)
        units = await listing.units(session)
    return page(
        request, visitor, "petitions/one.html", status=422 if problem else 200,
        petition=petition, history=history, answers=answers, photos=photos, alike=alike,
        units=units, problem=problem, kept=kept, today=_today(), owed=petition.status in OWED,
        may_approve=visitor.may(Role.APPROVER), statuses=words.STATUSES, kinds=words.KINDS,
        events=EVENTS, actors=ACTORS,
    )  # fmt: skip


@router.get(f"{PATH}/{{petition_id:int}}/photos/{{photo_id:int}}")
async def show_photo(request: Request, _: Editor, petition_id: int, photo_id: int) -> Response:
    """Return a photo; we wrote these bytes ourselves, and nothing else may be read into them."""
    async with database_of(request).read() as session:
        photo = await session.get(PetitionPhoto, photo_id)
    if photo is None or photo.petition_id != petition_id:
        raise HTTPException(404)
    headers = {
        "Content-Disposition": f'inline; filename="anh-{photo_id}.jpg"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(photo.content, media_type="image/jpeg", headers=headers)


async def _petition(
    session: AsyncSession, petition_id: int, *, for_change: bool = False
) -> Petition:
    petition = await session.get(Petition, petition_id, with_for_update=for_change or None)
    if petition is None:
        raise HTTPException(404)
    return petition


@router.post(f"{PATH}/{{petition_id:int}}")
async def change(request: Request, visitor: Editor, petition_id: int) -> Response:
    """Do one step: assign, forward, note, propose, decline, mark a duplicate."""
    return await _do(request, visitor, petition_id, _STEPS)


@router.post(f"{PATH}/{{petition_id:int}}/judge")
async def judge(request: Request, visitor: Approver, petition_id: int) -> Response:
    """Approve or return a proposed answer, or say what the public page shows."""
    return await _do(request, visitor, petition_id, _JUDGEMENTS)


async def _do(
    request: Request, visitor: Visitor, petition_id: int, steps: dict[str, Any]
) -> Response:
    form = await read_form(request)
    step = steps.get(typed(form, "step", 20))
    if step is None:
        raise HTTPException(400)
    try:
        async with database_of(request).write() as session:
            petition = await _petition(session, petition_id, for_change=True)
            before = petition.status
            said = await step(session, petition, form, visitor, utc_now())
            await audit.write(
                session, actor=visitor.login, action=f"petition.{typed(form, 'step', 20)}",
                subject=petition.code, before=before, after=petition.status, where=visitor.address,
            )  # fmt: skip
    except petitions.StepError as error:
        kept = typed(form, "text", LONGEST)
        return await _one_page(request, visitor, petition_id, problem=str(error), kept=kept)
    return redirect(request, f"{PATH}/{petition_id}", said)


async def _assign(
    session: AsyncSession, petition: Petition, form: FormData, visitor: Visitor, now: datetime
) -> str:
    to = typed(form, "to", 60) or visitor.login
    await petitions.assign(session, petition, to=to, actor=visitor.login, now=now)
    return f"Đã giao cho {to}."


async def _forward(
    session: AsyncSession, petition: Petition, form: FormData, visitor: Visitor, now: datetime
) -> str:
    unit, note = typed(form, "unit", 200), typed(form, "text", 1_000)
    await petitions.forward(session, petition, unit=unit, actor=visitor.login, note=note, now=now)
    return f"Đã chuyển đến {unit}."


async def _note(
    session: AsyncSession, petition: Petition, form: FormData, visitor: Visitor, now: datetime
) -> str:
    text = mask(typed(form, "text", 2_000))
    petitions.add_note(session, petition, actor=visitor.login, note=text, now=now)
    return "Đã ghi chú."


async def _propose(
    session: AsyncSession, petition: Petition, form: FormData, visitor: Visitor, now: datetime
) -> str:
    text = typed(form, "text", LONGEST)
    await petitions.propose(session, petition, text=text, author=visitor.login, now=now)
    return "Đã lưu bản trả lời, chờ người khác duyệt."


async def _decline(
    session: AsyncSession, petition: Petition, form: FormData, visitor: Visitor, now: datetime
) -> str:
    why = typed(form, "text", 2_000)
    await petitions.decline(session, petition, why=why, actor=visitor.login, now=now)
    return "Đã báo cho người dân."


async def _merge(
    session: AsyncSession, petition: Petition, form: FormData, visitor: Visitor, now: datetime
) -> str:
    code = typed(form, "of", 20).upper()
    other = (await session.exec(select(Petition).where(Petition.code == code))).first()
    if other is None or other.id == petition.id or other.duplicate_of == petition.id:
        raise petitions.StepError("Không có phản ánh mang mã này để gộp vào.")
    petition.duplicate_of = other.id
    session.add(petition)
    petitions.note_event(
        session, petition, actor=visitor.login, what="merged", note=other.code, now=now
    )
    return f"Đã ghi là trùng với {other.code}."


async def _approve(
    session: AsyncSession, petition: Petition, form: FormData, visitor: Visitor, now: datetime
) -> str:
    answer = await _answer(session, form)
    await petitions.approve(session, petition, answer, judge=visitor.login, now=now)
    return "Đã duyệt. Câu trả lời đang được gửi cho người dân."


async def _return(
    session: AsyncSession, petition: Petition, form: FormData, visitor: Visitor, now: datetime
) -> str:
    answer, why = await _answer(session, form), typed(form, "text", 1_000)
    await petitions.give_back(session, petition, answer, judge=visitor.login, why=why, now=now)
    return "Đã trả lại cho người soạn."


async def _publish(
    session: AsyncSession, petition: Petition, form: FormData, visitor: Visitor, now: datetime
) -> str:
    """Show a petition publicly in the official's own words; an empty text takes it back."""
    text, answer = typed(form, "text", 2_000), typed(form, "answer", 4_000)
    if text and not petition.answer:
        raise petitions.StepError("Chỉ công khai phản ánh đã có trả lời được duyệt.")
    petition.public_text, petition.public_answer = mask(text), mask(answer)
    petition.published = bool(text and answer)
    session.add(petition)
    what = "published" if petition.published else "unpublished"
    petitions.note_event(session, petition, actor=visitor.login, what=what, now=now)
    return "Đã công khai." if petition.published else "Đã thôi công khai."


async def _answer(session: AsyncSession, form: FormData) -> PetitionAnswer:
    number = typed(form, "answer_id", 20)
    answer = await session.get(PetitionAnswer, whole(number))
    if answer is None:
        raise HTTPException(404)
    return answer


_STEPS: Final = {
    "assign": _assign,
    "forward": _forward,
    "note": _note,
    "propose": _propose,
    "decline": _decline,
    "merge": _merge,
}
_JUDGEMENTS: Final = {"approve": _approve, "return": _return, "publish": _publish}

DESK: Final = Desk(
    "Phản ánh, kiến nghị",
    PATH,
    Role.EDITOR,
    router,
    "Tiếp nhận, chuyển, soạn và duyệt trả lời phản ánh của người dân.",
    listing.count_owed,
)
