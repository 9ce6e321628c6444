"""The migrations build what the models say, and can be taken back."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

import knowledge.models  # noqa: F401 - registers the tables
from bot.db import Database, migrate


def _drift(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_up_down_up_leaves_no_drift(empty_database: Database) -> None:
    await migrate(empty_database)
    await migrate(empty_database, "base")
    async with empty_database.writer.connect() as connection:
        assert await connection.run_sync(_tables) == {"alembic_version"}
    await migrate(empty_database)
    async with empty_database.writer.connect() as connection:
        assert await connection.run_sync(_drift) == []
        assert set(SQLModel.metadata.tables) <= await connection.run_sync(_tables)
