"""The database: one place that knows how SQLite and PostgreSQL must be spoken to.

SQLite's rules are correctness, not taste: with the driver's own deferred BEGIN, two tasks that
read and then write lose updates or fail half-way. So every write transaction begins IMMEDIATE and
waits its turn on one lock of this process; readers have connections that cannot write (WAL).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

import migrations
from bot.db.among import among
from bot.db.grouped import Batched, Grouped, Write, write_each
from bot.db.sqlite import sqlite_engine
from knowledge.columns import table_of

__all__ = [
    "Batched",
    "Database",
    "Grouped",
    "Write",
    "among",
    "insert_into",
    "migrate",
    "newest_migration",
    "write_each",
]

#: PostgreSQL's advisory lock of who prepares the tables; any number nobody else locks.
_PREPARE_LOCK = 7_283_003
#: Numbered, so that the newest is the one with the highest number.
_MIGRATIONS = Path(migrations.__file__).parent


class Database:
    """Sessions for reading and for writing."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            path = make_url(url).database
            if path and path != ":memory:":
                Path(path).parent.mkdir(0o700, parents=True, exist_ok=True)  # questions, tokens
            self.writer = sqlite_engine(url, write=True, to_json=_json)
            in_memory = path in (None, "", ":memory:")
            self.reader = (
                self.writer if in_memory else sqlite_engine(url, write=False, to_json=_json)
            )
        else:
            self.writer = self.reader = create_async_engine(
                url,
                pool_size=10,
                pool_pre_ping=True,
                json_serializer=_json,
                hide_parameters=True,
            )
        self._write_lock = asyncio.Lock()
        self._wholes: dict[asyncio.Task[Any], _Whole] = {}
        self._writes = Grouped(self.write, write_each)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Yield a session that sees one snapshot and writes nothing."""
        whole = self._whole()
        begun = whole.connection if whole is not None else None
        async with AsyncSession(begun or self.reader, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Yield a session inside one transaction; committed at the end, rolled back on an error.

        On SQLite writers of this process wait for each other here, not in the busy handler. Within
        `whole()` it is a part of the task's transaction, and durable with all of it.
        """
        whole = self._whole()
        if whole is not None:
            connection = await whole.begin()
            async with (
                AsyncSession(
                    connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
                ) as session,
                session.begin(),
            ):
                yield session
            return
        async with (
            self._write_access(),
            AsyncSession(self.writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def whole(self) -> AsyncIterator[None]:
        """Make one transaction of all that this task writes inside: all of it is kept, or nothing.

        It begins with the first write, and on SQLite keeps every other writer waiting from then on:
        whatever takes long belongs before it. What is read after that sees what was written. A block
        within a block is part of the outer one. Tasks that are started inside write for themselves.

        Raises:
            SQLAlchemyError, OSError: it could not be kept.
        """
        task = asyncio.current_task()
        assert task is not None
        if task in self._wholes:
            yield
            return
        self._wholes[task] = whole = _Whole(self)
        try:
            async with whole:
                yield
        finally:
            del self._wholes[task]
        for work in whole.afterwards:
            await work()

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[None]:
        """Let each write inside be durable at once, though a whole is under way: around what takes long.

        A whole that has begun to write goes on as it was, for its own lock would be in the way.
        """
        task, whole = asyncio.current_task(), self._whole()
        if task is None or whole is None or whole.connection is not None:
            yield
            return
        del self._wholes[task]
        try:
            yield
        finally:
            self._wholes[task] = whole

    def _whole(self) -> _Whole | None:
        return self._wholes.get(task) if (task := asyncio.current_task()) else None

    @asynccontextmanager
    async def _write_access(self) -> AsyncIterator[None]:
        if not self.is_sqlite:
            yield
            return
        async with self._write_lock:
            yield

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Let one process at a time prepare the tables; the others wait here.

        Web, workers and scheduler start together, and on PostgreSQL two that migrate or load at once
        break each other. SQLite's writers wait for each other anyhow.
        """
        if self.is_sqlite:
            yield
            return
        async with self.writer.begin() as connection:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PREPARE_LOCK}
            )
            yield

    async def forget_log(self) -> None:
        """Empty SQLite's write-ahead log, so that what was deleted is in no file.

        Waits for its turn among the writers; a reader of an older snapshot leaves its part of the log
        until it is done. PostgreSQL's log is the operator's to keep short.
        """
        if self.is_sqlite:
            await self.once_kept(self._forget_log)

    async def _forget_log(self) -> None:
        async with self._write_lock, self.writer.connect() as connection:
            raw = await connection.get_raw_connection()  # outside any transaction
            driver: Any = raw.driver_connection
            await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def once_kept(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do `work` once what this task has written is durable: now, or at the end of its whole.

        For what others must see, or what cannot be taken back; a whole that fails never does it.
        """
        whole = self._whole()
        if whole is not None:
            whole.afterwards.append(work)
        else:
            await work()

    async def write_together(self, write: Write) -> None:
        """Run `write` in a transaction shared with whoever else writes now; return once committed.

        For small writes on the path of every message. If one of the group fails, each runs again
        alone, so `write` must change nothing outside the session. Where this task has a transaction
        of its own under way, `write` is part of that.
        """
        whole = self._whole()
        if whole is not None and whole.connection is not None:
            async with self.write() as session:
                await write(session)
            return
        await self._writes.put(write)

    async def close(self) -> None:
        """Write what is waiting, then close every connection."""
        await self._writes.drain()
        await self.reader.dispose()
        await self.writer.dispose()


class _Whole:
    """The transaction of one task, begun with its first write."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open = AsyncExitStack()
        self.connection: AsyncConnection | None = None
        self.afterwards: list[Callable[[], Awaitable[object]]] = []
        """What can only be done once it is kept."""

    async def __aenter__(self) -> None:
        await self._open.__aenter__()

    async def __aexit__(self, *failed: Any) -> None:
        await self._open.__aexit__(*failed)

    async def begin(self) -> AsyncConnection:
        """Return the connection everything is written by."""
        if self.connection is None:
            await self._open.enter_async_context(self._database._write_access())  # noqa: SLF001
            self.connection = await self._open.enter_async_context(self._database.writer.begin())
        return self.connection


def insert_into(session: AsyncSession, model: type[SQLModel]) -> Any:
    """Return an INSERT of the session's own engine, which knows ON CONFLICT."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = insert_into_postgresql if on_postgresql else insert_into_sqlite
    return insert(table_of(model))


def _json(value: object) -> str:
    """Write Vietnamese as it is: a third of the size of its escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def newest_migration() -> str:
    """Return the revision of a database that has every table of this program."""
    return max(path.name.partition("_")[0] for path in _MIGRATIONS.glob("versions/[0-9]*.py"))


async def migrate(database: Database, revision: str = "head") -> None:
    """Bring the tables to `revision` ("base" takes everything back)."""
    if revision == "head" and await _revision(database) == newest_migration():
        return  # without Alembic, which is slow to import and large to keep
    await _migrate(database, revision)


async def _revision(database: Database) -> str | None:
    """Return the revision of the tables there are, or None where there are none."""
    async with database.writer.connect() as connection:
        if not await connection.run_sync(lambda own: inspect(own).has_table("alembic_version")):
            return None
        query = text("SELECT version_num FROM alembic_version")
        found: str | None = await connection.scalar(query)
        return found


async def _migrate(database: Database, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        (command.downgrade if revision == "base" else command.upgrade)(config, revision)

    async with database.writer.begin() as connection:
        await connection.run_sync(run)
