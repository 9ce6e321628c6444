"""The survey desk and the public index, as they are read; too few answers are shown to nobody."""

from __future__ import annotations

import asyncio

import pytest
from fastapi.testclient import TestClient
from sqlmodel import delete

from bot.db import Database
from bot.models import Role, SurveyAnswer
from bot.settings import Settings
from bot.surveys.index import ENOUGH
from knowledge.columns import utc_now
from tests.bot.admin.conftest import Desk
from tests.bot.surveys.filling import filled, send

HARMFUL = "<script>alert(1)</script> =1+1 tốt"


@pytest.fixture(autouse=True)
def answered(anyone: TestClient, settings: Settings) -> None:
    """Twelve people at one centre about two fields, one at another centre."""

    async def fill() -> None:
        database, now = Database(settings.url), utc_now()
        month = now.date().replace(day=1).isoformat()
        async with database.write() as session:
            await session.exec(delete(SurveyAnswer))
        for n in range(ENOUGH + 2):
            wanted = filled(address=f"survey-{n}", score=5 if n % 2 else 4, month=month,
                            comment=HARMFUL)  # fmt: skip
            await send(database, wanted, now)
        few = filled(address="survey-few", score=1, month=month, centre="implied-26734",
                     field="Bí mật", comment="không ai được đọc")  # fmt: skip
        await send(database, few, now)
        await database.close()

    asyncio.run(fill())


def test_the_desk_shows_score_share_and_intervals(desk: Desk) -> None:
    page = desk(Role.EDITOR).get("/admin/surveys?field=H%E1%BB%99+t%E1%BB%8Bch").text

    assert "4,50 (4,17–4,83)" in page
    assert "100% (76–100%)" in page
    assert "<svg" in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    viewer = desk(Role.VIEWER).get("/admin/surveys?field=H%E1%BB%99+t%E1%BB%8Bch").text
    assert "alert(1)" not in viewer


def test_too_few_answers_are_not_shown(desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    page = editor.get("/admin/surveys?centre=implied-26734").text
    nonsense = editor.get("/admin/surveys?since=hỏng&source=ai&until=2026-99&centre=" + "x" * 99)

    assert "Chưa đủ 10 phiếu" in page
    assert "không ai được đọc" not in page
    assert nonsense.status_code == 200


def test_the_export_leaves_out_what_points_at_somebody(desk: Desk, anyone: TestClient) -> None:
    for raw in (
        desk(Role.VIEWER).get("/admin/surveys.csv?field=H%E1%BB%99+t%E1%BB%8Bch").content,
        desk(Role.VIEWER).get("/admin/surveys.csv").content,
        anyone.get("/open-data/khao-sat.csv").content,
    ):
        assert raw.startswith(b"\xef\xbb\xbf")
        assert "Bí mật" not in raw.decode()
        assert "alert" not in raw.decode()


def test_the_public_index_hides_what_could_be_told_from_its_sums(anyone: TestClient) -> None:
    page = anyone.get("/open-data").text
    groups = anyone.get("/open-data.json").json()["satisfaction"]

    # Centre and field of one answer are left out, and with them the other: their sum shows by month.
    assert [(one["by"], one["answers"]) for one in groups] == [("month", ENOUGH + 3)]
    assert "Bí mật" not in page


def test_the_printed_code_opens_the_survey_of_its_centre(desk: Desk) -> None:
    viewer = desk(Role.VIEWER)
    found = viewer.get("/admin/surveys/code?q=xã+Hòa+Long+Đồng+Tháp").text
    key = found.split("centre=")[1].split('"')[0]
    page = viewer.get(f"/admin/surveys/code?centre={key}").text

    assert f"/#khao-sat={key}" in page
    assert "<svg" in page
    assert "Không có nơi này" in viewer.get("/admin/surveys/code?centre=khong-co").text
    assert "Chưa tìm thấy" in viewer.get("/admin/surveys/code?q=zzz").text
