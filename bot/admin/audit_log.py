"""The log desk: who did what, when and from where, before and after; searched and exported."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar
from starlette.responses import Response

from bot.admin.access import Admin, database_of
from bot.admin.desk import Desk
from bot.admin.pages import page
from bot.admin.sheets import csv_response
from bot.db import Database
from bot.models import AuditEntry, Role
from knowledge.hours import ZONE

router = APIRouter()
PAGE: Final = 50
HEAD: Final = ("id", "lúc", "ai", "việc", "về", "trước", "sau", "lý do", "từ đâu", "mã băm")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; "" = anything."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    words: str = ""
    """Anywhere in before, after or the reason."""
    since: str = ""
    until: str = ""
    """Days in Vietnam, as 2026-11-21; the last one counts."""

    @classmethod
    def of(cls, request: Request) -> Search:
        """Return what the address asks for; unknown keys are ignored."""
        given = request.query_params
        return cls(**{name: given.get(name, "").strip()[:200] for name in cls.__slots__})

    def as_query(self) -> dict[str, str]:
        """Return the parts that are set, for an address."""
        return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}

    def query(self) -> SelectOfScalar[AuditEntry]:
        """Return the statement, newest first."""
        query = select(AuditEntry).order_by(col(AuditEntry.id).desc())
        if self.actor:
            query = query.where(AuditEntry.actor == self.actor)
        if self.action:
            query = query.where(col(AuditEntry.action).startswith(self.action, autoescape=True))
        if self.subject:
            query = query.where(AuditEntry.subject == self.subject)
        if self.words:
            places = (AuditEntry.before, AuditEntry.after, AuditEntry.reason)
            query = query.where(
                or_(*(col(one).contains(self.words, autoescape=True) for one in places))
            )
        if day := _day(self.since):
            query = query.where(AuditEntry.at >= _midnight(day))
        if day := _day(self.until):
            query = query.where(AuditEntry.at < _midnight(day + timedelta(days=1)))
        return query


@router.get("/audit")
async def show(request: Request, visitor: Admin, before: int = 0) -> Response:
    """Show one page of what was found; `before` is the last id of the page above."""
    search = Search.of(request)
    async with database_of(request).read() as session:
        found, more = await entries_of(session, search, before=before)
    return page(
        request, visitor, "audit.html", search=search, entries=found, more=more, pretty=pretty
    )


async def entries_of(
    session: AsyncSession, search: Search, *, before: int = 0
) -> tuple[list[AuditEntry], int | None]:
    """Return one page of what is found and where the next one begins; None on the last page."""
    query = search.query().limit(PAGE + 1)
    if before > 0:
        query = query.where(col(AuditEntry.id) < min(before, 2**31 - 1))
    found = list((await session.exec(query)).all())
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


@router.get("/audit.csv")
async def export(request: Request, visitor: Admin) -> Response:  # noqa: ARG001 - holds the role
    """Return all that was found as CSV."""
    return csv_of(database_of(request), Search.of(request))


def csv_of(database: Database, search: Search) -> Response:
    """Return everything a search finds as a CSV file."""
    return csv_response("nhat-ky.csv", HEAD, _rows(database, search.query()))


async def _rows(
    database: Database, query: SelectOfScalar[AuditEntry]
) -> AsyncIterator[tuple[Any, ...]]:
    """Yield the rows a thousand at a time; no transaction stays open while the browser reads."""
    last: int | None = None
    while True:
        further = query if last is None else query.where(col(AuditEntry.id) < last)
        async with database.read() as session:
            chunk = (await session.exec(further.limit(1_000))).all()
        for one in chunk:
            yield (
                one.id, one.at.isoformat(), one.actor, one.action, one.subject, one.before,
                one.after, one.reason, one.where, one.hash,
            )  # fmt: skip
        if not chunk:
            return
        last = chunk[-1].id


def pretty(stored: str) -> str:
    """Return stored JSON as lines a person reads."""
    return json.dumps(json.loads(stored), ensure_ascii=False, indent=1) if stored else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


DESK: Final = Desk(
    "Nhật ký", "/audit", Role.ADMIN, router, "Ai đã làm gì, lúc nào, từ đâu, trước và sau."
)
