"""Where a dossier stands, for whoever knows its code and the secret on its slip; guessing is slow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import attempts
from bot.db import Database
from bot.dossiers.seals import names_of, opens
from bot.dossiers.standing import AwayError, Standing, System, of_row
from bot.models import Dossier, DossierLoad, LoadStatus
from bot.people import find_contact
from bot.privacy.pseudonyms import Pseudonyms

#: Wrong tries an hour that one channel may make in all: web chats cost nothing.
CHANNEL_MOST: Final = 300


class Refused(StrEnum):
    """Why nothing is told."""

    NOT_FOUND = "not_found"
    """The code is not there, or the secret is another: nobody learns which."""
    TOO_OFTEN = "too_often"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Asked:
    """One try: who asks, for which code, with which secret."""

    channel: str
    address: str
    code: str
    secret: str


async def is_possible(session: AsyncSession, system: System | None, *, now: datetime) -> bool:
    """Whether any status can be told: a system is configured, or a live export has not expired."""
    if system is not None:
        return True
    live = select(DossierLoad.id).where(
        DossierLoad.status == LoadStatus.LIVE, col(DossierLoad.expires_at) > now
    )
    return (await session.exec(live.limit(1))).first() is not None


async def look_up(
    database: Database, names: Pseudonyms, system: System | None, asked: Asked, *, now: datetime
) -> Standing | Refused:
    """Return where a dossier stands, or why not; a wrong try counts for the person and for the code.

    It is counted before the system is asked, which may take its time.
    """
    async with database.apart():
        return await _look_up(database, names, system, asked, now)


async def _look_up(
    database: Database, names: Pseudonyms, system: System | None, asked: Asked, now: datetime
) -> Standing | Refused:
    async with database.write() as session:
        tries = await _tries(session, asked)
        channel = f"dossier channel:{asked.channel}"
        may = await attempts.may_try(session, *tries, now=now) and await attempts.may_try(
            session, channel, now=now, most=CHANNEL_MOST
        )
    if not may:
        return Refused.TOO_OFTEN
    try:
        found = await _find(database, names, system, asked, now)
    except AwayError:
        await _give_back(database, *tries, channel)
        return Refused.AWAY
    if found is None:
        return Refused.NOT_FOUND
    await _give_back(database, *tries, channel)
    return found


async def newest(
    session: AsyncSession, code_names: list[str], *, now: datetime
) -> tuple[Dossier, datetime] | None:
    """Return the row the newest live load has about a dossier, and when that went live."""
    query = (
        select(Dossier, DossierLoad.live_at)
        .join(DossierLoad, col(DossierLoad.id) == Dossier.load_id)
        .where(
            col(Dossier.code_name).in_(code_names),
            DossierLoad.status == LoadStatus.LIVE,
            col(DossierLoad.expires_at) > now,
        )
        .order_by(col(DossierLoad.live_at).desc(), col(DossierLoad.id).desc())
        .limit(1)
    )
    found = (await session.exec(query)).first()
    return (found[0], found[1] or now) if found is not None else None


async def _find(
    database: Database, names: Pseudonyms, system: System | None, asked: Asked, now: datetime
) -> Standing | None:
    async with database.read() as session:
        row = await newest(session, names_of(names, asked.code), now=now)
    stored = row[0].secret_seal if row is not None else None
    if opens(names, asked.code, asked.secret, stored) and row is not None:
        return of_row(*row)
    return await system.find(asked.code, asked.secret) if system is not None else None


async def _tries(session: AsyncSession, asked: Asked) -> tuple[str, str]:
    """Return what a try counts for: the person, on whatever channel they linked, and the code."""
    contact = await find_contact(session, asked.channel, asked.address)
    who = contact.person_id if contact else f"{asked.channel}:{asked.address}"
    return f"dossier person:{who}", f"dossier code:{asked.code}"


async def _give_back(database: Database, *tries: str) -> None:
    async with database.write() as session:
        await attempts.give_back(session, *tries)
