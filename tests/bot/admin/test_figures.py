"""The figures desk and the public page, as they are read."""

from __future__ import annotations

from fastapi.testclient import TestClient

from bot.models import Role
from tests.bot.admin.conftest import Desk


def test_a_question_counts_at_once_and_only_in_numbers(anyone: TestClient, desk: Desk) -> None:
    for _ in range(6):
        anyone.post("/api/v1/messages", json={"text": "1.004222 số thẻ 079123456789"})
    page = desk(Role.VIEWER).get("/admin/figures")
    assert page.status_code == 200
    assert "Đăng ký thường trú" in page.text
    assert "079123456789" not in page.text
    rows = desk(Role.VIEWER).get("/admin/figures.csv").text.splitlines()
    assert any(row.startswith("Theo kênh,Trang hỏi đáp,Câu hỏi,") for row in rows)


def test_the_public_page_is_open_and_names_no_question(anyone: TestClient) -> None:
    page = anyone.get("/open-data?since=2026-01-01&until=hỏng")
    assert page.status_code == 200
    assert "<svg" in page.text
    assert anyone.get("/open-data.csv").content.startswith(b"\xef\xbb\xbf")
    figures = anyone.get("/open-data.json").json()
    assert set(figures) >= {"days", "channels", "hours", "topics", "provinces"}
    assert "missed" not in figures
