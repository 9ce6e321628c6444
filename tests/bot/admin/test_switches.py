"""The kill switches, from the official's form to what the citizen reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from bot.models import Role
from tests.bot.admin.conftest import Desk

MESSAGE = "Trợ lý tạm ngừng đến 14 giờ. Anh/chị gọi 1022 giúp tôi."
CODE = "1.004222"


def ask(client: TestClient, text: str = "đăng ký thường trú cần gì") -> str:
    reply = client.post("/api/v1/messages", json={"text": text}).json()["reply"]
    return str(reply["text"]) + "".join(card["title"] for card in reply["cards"])


def turn(client: TestClient, way: str, kind: str, name: str = "", **more: str) -> int:
    data = {"kind": kind, "name": name, "reason": "Nghi sai lệ phí", **more}
    return client.post(f"/admin/switches/{way}", data=data).status_code


@pytest.fixture
def approver(desk: Desk) -> Iterator[TestClient]:
    client = desk(Role.APPROVER)
    yield client
    turn(client, "on", "bot")
    turn(client, "on", "channel", "web")


@pytest.mark.parametrize(("kind", "name"), [("bot", ""), ("channel", "web")])
def test_the_next_message_gets_the_sentence(
    anyone: TestClient, approver: TestClient, kind: str, name: str
) -> None:
    assert "thường trú" in ask(anyone)

    assert turn(approver, "off", kind, name, message=MESSAGE) == 303
    assert MESSAGE in ask(anyone)
    assert "thường trú" not in ask(anyone)
    assert MESSAGE in approver.get("/admin/switches").text
    assert "1 việc đang chờ" in approver.get("/admin/").text

    assert turn(approver, "on", kind, name) == 303
    assert "thường trú" in ask(anyone)


def test_another_channel_goes_on(anyone: TestClient, approver: TestClient) -> None:
    turn(approver, "off", "channel", "telegram", message=MESSAGE)
    assert "thường trú" in ask(anyone)
    turn(approver, "on", "channel", "telegram")


def test_a_citizen_can_still_erase_what_is_theirs(anyone: TestClient, approver: TestClient) -> None:
    turn(approver, "off", "bot", message=MESSAGE)
    assert MESSAGE not in ask(anyone, "xoá dữ liệu của tôi")


def test_a_hidden_answer_is_gone_within_two_seconds(
    anyone: TestClient, approver: TestClient, desk: Desk
) -> None:
    assert turn(approver, "off", "procedure", CODE) == 303
    assert _within(2.0, lambda: not answers(anyone))
    assert "Nghi sai lệ phí" in approver.get("/admin/switches").text
    assert turn(approver, "on", "procedure", CODE) == 303
    assert _within(2.0, lambda: answers(anyone))
    log = desk(Role.ADMIN).get(f"/admin/audit.csv?subject={CODE}").text
    assert ("procedure.hide" in log, "procedure.show" in log) == (True, True)


def answers(client: TestClient) -> bool:
    reply = client.post("/api/v1/messages", json={"text": CODE}).json()["reply"]
    return bool(reply["action"] == "answer")


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether it comes true in time; the library looks for changes once a second."""
    end = time.monotonic() + seconds + 1.0  # a busy machine may take a moment longer to rebuild
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("kind", "name", "message", "reason"),
    [
        ("bot", "", MESSAGE, " "),
        ("bot", "", "", "Có lý do"),
        ("channel", "fax", MESSAGE, "Có lý do"),
        ("procedure", "9.999999", "", "Có lý do"),
        ("field", "Không có", "", "Có lý do"),
        ("tất cả", "", MESSAGE, "Có lý do"),
    ],
)
def test_what_cannot_be_done_is_said_and_what_was_typed_is_kept(
    approver: TestClient, kind: str, name: str, message: str, reason: str
) -> None:
    data = {"kind": kind, "name": name, "message": message, "reason": reason}
    answer = approver.post("/admin/switches/off", data=data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    if kind in ("procedure", "bot"):
        assert reason.strip() in answer.text
