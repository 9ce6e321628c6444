"""How long the officials' pages take with 1,000,000 turns: `python -m tests.bench.admin`."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import text

from bot import officials
from bot.admin.access import COOKIE
from bot.app import create_app
from bot.app import prepare as fill
from bot.models import Role
from bot.settings import Settings
from knowledge.columns import utc_now

TURNS = 1_000_000
ROUNDS = 20
PAGES = (
    "/admin/", "/admin/me", "/admin/people", "/admin/audit", "/admin/switches", "/admin/figures",
    "/admin/figures?since=2025-12-01", "/open-data",
)  # fmt: skip
#: A year of turns: every hour, four channels, six outcomes, 300 procedures.
FILL = f"""
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {TURNS})
INSERT INTO turn (channel, who, at, question, action, facet, codes, ms)
SELECT CASE i % 4 WHEN 0 THEN 'web' WHEN 1 THEN 'telegram' WHEN 2 THEN 'zalo_oa' ELSE 'kiosk' END,
 '', datetime('now', '-' || (i * 31 % 525600) || ' minutes'), 'câu hỏi ' || i,
 CASE WHEN i % 10 < 7 THEN 'answer' WHEN i % 10 = 7 THEN 'clarify' ELSE 'abstain' END,
 '', '["1.' || printf('%06d', i % 300) || '"]', 10 FROM n
"""
COUNT = (
    ("all", "''", ""),
    ("channel", "channel", ""),
    ("hour", "strftime('%H', at, '+7 hours')", ""),
    ("topic", "json_extract(codes, '$[0]')", "WHERE action = 'answer'"),
)


async def prepare(settings: Settings) -> str:
    """Fill the tables and return the token of an admin's session."""
    database = await fill(settings)
    async with database.write() as session:
        await session.exec(text(FILL))  # type: ignore[call-overload]
        for kind, key, only in COUNT:
            statement = (
                "INSERT OR REPLACE INTO daily_count (kind, day, key, action, times)"
                f" SELECT '{kind}', date(at, '+7 hours'), {key}, action, count(*)"
                f" FROM turn {only} GROUP BY 2, 3, 4"
            )
            await session.exec(text(statement))  # type: ignore[call-overload]
        official = await officials.add(
            session, login="bench", name="Bench", roles=[Role.ADMIN], actor="bench", now=utc_now()
        )
        token = await officials.open_session(
            session, official, address="", browser="", lasts=timedelta(hours=1), now=utc_now()
        )
    await database.close()
    return token


def main() -> None:
    """Print each page's p95 and median in milliseconds and its weight in bytes, uncompressed."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder), log_level="ERROR")
        token = asyncio.run(prepare(settings))
        with TestClient(create_app(settings), headers={"Accept-Encoding": "identity"}) as client:
            client.cookies.set(COOKIE, token, path="/admin")
            for page in PAGES:
                client.get(page)
                times, weight = [], 0
                for _ in range(ROUNDS):
                    started = time.perf_counter()
                    answer = client.get(page)
                    times.append((time.perf_counter() - started) * 1_000)
                    assert answer.status_code == 200, (page, answer.status_code)
                    weight = len(answer.content)
                p95 = statistics.quantiles(times, n=20)[18]
                half = statistics.median(times)
                print(
                    f"{page:36} p95 {p95:6.0f} ms  median {half:6.0f} ms  {weight:7} bytes",
                    flush=True,
                )


if __name__ == "__main__":
    main()
