"""The engine under the workers, behind a port of ours: it carries jobs that name a chunk.

PgQueuer on PostgreSQL; on SQLite the same PgQueuer in memory. What must not be lost is in the
outbox, so a job that is lost is put again when the chunk's own lease runs out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from typing import Any, Final, Protocol

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from sqlalchemy.engine import make_url

from bot.broadcast.outbox import ChunkKey

#: A worker silent for so long is dead, and its jobs go to others.
HEARTBEAT: Final = timedelta(seconds=15)
#: Longest wait for a job, should a notification be missed.
POLL: Final = timedelta(seconds=1)
#: Seconds before connecting again after the database went away.
RECONNECT: Final = 1.0
#: Any number, the same for all: one process at a time makes the engine's tables.
_INSTALL_LOCK: Final = 7_283_001
#: A job's kind is its lane's, so that a worker gets those of its lanes only.
_KIND: Final = "chunk-{lane}"

Handler = Callable[[ChunkKey], Awaitable[None]]

#: What a connection raises whose server has gone.
_GONE: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
)

log = structlog.get_logger()


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of PgQueuer tells of more than a lost connection, of which we say one line."""
    return not (record.exc_info and isinstance(record.exc_info[1], _GONE))


_pgqueuer = logging.getLogger("pgqueuer")
_pgqueuer.setLevel(logging.ERROR)
_pgqueuer.addFilter(_is_news)


class Engine(Protocol):
    """Brings each job put to one handler of some process."""

    @property
    def ready(self) -> bool:
        """Whether jobs can be put now."""

    async def put(self, jobs: list[tuple[ChunkKey, int]]) -> None:
        """Queue chunks with their lanes; the lower lane goes first."""

    async def run(self, handler: Handler, *, lanes: Collection[int], at_once: int) -> None:
        """Handle jobs of `lanes` until cancelled, `at_once` of them together."""


class PgQueuerEngine:
    """PgQueuer, on PostgreSQL or in memory."""

    def __init__(self, url: str) -> None:
        """Take the database's SQLAlchemy URL."""
        self._url = make_url(url)
        self._sqlite = self._url.get_backend_name() == "sqlite"
        self._queue: PgQueuer | None = None

    @property
    def ready(self) -> bool:
        """Whether there is a connection."""
        return self._queue is not None

    async def put(self, jobs: list[tuple[ChunkKey, int]]) -> None:
        """Queue chunks; without a connection nothing is put, and their leases bring them back."""
        queue = self._queue
        if queue is None or queue.queries is None or not jobs:
            return
        await queue.queries.enqueue(
            [_KIND.format(lane=lane) for _, lane in jobs],
            [key.text().encode() for key, _ in jobs],
            [-lane for _, lane in jobs],
        )

    async def run(self, handler: Handler, *, lanes: Collection[int], at_once: int) -> None:
        """Handle jobs until cancelled; when PostgreSQL goes away, connect again until it is back."""
        while True:
            try:
                await self._run_once(handler, lanes, at_once)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("engine lost its database", reason=str(error)[:200])
            finally:
                self._queue = None
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise asyncio.CancelledError  # PgQueuer took the end for its own
            await asyncio.sleep(RECONNECT)

    async def _run_once(self, handler: Handler, lanes: Collection[int], at_once: int) -> None:
        connection = None if self._sqlite else await self._connect()
        try:
            queue = (
                PgQueuer.in_memory()
                if connection is None
                else PgQueuer.from_asyncpg_connection(connection)
            )

            async def handle(job: Job) -> None:
                await handler(ChunkKey.parse((job.payload or b"").decode()))

            for lane in lanes:
                queue.entrypoint(_KIND.format(lane=lane))(handle)
            self._queue = queue
            await queue.run(
                dequeue_timeout=POLL,
                batch_size=max(1, at_once // 2),
                max_concurrent_tasks=max(2, at_once),
                shutdown_on_listener_failure=True,
                heartbeat_timeout=HEARTBEAT,
                log_aggregation_interval=timedelta(0),
            )
        finally:
            if connection is not None:
                connection.terminate()

    async def _connect(self) -> Any:
        url = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(url, timeout=10)
        try:
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", _INSTALL_LOCK)
                queries = Queries.from_asyncpg_connection(connection)
                if not await queries.schema_is_installed():
                    await queries.install()
        except BaseException:
            connection.terminate()
            raise
        return connection
