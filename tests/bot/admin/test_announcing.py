"""A test send goes to nobody but the official."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import officials
from bot.admin.announcing import Line, try_out
from bot.broadcast.lifecycle import LifecycleError
from bot.broadcast.wording import message_text
from bot.channels import SendError, Trouble
from bot.db import Database
from bot.deeds import Doer
from bot.messages import announcements as words
from bot.models import Announcement, Role
from tests.bot.broadcast.fake import FakeChannel, NoPace

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LAN = Doer("lan", "10.0.0.1", NOW)


class _Away(FakeChannel):
    async def send(self, address: str, outgoing: object) -> str:
        raise SendError("bad gateway", Trouble.RETRY)


async def _lan(database: Database, *channels: str) -> None:
    async with database.write() as session:
        official = await officials.add(
            session, login="lan", name="Lan", roles=[Role.SENDER], actor="test", now=NOW
        )
        for name in channels:
            await officials.offer_chat(session, official, name, actor="lan", now=NOW)
            await officials.claim_chat(session, name, name, f"lan at {name}", now=NOW)


async def test_a_test_send_reaches_ones_own_chats_only(database: Database) -> None:
    await _lan(database, "telegram", "zalo_oa")
    telegram = FakeChannel()
    line = Line(database, {"telegram": telegram, "zalo_oa": _Away("zalo_oa")}, NoPace())
    one = Announcement(id=7, title="Nghỉ bão", text="Chiều nay nghỉ.")

    assert await try_out(line, one, LAN) == ["telegram"]

    texts = [text for _, text in telegram.sent]
    assert texts == [words.TRIAL, message_text(one)]
    assert {address for address, _ in telegram.sent} == {"lan at telegram"}


async def test_without_a_chat_that_takes_it_the_official_is_told(database: Database) -> None:
    await _lan(database, "zalo_oa")
    one = Announcement(id=7, text="x")
    with pytest.raises(LifecycleError, match="Chưa gửi thử được qua zalo_oa"):
        await try_out(Line(database, {"zalo_oa": _Away("zalo_oa")}, NoPace()), one, LAN)
    with pytest.raises(LifecycleError, match="Chưa gửi thử được qua zalo_oa"):
        await try_out(Line(database, {}, NoPace()), one, LAN)
    async with database.write() as session:
        official = await officials.find(session, "lan")
        await officials.disable(session, official, actor="test", now=NOW)
    with pytest.raises(LifecycleError, match="Chưa nối Zalo, Telegram"):
        await try_out(Line(database, {}, NoPace()), one, LAN)
