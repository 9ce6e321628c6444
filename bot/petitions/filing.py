"""Taking a petition in: masked, routed, given a code and a day by which the answer is owed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from rapidfuzz import fuzz
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import (
    Petition,
    PetitionEvent,
    PetitionKind,
    PetitionPhoto,
    PetitionRoute,
    PetitionStatus,
)
from bot.petitions.kinds import is_rude, kind_of
from bot.privacy import mask
from bot.receipts import Seal, new_code
from knowledge.content import Unit
from knowledge.deadlines import due_date
from knowledge.hours import ZONE, Calendar
from knowledge.text import fold, normalise

PREFIX: Final = "PA"
LONGEST: Final = 4_000
#: Texts at least so alike (of 100) are shown to officials as perhaps the same matter.
ALIKE: Final = 72
#: Among so many newest petitions of the commune or province.
_COMPARED: Final = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """A form filled in, with consent."""

    channel: str
    address: str
    text: str
    consent_version: str
    person_id: str | None = None
    procedure_code: str = ""
    procedure: str = ""
    field: str = ""
    place: str = ""
    commune_code: str = ""
    province_code: str = ""
    happened: str = ""
    happened_on: date | None = None
    contact: str = ""
    draft_id: int | None = None
    """Whose photos come along."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of it."""

    petition: Petition
    secret: str
    """To be shown once; empty when the petition was already here."""
    again: bool = False


async def file(
    session: AsyncSession,
    wanted: Wanted,
    seal: Seal,
    *,
    calendar: Calendar,
    days: int,
    now: datetime,
) -> Filed:
    """Take a petition in, or return the one that this citizen has already sent in these words.

    The answer is owed within `days` working days. Numbers of persons in the text are masked.
    """
    fingerprint = _fingerprint(wanted)
    known = await _known(session, fingerprint)
    if known is not None:
        known.times += 1
        session.add(known)
        return Filed(known, "", again=True)
    text = mask(wanted.text.strip())[:LONGEST]
    today = now.astimezone(ZONE).date()
    due = due_date(today, days, Unit.WORKING_DAY, calendar, wanted.province_code)
    assert due is not None
    petition = Petition(
        code=await _free_code(session),
        secret_hash=seal.stored,
        person_id=wanted.person_id,
        channel=wanted.channel,
        kind=kind_of(text),
        text=text,
        procedure_code=wanted.procedure_code,
        procedure=mask(wanted.procedure)[:300],
        field=wanted.field,
        place=mask(wanted.place)[:300],
        commune_code=wanted.commune_code,
        province_code=wanted.province_code,
        happened=mask(wanted.happened)[:200],
        happened_on=wanted.happened_on,
        contact=wanted.contact[:200],
        consent_version=wanted.consent_version,
        fingerprint=fingerprint,
        rude=is_rude(wanted.text),
        unit=await route(session, wanted.province_code, wanted.commune_code, wanted.field),
        due_on=due,
        created_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(petition)
    except IntegrityError:  # the same words came in at the same moment, by another process
        known = await _known(session, fingerprint)
        if known is None:
            raise
        return Filed(known, "", again=True)
    await _take_photos(session, wanted.draft_id, petition)
    note_event(session, petition, actor="citizen", what="received", now=now)
    if petition.unit:
        petition.status = PetitionStatus.FORWARDED
        note_event(session, petition, actor="system", what="forwarded", note=petition.unit, now=now)
    await session.flush()
    return Filed(petition, seal.secret)


async def route(session: AsyncSession, province: str, commune: str, field: str) -> str:
    """Return the unit that petitions of a place and field go to; "" when an official must say.

    The most particular rule counts: commune and field, commune, province and field, province,
    field, and then the rule for all.
    """
    query = select(PetitionRoute).where(
        col(PetitionRoute.commune_code).in_(("", commune)),
        col(PetitionRoute.province_code).in_(("", province)),
        col(PetitionRoute.field).in_(("", field)),
    )
    rules = (await session.exec(query)).all()
    if not rules:
        return ""
    best = max(rules, key=lambda r: (bool(r.commune_code), bool(r.province_code), bool(r.field)))
    return best.unit


async def alike(
    session: AsyncSession, petition: Petition, *, limit: int = 5
) -> Sequence[tuple[Petition, int]]:
    """Return petitions that may be about the same matter, the likest first, with how alike (of 100)."""
    place = (
        Petition.commune_code == petition.commune_code
        if petition.commune_code
        else Petition.province_code == petition.province_code
    )
    query = (
        select(Petition)
        .where(place, Petition.id != petition.id, col(Petition.duplicate_of).is_(None))
        .order_by(col(Petition.id).desc())
        .limit(_COMPARED)
    )
    mine = fold(normalise(petition.text))
    scored = [
        (other, round(fuzz.token_set_ratio(mine, fold(normalise(other.text)))))
        for other in (await session.exec(query)).all()
    ]
    found = [pair for pair in scored if pair[1] >= ALIKE]
    return sorted(found, key=lambda pair: -pair[1])[:limit]


def note_event(
    session: AsyncSession,
    petition: Petition,
    *,
    actor: str,
    what: str,
    now: datetime,
    note: str = "",
) -> None:
    """Add one line to a petition's history."""
    assert petition.id is not None
    session.add(PetitionEvent(petition_id=petition.id, at=now, actor=actor, what=what, note=note))


def _fingerprint(wanted: Wanted) -> str:
    who = wanted.person_id or f"{wanted.channel}:{wanted.address}"
    said = " ".join(fold(normalise(wanted.text)).split())
    parts = (who, said, wanted.commune_code, wanted.procedure_code)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


async def _known(session: AsyncSession, fingerprint: str) -> Petition | None:
    query = select(Petition).where(Petition.fingerprint == fingerprint).with_for_update()
    return (await session.exec(query)).first()


async def _free_code(session: AsyncSession) -> str:
    while True:
        code = new_code(PREFIX)
        if (await session.exec(select(Petition.id).where(Petition.code == code))).first() is None:
            return code


async def _take_photos(session: AsyncSession, draft_id: int | None, petition: Petition) -> None:
    if draft_id is None:
        return
    await session.exec(
        update(PetitionPhoto)
        .where(col(PetitionPhoto.draft_id) == draft_id)
        .values(draft_id=None, petition_id=petition.id)
    )


__all__ = ["ALIKE", "PREFIX", "Filed", "PetitionKind", "Wanted", "alike", "file", "route"]
