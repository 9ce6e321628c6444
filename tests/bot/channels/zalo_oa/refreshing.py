"""Run as its own process: get a Zalo token like a running assistant would, and print it."""

from __future__ import annotations

import asyncio
import sys

import httpx

from bot.channels.zalo_oa.tokens import Tokens
from bot.db import Database


async def main(url: str, oauth: str, app_id: str, secret: str) -> None:
    database = Database(url)
    async with httpx.AsyncClient(base_url=oauth) as client:
        token = await Tokens(database, client, app_id=app_id, secret=secret).access()
    await database.close()
    sys.stdout.write(f"{token.generation} {token.value}\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
