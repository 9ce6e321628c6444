"""The desk of talks: an official takes one, answers, ends it; a second official cannot barge in."""

from __future__ import annotations

import asyncio

from bot import people, threads
from bot.db import Database
from bot.models import Role, Thread
from bot.settings import Settings
from knowledge.columns import utc_now
from tests.bot.admin.conftest import Desk


def opened(settings: Settings, text: str) -> int:
    async def make() -> int:
        database = Database(settings.url)
        async with database.write() as session:
            contact = await people.heard_from(session, "web", text, now=utc_now())
            thread = Thread(person_id=contact.person_id, channel="web", address=text, centre="Xã")
            session.add(thread)
            await session.flush()
            await threads.say(session, thread, text=text, now=utc_now())
        await database.close()
        assert thread.id is not None
        return thread.id

    return asyncio.run(make())


def test_an_official_answers_and_ends_a_talk(desk: Desk, settings: Settings) -> None:
    number = opened(settings, "<b>nộp ở đâu</b>")
    editor, other = desk(Role.EDITOR), desk(Role.APPROVER)
    path = f"/admin/threads/{number}"

    assert f'href="{path}"' in editor.get("/admin/threads").text
    assert "&lt;b&gt;" in editor.get(path).text
    assert editor.post(path, data={"step": "reply", "text": "Tại xã."}).status_code == 303
    assert "đang nói chuyện với người dân này" in other.post(path, data={"text": "Chào"}).text
    assert "Tại xã." in other.get(f"{path}/messages?after=0").text
    assert editor.post(path, data={"step": "reply", "text": " "}).status_code == 422
    assert editor.post(path, data={"step": "end"}).status_code == 303
    assert "đã kết thúc" in editor.post(path, data={"text": "Còn đây"}).text
    assert f'href="{path}"' in editor.get("/admin/threads?closed=true").text
