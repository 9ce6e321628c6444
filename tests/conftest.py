"""Fixtures every test may use: a fresh database on SQLite, and on PostgreSQL where one answers."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
import structlog
from structlog.testing import capture_logs
from xdist.scheduler import LoadScopeScheduling

from bot.db import Database, migrate
from bot.settings import Settings
from bot.wiring.knowledge import prepare

#: The programs that tests start keep what they compiled: compiling all of it takes each 5 seconds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

#: Folders whose modules share an application or a browser.
TOGETHER = ("tests/bot/admin/", "tests/browser/")
#: Makes a data folder.
NewFolder = Callable[[], Path]
ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
POSTGRES = "postgresql://postgres@127.0.0.1:5432"
POSTGRES_ASYNC = "postgresql+asyncpg://postgres@127.0.0.1:5432"


def stored_bytes(folder: Path) -> bytes:
    """Every byte of the files in `folder`, read by another process.

    A process that closes an SQLite file loses the locks of all its connections to it, and then another
    process that writes there ruins the database.
    """
    files = [str(path) for path in folder.rglob("*") if path.is_file()]
    return subprocess.run(["cat", *files], check=True, capture_output=True).stdout


class ByModule(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a module to one process, a folder that shares an application also to one."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if module.startswith(folder)), module)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByModule:
    """Say which tests run in one process, so that what they share is made once."""
    return ByModule(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one process more than there are cores: each waits for disks, servers and browsers at times."""
    return (os.cpu_count() or 1) + 1


def postgres_answers() -> bool:
    """Whether a PostgreSQL server listens on this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", 5432)) == 0


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    """What is logged, at every level, whatever a command that ran here before has set up."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET))
    with capture_logs() as lines:
        yield lines
    structlog.configure(**before)


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data beside the checkout; the test skips without it."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"needs the real data in {SHARED.name}/ beside the checkout")
    return SHARED / "data"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine we run on; PostgreSQL skips where no server answers."""
    if request.param == "postgres" and not postgres_answers():
        pytest.skip("no PostgreSQL server answers on 127.0.0.1:5432")
    return str(request.param)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and no row: copied, it saves each test the migrations."""
    path = tmp_path_factory.mktemp("migrated") / "motcua.db"
    asyncio.run(_migrated(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_server() -> Iterator[str]:
    """The name of a PostgreSQL database with every table and no row, one for each test process."""
    name = f"motcua_test_{uuid4().hex}"
    asyncio.run(_on_server(f'CREATE DATABASE "{name}"'))
    asyncio.run(_on_server(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    asyncio.run(_migrated(f"{POSTGRES_ASYNC}/{name}"))
    yield name
    asyncio.run(_on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def new_data_dir(tmp_path_factory: pytest.TempPathFactory) -> NewFolder:
    """Makes data folders whose database holds the starter knowledge, loaded but once."""
    first = tmp_path_factory.mktemp("starter")
    asyncio.run(_started(Settings(_env_file=None, data_dir=first)))

    def new() -> Path:
        folder = tmp_path_factory.mktemp("data")
        shutil.copy(first / "motcua.db", folder)
        return folder

    return new


@pytest.fixture
def data_dir(new_data_dir: NewFolder) -> Path:
    """A data folder of this test alone, whose database holds the starter knowledge."""
    return new_data_dir()


@pytest.fixture(scope="session")
def started_server() -> Iterator[str]:
    """The name of a PostgreSQL database with the starter knowledge, to be copied by the server."""
    name = f"motcua_test_{uuid4().hex}"
    asyncio.run(_on_server(f'CREATE DATABASE "{name}"'))
    asyncio.run(_started(Settings(_env_file=None, database_url=f"{POSTGRES}/{name}")))
    yield name
    asyncio.run(_on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
def starter_url(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database with the starter knowledge, once for each engine."""
    if engine == "sqlite":
        yield f"sqlite:///{request.getfixturevalue('data_dir') / 'motcua.db'}"
        return
    name = f"motcua_test_{uuid4().hex}"
    template = request.getfixturevalue("started_server")
    asyncio.run(_on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield f"{POSTGRES}/{name}"
    asyncio.run(_on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _started(settings: Settings) -> None:
    database = await prepare(settings)
    await database.close()


async def _migrated(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database without rows, once for each engine."""
    if engine == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    name = request.getfixturevalue("migrated_server")
    yield f"{POSTGRES_ASYNC}/{name}"
    asyncio.run(_emptied(name))


@pytest.fixture
def empty_url(engine: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, once for each engine."""
    if engine == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        return
    name = f"motcua_test_{uuid4().hex}"
    asyncio.run(_on_server(f'CREATE DATABASE "{name}"'))
    yield f"{POSTGRES_ASYNC}/{name}"
    asyncio.run(_on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))


#: Takes every row out, and with them whoever a test left connected; a tenth of the time of TRUNCATE,
#: which makes new files, and is left for what would be slow to step over later.
_EMPTY = """
DO $$
DECLARE
    one record;
    gone bigint;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;  -- no triggers
    FOR one IN SELECT tablename AS name FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE format('DELETE FROM %I', one.name);
        GET DIAGNOSTICS gone = ROW_COUNT;
        IF gone > 1000 THEN
            EXECUTE format('TRUNCATE %I CASCADE', one.name);
        END IF;
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL;
END
$$
"""


async def _emptied(name: str) -> None:
    connection = await asyncpg.connect(f"{POSTGRES}/{name}")
    try:
        await connection.execute(_EMPTY)
    finally:
        await connection.close()


async def _on_server(statement: str) -> None:
    connection = await asyncpg.connect(f"{POSTGRES}/postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest_asyncio.fixture
async def empty_database(empty_url: str) -> AsyncIterator[Database]:
    """A database without tables."""
    database = Database(empty_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database without rows."""
    database = Database(database_url)
    yield database
    await database.close()
