"""Zero bytes, halves of characters and numbers too large, in every place of every route's request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot import officials
from bot.admin.access import COOKIE
from bot.app import create_app
from bot.db import Database
from bot.models import Role
from bot.settings import Settings
from bot.wiring.logs import set_up_logging
from knowledge.columns import utc_now
from tests.bot.admin.conftest import OURS
from tests.bot.admin.test_access import routes_of

TEMPLATES = Path(__file__).parents[2] / "bot" / "web"
#: PostgreSQL's text cannot hold the first, no text the second, no column of numbers the third; the last is a
#: digit to Python and no number.
ODD = ("a\x00b", "\udcff", "9" * 25, "-1", "²")
#: Never ends by itself, and asking all golden questions is for its own tests.
LEFT_OUT = {"/api/v1/events", "/admin/golden/run", "/api/admin/v1/golden/run"}
#: Opening the page must not end the session of those that follow.
ENDS = {"/admin/logout", "/admin/me/sessions", "/admin/me/password"}


@pytest.fixture
def client(starter_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """The whole application on each engine, with an administrator signed in."""
    settings = Settings(
        _env_file=None, data_dir=tmp_path, database_url=starter_url, rate_limit="100000/minute"
    )
    set_up_logging(settings)
    with TestClient(
        create_app(settings), raise_server_exceptions=False, follow_redirects=False, headers=OURS
    ) as client:
        client.cookies.set(COOKIE, asyncio.run(_signed_in(settings)), path="/admin")
        yield client


async def _signed_in(settings: Settings) -> str:
    database, now = Database(settings.url), utc_now()
    async with database.write() as session:
        official = await officials.add(
            session, login="quantri", name="Quản trị", roles=[Role.ADMIN], password_hash="x",
            actor="test", now=now,
        )  # fmt: skip
        token = await officials.open_session(
            session, official, address="here", browser="test", lasts=timedelta(hours=1), now=now
        )
    await database.close()
    return token


def names() -> list[str]:
    """Return every name of a field in any page."""
    pages = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    return sorted({*re.findall(r'\bname="([\w.-]+)"', pages), "q", "page", "cursor", "order"})


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape"))


def requests_of(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Yield (method, address, fields): a zero byte everywhere, then each oddity in the path, all in fields."""
    fields = names()
    for number, (method, path) in enumerate(sorted(set(routes_of(app)))):
        if path in LEFT_OUT | ENDS or method in ("HEAD", "OPTIONS"):
            continue
        for at, odd in enumerate(ODD if "{" in path else ODD[:2]):
            values = ODD[:1] if at == 0 else ODD[(number % 2) :]
            pairs = [
                (name, values[i % len(values)].encode("utf-8", "surrogateescape"))
                for i, name in enumerate(fields)
            ]
            yield method, re.sub(r"\{[^}]*\}", encoded(odd), path), urlencode(pairs)


def test_nothing_odd_is_an_accident(client: TestClient) -> None:
    assert isinstance(client.app, FastAPI)
    accidents = []
    for method, path, fields in requests_of(client.app):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        body = fields if method == "POST" else None
        answer = client.request(method, f"{path}?{fields}", content=body, headers=form)
        if answer.status_code >= 500:
            accidents.append((method, path, answer.status_code))
    assert accidents == []
