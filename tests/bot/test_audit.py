"""The log of deeds: a chain on both engines, nothing changes it, and what does shows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from bot import audit
from bot.db import Database, migrate
from bot.models import AuditEntry

NOW = datetime(2026, 11, 21, 8, 30, 0, 123_456, tzinfo=UTC)


async def deed(database: Database, subject: str = "1.004222") -> AuditEntry:
    async with database.write() as session:
        return await audit.write(
            session,
            actor="lan",
            action="procedure.publish",
            subject=subject,
            before={"b": 1, "a": "cũ"},
            after={"amount": 1.0, "n": None},
            reason="Theo quyết định mới\x00",
            where="127.0.0.1",
            now=NOW,
        )


async def checked(database: Database, noted: str = "") -> audit.Checked:
    async with database.read() as session:
        return await audit.verify(session, noted=noted)


async def test_an_untouched_chain_holds(database: Database) -> None:
    entries = [await deed(database) for _ in range(3)]

    found = await checked(database, noted=entries[1].hash)

    assert found == audit.Checked(3, entries[2].hash)
    assert entries[0].previous_hash == audit.GENESIS
    assert entries[1].previous_hash == entries[0].hash
    assert entries[0].before == '{"a":"cũ","b":1}'
    assert entries[0].reason == "Theo quyết định mới"


async def test_entries_written_at_once_make_one_chain(database: Database) -> None:
    await asyncio.gather(*(deed(database, str(n)) for n in range(20)))
    found = await checked(database)
    assert (found.entries, found.broken_id) == (20, None)


async def test_a_failed_deed_leaves_no_entry(database: Database) -> None:
    async with database.write() as session:
        await audit.write(session, actor="lan", action="x.y", subject="z")
        await session.rollback()
    assert (await checked(database)).entries == 0


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"]
)
async def test_the_database_refuses_to_change_an_entry(database: Database, statement: str) -> None:
    await deed(database)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as session:
            await session.exec(text(statement))  # type: ignore[call-overload]
    assert (await checked(database)).broken_id is None


@pytest_asyncio.fixture
async def own_database(empty_database: Database) -> Database:
    """A database nobody else tests with: its triggers will be dropped."""
    await migrate(empty_database)
    return empty_database


TAMPERING = {
    "changed": "UPDATE audit_entry SET actor = 'minh' WHERE id = 2",
    "removed": "DELETE FROM audit_entry WHERE id = 2",
    "backdated": "UPDATE audit_entry SET at = '2026-01-01 00:00:00' WHERE id = 2",
}


@pytest.mark.parametrize("how", TAMPERING)
async def test_tampering_shows_at_its_place(own_database: Database, how: str) -> None:
    for n in range(4):
        await deed(own_database, str(n))
    await without_triggers(own_database, TAMPERING[how])
    assert (await checked(own_database)).broken_id == (3 if how == "removed" else 2)


async def test_a_cut_off_end_shows_against_the_noted_head(own_database: Database) -> None:
    for _ in range(3):
        await deed(own_database)
    head = (await checked(own_database)).head
    await without_triggers(own_database, "DELETE FROM audit_entry WHERE id = 3")

    assert (await checked(own_database)).broken_id is None
    assert (await checked(own_database, noted=head)).holds_noted is False


async def test_a_rehashed_entry_breaks_the_next(own_database: Database) -> None:
    for _ in range(3):
        await deed(own_database)
    async with own_database.read() as session:
        second = (await session.exec(select(AuditEntry).where(col(AuditEntry.id) == 2))).one()
    second.actor = "minh"
    forged = audit.seal(second)
    await without_triggers(
        own_database, f"UPDATE audit_entry SET actor = 'minh', hash = '{forged}' WHERE id = 2"
    )
    assert (await checked(own_database)).broken_id == 3


async def without_triggers(database: Database, statement: str) -> None:
    """Do what somebody with the database's own password could."""
    drops = (
        [f"DROP TRIGGER audit_entry_refuses_{verb}" for verb in ("update", "delete")]
        if database.is_sqlite
        else ["DROP TRIGGER audit_entry_is_append_only ON audit_entry"]
    )
    async with database.write() as session:
        for sql in [*drops, statement]:
            await session.exec(text(sql))  # type: ignore[call-overload]
