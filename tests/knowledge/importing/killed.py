"""Import a file and die by SIGKILL just before the n-th transaction is committed.

Run as `python -m tests.knowledge.importing.killed URL FILE CHUNK COMMITS`.
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
from knowledge.importing import read
from knowledge.importing.run import run


async def main(url: str, file: str, chunk: int, commits: int) -> None:
    database = Database(url)
    left = commits

    @asynccontextmanager
    async def deadly_write() -> AsyncIterator[AsyncSession]:
        nonlocal left
        async with database.write() as session:
            yield session
            await session.flush()
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    await run(read(Path(file)), deadly_write, publishing=True, chunk_size=chunk)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
