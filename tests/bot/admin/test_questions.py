"""The desk of missed questions: from a question nobody could answer to an answer."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from bot.models import Role
from tests.bot.admin.conftest import Desk
from tests.bot.admin.test_imports import said

QUESTION = "xin lập vườn thú mini nhà vịt"


def ask(client: TestClient, question: str = QUESTION) -> str:
    answer = client.post("/api/v1/messages", json={"session": "d" * 24, "text": question})
    return answer.text


def group(client: TestClient, question: str = QUESTION) -> str:
    html = client.get("/admin/questions?order=newest").text
    return html.split(f">{question}</a>")[0].rsplit('href="', 1)[1].split('"')[0]


def test_a_missed_question_gets_a_wording_and_is_answered(anyone: TestClient, desk: Desk) -> None:
    ask(anyone)
    editor = desk(Role.EDITOR)
    path = group(editor)
    html = editor.get(path, params={"q": "đăng ký khai sinh"}).text
    assert "1.001193" in html
    answer = editor.post(f"{path}/alias", data={"code": "1.001193", "text": QUESTION})
    assert said(answer) == f"Đã thêm cách gọi “{QUESTION}” cho thủ tục 1.001193."
    assert "khai sinh" in ask(anyone).lower()
    assert "đã thêm cách gọi" in editor.get(path).text
    assert QUESTION not in editor.get("/admin/questions?order=newest").text


def test_a_draft_is_begun_or_a_group_closed(anyone: TestClient, desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    for question in ("cho thuê khinh khí cầu", "bói toán giùm tôi cái quẻ"):
        ask(anyone, question)
    path = group(editor, "cho thuê khinh khí cầu")
    begun = editor.post(f"{path}/draft", data={"title": "Cho thuê khinh khí cầu"})
    assert said(begun).startswith("Đã tạo bản nháp MC-cho-thue-khinh-khi-cau-")
    path = group(editor, "bói toán giùm tôi cái quẻ")
    assert said(editor.post(f"{path}/close", data={"deed": "out_of_scope"})) == "Đã đóng 1 câu hỏi."
    assert "đóng trước đó" in said(editor.post(f"{path}/close", data={"deed": "dismiss"}))


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"code": "1.001193", "text": "x"}, "Cách gọi cần từ 2"),
        ({"code": "khong-co", "text": "vườn thú"}, "Không có thủ tục khong-co."),
        ({}, "Cách gọi cần từ 2"),
    ],
)
def test_what_cannot_be_a_wording_is_a_sentence(
    anyone: TestClient, desk: Desk, form: dict[str, str], reason: str
) -> None:
    ask(anyone, "nuôi kỳ lân trong phố")
    path = group(desk(Role.EDITOR), "nuôi kỳ lân trong phố")
    assert said(desk(Role.EDITOR).post(f"{path}/alias", data=form)).startswith(reason)


def test_unknown_groups_and_remarks_are_told(desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    assert editor.get("/admin/questions/999999").status_code == 404
    assert editor.post("/admin/questions/999999/close").status_code == 404
    assert "đã được xử lý" in said(editor.post("/admin/questions/remarks/999999"))
    assert editor.get("/admin/questions/remarks").status_code == 200
