"""A status export from preview to its end: sealed row by row, live at a word, gone when it expires."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, exists, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database
from bot.dossiers import sheet
from bot.dossiers.seals import name_of, names_of, seal
from bot.dossiers.sheet import Line
from bot.messages import dossiers as words
from bot.models import Dossier, DossierLoad, DossierStatus, DossierWatch, LoadStatus
from bot.privacy.pseudonyms import Pseudonyms
from knowledge.hours import ZONE

#: Rows of one transaction: writers of replies wait for no more than this.
BATCH: Final = 1_000
MOST_DAYS: Final = 90
#: What is only a preview is deleted after so long.
PREVIEW_FOR: Final = timedelta(hours=24)
#: Bad lines kept with a load; the rest are counted.
NAMED: Final = 200
_SPAN: Final = re.compile(r"(\d{1,3}) ?(?:d|ngày)?", re.IGNORECASE)


class LoadError(ValueError):
    """A load that may not be made or changed; the sentence says why."""

    def __init__(self, why: str, problems: Sequence[str] = ()) -> None:
        """Take the sentence, and what is wrong with which line."""
        super().__init__(why)
        self.problems = problems


def read_days(text: str) -> int:
    """Return the days of "7d", "7" or "7 ngày".

    Raises:
        LoadError: it is no span, or a longer one than MOST_DAYS.
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= MOST_DAYS:
        raise LoadError(words.BAD_SPAN.format(most=MOST_DAYS))
    return int(found[1])


def check(data: bytes, *, now: datetime) -> tuple[int, list[str]]:
    """Return how many lines of an export are good, and what is wrong with the others.

    Raises:
        SheetError: the file is no CSV with our columns.
    """
    good, bad = sheet.read(data, today=now.astimezone(ZONE).date())
    return len(good), sheet.problems(bad)


async def prepare(
    database: Database,
    names: Pseudonyms,
    data: bytes,
    *,
    name: str,
    author: str,
    days: int,
    now: datetime,
) -> DossierLoad:
    """Read an export and keep its good lines, sealed, as a preview that answers nobody yet.

    Raises:
        SheetError: the file is no CSV with our columns.
        LoadError: none of its lines is good.
    """
    good, bad = sheet.read(data, today=now.astimezone(ZONE).date())
    said = sheet.problems(bad)
    if not good:
        raise LoadError(words.NOTHING_GOOD, said)
    load = DossierLoad(
        name=name[:200],
        author=author,
        good=len(good),
        bad=len(bad),
        problems=said[:NAMED],
        days=days,
        created_at=now,
        expires_at=now + PREVIEW_FOR,
    )
    async with database.write() as session:
        session.add(load)
    assert load.id is not None
    await _rename_watched(database, names, good)
    for batch in _batches(good):
        rows = [_row(names, load.id, one, load.expires_at) for one in batch]
        async with database.write() as session:
            await session.exec(insert(Dossier), params=rows)
    return load


async def take_effect(database: Database, load_id: int, *, now: datetime) -> DossierLoad:
    """Let a preview answer from now on, instead of older rows about the same dossiers.

    Raises:
        LoadError: it is no preview any more.
    """
    async with database.write() as session:
        load = await _locked(session, load_id)
        if load.status is not LoadStatus.PREVIEW or load.expires_at <= now:
            raise LoadError(words.NO_PREVIEW)
        if await _rows(session, load_id) != load.good:
            raise LoadError(words.HALF)
        load.status, load.live_at = LoadStatus.LIVE, now
        load.expires_at = now + timedelta(days=load.days)
        session.add(load)
        await session.exec(
            update(Dossier)
            .where(col(Dossier.load_id) == load_id)
            .values(expires_at=load.expires_at)
        )
    await _drop_replaced(database, load_id)
    return load


async def withdraw(database: Database, load_id: int) -> DossierLoad:
    """Take a load back: it answers nobody from now on, and its rows are deleted.

    Raises:
        LoadError: it was withdrawn already.
    """
    async with database.write() as session:
        load = await _locked(session, load_id)
        if load.status is LoadStatus.WITHDRAWN:
            raise LoadError(words.WITHDRAWN)
        load.status = LoadStatus.WITHDRAWN
        session.add(load)
    await _delete(database, select(Dossier.id).where(Dossier.load_id == load_id))
    return load


async def loads(session: AsyncSession, *, limit: int = 30) -> Sequence[DossierLoad]:
    """Return the newest loads."""
    return (
        await session.exec(select(DossierLoad).order_by(col(DossierLoad.id).desc()).limit(limit))
    ).all()


async def counts_of(session: AsyncSession, load_id: int) -> Sequence[tuple[DossierStatus, int]]:
    """Return how many dossiers of a load stand where."""
    query = (
        select(Dossier.status, func.count())
        .where(Dossier.load_id == load_id)
        .group_by(col(Dossier.status))
        .order_by(func.count().desc())
    )
    rows = (await session.exec(query)).all()
    return [(DossierStatus(status), count) for status, count in rows]


async def _rename_watched(database: Database, names: Pseudonyms, lines: list[Line]) -> None:
    """Let those who watch a dossier under an older key find it under today's."""
    if len(names.keys) == 1:
        return
    async with database.read() as session:
        query = select(DossierWatch.code_name).where(col(DossierWatch.ended_at).is_(None))
        watched = set((await session.exec(query.distinct())).all())
    for line in lines if watched else ():
        new, *old = names_of(names, line.code)
        if watched.intersection(old):
            async with database.write() as session:
                await session.exec(
                    update(DossierWatch)
                    .where(col(DossierWatch.code_name).in_(old))
                    .values(code_name=new)
                )


async def _drop_replaced(database: Database, load_id: int) -> None:
    """Delete older rows about the dossiers of a load; until then the newest load counts."""
    newer = aliased(Dossier)
    replaced = select(Dossier.id).where(
        Dossier.load_id != load_id,
        col(Dossier.load_id).in_(
            select(DossierLoad.id).where(DossierLoad.status == LoadStatus.LIVE)
        ),
        exists().where(newer.load_id == load_id, newer.code_name == Dossier.code_name),  # type: ignore[arg-type]
    )
    await _delete(database, replaced)


async def _delete(database: Database, which: Any) -> None:
    while True:
        async with database.write() as session:
            gone = await session.exec(
                delete(Dossier).where(col(Dossier.id).in_(which.limit(BATCH)))
            )
        if gone.rowcount < BATCH:
            return


async def _locked(session: AsyncSession, load_id: int) -> DossierLoad:
    load = await session.get(DossierLoad, load_id, with_for_update=True)
    if load is None:
        raise LoadError(words.NO_LOAD)
    return load


async def _rows(session: AsyncSession, load_id: int) -> int:
    query = select(func.count()).select_from(Dossier).where(Dossier.load_id == load_id)
    return (await session.exec(query)).one()


def _batches(lines: list[Line]) -> Iterator[list[Line]]:
    for start in range(0, len(lines), BATCH):
        yield lines[start : start + BATCH]


def _row(names: Pseudonyms, load_id: int, line: Line, expires_at: datetime) -> dict[str, Any]:
    return {
        "load_id": load_id,
        "code_name": name_of(names, line.code),
        "ending": line.code[-4:],
        "secret_seal": seal(names, line.code, line.secret),
        "status": line.status,
        "procedure": line.procedure,
        "office": line.office,
        "asked": line.asked,
        "due_on": line.due_on,
        "updated_on": line.updated_on,
        "expires_at": expires_at,
    }
