"""Procedures by the API: from a draft to what citizens read, with the desk's own rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.models import Role
from knowledge.columns import utc_now
from tests.bot.admin.api.conftest import API, Program
from tests.bot.admin.conftest import Desk
from tests.bot.admin.procedures.test_desk import ask, few_golden_questions

__all__ = ["few_golden_questions"]

CONTENT = {"title": "Đăng ký nuôi ong ven rừng", "where": "Nộp tại trạm ong của xã."}


def new(client: TestClient, code: str, **content: Any) -> Any:
    answer = client.post("/procedures", json={"content": {"code": code, **CONTENT, **content}})
    assert answer.status_code == 201, answer.text
    return answer.json()["revision"]["id"]


def publish(program: Program, code: str) -> None:
    editor, approver = program(Role.EDITOR), program(Role.APPROVER)
    revision = editor.get(f"/procedures/{code}").json()["base"]
    assert editor.post(f"/procedures/{code}/submit", json={"revision": revision}).status_code == 200
    done = approver.post(f"/procedures/{code}/approve", json={"revision": revision})
    assert done.json() == {"live": True}, done.text


def test_a_draft_is_reviewed_published_answered_and_rolled_back(
    program: Program, anyone: TestClient, desk: Desk
) -> None:
    editor, approver = program(Role.EDITOR), program(Role.APPROVER)
    base = new(editor, "9.000201")
    publish(program, "9.000201")
    assert "trạm ong" in ask(anyone, "9.000201")

    edit = {"content": {**CONTENT, "where": "Nộp tại trạm kiểm lâm."}, "base": base}
    saved = editor.put("/procedures/9.000201/draft", json=edit).json()
    assert (saved["changed"], saved["revision"]["number"]) == (True, 2)
    review = editor.get("/procedures/9.000201/review").json()
    assert [one["part"] for one in review["changes"]] == ["where"]
    assert review["broken"] == []
    publish(program, "9.000201")
    assert "trạm kiểm lâm" in ask(anyone, "9.000201")

    bare = approver.post("/procedures/9.000201/roll-back", json={"number": 1, "reason": " "})
    assert (bare.status_code, bare.json()["detail"]) == (409, "Hãy ghi lý do quay lại bản cũ.")
    back = approver.post("/procedures/9.000201/roll-back", json={"number": 1, "reason": "nhầm"})
    assert back.json() == []
    assert "trạm ong" in ask(anyone, "9.000201")
    numbers = [one["number"] for one in editor.get("/procedures/9.000201/revisions").json()]
    assert numbers == [3, 2, 1]
    log = program(Role.ADMIN).get("/audit", params={"subject": "9.000201"}).json()["entries"]
    token = approver.headers["Authorization"].split("_")[1]
    assert (log[0]["action"], log[0]["actor"]) == ("procedure.roll_back", "approver")
    assert log[0]["where"] == f"token:{token} testclient"


def test_a_stale_save_shows_both_and_writes_nothing(program: Program) -> None:
    editor, other = program(Role.EDITOR), program(Role.ADMIN)
    base = new(editor, "9.000202")
    theirs = {"content": {**CONTENT, "where": "Nộp ở tỉnh."}, "base": base}
    assert other.put("/procedures/9.000202/draft", json=theirs).status_code == 200

    mine = {"content": {**CONTENT, "where": "Nộp ở xã."}, "base": base}
    refused = editor.put("/procedures/9.000202/draft", json=mine)
    body = refused.json()

    assert (refused.status_code, body["type"]) == (409, f"{API}/docs#stale")
    assert body["current"]["content"]["where"] == "Nộp ở tỉnh."
    assert body["yours"]["where"] == "Nộp ở xã."
    assert [one["part"] for one in body["changes"]] == ["where"]
    assert "admin đã lưu bản 2" in body["detail"]
    again = editor.put("/procedures/9.000202/draft", json={**mine, "base": body["current"]["id"]})
    assert again.json()["revision"]["number"] == 3


def test_nobody_approves_their_own_work_nor_somebodys_unfinished(program: Program) -> None:
    approver = program(Role.APPROVER)
    own = new(approver, "9.000203")
    approver.post("/procedures/9.000203/submit", json={"revision": own})
    refused = approver.post("/procedures/9.000203/approve", json={"revision": own})
    assert (refused.status_code, "không tự duyệt" in refused.json()["detail"]) == (409, True)

    draft = new(program(Role.EDITOR), "9.000204")
    early = approver.post("/procedures/9.000204/approve", json={"revision": draft})
    assert (early.status_code, "đang soạn" in early.json()["detail"]) == (409, True)


def test_sent_back_scheduled_and_discarded(program: Program) -> None:
    editor, approver = program(Role.EDITOR), program(Role.APPROVER)
    given = {"revision": new(editor, "9.000205")}
    path = "/procedures/9.000205"
    soon = (utc_now() + timedelta(days=3)).isoformat()
    waits = editor.post(f"{path}/submit", json={**given, "publish_at": soon}).json()
    assert (waits["open"]["status"], waits["open"]["publish_at"][:16]) == ("in_review", soon[:16])
    past = {**given, "publish_at": "2020-01-01T00:00:00Z"}
    late = approver.post(f"{path}/schedule", json=past)
    assert (late.status_code, "đã qua" in late.json()["detail"]) == (409, True)
    agreed = approver.post(f"{path}/approve", json=given)
    assert agreed.json() == {"live": False}
    back = approver.post(f"{path}/reject", json={**given, "reason": "Sai tên"}).json()
    assert (back["open"]["status"], back["open"]["note"]) == ("draft", "Sai tên")
    assert editor.post(f"{path}/discard", json=given).json()["open"] is None
    gone = editor.post(f"{path}/discard", json=given)
    assert (gone.status_code, "đã có người xử lý" in gone.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("content", "pointer", "said"),
    [
        ({"title": "x"}, "/content/title", "Ngắn quá"),
        ({"fees": [{"kind": "amount"}]}, "/content/fees/0/amount", "Hãy ghi số tiền"),
        ({"fees": [{"kind": "vàng"}]}, "/content/fees/0/kind", "Hãy chọn một mục có sẵn."),
        ({"forms": [{"name": "Mẫu", "url": "javascript:x"}]}, "/content/forms/0/url", "https://"),
        ({"code": "8.888888"}, "/content/code", "không đổi được"),
        ({"khong_co": 1}, "/content/khong_co", "Giá trị này không dùng được"),
    ],
)
def test_what_is_wrong_is_named_as_at_the_desk(
    program: Program, content: dict[str, Any], pointer: str, said: str
) -> None:
    client = program(Role.EDITOR)
    base = client.get("/procedures/1.001193").json()["base"]
    answer = client.put(
        "/procedures/1.001193/draft", json={"content": {**CONTENT, **content}, "base": base}
    )
    assert answer.status_code == 422, answer.text
    (wrong,) = answer.json()["errors"]
    assert wrong["pointer"] == pointer
    assert said in wrong["detail"]


def test_hidden_shown_and_named(program: Program, anyone: TestClient) -> None:
    editor, approver = program(Role.EDITOR), program(Role.APPROVER)
    new(editor, "9.000206")
    publish(program, "9.000206")
    path = "/procedures/9.000206"
    assert approver.post(f"{path}/visibility", json={"do": "hide", "reason": "sai"}).json()[
        "hidden"
    ]
    assert "trạm ong" not in ask(anyone, "9.000206")
    approver.post(f"{path}/visibility", json={"do": "show", "reason": "đã sửa"})

    added = editor.post(f"{path}/phrases", json={"add": ["nuôi ong mật bìa rừng", " "]})
    assert added.json() == {"added": 1, "removed": 0}
    (wording,) = editor.get(f"{path}/phrases").json()
    assert wording["text"] == "nuôi ong mật bìa rừng"
    assert "trạm ong" in ask(anyone, "nuôi ong mật bìa rừng")
    gone = editor.post(f"{path}/phrases", json={"remove": [wording["id"]]})
    assert gone.json() == {"added": 0, "removed": 1}
    assert editor.post(f"{path}/phrases", json={}).status_code == 422


def test_broken_golden_questions_are_named_and_need_a_reason(program: Program) -> None:
    editor, approver = program(Role.EDITOR), program(Role.APPROVER)
    new(editor, "9.000207", title="Cấp thẻ câu cá hồ sen")
    publish(program, "9.000207")
    golden = {"question": "cấp thẻ câu cá hồ sen ở đâu", "codes": ["9.000207"]}
    assert editor.post("/golden", json=golden).status_code == 201
    base = editor.get("/procedures/9.000207").json()["base"]
    other = {"content": {"title": "Thuê xuồng ba lá"}, "base": base}
    assert editor.put("/procedures/9.000207/draft", json=other).status_code == 200
    work = editor.get("/procedures/9.000207").json()
    editor.post("/procedures/9.000207/submit", json={"revision": work["base"]})

    held = approver.post("/procedures/9.000207/approve", json={"revision": work["base"]})
    assert (held.status_code, held.json()["type"]) == (409, f"{API}/docs#held")
    assert [one["question"] for one in held.json()["broken"]] == [golden["question"]]
    forced = {"revision": work["base"], "reason": "Đổi tên thủ tục"}
    assert approver.post("/procedures/9.000207/approve", json=forced).json() == {"live": True}


def test_a_provinces_terms(program: Program) -> None:
    editor = program(Role.EDITOR)
    begun = editor.post("/procedures/1.001193/provinces", json={"province": "92"}).json()
    assert (begun["key"], begun["kind"]) == ("1.001193@92", "override")
    edit = {"content": {"fees": [{"kind": "free"}]}, "base": begun["base"]}
    saved = editor.put("/procedures/1.001193@92/draft", json=edit)
    assert saved.json()["revision"]["number"] == 2
    assert editor.post("/procedures/1.001193/provinces", json={"province": "00"}).status_code == 422


def test_found_as_at_the_desk(program: Program) -> None:
    client = program(Role.VIEWER)
    found = client.get("/procedures", params={"q": "lam giay khai sanh cho be"}).json()
    assert found["procedures"][0]["code"] == "1.001193"
    live = client.get("/procedures", params={"status": "live", "page": 2}).json()
    assert (live["page"], len(live["procedures"])) == (2, 25)
    full = client.get("/procedures/1.001193").json()
    assert full["live"]["content"]["code"] == "1.001193"
    one = client.get(f"/procedures/1.001193/revisions/{full['live']['number']}").json()
    assert one["content"] == full["live"]["content"]
    assert client.get("/procedures/khong-co").status_code == 404
    assert client.get("/procedures?status=lạ").status_code == 422
