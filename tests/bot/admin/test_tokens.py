"""API tokens from the desk to the last call: shown once, never more than their official, revoked."""

from __future__ import annotations

import html
import re

import pytest
from fastapi.testclient import TestClient

from bot.models import Role
from tests.bot.admin.api.conftest import caller
from tests.bot.admin.conftest import PASSWORD, Desk
from tests.bot.admin.test_people import add, reset, sign_in, stranger

MINE = "/admin/me/tokens"


def make(client: TestClient, *scopes: str, at: str = MINE, **changed: str) -> str:
    """Make a token and return what is shown this once."""
    data = {"name": "Bảng tin", "days": "30", "current": PASSWORD, "scope": scopes, **changed}
    answer = client.post(at, data=data)
    found = re.search(r"<code>(motcua_\w[^<]*)</code>", answer.text)
    assert found, html.unescape(answer.text)
    return found[1]


def test_a_token_is_shown_once_used_seen_and_revoked(anyone: TestClient, desk: Desk) -> None:
    client = desk(Role.VIEWER)
    shown = make(client, "figures:read")
    prefix = shown.split("_")[1]

    assert caller(anyone, shown).get("/figures").status_code == 200

    listed = client.get(MINE).text
    assert prefix in listed
    assert shown not in listed
    assert shown.split("_", 2)[2] not in listed
    assert "từ testclient" in listed
    client.post(f"{MINE}/{prefix}/revoke")
    assert caller(anyone, shown).get("/figures").status_code == 401
    assert "Đã thu hồi mã" in client.get(MINE).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"scope": "audit:read"}, "vượt quá vai trò của viewer"),
        ({"scope": []}, "Hãy chọn ít nhất một quyền"),
        ({"scope": "root"}, "Hãy chọn ít nhất một quyền"),
        ({"name": " "}, "Hãy ghi mã dùng để làm gì"),
        ({"days": "0"}, "từ 1 đến 366 ngày"),
        ({"days": "nhiều"}, "từ 1 đến 366 ngày"),
        ({"current": "sai"}, "Mật khẩu hiện tại chưa đúng."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(
    desk: Desk, changed: dict[str, str], said: str
) -> None:
    data = {
        "name": "Bảng <tin>", "days": "7", "current": PASSWORD, "scope": "figures:read", **changed
    }  # fmt: skip
    answer = desk(Role.VIEWER).post(MINE, data=data)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    if "name" not in changed:
        assert 'value="Bảng &lt;tin&gt;"' in answer.text
    assert PASSWORD not in answer.text


def test_the_official_loses_a_role_and_the_token_with_it(anyone: TestClient, desk: Desk) -> None:
    admin, client = desk(Role.ADMIN), stranger(anyone)
    reset(client, "thuy", add(admin, "thuy", "admin"), PASSWORD)
    sign_in(client, "thuy", PASSWORD)
    program = caller(anyone, make(client, "audit:read", "figures:read"))
    assert program.get("/audit").status_code == 200

    admin.post("/admin/people/thuy/roles", data={"role": ["viewer"]})
    refused = program.get("/audit")

    assert refused.status_code == 403
    assert refused.json()["detail"] == "Vai trò của thuy không còn đủ cho audit:read."
    assert program.get("/figures").status_code == 200
    admin.post("/admin/people/thuy/disable")
    assert program.get("/figures").status_code == 401
    admin.post("/admin/people/thuy/enable")
    assert program.get("/figures").status_code == 401, "what was revoked stays so"


def test_an_admin_makes_one_for_another_and_a_lost_password_ends_it(
    anyone: TestClient, desk: Desk
) -> None:
    admin = desk(Role.ADMIN)
    reset(stranger(anyone), "khoi", add(admin, "khoi", "viewer"))
    at = "/admin/people/khoi/tokens"
    program = caller(anyone, make(admin, "figures:read", at=at))
    assert program.get("/figures").status_code == 200
    assert "do admin tạo" in admin.get(at).text

    code = re.search(r"<strong><code>([\w-]+)", admin.post("/admin/people/khoi/code").text)
    assert code
    reset(stranger(anyone), "khoi", code[1], "mười hai bến nước")

    assert program.get("/figures").status_code == 401
    assert admin.get("/admin/people/khong-co/tokens").status_code == 404


def test_nobody_revokes_anothers_and_the_log_knows_no_secret(
    anyone: TestClient, desk: Desk
) -> None:
    shown = make(desk(Role.EDITOR), "figures:read")
    prefix = shown.split("_")[1]
    desk(Role.VIEWER).post(f"{MINE}/{prefix}/revoke")
    assert caller(anyone, shown).get("/figures").status_code == 200
    log = desk(Role.ADMIN).get("/admin/audit.csv?action=token.create").text
    assert prefix in log
    assert shown.split("_", 2)[2] not in log
