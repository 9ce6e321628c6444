"""Work on a job and die by SIGKILL just before the n-th transaction is committed.

Run as `python -m tests.bot.imports.dying URL FOLDER JOB COMMITS`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database
from bot.imports import reading
from bot.imports.__main__ import work


class DyingDatabase(Database):
    """A database whose process is killed in the middle of a transaction."""

    left = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        async with super().write() as session:
            yield session
            await session.flush()
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, folder: str, job: int, commits: int) -> None:
    database = DyingDatabase(url)
    database.left = commits
    await work(database, Path(folder), job)
    await database.close()


if __name__ == "__main__":
    reading.CHUNK = 10  # type: ignore[misc]
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
