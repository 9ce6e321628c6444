"""The desk of place names: looked up as citizens do, mended at once, kept through a new table."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from bot.db import Database
from bot.models import AuditEntry, Role
from bot.settings import Settings
from knowledge.importing.units import load, replace_table
from knowledge.models import CorrectionKind, PlaceCorrection
from knowledge.places.stored import read_places
from tests.bot.admin.conftest import Desk
from tests.bot.admin.test_imports import said

pytestmark = pytest.mark.xdist_group("admin")

DATA = Path("knowledge/data")
OLD = {"name": "Xã Hiệp Mỹ Đông", "district": "Huyện Cầu Ngang", "province": "Tỉnh Trà Vinh"}
WHY = {"source": "Nghị quyết 1687/NQ-UBTVQH15", "reason": "Bảng ghi nhầm xã"}


def ask(client: TestClient, text: str) -> str:
    """What a citizen who has just come is told."""
    body = {"text": text, "session": uuid4().hex}
    answer = client.post("/api/v1/messages", json=body)
    assert answer.status_code == 200
    return str(answer.json())


def base_of(text: str) -> str:
    return text.partition('name="base" value="')[2].partition('"')[0]


def test_a_wrong_join_is_mended_at_once_and_taken_back(desk: Desk, anyone: TestClient) -> None:
    question = "xã Hiệp Mỹ Đông huyện Cầu Ngang nay là xã nào"
    client = desk(Role.APPROVER)
    assert "Xã Hiệp Mỹ" in ask(anyone, question) or "xã Hiệp Mỹ" in ask(anyone, question)
    listed = client.get("/admin/places", params={"q": "hiep my dong"})
    assert "Người dân được trả lời" in listed.text
    assert "Sửa Xã Hiệp Mỹ Đông, Huyện Cầu Ngang" in listed.text

    form = client.get("/admin/places/mend", params=OLD)
    assert "Xã Hiệp Mỹ, Tỉnh Vĩnh Long" in form.text
    sent = {**OLD, **WHY, "kind": "join", "base": base_of(form.text)}
    done = client.post("/admin/places/mend", data={**sent, "today": "xã Mỹ Long, Vĩnh Long"})
    assert (done.status_code, said(done)) == (303, "Xã Hiệp Mỹ Đông: Đã ghi. Câu trả lời đổi ngay.")
    assert "xã Mỹ Long" in ask(anyone, question)

    stale = client.post("/admin/places/mend", data={**sent, "today": "xã Càng Long, Vĩnh Long"})
    assert stale.status_code == 422
    assert "Có người vừa sửa tên này" in stale.text
    assert "xã Càng Long, Vĩnh Long" in stale.text
    back = client.post(
        "/admin/places/mend", data={**sent, "base": base_of(stale.text), "do": "take-back"}
    )
    assert "có hiệu lực trở lại" in said(back)
    assert "xã Hiệp Mỹ" in ask(anyone, question)
    history = client.get("/admin/places").text
    assert "Lịch sử sửa (2)" in history
    assert "Bảng ghi nhầm xã" in history


def test_what_people_say_is_understood_at_once(
    desk: Desk, anyone: TestClient, settings: Settings
) -> None:
    sent = {"kind": "alias", "name": "Cù Lao Mây Trắng", "today": "xã Hiệp Mỹ, Vĩnh Long", **WHY}
    assert "Hiệp Mỹ" not in ask(anyone, "xã Cù Lao Mây Trắng nay là xã nào")
    done = desk(Role.APPROVER).post("/admin/places/mend", data=sent)
    assert said(done).endswith("Câu trả lời đổi ngay.")
    assert "Xã Hiệp Mỹ" in ask(anyone, "xã Cù Lao Mây Trắng nay là xã nào")
    entries = asyncio.run(_entries(settings))
    assert (entries[-1].action, entries[-1].reason) == ("place.mend", "Bảng ghi nhầm xã")


async def _entries(settings: Settings) -> list[AuditEntry]:
    database = Database(settings.url)
    async with database.read() as session:
        found = list((await session.exec(select(AuditEntry).order_by(AuditEntry.id))).all())  # type: ignore[arg-type]
    await database.close()
    return found


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"today": ""}, "Hãy ghi nơi ấy nay thuộc"),
        ({"today": "xã Không Có Đâu"}, "Chưa rõ “xã Không Có Đâu”"),
        ({"today": "99999"}, "Chưa rõ “99999”"),
        ({"today": "xã Hiệp Mỹ Đông, Trà Vinh"}, "Chưa rõ “xã Hiệp Mỹ Đông, Trà Vinh”"),
        ({"today": "\n".join(["29302"] * 13)}, "Nhiều nhất 12"),
        ({"district": ""}, "Hãy ghi huyện và tỉnh cũ"),
        ({"source": ""}, "Hãy ghi nguồn"),
        ({"reason": " "}, "Hãy ghi nguồn"),
        ({"name": "<"}, "Hãy ghi tên"),
        ({"do": "take-back"}, "Có người vừa sửa|đã được bỏ"),
    ],
)
def test_what_cannot_be_meant_is_said_and_kept(
    desk: Desk, changed: dict[str, str], sentence: str
) -> None:
    sent = {**OLD, **WHY, "district": "Huyện Thử", "kind": "join", "today": "29302", **changed}
    answer = desk(Role.APPROVER).post("/admin/places/mend", data=sent)
    assert answer.status_code == 422
    assert any(one in answer.text for one in sentence.split("|"))
    assert sent["source"] in answer.text


async def test_a_new_table_leaves_corrections_alone(database: Database) -> None:
    async with database.write() as session:
        await load(session, DATA)
        session.add(
            PlaceCorrection(
                kind=CorrectionKind.JOIN, name="Xã Hiệp Mỹ Đông", district="Huyện Cầu Ngang",
                province="Tỉnh Trà Vinh", codes=["29308"], author="lan", source="NQ", reason="nhầm",
            )
        )  # fmt: skip
        session.add(
            PlaceCorrection(
                kind=CorrectionKind.ALIAS,
                name="xóm đã mất",
                codes=["99999"],
                author="lan",
                source="NQ",
                reason="nhầm",
            )
        )
    async with database.write() as session:
        await replace_table(session, DATA / "places")
    async with database.read() as session:
        places = await read_places(session)
    unit = places.unit("29308")
    assert unit is not None
    found = places.resolve("xã Hiệp Mỹ Đông, Cầu Ngang, Trà Vinh")
    assert found.best is not None
    assert (found.best.code, places.info.corrections) == ("29308", 2)
    assert places.resolve("xóm đã mất").best is None
