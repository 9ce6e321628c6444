"""Telling citizens of changes of the dossiers they asked to be told of: each change once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import notices
from bot.db import Database
from bot.dossiers.lookup import newest
from bot.dossiers.standing import AwayError, Standing, System, of_row
from bot.messages import dossiers as words
from bot.models import FINISHED, DossierStatus, DossierWatch

#: A watch ends by itself when nothing has changed for so long.
LASTS: Final = timedelta(days=90)
#: How often a dossier is looked at again.
EVERY: Final = {False: timedelta(minutes=5), True: timedelta(hours=1)}
"""By whether the deployer's system must be asked."""
#: Dossiers looked at in one go; of the deployer's system not more is asked a minute.
AT_ONCE: Final = 50
MOST_PER_PERSON: Final = 20

log = structlog.get_logger()


class TooManyError(ValueError):
    """A person already watches as many dossiers as one may."""


async def watch(
    session: AsyncSession,
    person_id: str,
    *,
    code_name: str,
    ending: str,
    handle: str,
    known: str,
    source: str,
    now: datetime,
) -> bool:
    """Tell a person of changes from now on; False when that was so already.

    Raises:
        TooManyError: they watch MOST_PER_PERSON already.
    """
    query = select(DossierWatch).where(
        DossierWatch.person_id == person_id, DossierWatch.code_name == code_name
    )
    row = (await session.exec(query.with_for_update())).first()
    if row is not None and row.ended_at is None:
        return False
    if len(await watched_by(session, person_id)) >= MOST_PER_PERSON:
        raise TooManyError(person_id)
    row = row or DossierWatch(
        person_id=person_id, code_name=code_name, ending=ending, known=known, source=source,
        consent_text_version=words.CONSENT_VERSION, consented_at=now, next_look_at=now, ends_at=now,
    )  # fmt: skip
    row.handle, row.known, row.source = handle, known, source
    row.consent_text_version, row.consented_at = words.CONSENT_VERSION, now
    row.next_look_at, row.ends_at, row.ended_at = now + EVERY[bool(handle)], now + LASTS, None
    session.add(row)
    return True


async def watched_by(session: AsyncSession, person_id: str) -> Sequence[DossierWatch]:
    """Return what a person watches now, oldest first."""
    query = (
        select(DossierWatch)
        .where(DossierWatch.person_id == person_id, col(DossierWatch.ended_at).is_(None))
        .order_by(col(DossierWatch.id))
    )
    return (await session.exec(query)).all()


async def stop(session: AsyncSession, person_id: str, *, now: datetime) -> int:
    """End all that a person watches; return how much it was."""
    ended = update(DossierWatch).where(
        col(DossierWatch.person_id) == person_id, col(DossierWatch.ended_at).is_(None)
    )
    return (await session.exec(ended.values(ended_at=now))).rowcount


async def tell_changes(database: Database, system: System | None, *, now: datetime) -> int:
    """Look at the watched dossiers whose turn it is, and tell of what changed; return how many."""
    told = 0
    while due := await _take_due(database, now, asks=False):
        for watched in due:
            told += await _tell(database, watched, await _loaded(database, watched, now), now)
    if system is None:
        return told
    for watched in await _take_due(database, now, asks=True):
        try:
            standing = await system.look_again(watched.handle)
        except AwayError as error:
            log.warning("dossier system away", reason=str(error))
            break  # the others wait for their next turn
        told += await _tell(database, watched, standing, now)
    return told


async def _take_due(database: Database, now: datetime, *, asks: bool) -> Sequence[DossierWatch]:
    """Take watches that are due, those that ask the system or the others.

    Their next look is put off first: whoever dies now leaves the change to the next look.
    """
    query = (
        select(DossierWatch)
        .where(
            col(DossierWatch.ended_at).is_(None),
            col(DossierWatch.next_look_at) <= now,
            DossierWatch.handle != "" if asks else DossierWatch.handle == "",
        )
        .order_by(col(DossierWatch.next_look_at), col(DossierWatch.id))
        .limit(AT_ONCE)
    )
    async with database.read() as session:
        if (await session.exec(query.limit(1))).first() is None:
            return ()  # the usual case takes no write lock
    async with database.write() as session:
        due = (await session.exec(query.with_for_update(skip_locked=True))).all()
        for one in due:
            one.next_look_at = now + EVERY[asks]
            session.add(one)
    return due


async def _loaded(database: Database, watched: DossierWatch, now: datetime) -> Standing | None:
    async with database.read() as session:
        found = await newest(session, [watched.code_name], now=now)
    return of_row(*found) if found is not None else None


async def _tell(
    database: Database, watched: DossierWatch, standing: Standing | None, now: datetime
) -> int:
    """Owe the citizen the news and note it, in one transaction: told once, whatever dies when."""
    async with database.write() as session:
        row = await session.get(DossierWatch, watched.id, with_for_update=True)
        if row is None or row.ended_at is not None:
            return 0
        if standing is None or standing.known == row.known:
            return await _end_silent(session, row, now)
        row.known, row.ends_at = standing.known, now + LASTS
        if standing.handle:
            row.handle = standing.handle
        if standing.status in FINISHED:
            row.ended_at = now
        return await _owe(session, row, news(row.ending, standing), now)


async def _end_silent(session: AsyncSession, row: DossierWatch, now: datetime) -> int:
    if row.ends_at > now:
        return 0
    row.ended_at = now
    return await _owe(
        session, row, words.TOLD_ENDED.format(days=LASTS.days, ending=row.ending), now
    )


async def _owe(session: AsyncSession, row: DossierWatch, text: str, now: datetime) -> int:
    row.told += 1
    session.add(row)
    key = f"dossier:{row.id}:{row.told}"
    return await notices.tell(session, key=key, person_id=row.person_id, text=text, now=now)


def news(ending: str, standing: Standing) -> str:
    """Return what a citizen is told of a change."""
    lines = [words.TOLD.format(ending=ending, status=words.STATUSES[standing.status])]
    if standing.status is DossierStatus.WAITING:
        lines.append(words.ASKED.format(asked=standing.asked) if standing.asked else words.ASK_WHAT)
    if standing.due_on is not None and standing.status not in FINISHED:
        lines.append(words.DUE.format(day=f"{standing.due_on:%d/%m/%Y}"))
    if standing.office:
        lines.append(words.OFFICE.format(office=standing.office))
    finished = standing.status in FINISHED
    lines.append(words.TOLD_FINISHED if finished else words.TOLD_HOW_TO_STOP)
    return "\n".join(lines)
