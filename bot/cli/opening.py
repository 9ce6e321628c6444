"""How a command opens what it works on: the settings, the log and a prepared database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError

from bot.app import prepare, set_up_logging
from bot.cli.failing import fail
from bot.db import Database
from bot.settings import Settings
from knowledge.importing import UnreadableFileError


@asynccontextmanager
async def open_database() -> AsyncIterator[tuple[Settings, Database]]:
    """Yield the settings and the database: migrated, holding the starter knowledge."""
    settings = Settings()
    set_up_logging(settings)
    try:
        database = await prepare(settings)
    except UnreadableFileError as error:
        fail(f"kiến thức khởi đầu có tệp hỏng: {error}")
    except (OSError, DBAPIError) as error:
        fail(f"không mở được cơ sở dữ liệu: {str(error).splitlines()[0]}")
    try:
        yield settings, database
    finally:
        await database.close()
