"""The kill switches: stop one answer, one field, one channel or the whole bot, with a reason."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import Response

from bot import switches
from bot.admin.access import Approver, Visitor, database_of
from bot.admin.desk import Desk
from bot.admin.pages import page, read_form, redirect, typed
from bot.admin.procedures.work import doer_of
from bot.deeds import Doer
from bot.models import AuditEntry, KillSwitch, Role
from bot.pages.open_data import CHANNEL_WORDS
from bot.switches import BOT, SwitchError, channel_scope
from knowledge.models import FieldSwitch, Procedure, ProcedureKind

router = APIRouter()
KINDS: Final = ("bot", "channel", "field", "procedure")


@router.get("/switches")
async def show(request: Request, visitor: Approver) -> Response:
    """Show what is off, and the forms that turn things off."""
    return await _show(request, visitor)


async def _show(
    request: Request, visitor: Visitor, problem: str = "", form: FormData | None = None
) -> Response:
    async with database_of(request).read() as session:
        context = await standing(session)
    return page(
        request, visitor, "switches.html", status=422 if problem else 200, problem=problem,
        given={name: typed(form, name) for name in ("kind", "name", "message", "reason")}
        if form else {"kind": "", "name": "", "message": "", "reason": ""},
        channel_words=CHANNEL_WORDS, **context,
    )  # fmt: skip


async def standing(session: AsyncSession) -> dict[str, Any]:
    """Return what is off now, and which fields there are with how many procedures."""
    off = {row.scope: row for row in (await session.exec(select(KillSwitch))).all()}
    fields = select(Procedure.field, func.count()).where(
        Procedure.kind != ProcedureKind.OVERRIDE, Procedure.field != ""
    )
    switched = select(FieldSwitch).where(col(FieldSwitch.on).is_(False))
    hidden = select(Procedure.code).where(
        col(Procedure.hidden).is_(True), Procedure.kind != ProcedureKind.OVERRIDE
    )
    codes = list((await session.exec(hidden.order_by(Procedure.code))).all())
    return {
        "bot": off.get(BOT),
        "channels": {name: off.get(channel_scope(name)) for name in CHANNEL_WORDS},
        "fields": (
            await session.exec(fields.group_by(Procedure.field).order_by(Procedure.field))
        ).all(),
        "fields_off": (await session.exec(switched.order_by(FieldSwitch.field))).all(),
        "hidden": [(code, await _why_hidden(session, code)) for code in codes[:200]],
    }


async def _why_hidden(session: AsyncSession, code: str) -> AuditEntry | None:
    query = select(AuditEntry).where(
        AuditEntry.subject == code, AuditEntry.action == "procedure.hide"
    )
    return (await session.exec(query.order_by(col(AuditEntry.id).desc()).limit(1))).first()


@router.post("/switches/{way}")
async def turn(request: Request, visitor: Approver, way: str) -> Response:
    """Turn one thing "off" or "on"; the form says which, and why."""
    if way not in ("off", "on"):
        raise HTTPException(404)
    form = await read_form(request)
    try:
        async with database_of(request).write() as session:
            given = {name: typed(form, name) for name in ("kind", "name", "message", "reason")}
            await turn_one(session, doer_of(visitor), on=way == "on", **given)
    except SwitchError as error:
        return await _show(request, visitor, str(error), form)
    said = "Đã bật lại." if way == "on" else "Đã tắt. Người dân thấy ngay từ câu hỏi tới."
    return redirect(request, "/switches", said)


async def turn_one(
    session: AsyncSession,
    doer: Doer,
    *,
    on: bool,
    kind: str,
    name: str,
    message: str,
    reason: str,
) -> None:
    """Turn one thing (of KINDS) off or on; `message` is what citizens of a channel are told.

    Raises:
        SwitchError: there is no such thing, no reason, or no message where one is told.
    """
    who: dict[str, Any] = {"actor": doer.login, "where": doer.where, "now": doer.now}
    if kind not in KINDS or (kind == "channel" and name not in CHANNEL_WORDS):
        raise SwitchError("Anh/chị chọn thứ cần tắt hoặc bật.")
    if kind == "field":
        await switches.turn_field(session, name, on=on, reason=reason, **who)
    elif kind == "procedure":
        await switches.turn_procedure(session, name, on=on, reason=reason, **who)
    else:
        scope = BOT if kind == "bot" else channel_scope(name)
        if on:
            await switches.resume(session, scope, reason=reason, **who)
        else:
            await switches.stop(session, scope, message=message, reason=reason, **who)


async def waiting(session: AsyncSession) -> int:
    """How many channels are stopped, so that nobody forgets."""
    return (await session.exec(select(func.count()).select_from(KillSwitch))).one()


DESK: Final = Desk(
    "Công tắc", "/switches", Role.APPROVER, router,
    "Tắt ngay một câu trả lời, một lĩnh vực, một kênh hoặc cả trợ lý.", waiting,
)  # fmt: skip
