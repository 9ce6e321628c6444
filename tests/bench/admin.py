"""How long every officials' page takes with 6,000 procedures and 1,000,000 turns.

`python -m tests.bench.admin --dump FILE [--folder FOLDER]`: FOLDER keeps the filled database for the
next run. Every page of the table of routes is asked 20 times, in turn; milliseconds are of the
whole answer, CPU milliseconds of this process, which the other work of a shared machine does not
change. Also timed: grouping 50,000 missed questions by what they ask.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admin.access import COOKIE
from bot.app import create_app
from bot.db import Database
from bot.missed import group_new
from bot.settings import Settings
from bot.wiring.knowledge import prepare as migrated
from knowledge.importing import reader_of
from knowledge.importing.run import run
from knowledge.text import fold
from tests.browser.desks import fill
from tests.browser.test_admin_pages import pages

TURNS = 1_000_000
MISSED = 50_000
ROUNDS = 20
#: What is to hold of every page.
MOST_MS, MOST_BYTES = 300, 150_000
#: Pages that are heavier with much data, beside those of the table of routes.
HEAVY = (
    "/admin/figures?since=2025-12-01", "/admin/procedures?q=dang+ky+ket+hon+voi+nguoi+nuoc+ngoai",
    "/admin/procedures?q=dat&status=live&unnamed=1", "/admin/procedures?page=200",
    "/admin/procedures?stale=1&level=province", "/admin/questions?order=newest&page=50",
    "/admin/audit?page=20", "/admin/stale?show=old&page=3", "/admin/centres?q=hoa",
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
REMARKS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
INSERT INTO feedback (turn_id, channel, at, helpful, reason, comment, question, facet, codes, status,
 handled_by)
SELECT i + 1, 'web', datetime('now', '-' || (i * 7 % 525600) || ' minutes'), i % 5 > 0, '', '', 'câu hỏi',
 '', '[]', 'open', '' FROM n
"""


async def prepare(settings: Settings, dump: Path | None) -> dict[str, str]:
    """Fill a database and return tokens of the officials' sessions."""
    database = await migrated(settings)
    if dump:
        reader = reader_of(dump)
        await run(reader.read(dump), database.write, publishing=True, complete=reader.COMPLETE)
    tokens = await fill(database, lasts=timedelta(days=30))
    async with database.write() as session:
        await _fill_turns(session)
        await _fill_missed(session)
    await _group(database)
    await database.close()
    return tokens


async def _fill_turns(session: AsyncSession) -> None:
    await session.exec(text(FILL))  # type: ignore[call-overload]
    for kind, key, only in COUNT:
        statement = (
            "INSERT OR REPLACE INTO daily_count (kind, day, key, action, times)"
            f" SELECT '{kind}', date(at, '+7 hours'), {key}, action, count(*)"
            f" FROM turn {only} GROUP BY 2, 3, 4"
        )
        await session.exec(text(statement))  # type: ignore[call-overload]
    await session.exec(text(REMARKS))  # type: ignore[call-overload]


async def _fill_missed(session: AsyncSession) -> None:
    """Add what nobody could answer: words of titles and ways to ask, in any order, with typos."""
    titles = [one for (one,) in await session.exec(text("SELECT DISTINCT title FROM revision"))]  # type: ignore[call-overload]
    asks = (
        "cần gì",
        "ở đâu",
        "mất bao lâu",
        "bao nhiêu tiền",
        "làm sao",
        "hỏi thủ tục",
        "muốn",
        "",
    )
    chance = random.Random(1)
    seen: dict[str, str] = {}
    while len(seen) < MISSED:
        words = chance.choice(titles).lower().split()[:9]
        part = words[chance.randrange(3) : chance.randrange(3, 10)]
        if chance.random() < 0.3 and part:
            at = chance.randrange(len(part))
            part[at] = part[at][1:] + part[at][:1]
        question = f"{chance.choice(asks)} {' '.join(part)} {chance.choice(asks)}".strip()
        seen.setdefault(fold(question), question)
    rows = [
        {"folded": folded, "question": question, "times": 1 + at % 40}
        for at, (folded, question) in enumerate(seen.items())
    ]
    statement = text(
        "INSERT INTO missed_question (folded, question, action, times, first_at, last_at, status)"
        " VALUES (:folded, :question, 'abstain', :times, datetime('now'), datetime('now'), 'open')"
    )
    await (await session.connection()).execute(statement, rows)


async def _group(database: Database) -> None:
    started, busy = time.perf_counter(), time.process_time()
    while await group_new(database):
        pass
    async with database.read() as session:
        found = await session.exec(text("SELECT count(DISTINCT group_id) FROM missed_question"))  # type: ignore[call-overload]
        groups = found.one()[0]
    took, cpu = time.perf_counter() - started, time.process_time() - busy
    print(f"{MISSED} missed questions into {groups} groups: {took:.0f} s, CPU {cpu:.0f} s")


def measure(client: TestClient, paths: list[str], rounds: int) -> None:
    """Print each page's milliseconds and bytes, uncompressed; the slowest first."""
    times: dict[str, list[float]] = {path: [] for path in paths}
    cpu: dict[str, list[float]] = {path: [] for path in paths}
    weight: dict[str, int] = {}
    for _ in range(rounds + 1):  # the first round warms up
        for path in paths:
            started, busy = time.perf_counter(), time.process_time()
            answer = client.get(path)
            times[path].append((time.perf_counter() - started) * 1_000)
            cpu[path].append((time.process_time() - busy) * 1_000)
            assert answer.status_code == 200, (path, answer.status_code)
            weight[path] = len(answer.content)
    print(f"{'page':62} {'median':>7} {'p95':>7} {'CPU':>7} {'CPU p95':>7} {'bytes':>8}")
    for path in sorted(paths, key=lambda path: -statistics.median(cpu[path])):
        whole, busy_ms = times[path][1:], cpu[path][1:]
        p95, cpu95 = (statistics.quantiles(one, n=20)[18] for one in (whole, busy_ms))
        over = " !" if p95 > MOST_MS or weight[path] > MOST_BYTES else ""
        print(
            f"{path[:62]:62} {statistics.median(whole):7.0f} {p95:7.0f}"
            f" {statistics.median(busy_ms):7.0f} {cpu95:7.0f} {weight[path]:8}{over}"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dump", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", default="", help="pages whose path holds this")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        settings = Settings(
            _env_file=None, data_dir=folder, log_level="ERROR", rate_limit="1000000/minute"
        )
        kept = folder / "tokens.json"
        if not kept.exists():
            kept.write_text(json.dumps(asyncio.run(prepare(settings, given.dump))))
        token = json.loads(kept.read_text())["quantri"]
        with TestClient(create_app(settings), headers={"Accept-Encoding": "identity"}) as client:
            client.cookies.set(COOKIE, token, path="/admin")
            every = [
                path
                for path in (*pages(), *HEAVY)
                if not path.startswith(("/admin/login", "/admin/reset"))
            ]
            measure(client, [path for path in every if given.only in path], given.rounds)


if __name__ == "__main__":
    main()
