"""Accounts as an admin and an official keep them: codes, roles, second step, the log of it all."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta

import pyotp
from fastapi.testclient import TestClient

from bot.models import Role
from knowledge.columns import utc_now
from tests.bot.admin.conftest import OURS, PASSWORD, Desk

NEW = "tám cái thuyền nan"


def stranger(anyone: TestClient) -> TestClient:
    """Another browser."""
    client = TestClient(
        anyone.app, raise_server_exceptions=False, follow_redirects=False, headers=OURS
    )
    client.portal = anyone.portal
    return client


def add(admin: TestClient, login: str, *roles: str) -> str:
    """Add an official and return their code."""
    answer = admin.post("/admin/people", data={"login": login, "name": "Lê Thị Lan", "role": roles})
    assert answer.status_code == 200, answer.text
    found = re.search(r"<strong><code>([\w-]+)</code>", answer.text)
    assert found
    return found[1]


def reset(client: TestClient, login: str, code: str, password: str = NEW) -> int:
    data = {"login": login, "code": code, "new": password, "again": password}
    return client.post("/admin/reset", data=data).status_code


def sign_in(client: TestClient, login: str, password: str = NEW) -> str:
    answer = client.post("/admin/login", data={"login": login, "password": password})
    return answer.headers.get("Location", str(answer.status_code))


def test_a_new_official_sets_a_password_once_and_signs_in(anyone: TestClient, desk: Desk) -> None:
    code = add(desk(Role.ADMIN), "lan", "editor", "sender")
    client = stranger(anyone)

    assert reset(client, "lan", code.upper().replace("-", " ")) == 303
    assert reset(client, "lan", code) == 422
    assert sign_in(client, "lan") == "/admin/"
    home = client.get("/admin/")
    assert "Lê Thị Lan" in home.text
    assert "biên tập" in home.text
    assert client.get("/admin/people").status_code == 403


def test_an_easy_password_is_refused_and_the_code_still_works(
    anyone: TestClient, desk: Desk
) -> None:
    code = add(desk(Role.ADMIN), "hoa", "viewer")
    client = stranger(anyone)
    assert [reset(client, "hoa", code, bad) for bad in ("ngắn", "a" * 20, "hoahoahoahoa")] == [
        422
    ] * 3
    assert reset(client, "hoa", code) == 303


def test_what_was_typed_is_kept_when_the_login_is_bad(desk: Desk) -> None:
    answer = desk(Role.ADMIN).post(
        "/admin/people", data={"login": "<b>Lan</b>", "name": "Trần Bình", "role": "editor"}
    )
    assert answer.status_code == 422
    assert "3–40 chữ thường" in answer.text
    assert 'value="Trần Bình"' in answer.text
    assert "<b>" not in answer.text
    assert re.search(r'value="editor" checked', answer.text)


def test_roles_hold_at_once_and_a_disabled_account_is_out(anyone: TestClient, desk: Desk) -> None:
    admin, client = desk(Role.ADMIN), stranger(anyone)
    reset(client, "minh", add(admin, "minh", "viewer"))
    sign_in(client, "minh")

    assert client.get("/admin/audit").status_code == 403
    admin.post("/admin/people/minh/roles", data={"role": ["admin"]})
    assert client.get("/admin/audit").status_code == 200
    assert "testclient" in admin.get("/admin/people/minh").text
    admin.post("/admin/people/minh/disable")
    assert client.get("/admin/audit").status_code == 303
    assert sign_in(client, "minh") == "401"


def test_the_last_admin_stays(desk: Desk) -> None:
    admin = desk(Role.ADMIN)
    for path, data in (("disable", {}), ("roles", {"role": "viewer"})):
        answer = admin.post(f"/admin/people/admin/{path}", data=data)
        assert answer.status_code == 422
        assert "ít nhất một quản trị viên" in answer.text


def test_a_password_is_changed_with_the_old_one(anyone: TestClient, desk: Desk) -> None:
    client, other = stranger(anyone), stranger(anyone)
    reset(client, "nga", add(desk(Role.ADMIN), "nga", "viewer"))
    sign_in(client, "nga")
    sign_in(other, "nga")
    new = {"new": "chín ngọn núi xanh", "again": "chín ngọn núi xanh"}

    wrong = client.post("/admin/me/password", data={"current": "sai", **new})
    right = client.post("/admin/me/password", data={"current": NEW, **new})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 303


def test_the_second_step_from_enrolment_to_a_lost_phone(anyone: TestClient, desk: Desk) -> None:
    client = stranger(anyone)
    reset(client, "dung", add(desk(Role.ADMIN), "dung", "viewer"))
    sign_in(client, "dung")
    offered = client.get("/admin/me/second-step")
    found = re.search(r'name="secret" value="(\w+)"', offered.text)
    assert found
    totp, before = pyotp.TOTP(found[1]), utc_now() - timedelta(seconds=30)
    data = {"secret": found[1], "current": NEW}

    wrong = client.post("/admin/me/second-step", data={**data, "code": "000000"})
    assert (wrong.status_code, found[1] in wrong.text) == (422, True)
    right = client.post("/admin/me/second-step", data={**data, "code": totp.at(before)})
    recovery = re.findall(r"<li><code>([\w-]+)</code>", right.text)
    assert len(recovery) == 8

    def second(code: str) -> str:
        answer = client.post("/admin/login/second", data={"code": code, "next": "/admin/me"})
        return answer.headers.get("Location", str(answer.status_code))

    assert sign_in(client, "dung") == "/admin/login/second?next="
    assert client.get("/admin/").status_code == 303, "half signed in opens nothing"
    assert second(totp.at(before)) == "401", "a code works once"
    assert second(totp.now()) == "/admin/me"
    sign_in(client, "dung")
    assert second(recovery[0]) == "/admin/me"
    sign_in(client, "dung")
    assert second(recovery[0]) == "401", "a recovery code works once"


def test_the_log_is_searched_and_exported(desk: Desk) -> None:
    admin = desk(Role.ADMIN)
    add(admin, "formula", "viewer")
    admin.post("/admin/people/formula/roles", data={"role": ["editor"]})

    shown = html.unescape(admin.get("/admin/audit?subject=formula&action=official.roles").text)
    raw = admin.get("/admin/audit.csv?subject=formula")

    assert '"viewer"' in shown
    assert '"editor"' in shown
    assert "official.add" not in shown
    assert raw.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.content.decode("utf-8-sig"))))
    assert [row["việc"] for row in rows] == [
        "official.roles",
        "official.offer_reset",
        "official.add",
    ]
    assert {row["ai"] for row in rows} == {"admin"}
    assert "Không có gì khớp" in admin.get("/admin/audit?since=2031-01-01").text
    assert admin.get("/admin/audit?since=hôm+qua&before=5").status_code == 200


def test_no_password_or_code_is_in_the_log(anyone: TestClient, desk: Desk) -> None:
    admin = desk(Role.ADMIN)
    code = add(admin, "kin", "viewer")
    client = stranger(anyone)
    reset(client, "kin", code)
    sign_in(client, "kin", "mật khẩu sai này")
    everything = admin.get("/admin/audit.csv").text
    for secret in (code, NEW, PASSWORD, "mật khẩu sai này"):
        assert secret not in everything
