"""A Zalo on this machine, a clock that is set by hand, and an account connected to both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlmodel import SQLModel

from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_oa.tokens import put
from bot.db import Database
from bot.sandbox.zalo_oa import FakeZaloOA
from bot.settings import Settings


class Clock:
    """The time, moved by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    """Ten in the morning in Hà Nội."""
    return Clock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))


@pytest.fixture
def fake(clock: Clock) -> FakeZaloOA:
    """The platform."""
    return FakeZaloOA(now=clock)


@pytest.fixture
def settings(fake: FakeZaloOA) -> Settings:
    """Settings that fit the fake's account."""
    return Settings(
        _env_file=None,
        zalo_oa_app_id=fake.app_id,
        zalo_oa_id=fake.oa_id,
        zalo_oa_app_secret=SecretStr(fake.app_secret),
        zalo_oa_secret=SecretStr(fake.oa_secret),
    )


@pytest_asyncio.fixture
async def small(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with the table of tokens only; what depends on the engine takes `database`."""
    made = Database(f"sqlite+aiosqlite:///{tmp_path / 'tokens.db'}")
    async with made.writer.begin() as connection:
        await connection.run_sync(
            SQLModel.metadata.create_all, tables=[SQLModel.metadata.tables["zalo_token"]]
        )
    yield made
    await made.close()


@pytest_asyncio.fixture
async def channel(
    settings: Settings, small: Database, fake: FakeZaloOA, clock: Clock
) -> AsyncIterator[ZaloOA]:
    """The account, with the tokens an official has put in."""
    await put(
        small,
        fake.app_id,
        refresh=fake.refresh_token,
        access=fake.access_token,
        now=clock.now,
    )
    made = ZaloOA(settings, small, now=clock, transport=httpx.ASGITransport(fake.app))
    yield made
    await made.close()
