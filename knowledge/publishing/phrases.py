"""How citizens say it: the phrases of each procedure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.columns import table_of, utc_now
from knowledge.models import (
    Alias,
    AliasKind,
    Origin,
)
from knowledge.publishing.records import batches


@dataclass(frozen=True, slots=True)
class Phrase:
    """A citizen's wording for a procedure code."""

    code: str
    text: str
    kind: AliasKind = AliasKind.ALIAS


async def add_phrases(
    session: AsyncSession, phrases: Iterable[Phrase], *, origin: Origin, author: str = ""
) -> int:
    """Store the phrases that are not known yet, whatever their case; return how many.

    The version is the caller's to bump.
    """
    wanted = {(phrase.code, phrase.text.casefold()): phrase for phrase in phrases if phrase.text}
    codes = sorted({code for code, _ in wanted})
    for batch in batches(codes):
        known = await session.exec(select(Alias.code, Alias.text).where(col(Alias.code).in_(batch)))
        for code, text in known:
            wanted.pop((code, text.casefold()), None)
    if wanted:
        connection = await session.connection()
        await connection.execute(
            insert(table_of(Alias)),
            [
                {
                    "code": phrase.code,
                    "kind": phrase.kind,
                    "text": phrase.text,
                    "origin": origin,
                    "author": author,
                    "created_at": utc_now(),
                }
                for phrase in wanted.values()
            ],
        )
    return len(wanted)


async def keep_only_phrases(
    session: AsyncSession, phrases: Iterable[Phrase], *, origin: Origin
) -> int:
    """Delete the phrases of `origin` that are not among these; return how many."""
    wanted = {(phrase.code, phrase.text.casefold()) for phrase in phrases}
    stored = await session.exec(
        select(col(Alias.id), Alias.code, Alias.text).where(Alias.origin == origin)
    )
    gone = [id_ for id_, code, text in stored if (code, text.casefold()) not in wanted]
    for batch in batches(gone):
        await session.exec(delete(Alias).where(col(Alias.id).in_(batch)))
    return len(gone)
