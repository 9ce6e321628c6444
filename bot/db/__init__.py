"""The database: one place that knows how SQLite and PostgreSQL must be spoken to.

SQLite's rules are correctness, not taste: with the driver's own deferred BEGIN, two tasks that
read and then write lose updates or fail half-way. So every write transaction begins IMMEDIATE and
waits its turn on one lock of this process; readers have connections that cannot write (WAL).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

import migrations
from bot.db.sqlite import sqlite_engine

#: Most things written in one shared transaction, so that nobody waits long for the write lock.
MOST_TOGETHER = 200
#: PostgreSQL's advisory lock of who prepares the tables; any number nobody else locks.
_PREPARE_LOCK = 7_283_003

Item = TypeVar("Item")
Result = TypeVar("Result")
#: Something written inside a transaction of the caller's.
Write = Callable[[AsyncSession], Awaitable[None]]


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
        self._writes = GroupCommit(self, _write_each)

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
        if not self.is_sqlite:
            return
        if (whole := self._whole()) is not None:
            whole.afterwards.append(self.forget_log)
            return
        async with self._write_lock, self.writer.connect() as connection:
            raw = await connection.get_raw_connection()  # outside any transaction
            driver: Any = raw.driver_connection
            await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

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
        self.afterwards: list[Callable[[], Awaitable[None]]] = []
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


class GroupCommit(Generic[Item, Result]):
    """Writes many small things in one transaction: who comes while one commits shares the next.

    A commit costs a disk flush and a dozen thread hops, whatever it holds; at one message a commit
    SQLite takes about 430 a second, shared it takes over 1,000. Nobody waits on a timer.
    """

    def __init__(
        self,
        database: Database,
        run: Callable[[AsyncSession, Sequence[Item]], Awaitable[Sequence[Result]]],
    ) -> None:
        """Take what writes a group; it returns one result an item, and may run again for each alone."""
        self._database = database
        self._run = run
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Result:
        """Return the result of `item` once it is durable; raise what writing it alone raised."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        return await done

    async def drain(self) -> None:
        """Return when everything put so far is written."""
        if self._writer is not None:
            await self._writer

    async def _write_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            try:
                await self._write(group)
            except Exception as error:
                await self._write_alone(group, error)

    async def _write(self, group: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        async with self._database.write() as session:
            results = await self._run(session, [item for item, _ in group])
        for (_, done), result in zip(group, results, strict=True):
            if not done.done():
                done.set_result(result)

    async def _write_alone(
        self, group: Sequence[tuple[Item, asyncio.Future[Result]]], error: Exception
    ) -> None:
        """Let one bad item cost only itself."""
        if len(group) == 1:
            if not group[0][1].done():
                group[0][1].set_exception(error)
            return
        for one in group:
            try:
                await self._write([one])
            except Exception as its_own:
                if not one[1].done():
                    one[1].set_exception(its_own)


async def _write_each(session: AsyncSession, writes: Sequence[Write]) -> Sequence[None]:
    for write in writes:
        await write(session)
        await session.flush()
    return [None] * len(writes)


def insert_into(session: AsyncSession, model: type[SQLModel]) -> Any:
    """Return an INSERT of the session's own engine, which knows ON CONFLICT."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = insert_into_postgresql if on_postgresql else insert_into_sqlite
    return insert(SQLModel.metadata.tables[str(model.__tablename__)])


def _json(value: object) -> str:
    """Write Vietnamese as it is: a third of the size of its escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def newest_migration() -> str:
    """Return the revision of a database that has every table of this program."""
    return ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head() or ""


async def migrate(database: Database, revision: str = "head") -> None:
    """Bring the tables to `revision` ("base" takes everything back)."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        (command.downgrade if revision == "base" else command.upgrade)(config, revision)

    async with database.writer.begin() as connection:
        await connection.run_sync(run)
