"""Programs that call the API with tokens."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from bot import officials
from bot.db import Database
from bot.models import ApiToken, Role, Scope
from bot.officials.sessions import hash_token
from bot.settings import Settings
from knowledge.columns import utc_now

API = "/api/admin/v1"
Program = Callable[..., TestClient]


@pytest.fixture(scope="session")
def program(anyone: TestClient, settings: Settings) -> Program:
    """A program with a token of an official of one role; all scopes unless told otherwise."""
    made: dict[tuple[Role, tuple[Scope, ...]], str] = {}

    def calling(role: Role, *scopes: Scope) -> TestClient:
        wanted = scopes or tuple(Scope)
        if (role, wanted) not in made:
            made[role, wanted] = asyncio.run(_token(settings, role, wanted))
        return caller(anyone, made[role, wanted])

    return calling


def caller(anyone: TestClient, token: str) -> TestClient:
    client = TestClient(
        anyone.app, base_url=f"http://testserver{API}", raise_server_exceptions=False,
        follow_redirects=False, headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    client.portal = anyone.portal
    return client


async def _token(settings: Settings, role: Role, scopes: Iterable[Scope]) -> str:
    """Store a token past the check of scopes against roles: the roles may change afterwards."""
    database, now = Database(settings.url), utc_now()
    async with database.write() as session:
        official = await officials.find(session, role.value)
        stored = token_row(official.id or 0, scopes, expires_at=now + timedelta(hours=1))
        session.add(stored)
    await database.close()
    return f"motcua_{stored.id}_{stored.name}"


def token_row(official_id: int, scopes: Iterable[Scope], *, expires_at: datetime) -> ApiToken:
    """A token whose name is its secret."""
    secret = secrets.token_urlsafe(16)
    return ApiToken(
        id=secrets.token_hex(4), official_id=official_id, name=secret,
        scopes=[scope.value for scope in scopes], secret_hash=hash_token(secret),
        created_by="test", expires_at=expires_at,
    )  # fmt: skip
