"""The log of deeds by the API: searched, and exported as CSV."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from bot.admin.access import database_of
from bot.admin.api.access import AuditReader
from bot.admin.audit_log import Search, csv_of, entries_of

router = APIRouter()
Part = Annotated[str, Query(max_length=200)]


class Entry(BaseModel):
    """One deed; `before` and `after` are canonical JSON as it was hashed, "" for nothing."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: str
    after: str
    reason: str
    where: str
    hash: str


class Entries(BaseModel):
    """One page of the log, newest first."""

    entries: list[Entry]
    more: int | None
    """Give it as `before` for the next page; null on the last one."""


async def _search(
    actor: Part = "",
    action: Part = "",
    subject: Part = "",
    words: Part = "",
    since: Part = "",
    until: Part = "",
) -> Search:
    """Return what to look for; days are days in Vietnam, `action` may be the beginning of one."""
    return Search(actor, action, subject, words, since, until)


Wanted = Annotated[Search, Depends(_search)]


@router.get("/audit", summary="Tìm trong nhật ký")
async def show(
    request: Request, _: AuditReader, search: Wanted, before: Annotated[int, Query(ge=0)] = 0
) -> Entries:
    """List deeds; `since` and `until` are days in Vietnam, `action` may be the beginning of one."""
    async with database_of(request).read() as session:
        found, more = await entries_of(session, search, before=before)
    return Entries(entries=[Entry.model_validate(one) for one in found], more=more)


@router.get("/audit.csv", summary="Tải nhật ký (CSV)", response_class=Response)
async def export(request: Request, _: AuditReader, search: Wanted) -> Response:
    """Return all that is found as CSV."""
    return csv_of(database_of(request), search)
