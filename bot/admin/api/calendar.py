"""The calendar by the API: the days of a year that are not ordinary, and setting one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from bot.admin.access import database_of
from bot.admin.api.access import Approver, Reader
from bot.admin.api.bodies import Body
from bot.admin.api.problems import Kind, Problem
from bot.admin.calendar import DayError, day_of, drop_day, keep_day, own_days
from bot.admin.procedures.work import doer_of
from knowledge.columns import utc_now
from knowledge.hours import ZONE

router = APIRouter(prefix="/calendar")
Province = Annotated[str, Field(pattern=r"^(\d{2})?$")]


class DayRead(BaseModel):
    """A day that officials have set."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    province_code: str
    kind: str
    name: str
    source: str
    like: date | None


class DayGiven(Body):
    """What a day is; `like` is the day whose hours a make-up day keeps."""

    day: date
    kind: Literal["holiday", "off", "work", "none"]
    name: Annotated[str, Field(max_length=500)] = ""
    source: Annotated[str, Field(max_length=500)]
    province_code: Province = ""
    like: date | None = None


class Taken(BaseModel):
    """It is taken back."""

    taken_back: bool = True


@router.get("", summary="Ngày đã ghi của một năm")
async def show(
    request: Request, _: Reader, year: Annotated[int | None, Query(ge=2000, le=2100)] = None
) -> list[DayRead]:
    """List the days of a year that officials have set; the public calendar holds for the rest."""
    async with database_of(request).read() as session:
        rows = await own_days(session, year or utc_now().astimezone(ZONE).year)
    return [DayRead.model_validate(one) for one in rows]


@router.put("", summary="Ghi một ngày")
async def set_one(request: Request, visitor: Approver, given: DayGiven) -> DayRead:
    """Set one day; answers and deadlines follow at once."""
    raw = given.model_dump(mode="json")
    try:
        override = day_of({name: value or "" for name, value in raw.items()})
    except DayError as error:
        raise Problem(Kind.INVALID, str(error)) from error
    async with database_of(request).write() as session:
        await keep_day(session, override, doer_of(visitor))
    return DayRead.model_validate(override)


@router.delete("/{day}", summary="Bỏ một ngày đã ghi")
async def drop(
    request: Request,
    visitor: Approver,
    day: Annotated[date, Path()],
    province_code: Annotated[str, Query(pattern=r"^(\d{2})?$")] = "",
) -> Taken:
    """Take back what was set for a day: the public calendar holds again."""
    async with database_of(request).write() as session:
        dropped = await drop_day(session, day, province_code, doer_of(visitor))
    if not dropped:
        raise HTTPException(404)
    return Taken()
