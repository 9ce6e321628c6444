"""Which of several schedulers acts: one, known by an advisory lock, or by a lease on SQLite."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

import asyncpg
from sqlalchemy.engine import make_url
from sqlmodel import col, select

from bot.db import Database
from bot.models import Leader

#: Any number, the same for every process of an installation.
_LOCK: Final = 7_283_002
_NAME: Final = "scheduler"
#: Seconds after which a leader that says nothing is no leader any more (SQLite).
LEASE: Final = 6.0
#: What a connection raises whose server does not answer as it should.
_AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Leadership:
    """Asks to lead, and keeps asking whether it still does."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._connection: Any = None
        self._asking = asyncio.Lock()  # jobs ask at the same moment, one connection answers one

    async def held(self) -> bool:
        """Take the lead if it is free; whether it is ours now. Ask about once a second."""
        if self._database.is_sqlite:
            return await self._lease()
        async with self._asking:
            return await self._lock()

    async def close(self) -> None:
        """Let another lead, at once."""
        if self._connection is not None:
            await self._unlock(self._connection)
            self._connection = None
        if self._database.is_sqlite:
            async with self._database.write() as session:
                leader = await session.get(Leader, _NAME)
                if leader is not None and leader.owner == self._owner:
                    await session.delete(leader)

    async def _unlock(self, connection: Any) -> None:
        """Give the lock back by name: the server notices only later that a connection is gone."""
        try:
            await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK, timeout=2)
            await connection.close(timeout=2)
        except _AWAY:
            connection.terminate()

    async def _lock(self) -> bool:
        """The lock lives as long as its connection: a dead leader's is free at once."""
        try:
            if self._connection is None or self._connection.is_closed():
                url = make_url(self._database.url).set(drivername="postgresql")
                self._connection = await asyncpg.connect(
                    url.render_as_string(hide_password=False), timeout=5
                )
            mine = await self._connection.fetchval(
                "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"
                " AND objid = $1 AND pid = pg_backend_pid())",
                _LOCK,
            )
            return bool(
                mine or await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK)
            )
        except _AWAY:
            if self._connection is not None:
                self._connection.terminate()
            self._connection = None
            return False

    async def _lease(self) -> bool:
        now = time.time()
        async with self._database.write() as session:
            query = select(Leader).where(col(Leader.name) == _NAME)
            leader = (await session.exec(query)).first()
            if leader is None:
                leader = Leader(name=_NAME, owner=self._owner, until=0)
            elif leader.owner != self._owner and leader.until > now:
                return False
            leader.owner, leader.until = self._owner, now + LEASE
            session.add(leader)
            return True
