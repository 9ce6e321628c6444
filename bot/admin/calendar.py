"""The desk of the calendar: holidays, swap days and closures of a year, each with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from pydantic import ValidationError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from bot import audit
from bot.admin.access import Approver, Viewer, Visitor, database_of
from bot.admin.desk import Desk
from bot.admin.pages import page, read_form, redirect, typed, whole
from bot.admin.procedures.work import doer_of
from bot.deeds import Doer
from bot.models import Role
from knowledge.calendar_days import read_calendar, set_day
from knowledge.columns import utc_now
from knowledge.hours import ZONE, DayKind, Override, holidays_between
from knowledge.models import CalendarDay
from knowledge.publishing import bump_version

router = APIRouter()

#: What a day can be made, as officials read it.
KINDS: Final = {
    "holiday": "ngày lễ",
    "off": "nghỉ (hoán đổi, đột xuất)",
    "work": "ngày làm bù",
    "none": "như ngày thường",
}
DAY_WORDS: Final = {
    DayKind.WORKING: "làm việc",
    DayKind.WEEKEND: "cuối tuần",
    DayKind.HOLIDAY: "ngày lễ",
    DayKind.OFF: "nghỉ hoán đổi",
    DayKind.MAKE_UP: "làm bù",
}
_FIELDS: Final = ("day", "kind", "name", "source", "province_code", "like")
_TITLES: Final = {
    "day": "Ngày", "kind": "Là", "name": "Tên ngày", "source": "Văn bản căn cứ",
    "province_code": "Mã tỉnh", "like": "Làm bù theo giờ của ngày",
}  # fmt: skip


@router.get("/calendar")
async def show(request: Request, visitor: Viewer) -> Response:
    """Show the days of a year that are not ordinary, and the form to set one."""
    return await _show(request, visitor, dict.fromkeys(_FIELDS, ""), "")


async def _show(
    request: Request, visitor: Visitor, given: dict[str, str], problem: str
) -> Response:
    asked = request.query_params.get("year", "")
    this = utc_now().astimezone(ZONE).year
    year = whole(asked, most=2100)
    year = year if year >= 2000 else this
    async with database_of(request).read() as session:
        calendar = await read_calendar(session)
        own = await own_days(session, year)
    days = holidays_between(calendar, date(year, 1, 1), date(year, 12, 31))
    return page(request, visitor, "calendar.html", status=422 if problem else 200, year=year,
                days=days, own=own, kinds=KINDS, words=DAY_WORDS, given=given, problem=problem,
                may_set=visitor.may(Role.APPROVER))  # fmt: skip


async def own_days(session: AsyncSession, year: int) -> Sequence[CalendarDay]:
    """Return the days of a year that officials have set."""
    query = select(CalendarDay).where(
        col(CalendarDay.day) >= date(year, 1, 1), col(CalendarDay.day) <= date(year, 12, 31)
    )
    return (await session.exec(query.order_by(col(CalendarDay.day)))).all()


@router.post("/calendar")
async def set_one(request: Request, visitor: Approver) -> Response:
    """Set one day; answers and deadlines follow at once."""
    form = await read_form(request)
    given = {name: typed(form, name, 500) for name in _FIELDS}
    try:
        override = day_of(given)
        async with database_of(request).write() as session:
            await keep_day(session, override, doer_of(visitor))
    except DayError as error:
        return await _show(request, visitor, given, str(error))
    here = f"/calendar?year={override.day.year}"
    return redirect(request, here, f"Đã ghi {override.day:%d/%m/%Y}: {KINDS[override.kind]}.")


class DayError(ValueError):
    """A day that cannot be set; the message is for the official."""


def day_of(given: Mapping[str, str]) -> Override:
    """Return what a form (or a program) says of a day.

    Raises:
        DayError: something is missing or means nothing.
    """
    try:
        override = Override.model_validate({**given, "like": given.get("like") or None})
    except ValidationError as error:
        loc = error.errors()[0]["loc"]
        wrong = _TITLES.get(str(loc[0]) if loc else "", "Ngày")
        raise DayError(f"Chưa ghi: “{wrong}” không hợp lệ.") from error
    if not override.source:
        raise DayError("Chưa ghi: hãy nêu văn bản căn cứ.")
    return override


async def keep_day(session: AsyncSession, override: Override, doer: Doer) -> None:
    """Set one day; answers and deadlines follow at once."""
    before = await session.get(CalendarDay, (override.day, override.province_code))
    was = before.model_dump(mode="json") if before else None
    await set_day(session, override)
    await bump_version(session)
    await audit.write(
        session, actor=doer.login, action="calendar.set",
        subject=f"day:{override.day.isoformat()}{override.province_code}", before=was,
        after=override.model_dump(mode="json"), where=doer.where, now=doer.now,
    )  # fmt: skip


@router.post("/calendar/drop")
async def drop(request: Request, visitor: Approver) -> Response:
    """Take back what was set for a day: the public calendar holds again."""
    form = await read_form(request)
    try:
        day = date.fromisoformat(typed(form, "day", 10))
    except ValueError:
        return redirect(request, "/calendar", "Ngày không hợp lệ.", bad=True)
    async with database_of(request).write() as session:
        dropped = await drop_day(session, day, typed(form, "province_code", 2), doer_of(visitor))
    if not dropped:
        return redirect(request, "/calendar", "Ngày này đã được bỏ rồi.", bad=True)
    return redirect(request, f"/calendar?year={day.year}", f"Đã bỏ ngày {day:%d/%m/%Y} đã ghi.")


async def drop_day(session: AsyncSession, day: date, province_code: str, doer: Doer) -> bool:
    """Take back what was set for a day; False when nothing was."""
    row = await session.get(CalendarDay, (day, province_code))
    if row is None:
        return False
    before = row.model_dump(mode="json")
    await session.delete(row)
    await bump_version(session)
    await audit.write(
        session, actor=doer.login, action="calendar.drop",
        subject=f"day:{day.isoformat()}{province_code}", before=before, where=doer.where,
        now=doer.now,
    )  # fmt: skip
    return True


DESK: Final = Desk(
    "Ngày nghỉ", "/calendar", Role.VIEWER, router,
    "Ngày lễ, ngày nghỉ hoán đổi, ngày làm bù của năm; ghi thêm ngày kèm văn bản căn cứ.",
)  # fmt: skip
