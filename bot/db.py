"""The database: one place that knows how SQLite and PostgreSQL must be spoken to.

SQLite's rules are correctness, not taste: with the driver's own deferred BEGIN, two tasks that
read and then write lose updates or fail half-way. So every write transaction begins IMMEDIATE and
waits its turn on one lock of this process; readers have connections that cannot write (WAL).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool, StaticPool
from sqlmodel.ext.asyncio.session import AsyncSession

import migrations

BUSY_TIMEOUT_MS = 30_000
CACHE_KIB = 32 * 1024


class Database:
    """Sessions for reading and for writing."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            path = make_url(url).database
            if path and path != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self.writer = _sqlite_engine(url, write=True)
            in_memory = path in (None, "", ":memory:")
            self.reader = self.writer if in_memory else _sqlite_engine(url, write=False)
        else:
            self.writer = self.reader = create_async_engine(
                url, pool_size=10, pool_pre_ping=True, json_serializer=_json
            )
        self._write_lock = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Yield a session that sees one snapshot and writes nothing."""
        async with AsyncSession(self.reader, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Yield a session inside one transaction; committed at the end, rolled back on an error.

        On SQLite writers of this process wait for each other here, not in the busy handler.
        """
        if not self.is_sqlite:
            async with (
                AsyncSession(self.writer, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session
            return
        async with (
            self._write_lock,
            AsyncSession(self.writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await self.reader.dispose()
        await self.writer.dispose()


def _json(value: object) -> str:
    """Write Vietnamese as it is: a third of the size of its escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sqlite_engine(url: str, *, write: bool) -> AsyncEngine:
    """Return an engine whose transactions begin IMMEDIATE (write) or cannot write at all."""
    in_memory = make_url(url).database in (None, "", ":memory:")
    pool: type[Pool] = StaticPool if in_memory else AsyncAdaptedQueuePool
    sizes: dict[str, int] = {} if in_memory else {"pool_size": 1 if write else 4, "max_overflow": 0}
    engine = create_async_engine(url, poolclass=pool, json_serializer=_json, **sizes)

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours to send, see _begin
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL" if write else "synchronous = NORMAL",
            "foreign_keys = ON",
            f"cache_size = -{CACHE_KIB}",
            "temp_store = MEMORY",
            "query_only = OFF" if write else "query_only = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


async def migrate(database: Database, revision: str = "head") -> None:
    """Bring the tables to `revision` ("base" takes everything back)."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        (command.downgrade if revision == "base" else command.upgrade)(config, revision)

    async with database.writer.begin() as connection:
        await connection.run_sync(run)
