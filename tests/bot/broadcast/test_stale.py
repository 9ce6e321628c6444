"""Once a week those who keep the knowledge are told in their own chats what of it has grown old."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.broadcast.stale import tell_stale
from bot.db import Database
from bot.models import Notice, Official, OfficialChat, Role
from knowledge.content import Content
from knowledge.importing import Draft
from knowledge.importing.run import run
from tests.bot.broadcast.making import NOW

OLD = Content.model_validate(
    {
        "code": "9.1",
        "title": "Cấp thẻ",
        "where": "Nộp tại Phòng Tư pháp huyện",
        "verified_on": "2026-08-20",
        "fees": [{"kind": "free", "text": "Miễn đến hết tháng", "effective_to": "2026-11-30"}],
        "notices": [{"kind": "conflict", "text": "Hai nguồn lệch nhau"}],
    }
)
SOUND = Content.model_validate({"code": "9.2", "title": "Cấp sổ", "verified_on": "2026-11-20"})


async def _link(
    database: Database,
    login: str,
    role: Role,
    *,
    disabled_at: datetime | None = None,
    until: datetime = NOW + timedelta(days=30),
) -> None:
    async with database.write() as session:
        official = Official(login=login, name=login, roles=[role], disabled_at=disabled_at)
        session.add(official)
        await session.flush()
        assert official.id is not None
        session.add(
            OfficialChat(
                official_id=official.id, channel="telegram", address=login, expires_at=until
            )
        )


async def _tell(database: Database, now: datetime = NOW) -> int:
    return await tell_stale(database, now=now, days=90, public_url="https://vi.du/")


async def _told(database: Database) -> list[tuple[str, str]]:
    async with database.read() as session:
        query = select(Notice.address, Notice.text).order_by(col(Notice.id))
        return list((await session.exec(query)).all())


async def test_what_has_grown_old_is_told_to_whoever_keeps_it(database: Database) -> None:
    await run([Draft("mẫu", one) for one in (OLD, SOUND)], database.write, publishing=True)
    await _link(database, "lan", Role.EDITOR)
    await _link(database, "minh", Role.ADMIN)
    await _link(database, "xem", Role.VIEWER)
    await _link(database, "nghi", Role.EDITOR, disabled_at=NOW)
    await _link(database, "cu", Role.EDITOR, until=NOW)

    assert await _tell(database) == 2

    text = (
        "Thông tin cần xem lại tuần này:\n"
        "- 1 thủ tục có quy định hết hạn trong 31 ngày tới: Cấp thẻ (30/11/2026)\n"
        "- 1 thủ tục quá 90 ngày chưa kiểm tra, 1 mới thêm tuần này\n"
        "- 1 thủ tục nhắc cơ quan, cổng hoặc văn bản đã hết hiệu lực\n"
        "- 1 thủ tục có nguồn lệch nhau\n"
        "Xem ở bàn Thông tin cũ: https://vi.du/admin/stale. Kiểm tra xong thì đánh dấu ở đó."
    )
    assert await _told(database) == [("lan", text), ("minh", text)]


async def test_it_is_told_once_a_week(database: Database) -> None:
    await run([Draft("mẫu", OLD)], database.write, publishing=True)
    await _link(database, "lan", Role.EDITOR)

    hours = [NOW, NOW + timedelta(hours=1), NOW + timedelta(days=6), NOW + timedelta(days=7)]

    assert [await _tell(database, now) for now in hours] == [1, 0, 0, 1]


@pytest.mark.parametrize("hours", [-3, 10, 14])
async def test_nobody_is_told_by_night(database: Database, hours: int) -> None:
    await run([Draft("mẫu", OLD)], database.write, publishing=True)
    await _link(database, "lan", Role.EDITOR)

    assert await _tell(database, NOW + timedelta(hours=hours)) == 0


async def test_knowledge_that_is_sound_is_no_news(database: Database) -> None:
    await run([Draft("mẫu", SOUND)], database.write, publishing=True)
    await _link(database, "lan", Role.EDITOR)

    assert await _tell(database) == 0
    assert await _told(database) == []
