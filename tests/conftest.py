"""Fixtures every test may use: a fresh database on SQLite, and on PostgreSQL where one answers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from bot.db import Database, migrate

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
POSTGRES = "postgresql://postgres@127.0.0.1:5432"


def postgres_answers() -> bool:
    """Whether a PostgreSQL server listens on this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", 5432)) == 0


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data beside the checkout; the test skips without it."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"needs the real data in {SHARED.name}/ beside the checkout")
    return SHARED / "data"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once for each engine."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    if not postgres_answers():
        pytest.skip("no PostgreSQL server answers on 127.0.0.1:5432")
    name = f"motcua_test_{uuid4().hex}"
    asyncio.run(_on_server(f'CREATE DATABASE "{name}"'))
    request.addfinalizer(  # noqa: PT021 - only one of the two engines has something to drop
        lambda: asyncio.run(_on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))
    )
    return f"postgresql+asyncpg://postgres@127.0.0.1:5432/{name}"


async def _on_server(statement: str) -> None:
    connection = await asyncpg.connect(f"{POSTGRES}/postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest_asyncio.fixture
async def empty_database(database_url: str) -> AsyncIterator[Database]:
    """A database without tables."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def database(empty_database: Database) -> Database:
    """A migrated database without rows."""
    await migrate(empty_database)
    return empty_database
