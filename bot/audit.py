"""The log of deeds: append-only, each entry sealed by a hash over the one before it.

Changing, removing or inserting an entry breaks the chain at that place. Cutting off the newest
entries leaves a whole chain, so `verify` also returns the last hash: note it elsewhere, and a later
`verify` tells whether it is still there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import AuditEntry
from knowledge.columns import utc_now

#: The hash before the first entry.
GENESIS: Final = "0" * 64
#: PostgreSQL's advisory lock of the chain; any number nobody else locks.
_LOCK: Final = 7_116_108
#: Entries read at a time while the chain is checked.
_CHUNK: Final = 1_000


async def write(
    session: AsyncSession,
    *,
    actor: str,
    action: str,
    subject: str,
    before: Any = None,
    after: Any = None,
    reason: str = "",
    where: str = "",
    now: datetime | None = None,
) -> AuditEntry:
    """Append one entry inside the caller's transaction: the deed and its record stand or fall together.

    `before` and `after` are what JSON can say. Call it last in the transaction: from here to its
    end no other process can append (SQLite has one writer anyway).
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.connection()  # begin, so that the lock is the transaction's
        await session.exec(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))  # type: ignore[call-overload]
    await session.flush()
    newest = select(AuditEntry.hash).order_by(col(AuditEntry.id).desc()).limit(1)
    entry = AuditEntry(
        at=now or utc_now(),
        actor=_clean(actor),
        action=action,
        subject=_clean(subject),
        before=canonical(before),
        after=canonical(after),
        reason=_clean(reason),
        where=_clean(where),
        previous_hash=(await session.exec(newest)).first() or GENESIS,
        hash="",
    )
    entry.hash = seal(entry)
    session.add(entry)
    await session.flush()
    return entry


def canonical(value: Any) -> str:
    """Return JSON that is the same for the same value: sorted keys, no spaces; "" for None."""
    if value is None:
        return ""
    words = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )
    return _clean(words)


def seal(entry: AuditEntry) -> str:
    """Return the hash of an entry over its content and the hash before it, in hexadecimal."""
    content = canonical(
        [
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            entry.actor,
            entry.action,
            entry.subject,
            entry.before,
            entry.after,
            entry.reason,
            entry.where,
        ]
    )
    return hashlib.sha256((entry.previous_hash + content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the chain found."""

    entries: int
    head: str
    """The last hash that holds; note it outside the database to notice a cut-off end."""
    broken_id: int | None = None
    """The first entry that does not fit, or None when the chain is whole."""
    holds_noted: bool = True
    """Whether the hash noted earlier is still in the chain."""


async def verify(session: AsyncSession, *, noted: str = "") -> Checked:
    """Walk the whole chain; `noted` is a head from an earlier check."""
    previous, last_id, entries, found = GENESIS, 0, 0, not noted
    while True:
        query = select(AuditEntry).where(col(AuditEntry.id) > last_id)
        chunk = (await session.exec(query.order_by(col(AuditEntry.id)).limit(_CHUNK))).all()
        if not chunk:
            return Checked(entries, previous, None, found)
        for entry in chunk:
            if entry.previous_hash != previous or seal(entry) != entry.hash:
                return Checked(entries, previous, entry.id, found)
            previous, last_id, entries = entry.hash, entry.id or 0, entries + 1
            found = found or entry.hash == noted
        session.expunge_all()


def _clean(words: str) -> str:
    """Drop what no database stores: NUL and halves of surrogate pairs."""
    return words.replace("\x00", "").encode("utf-8", "replace").decode()
