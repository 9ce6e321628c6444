"""A citizen's rights: see everything that is stored about them, and have all of it erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, or_
from sqlmodel import SQLModel, col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database
from bot.models import Contact, Erasure, MissedQuestion, Turn
from bot.privacy.codes import new_code
from bot.privacy.counts import keep_petitions
from bot.privacy.pseudonyms import Pseudonyms
from bot.privacy.register import HOLDINGS, FoundBy, Holding
from knowledge.text import fold

RECEIPT_CHARS: Final = 10


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything one citizen is known by."""

    person_id: str | None
    addresses: tuple[tuple[str, str], ...]
    """(channel, address) of each linked channel."""
    pseudonyms: tuple[str, ...]


async def identity_of(
    session: AsyncSession, names: Pseudonyms, channel: str, address: str
) -> Identity:
    """Return all that the citizen at an address is known by, on every channel they linked."""
    query = select(Contact).where(Contact.channel == channel, Contact.address == address)
    contact = (await session.exec(query)).first()
    addresses = {(channel, address)}
    if contact is not None:
        linked = select(Contact).where(Contact.person_id == contact.person_id)
        addresses |= {(one.channel, one.address) for one in await session.exec(linked)}
    return Identity(
        contact.person_id if contact else None,
        tuple(sorted(addresses)),
        tuple(name for one in sorted(addresses) for name in names.all_of(*one)),
    )


async def collect(session: AsyncSession, identity: Identity) -> dict[str, list[dict[str, Any]]]:
    """Return every stored row about a citizen, by table; nothing secret of the machine."""
    found: dict[str, list[dict[str, Any]]] = {}
    for holding in HOLDINGS:
        condition = _about(holding, identity)
        if condition is None:
            continue
        table = _table(holding)
        shown = [column for column in table.columns if column.name not in holding.hidden]
        rows = (await session.exec(select(*shown).where(condition))).all()
        if rows:
            found[holding.table] = [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's API
    return found


async def erase(database: Database, identity: Identity, *, now: datetime) -> Erasure:
    """Delete every row about a citizen, and return the proof: a receipt and how much it was.

    What was counted of their questions is counted down; words nobody else asked are deleted.
    """
    counts: dict[str, int] = {}
    async with database.write() as session:
        counts["missed_question"] = await _forget_missed(session, identity)
        for holding in HOLDINGS:
            condition = _about(holding, identity)
            if condition is not None:
                if holding.counted:
                    await keep_petitions(session, condition)
                gone = await session.exec(delete(_table(holding)).where(condition))
                counts[holding.table] = gone.rowcount
        proof = Erasure(
            receipt=new_code(RECEIPT_CHARS),
            at=now,
            counts={name: n for name, n in counts.items() if n},
        )
        session.add(proof)
    await database.forget_log()
    return proof


async def _forget_missed(session: AsyncSession, identity: Identity) -> int:
    asked = select(Turn.question).where(
        col(Turn.who).in_(identity.pseudonyms), col(Turn.action) == "abstain"
    )
    times: dict[str, int] = {}
    for question in await session.exec(asked):
        folded = fold(question)
        times[folded] = times.get(folded, 0) + 1
    for folded, count in times.items():
        await session.exec(
            update(MissedQuestion)
            .where(col(MissedQuestion.folded) == folded)
            .values(times=MissedQuestion.times - count)
        )
    gone = await session.exec(delete(MissedQuestion).where(col(MissedQuestion.times) <= 0))
    return gone.rowcount


def _about(holding: Holding, identity: Identity) -> ColumnElement[bool] | None:
    """Return the condition that finds a citizen's rows; None where a table has none."""
    table = _table(holding)
    match holding.found_by:
        case FoundBy.PERSON if identity.person_id is not None:
            key = table.c.id if holding.table == "person" else table.c.person_id
            return key == identity.person_id
        case FoundBy.ADDRESS:
            return or_(
                *(
                    and_(table.c.channel == channel, table.c.address == address)
                    for channel, address in identity.addresses
                )
            )
        case FoundBy.PSEUDONYM:
            return table.c.who.in_(identity.pseudonyms)
        case FoundBy.TURN:
            turns = select(Turn.id).where(col(Turn.who).in_(identity.pseudonyms))
            return table.c.turn_id.in_(turns)
    return None


def _table(holding: Holding) -> Table:
    return SQLModel.metadata.tables[holding.table]
