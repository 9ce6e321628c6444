"""Who watches a dossier is told of each change once, and no more when it is finished or silent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select

from bot import dossiers, people
from bot.broadcast.jobs import JOBS, Clockwork
from bot.db import Database
from bot.dossiers import Asked, Standing
from bot.models import DossierWatch, Notice
from bot.privacy.pseudonyms import Pseudonyms
from bot.subscriptions import stop
from tests.bot.dossiers.making import CODE, NAMES, NOW, line, loaded

HOUR = timedelta(hours=1)


async def watching(database: Database, chat: str = "1") -> str:
    """Let a citizen watch the dossier as it stands; return the person."""
    asked = Asked("telegram", chat, CODE, "7KX4913")
    standing = await dossiers.look_up(database, NAMES, None, asked, now=NOW)
    assert isinstance(standing, Standing)
    async with database.write() as session:
        contact = await people.heard_from(session, "telegram", chat, now=NOW)
        await dossiers.watch(
            session, contact.person_id, code_name=dossiers.name_of(NAMES, CODE), ending="0012",
            handle=standing.handle, known=standing.known, source="telegram", now=NOW,
        )  # fmt: skip
    return contact.person_id


async def told(database: Database) -> Sequence[str]:
    async with database.read() as session:
        return (await session.exec(select(Notice.text).order_by(col(Notice.id)))).all()


async def look(database: Database, at: datetime) -> int:
    return await dossiers.tell_changes(database, None, now=at)


async def test_each_change_is_told_once(database: Database) -> None:
    await loaded(database, line())
    await watching(database)
    await loaded(database, line(), now=NOW + HOUR)
    assert await look(database, NOW + 2 * HOUR) == 0
    await loaded(database, line("chờ bổ sung", asked="Giấy chứng sinh"), now=NOW + 3 * HOUR)
    assert await look(database, NOW + 4 * HOUR) == 1
    assert await look(database, NOW + 5 * HOUR) == 0
    await loaded(database, line(), now=NOW + 6 * HOUR)
    assert await look(database, NOW + 7 * HOUR) == 1

    first, second = await told(database)
    assert first.startswith("Hồ sơ đuôi 0012 vừa thay đổi: chờ bổ sung.\nCần bổ sung: Giấy chứng")
    assert "DỪNG" in first
    assert "đang xử lý" in second
    assert CODE not in first + second


async def test_the_clock_tells_it(database: Database) -> None:
    await loaded(database, line())
    await watching(database)
    await loaded(database, line("đã có kết quả"), now=NOW + HOUR)
    job = next(one for one in JOBS if one.name == "dossiers to watchers")

    await job.do(Clockwork(database, ()), NOW + 2 * HOUR)

    assert len(await told(database)) == 1


async def test_two_processes_tell_it_once(database: Database) -> None:
    await loaded(database, line())
    await watching(database)
    await loaded(database, line("đã có kết quả"), now=NOW + HOUR)
    later = NOW + 2 * HOUR

    counts = await asyncio.gather(look(database, later), look(database, later))

    assert sum(counts) == 1
    assert len(await told(database)) == 1


async def test_a_finished_dossier_is_told_and_watched_no_more(database: Database) -> None:
    await loaded(database, line())
    person = await watching(database)
    await loaded(database, line("đã trả kết quả"), now=NOW + HOUR)
    await look(database, NOW + 2 * HOUR)

    (text,) = await told(database)
    assert text.endswith("Hồ sơ đã xong nên tôi thôi theo dõi.")
    async with database.read() as session:
        assert await dossiers.watched_by(session, person) == []


async def test_stopping_all_news_stops_this_too(database: Database) -> None:
    await loaded(database, line())
    person = await watching(database)
    async with database.write() as session:
        assert await stop(session, person, now=NOW) == 1
    await loaded(database, line("đã có kết quả"), now=NOW + HOUR)

    assert await look(database, NOW + 2 * HOUR) == 0


async def test_a_silent_watch_ends_by_itself_and_says_so(database: Database) -> None:
    await loaded(database, line())
    await watching(database)

    assert await look(database, NOW + timedelta(days=89)) == 0
    assert await look(database, NOW + timedelta(days=90)) == 1
    assert await look(database, NOW + timedelta(days=99)) == 0
    (text,) = await told(database)
    assert text.startswith("Đã 90 ngày hồ sơ đuôi 0012 không có gì mới")


async def test_a_watch_follows_its_dossier_to_a_new_key(database: Database) -> None:
    await loaded(database, line())
    await watching(database)
    rotated = Pseudonyms((b"n" * 32, *NAMES.keys))
    await loaded(database, line("đã có kết quả"), names=rotated, now=NOW + HOUR)

    assert await look(database, NOW + 2 * HOUR) == 1
    async with database.read() as session:
        name = (await session.exec(select(DossierWatch.code_name))).one()
    assert name == dossiers.name_of(rotated, CODE)
