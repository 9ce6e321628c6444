"""A running application and one signed-in client for each role."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import delete

from bot import officials
from bot.admin.access import COOKIE
from bot.app import create_app
from bot.db import Database
from bot.models import LoginFailure, Role
from bot.settings import Settings
from bot.wiring.logs import set_up_logging
from knowledge.columns import utc_now
from tests.conftest import NewFolder

PASSWORD = "bốn con ngựa ăn cỏ"
#: What a browser says when one of our own pages sends a form.
OURS = {"Sec-Fetch-Site": "same-origin"}

Desk = Callable[[Role], TestClient]


@pytest.fixture(scope="session")
def settings(new_data_dir: NewFolder) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=new_data_dir(),
        rate_limit="100000/minute",
        api_rate_limit="100000/minute",
    )


@pytest.fixture(scope="session")
def anyone(settings: Settings) -> Iterator[TestClient]:
    """A browser that has not signed in; it follows no redirect."""
    set_up_logging(settings)  # a traceback drawn with its locals takes minutes
    with TestClient(
        create_app(settings), raise_server_exceptions=False, follow_redirects=False
    ) as client:
        asyncio.run(_add_officials(settings))
        yield client


@pytest.fixture(autouse=True)
def forgiving(anyone: TestClient, settings: Settings) -> None:
    """All tests come from one address, which their wrong passwords together would shut."""
    asyncio.run(_forget_failures(settings))


@pytest.fixture(scope="session")
def desk(anyone: TestClient, settings: Settings) -> Desk:
    """The browser of an official with one role, whose login is the role's name."""

    def signed_in(role: Role) -> TestClient:
        client = TestClient(
            anyone.app, raise_server_exceptions=False, follow_redirects=False, headers=OURS
        )
        client.portal = anyone.portal  # one event loop: locks belong to the one they waited on
        client.cookies.set(COOKIE, asyncio.run(_session(settings, role)), path="/admin")
        return client

    return signed_in


async def _add_officials(settings: Settings) -> None:
    database = Database(settings.url)
    hashed = await officials.hash_password(PASSWORD)
    async with database.write() as session:
        for role in Role:
            await officials.add(
                session,
                login=role.value,
                name=f"Cán bộ {role.value}",
                roles=[role],
                password_hash=hashed,
                actor="test",
                now=utc_now(),
            )
    await database.close()


async def _forget_failures(settings: Settings) -> None:
    database = Database(settings.url)
    async with database.write() as session:
        await session.exec(delete(LoginFailure))
    await database.close()


async def _session(settings: Settings, role: Role) -> str:
    database = Database(settings.url)
    async with database.write() as session:
        official = await officials.find(session, role.value)
        token = await officials.open_session(
            session, official, address="testclient", browser="test",
            lasts=timedelta(hours=1), now=utc_now(),
        )  # fmt: skip
    await database.close()
    return token
