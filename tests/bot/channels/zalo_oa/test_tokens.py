"""The single-use refresh token: exchanged in time, by one process, and never lost where it can be."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import uvicorn

from bot.channels import SendError, Trouble
from bot.channels.http import Http
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_oa.tokens import EARLY, LEASE, REST, Tokens, load, put
from bot.db import Database
from bot.sandbox import Scripted
from bot.sandbox.zalo_oa import FakeZaloOA
from tests.bot.channels.zalo_oa.conftest import Clock

OAUTH = "/v4/oa/access_token"


def _tokens(small: Database, fake: FakeZaloOA, clock: Clock) -> Tokens:
    http = Http("http://oauth", httpx.ASGITransport(fake.app))
    secret = fake.app_secret
    return Tokens(small, http, app_id=fake.app_id, secret=secret, now=clock, poll=0.01)


async def _connected(database: Database, fake: FakeZaloOA, clock: Clock) -> Tokens:
    access, refresh = fake.access_token, fake.refresh_token
    await put(database, fake.app_id, refresh=refresh, access=access, now=clock.now)
    return _tokens(database, fake, clock)


@pytest_asyncio.fixture
async def tokens(small: Database, fake: FakeZaloOA, clock: Clock) -> Tokens:
    return await _connected(small, fake, clock)


async def test_a_fresh_token_is_used_as_it_is(tokens: Tokens, fake: FakeZaloOA) -> None:
    token = await tokens.access()

    assert token.value == fake.access_token
    assert fake.used_refresh_tokens == set()


async def test_a_pair_is_exchanged_before_the_access_token_ends(
    fake: FakeZaloOA, clock: Clock, database: Database
) -> None:
    tokens = await _connected(database, fake, clock)
    old = fake.refresh_token
    clock.forward(hours=25 - EARLY.total_seconds() / 3600, minutes=1)

    token = await tokens.access()

    assert token.value == fake.access_token
    assert fake.used_refresh_tokens == {old}
    row = await load(database, fake.app_id)
    assert row is not None
    assert (row.refresh_token, row.generation, row.leased_until) == (fake.refresh_token, 2, None)
    assert row.refresh_expires_at == clock.now + timedelta(days=90)


async def test_a_spent_token_is_exchanged_once_for_all_who_wait(
    tokens: Tokens, fake: FakeZaloOA
) -> None:
    before = await tokens.access()
    fake.expire_access()

    got = await asyncio.gather(*(tokens.renewed(before.generation) for _ in range(20)))

    assert {token.value for token in got} == {fake.access_token}
    assert len(fake.used_refresh_tokens) == 1


async def test_while_one_process_exchanges_another_uses_the_old_token(
    tokens: Tokens, fake: FakeZaloOA, clock: Clock, small: Database
) -> None:
    old = fake.access_token
    clock.forward(hours=20)
    fake.script.next(OAUTH, Scripted(None, delay=0.3))
    other = _tokens(small, fake, clock)

    first = asyncio.create_task(tokens.access())
    await asyncio.sleep(0.1)
    second = await other.access()

    assert second.value == old
    assert (await first).value == fake.access_token
    assert len(fake.used_refresh_tokens) == 1


async def test_a_process_without_a_good_token_waits_for_the_one_that_exchanges(
    tokens: Tokens, fake: FakeZaloOA, clock: Clock, small: Database
) -> None:
    clock.forward(hours=26)
    fake.script.next(OAUTH, Scripted(None, delay=0.2))
    other = _tokens(small, fake, clock)

    got = await asyncio.gather(tokens.access(), other.access())

    assert {token.value for token in got} == {fake.access_token}
    assert len(fake.used_refresh_tokens) == 1


async def test_zalo_down_leaves_the_old_token_in_use_and_is_asked_again_after_a_rest(
    tokens: Tokens, fake: FakeZaloOA, clock: Clock
) -> None:
    old = fake.access_token
    clock.forward(hours=20)
    fake.script.down = True
    assert (await tokens.access()).value == old
    fake.script.down = False
    assert (await tokens.access()).value == old
    clock.forward(seconds=REST.total_seconds())

    assert (await tokens.access()).value == fake.access_token != old


async def test_a_lease_of_a_killed_process_runs_out(
    fake: FakeZaloOA, clock: Clock, database: Database
) -> None:
    tokens = await _connected(database, fake, clock)
    clock.forward(hours=20)
    row = await load(database, fake.app_id)
    assert row is not None
    assert await tokens._lease(row) is True
    other = _tokens(database, fake, clock)
    assert (await other.access()).generation == 1
    clock.forward(seconds=LEASE.total_seconds())

    assert (await other.access()).generation == 2


async def test_a_refused_refresh_token_is_noted_and_the_old_access_token_goes_on(
    tokens: Tokens, fake: FakeZaloOA, clock: Clock, small: Database
) -> None:
    old = fake.access_token
    fake.used_refresh_tokens.add(fake.refresh_token)
    clock.forward(hours=20)

    assert (await tokens.access()).value == old

    row = await load(small, fake.app_id)
    assert row is not None
    assert (row.refused_at, row.refused_why) == (clock.now, "-14020 Refresh token is used")
    clock.forward(hours=6)
    with pytest.raises(SendError, match="-14020") as caught:
        await tokens.access()
    assert caught.value.trouble is Trouble.REFRESH


async def test_a_new_pair_of_an_official_ends_a_refusal(
    fake: FakeZaloOA, clock: Clock, database: Database
) -> None:
    tokens = await _connected(database, fake, clock)
    good = fake.refresh_token
    await put(database, fake.app_id, refresh="stale", now=clock.now)
    with pytest.raises(SendError):
        await tokens.access()
    await put(database, fake.app_id, refresh=good, now=clock.now)

    assert (await tokens.access()).value == fake.access_token


async def test_without_any_token_the_operator_is_told_what_to_run(
    small: Database, fake: FakeZaloOA, clock: Clock
) -> None:
    with pytest.raises(SendError, match="motcua zalo token set"):
        await _tokens(small, fake, clock).access()


async def test_a_stopped_sender_does_not_lose_the_pair_on_its_way(
    tokens: Tokens, fake: FakeZaloOA, clock: Clock, small: Database
) -> None:
    clock.forward(hours=26)
    fake.script.next(OAUTH, Scripted(None, delay=0.1))
    sender = asyncio.create_task(tokens.access())
    await asyncio.sleep(0.05)
    sender.cancel()

    await tokens.close()

    row = await load(small, fake.app_id)
    assert row is not None
    assert row.refresh_token == fake.refresh_token


async def test_a_pair_is_kept_in_memory_until_the_database_takes_it(
    fake: FakeZaloOA, clock: Clock, small: Database
) -> None:
    await put(small, fake.app_id, refresh=fake.refresh_token, now=clock.now)
    tokens = _tokens(small, fake, clock)
    row = await load(small, fake.app_id)
    assert row is not None
    await tokens._lease(row)
    pair = await tokens._ask(row.refresh_token)
    tokens._unsaved = (row.generation, pair)  # as after an answer that could not be stored

    assert (await tokens.renewed(row.generation)).value == fake.access_token

    stored = await load(small, fake.app_id)
    assert stored is not None
    assert stored.refresh_token == fake.refresh_token


@pytest.mark.parametrize("bad", ["", "two words", "line\n", "x" * 5_000])
async def test_what_is_no_token_is_not_put_in(bad: str, small: Database, clock: Clock) -> None:
    with pytest.raises(ValueError, match="one word"):
        await put(small, "1", refresh=bad, now=clock.now)


async def test_tokens_are_not_in_what_is_printed(
    tokens: Tokens, fake: FakeZaloOA, small: Database
) -> None:
    token = await tokens.access()
    row = await load(small, fake.app_id)

    assert fake.access_token not in repr(token) + repr(row)
    assert fake.refresh_token not in repr(row)


@pytest_asyncio.fixture
async def served() -> AsyncIterator[tuple[FakeZaloOA, str]]:
    """The platform on a real port, for other processes."""
    fake = FakeZaloOA()
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(fake.app, log_level="warning", lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[sock]))
    yield fake, f"http://127.0.0.1:{sock.getsockname()[1]}"
    server.should_exit = True
    await running


async def test_while_another_process_exchanges_this_one_waits_and_both_have_the_new_token(
    served: tuple[FakeZaloOA, str], database: Database
) -> None:
    fake, address = served
    await put(database, fake.app_id, refresh=fake.refresh_token, now=fake._now())
    fake.script.next(OAUTH, Scripted(None, delay=0.5))
    script = Path(__file__).parent / "refreshing.py"
    given = (sys.executable, str(script), database.url, address, fake.app_id, fake.app_secret)
    other = await asyncio.create_subprocess_exec(*given, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(60):
        await fake.asked.wait()

    http = Http(address)
    tokens = Tokens(database, http, app_id=fake.app_id, secret=fake.app_secret)
    token = await tokens.access()
    await http.close()

    printed, _ = await other.communicate()
    assert printed.decode().split()[-2:] == ["2", fake.access_token]
    assert token.value == fake.access_token
    assert len(fake.used_refresh_tokens) == 1


async def test_a_spent_token_in_the_middle_of_sending_is_renewed_and_the_message_goes_out(
    channel: ZaloOA, fake: FakeZaloOA
) -> None:
    await fake.follows("84")
    fake.expire_access()

    data = await channel.api.call("/v3.0/oa/quota/message", {"user_id": "84"})

    assert data["cs"] == {"total": -1, "remain": -1}
    assert fake.refused == [-220]
