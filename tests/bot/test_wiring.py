"""Each process imports what it needs and no more, so that many workers fit on one machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

#: What finds procedures, reads and draws files, serves pages, or changes tables.
LARGE = {
    "PIL", "alembic", "apscheduler", "argon2", "bot.admin", "bot.channels.web", "bot.dialogue", "bot.pages",
    "docx", "fastapi", "feedparser", "holidays", "icalendar", "jinja2", "knowledge.importing",
    "knowledge.matching", "knowledge.places", "knowledge.published", "knowledge.reports", "numpy",
    "openpyxl", "pypdf", "python_calamine", "rapidfuzz", "scipy", "segno", "starlette", "uvicorn",
}  # fmt: skip


def _imported(code: str) -> set[str]:
    """The modules a new process has after running `code`."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return set(json.loads(told.stdout))


def test_a_worker_carries_neither_the_web_nor_the_matcher() -> None:
    assert _imported("import bot.cli.sending") & LARGE == set()


@pytest.mark.parametrize("module", ["bot.__main__", "bot.cli"])
def test_the_command_line_imports_no_command_before_it_is_used(module: str) -> None:
    imported = _imported(f"import {module}")
    assert {name for name in imported if name.startswith("knowledge")} == set()
    assert "sqlalchemy" not in imported


def test_stopping_an_announcement_waits_for_no_matcher() -> None:
    unneeded = {"bot.app", "bot.dialogue", "fastapi", "knowledge.matching", "numpy", "pgqueuer"}
    assert _imported("import bot.cli.announce") & unneeded == set()


def test_tables_that_are_new_are_opened_without_the_tool_that_changes_them(
    migrated_file: Path,
) -> None:
    url = f"sqlite+aiosqlite:///{migrated_file}"
    code = f"""
import asyncio
from bot.db import Database, migrate

async def main():
    database = Database({url!r})
    await migrate(database)
    await database.close()

asyncio.run(main())
"""
    assert "alembic" not in _imported(code)
