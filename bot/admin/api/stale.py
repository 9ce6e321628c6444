"""What grows old, by the API: the lists of the staleness desk, and "verified today"."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from bot.admin.access import database_of, settings_of
from bot.admin.api.access import Approver, Reader
from bot.admin.api.bodies import Body
from bot.admin.procedures.work import doer_of, press_of
from bot.admin.stale import AT_ONCE, PAGE, lists_of, marks_of, verify_today
from bot.staleness import MarkKind, Staleness
from knowledge.columns import utc_now
from knowledge.hours import ZONE

router = APIRouter(prefix="/stale")
Which = Literal["ends", "old", "gone", "conflict", "beside"]


class MarkRead(BaseModel):
    """One thing to look at."""

    model_config = ConfigDict(from_attributes=True)

    kind: MarkKind
    text: str
    on: date | None


class StaleRow(BaseModel):
    """A procedure and why it stands in the list."""

    code: str
    title: str
    verified_on: date | None
    marks: list[MarkRead]


class StalePage(BaseModel):
    """One page of a list, and how long each list is; `complete` once everything was looked at."""

    procedures: list[StaleRow]
    counts: dict[str, int]
    complete: bool


class Codes(Body):
    """Procedures that were checked today."""

    codes: Annotated[
        tuple[Annotated[str, Field(max_length=40)], ...], Field(min_length=1, max_length=AT_ONCE)
    ]


class Verified(BaseModel):
    """Those published anew with today's date; others were so already, or are not live."""

    codes: list[str]


@router.get("", summary="Thông tin cũ")
async def search(
    request: Request,
    _: Reader,
    show: Which = "ends",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> StalePage:
    """List what ends soon, was checked long ago, names what is gone, disagrees, or has an import beside it."""
    staleness = cast("Staleness", request.app.state.staleness)
    today = utc_now().astimezone(ZONE).date()
    async with database_of(request).read() as session:
        lists = await lists_of(session, staleness, today, settings_of(request).stale_days)
    rows = [
        StaleRow(
            code=one.code, title=one.title, verified_on=one.verified_on,
            marks=[MarkRead.model_validate(mark) for mark in marks_of(one, show, today)],
        )
        for one in lists[show][(page - 1) * PAGE : page * PAGE]
    ]  # fmt: skip
    counts = {name: len(found) for name, found in lists.items()}
    return StalePage(procedures=rows, counts=counts, complete=staleness.is_complete)


@router.post("/verified", summary="Ghi là đã kiểm tra hôm nay")
async def verified(request: Request, visitor: Approver, given: Codes) -> Verified:
    """Publish live contents anew with today as the day they were checked."""
    staleness = cast("Staleness", request.app.state.staleness)
    codes = await verify_today(press_of(request), staleness, given.codes, doer_of(visitor))
    return Verified(codes=codes)
