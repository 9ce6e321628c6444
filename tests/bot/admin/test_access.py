"""Who may do what: every route × every role, sessions, forms from elsewhere, too large a body."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from starlette.routing import Mount

from bot.admin.access import COOKIE, own_path
from bot.admin.sign_in import SHUT, WRONG
from bot.models import Role
from tests.bot.admin.conftest import OURS, PASSWORD, Desk
from tests.bot.admin.routes import API_ROUTES, ROUTES

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GUARDED = [key for key, role in ROUTES.items() if role is not None]


def routes_of(app: FastAPI, below: str = "") -> Iterator[tuple[str, str]]:
    """Every (method, path) of the application, as it serves it."""
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            yield method, f"{below}{route.path}"
    for mounted in app.routes:
        if isinstance(mounted, Mount) and isinstance(mounted.app, FastAPI):
            yield from routes_of(mounted.app, below + mounted.path)


def filled(path: str) -> str:
    """The path with every parameter given something that does not exist."""
    return re.sub(r"\{[^}]*\}", "999999999", path)


def test_every_route_stands_in_the_table(anyone: TestClient) -> None:
    assert isinstance(anyone.app, FastAPI)
    served = {
        (method, path)
        for method, path in routes_of(anyone.app)
        if path.startswith(("/admin", "/api/admin"))
    }
    assert served == set(ROUTES) | set(API_ROUTES)


@pytest.mark.parametrize("table", [ROUTES, API_ROUTES])
def test_the_table_is_sorted(table: dict[tuple[str, str], object]) -> None:
    assert list(table) == sorted(table, key=lambda key: (key[1], key[0]))


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_without_a_session_nothing_opens(anyone: TestClient, method: str, path: str) -> None:
    answer = anyone.request(method, filled(path), headers=OURS)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/admin/login")


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_exactly_what_the_table_says(desk: Desk, role: Role) -> None:
    wrong = []
    for (method, path), least in ROUTES.items():
        if least is None or path == "/admin/logout":
            continue
        status = desk(role).request(method, filled(path)).status_code
        if (status == 403) != (least not in role.implies):
            wrong.append((method, path, status))
    assert wrong == []


def test_admin_may_everything_and_approvers_edit() -> None:
    assert Role.ADMIN.implies == set(Role)
    assert Role.APPROVER.implies == {Role.APPROVER, Role.EDITOR, Role.VIEWER}
    assert Role.SENDER.implies == {Role.SENDER, Role.VIEWER}


class TestForms:
    """A form counts only when one of our own pages sent it."""

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
        ],
    )
    def test_from_elsewhere_is_refused(
        self, anyone: TestClient, desk: Desk, headers: dict[str, str]
    ) -> None:
        client = desk(Role.ADMIN)
        client.headers.pop("Sec-Fetch-Site")
        answer = client.post("/admin/logout", headers=headers)
        assert answer.status_code == 403
        assert "không gửi từ trang quản trị" in answer.text
        assert client.get("/admin/").status_code == 200

    @pytest.mark.parametrize("headers", [OURS, {"Origin": "http://testserver"}])
    def test_from_our_pages_counts(self, desk: Desk, headers: dict[str, str]) -> None:
        client = desk(Role.VIEWER)
        client.headers.pop("Sec-Fetch-Site")
        assert client.post("/admin/logout", headers=headers).status_code == 303
        assert client.get("/admin/").status_code == 303

    def test_a_form_over_the_limit_is_refused(self, desk: Desk) -> None:
        answer = desk(Role.ADMIN).post(
            "/admin/login", content=b"a=" + b"x" * 3_000_000, headers=FORM
        )
        assert answer.status_code == 413
        assert "lớn quá" in answer.text

    def test_a_declared_two_gigabytes_is_refused_unread(self, desk: Desk) -> None:
        answer = desk(Role.ADMIN).post(
            "/admin/login", content=b"x", headers={**FORM, "Content-Length": str(2 * 1024**3)}
        )
        assert answer.status_code == 413


class TestSignIn:
    """The form at /admin/login."""

    def sign_in(self, client: TestClient, password: str, login: str = "viewer", next_: str = ""):  # type: ignore[no-untyped-def]
        data = {"login": login, "password": password, "next": next_}
        return client.post("/admin/login", data=data, headers=OURS)

    def test_the_right_password_opens_the_page_asked_for(self, anyone: TestClient) -> None:
        asked = anyone.get("/admin/?x=1")
        assert asked.headers["Location"] == "/admin/login?next=/admin/%3Fx%3D1"

        answer = self.sign_in(anyone, PASSWORD, "Viewer ", "/admin/?x=1")

        assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/?x=1")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" not in cookie
        home = anyone.get("/admin/")
        anyone.cookies.clear()
        assert home.status_code == 200
        assert "Cán bộ viewer" in home.text
        assert home.headers["Cache-Control"] == "no-store"
        assert home.headers["Referrer-Policy"] == "same-origin"
        assert "default-src 'none'" in home.headers["Content-Security-Policy"]

    def test_a_wrong_password_keeps_the_login(self, anyone: TestClient) -> None:
        answer = self.sign_in(anyone, "sai", '"><script>')
        assert answer.status_code == 401
        assert WRONG in answer.text
        assert "<script" not in answer.text
        assert "&#34;&gt;&lt;script&gt;" in answer.text

    def test_five_wrong_ones_shut_the_account_even_for_the_right_one(
        self, anyone: TestClient
    ) -> None:
        statuses = [self.sign_in(anyone, "sai", "sender").status_code for _ in range(5)]
        answer = self.sign_in(anyone, PASSWORD, "sender")
        assert [*statuses, answer.status_code] == [401] * 5 + [429]
        assert SHUT.split("{", maxsplit=1)[0] in answer.text

    @pytest.mark.parametrize(
        "wanted", ["//evil.example", "https://evil.example", "/admin//x", "/adminx", "\\\\x", ""]
    )
    def test_it_leads_nowhere_else(self, wanted: str) -> None:
        assert own_path(wanted) == "/admin/"


def test_an_unknown_page_is_a_page(desk: Desk) -> None:
    answer = desk(Role.VIEWER).get("/admin/khong-co")
    assert answer.status_code == 404
    assert "Không có trang này" in answer.text
    assert "Bàn làm việc" in answer.text
