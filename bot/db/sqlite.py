"""SQLite: the rules its connections keep, and a driver that goes to its thread once a statement.

The adapter's own cursor goes four times (open, execute, fetch, close), and a short query costs nothing
but the trips: on a busy machine each waits for the interpreter's lock. Rows are fetched at once in
either case, so nothing else changes.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import aiosqlite
from sqlalchemy import event
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool, StaticPool
from sqlalchemy.util.concurrency import await_

BUSY_TIMEOUT_MS: Final = 30_000
#: A connection's own pages; the system keeps the rest of the file for all of them. There are four
#: readers: with 32 MiB each, a worker held 200 MB, and twice as much as this saves no CPU.
CACHE_KIB: Final = {"write": 4 * 1024, "read": 1024}


def sqlite_engine(url: str, *, write: bool, to_json: Callable[[object], str]) -> AsyncEngine:
    """Return an engine whose transactions begin IMMEDIATE (write) or cannot write at all."""
    in_memory = make_url(url).database in (None, "", ":memory:")
    pool: type[Pool] = StaticPool if in_memory else AsyncAdaptedQueuePool
    sizes: dict[str, int] = {} if in_memory else {"pool_size": 1 if write else 4, "max_overflow": 0}
    engine = create_async_engine(
        url,
        module=_Driver(aiosqlite, sqlite3),
        poolclass=pool,
        json_serializer=to_json,
        hide_parameters=True,  # an error that is logged names the statement, never a citizen's words
        **sizes,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours to send, see _begin
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL" if write else "synchronous = NORMAL",
            "foreign_keys = ON",
            f"cache_size = -{CACHE_KIB['write' if write else 'read']}",
            "temp_store = MEMORY",
            # What is deleted is overwritten, so that an erased person is in no free page either.
            "secure_delete = ON",
            "query_only = OFF" if write else "query_only = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@dataclass(slots=True)
class _Done:
    """What is left of a statement that has run: its rows are fetched, its cursor is closed."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int = 0
    arraysize: int = 1

    async def close(self) -> None:
        """Nothing is open."""


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Opens, executes, fetches and closes in one trip."""

    __slots__ = ()

    def _make_new_cursor(self, connection: Any) -> Any:
        del connection
        return _Done()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        await self._go(_executed, operation, () if parameters is None else parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        await self._go(_executed_many, operation, seq_of_parameters)

    async def _go(self, function: Any, operation: Any, parameters: Any) -> None:
        driver: Any = self._connection
        raw = driver._conn  # noqa: SLF001 - as the adapter's own does
        async with self._adapt_connection._execute_mutex:  # noqa: SLF001
            done = await driver._execute(function, raw, operation, parameters)  # noqa: SLF001
        self._cursor, self._rows = done


def _executed(
    connection: sqlite3.Connection, operation: str, parameters: Any
) -> tuple[_Done, deque[Any]]:
    cursor = connection.execute(operation, parameters)
    rows = deque(cursor.fetchall() if cursor.description else ())
    done = _Done(cursor.description, cursor.rowcount, cursor.lastrowid or 0)
    cursor.close()
    return done, rows


def _executed_many(
    connection: sqlite3.Connection, operation: str, parameters: Any
) -> tuple[_Done, deque[Any]]:
    cursor = connection.executemany(operation, parameters)
    done = _Done(None, cursor.rowcount, cursor.lastrowid or 0)
    cursor.close()
    return done, deque()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls = _Cursor


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arg: Any, **kw: Any) -> _Connection:
        connection: Any = aiosqlite.connect(*arg, **kw)
        connection._thread.daemon = True  # noqa: SLF001 - as the adapter's own does
        return _Connection(self, await_(connection))
