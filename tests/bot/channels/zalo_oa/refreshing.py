"""Run as its own process: get a Zalo token like a running assistant would, and print it."""

from __future__ import annotations

import asyncio
import sys

from bot.channels.http import Http
from bot.channels.zalo_oa.tokens import Tokens
from bot.db import Database


async def main(url: str, oauth: str, app_id: str, secret: str) -> None:
    database = Database(url)
    http = Http(oauth)
    token = await Tokens(database, http, app_id=app_id, secret=secret).access()
    await http.close()
    await database.close()
    sys.stdout.write(f"{token.generation} {token.value}\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
