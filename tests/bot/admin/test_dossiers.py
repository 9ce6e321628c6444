"""The dossiers desk: a file is previewed with its bad lines, used, and taken back; nobody else may."""

from __future__ import annotations

import asyncio

from fastapi.testclient import TestClient
from sqlmodel import col, select

from bot.db import Database
from bot.models import AuditEntry, Role
from bot.settings import Settings
from tests.bot.admin.conftest import Desk
from tests.bot.dossiers.making import CODE, OTHER, export, line


def upload(client: TestClient, data: bytes, days: str = "7") -> tuple[int, str, str]:
    answer = client.post(
        "/admin/dossiers", files={"file": ("trang-thai.csv", data)}, data={"days": days}
    )
    return answer.status_code, answer.headers.get("location", ""), answer.text


def test_a_file_is_previewed_used_and_taken_back(desk: Desk, settings: Settings) -> None:
    admin = desk(Role.ADMIN)
    status, where, _ = upload(admin, export(line(), line(code=OTHER, due="31/02/2026")))
    assert status == 303
    preview = admin.get(where).text
    used = admin.post(where, data={"step": "use"})
    live = admin.get(where).text
    again = admin.post(where, data={"step": "use"})
    back = admin.post(where, data={"step": "withdraw"})
    gone = admin.get(where).text

    assert "dòng 3: không hiểu ngày “31/02/2026”" in preview
    assert "Dùng 1 dòng trong 7 ngày" in preview
    assert CODE not in preview
    assert (used.status_code, again.status_code, back.status_code) == (303, 303, 303)
    assert "đang dùng" in live
    assert "đã thu hồi" in gone
    assert asyncio.run(noted(settings)) == [
        "dossiers.upload",
        "dossiers.use",
        "dossiers.withdraw",
    ]


async def noted(settings: Settings) -> list[str]:
    database = Database(settings.url)
    async with database.read() as session:
        found = await session.exec(
            select(AuditEntry.action)
            .where(col(AuditEntry.subject).startswith("dossier_load:"))
            .order_by(col(AuditEntry.id))
        )
        actions = list(found.all())
    await database.close()
    return actions


def test_what_cannot_be_loaded_is_said_in_a_sentence(desk: Desk) -> None:
    admin = desk(Role.ADMIN)

    columns = upload(admin, b"a,b\n1,2\n")
    lines = upload(admin, export("x,y,z"))
    days = upload(admin, export(line()), "365")
    none = admin.post("/admin/dossiers", data={"days": "7"})

    assert (columns[0], "Thiếu cột: mã hồ sơ" in columns[2]) == (422, True)
    assert (lines[0], "dòng 2:" in lines[2]) == (422, True)
    assert (days[0], "từ 1 đến 90 ngày" in days[2]) == (422, True)
    assert (none.status_code, "Chưa chọn tệp nào." in none.text) == (422, True)
    assert admin.get("/admin/dossiers/999999").status_code == 404
    assert admin.post("/admin/dossiers/1", data={"step": "eat"}).status_code == 400
