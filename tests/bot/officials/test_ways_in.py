"""Tokens and linked chats on both engines: found by what was shown, spent, revoked, over in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import officials
from bot.db import Database
from bot.models import Official, Role, Scope
from bot.officials.chats import CODE_WITHIN, LASTS
from bot.officials.tokens import MOST

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


async def lan(database: Database) -> Official:
    async with database.write() as session:
        return await officials.add(
            session, login="lan", name="Lan", roles=[Role.EDITOR], actor="test", now=NOW
        )


async def token(database: Database, *scopes: Scope, days: int = 30) -> str:
    async with database.write() as session:
        official = await officials.find(session, "lan")
        _, shown = await officials.issue_token(
            session, official, name="Thử", scopes=scopes, days=days, actor="lan", now=NOW
        )
    return shown


async def test_a_token_is_found_until_it_ends(database: Database) -> None:
    await lan(database)
    shown = await token(database, Scope.KNOWLEDGE_WRITE, Scope.FIGURES_READ)
    async with database.read() as session:
        found = await officials.find_token(session, shown, now=NOW + timedelta(days=29))
        assert found is not None
        assert found[0].scopes == ["knowledge:write", "figures:read"]
        assert found[1].login == "lan"
        assert await officials.find_token(session, shown, now=NOW + timedelta(days=30)) is None
        assert await officials.find_token(session, shown + "x", now=NOW) is None
    assert shown.split("_", 2)[2] not in repr(found[0].model_dump())


async def test_no_more_scopes_than_roles_and_no_more_tokens_than_anybody_needs(
    database: Database,
) -> None:
    await lan(database)
    with pytest.raises(officials.OfficialError, match="knowledge:approve"):
        await token(database, Scope.KNOWLEDGE_APPROVE, Scope.KNOWLEDGE_READ)
    for _ in range(MOST):
        await token(database, Scope.KNOWLEDGE_READ)
    with pytest.raises(officials.OfficialError, match=f"Đã có {MOST} mã"):
        await token(database, Scope.KNOWLEDGE_READ)


async def test_everything_ends_with_the_account(database: Database) -> None:
    await lan(database)
    shown = await token(database, Scope.KNOWLEDGE_READ)
    async with database.write() as session:
        official = await officials.find(session, "lan")
        await officials.offer_chat(session, official, "h1", actor="lan", now=NOW)
        await officials.claim_chat(session, "h1", "telegram", "7", now=NOW)
        await officials.offer_chat(session, official, "h2", actor="lan", now=NOW)
        await officials.set_password(session, official, "hash", actor="lan", now=NOW)
    async with database.write() as session:
        assert await officials.find_token(session, shown, now=NOW) is None
        assert await officials.official_of_chat(session, "telegram", "7", now=NOW) is None
        assert await officials.claim_chat(session, "h2", "telegram", "7", now=NOW) is None


async def test_a_chat_is_linked_by_the_newest_code_once_and_for_a_time(database: Database) -> None:
    await lan(database)
    async with database.write() as session:
        official = await officials.find(session, "lan")
        await officials.offer_chat(session, official, "old", actor="lan", now=NOW)
        await officials.offer_chat(session, official, "new", actor="lan", now=NOW)
    async with database.write() as session:
        late = NOW + CODE_WITHIN
        assert await officials.claim_chat(session, "old", "zalo_oa", "1", now=NOW) is None
        assert await officials.claim_chat(session, "new", "zalo_oa", "1", now=late) is None
        claimed = await officials.claim_chat(session, "new", "zalo_oa", "1", now=NOW)
        assert claimed is not None
        assert await officials.claim_chat(session, "new", "zalo_oa", "2", now=NOW) is None
    async with database.read() as session:
        last = NOW + LASTS - timedelta(seconds=1)
        found = await officials.official_of_chat(session, "zalo_oa", "1", now=last)
        assert found is not None
        over = await officials.official_of_chat(session, "zalo_oa", "1", now=NOW + LASTS)
        assert over is None
