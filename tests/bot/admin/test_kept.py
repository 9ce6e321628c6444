"""A session that ends while somebody types: what was typed comes back after signing in."""

from __future__ import annotations

import asyncio
import re
from html.parser import HTMLParser
from pathlib import Path

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from bot.admin.access import COOKIE
from bot.admin.kept import MOST_BYTES, PRIVATE, SECRET, Kept, read_kept
from bot.channels.web import STATIC
from bot.db import Database
from bot.models import Official, Role
from bot.settings import Settings
from knowledge.models import GoldenQuestion
from tests.bot.admin.conftest import OURS, PASSWORD, Desk

TYPED = {"question": 'lời "gõ"\r\n<b>dở</b> \\ 100%', "codes": "1.001193"}


class _Forms(HTMLParser):
    """The last form of a page: where it goes and what it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.held: dict[str, str] = {}
        self.inputs: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.action, self.held = found.get("action") or "", {}
        if tag == "input":
            self.inputs.append({"form": self.action, **found})
            self.held[found.get("name") or ""] = found.get("value") or ""


def form_of(text: str) -> _Forms:
    forms = _Forms()
    forms.feed(text)
    return forms


@pytest.fixture
def stranger(anyone: TestClient) -> TestClient:
    """A browser whose session has ended."""
    client = TestClient(
        anyone.app, raise_server_exceptions=False, follow_redirects=False, headers=OURS
    )
    client.portal = anyone.portal
    client.cookies.set(COOKIE, "spent", path="/admin")
    return client


def sign_in(client: TestClient, held: dict[str, str], password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    fields = held | {"login": "editor", "password": password} | more
    # As a browser sends the form that carries something: multipart.
    return client.post("/admin/login", files={n: (None, v) for n, v in fields.items()})


def test_what_was_typed_is_sent_again_after_signing_in(
    stranger: TestClient, settings: Settings
) -> None:
    asked = stranger.post(
        "/admin/golden?a=1", data=TYPED, headers={"Referer": "http://testserver/admin/golden?q=x"}
    )
    assert asked.status_code == 401
    assert "Phiên đã hết" in asked.text
    assert "<b>" not in asked.text

    wrong = sign_in(stranger, form_of(asked.text).held, "sai")
    offered = sign_in(stranger, form_of(wrong.text).held)
    assert offered.status_code == 200
    form = form_of(offered.text)
    assert (form.action, form.held) == ("/admin/golden?a=1", TYPED)

    done = stranger.post(form.action, data=form.held | {"question": "thẻ căn cước dùng thử"})
    assert (done.status_code, done.headers["Location"]) == (303, "/admin/golden")
    assert asyncio.run(_kept_question(settings)) == "thẻ căn cước dùng thử"


async def _kept_question(settings: Settings) -> str:
    database = Database(settings.url)
    async with database.write() as session:
        query = select(GoldenQuestion).where(GoldenQuestion.question == "thẻ căn cước dùng thử")
        found = (await session.exec(query)).one()
        question = found.question
        await session.delete(found)
    await database.close()
    return question


def test_it_comes_along_through_the_second_step(stranger: TestClient, settings: Settings) -> None:
    secret = asyncio.run(_set_secret(settings, pyotp.random_base32()))
    try:
        asked = stranger.post("/admin/golden", data=TYPED)
        second = sign_in(stranger, form_of(asked.text).held)
        assert "Bước thứ hai" in second.text
        held = form_of(second.text).held
        refused = stranger.post("/admin/login/second", data=held | {"code": "000000"})
        held = form_of(refused.text).held | {"code": pyotp.TOTP(secret).now()}
        offered = stranger.post("/admin/login/second", data=held)
        assert form_of(offered.text).held == TYPED
        # Reloading sends the used code again: the session stands, what was typed is still here.
        again = stranger.post("/admin/login/second", data=held)
        assert read_kept(form_of(again.text).held["kept"]) is not None
    finally:
        asyncio.run(_set_secret(settings, ""))


async def _set_secret(settings: Settings, secret: str) -> str:
    database = Database(settings.url)
    async with database.write() as session:
        official = (await session.exec(select(Official).where(Official.login == "editor"))).one()
        official.totp_secret, official.totp_step = secret, 0
        session.add(official)
    await database.close()
    return secret


def test_a_file_is_asked_for_again(stranger: TestClient) -> None:
    asked = stranger.post(
        "/admin/import/files", data={"note": "x"}, files={"file": ("danh sách.csv", b"a,b")}
    )
    offered = sign_in(stranger, form_of(asked.text).held)
    assert "Chọn lại tệp danh sách.csv" in offered.text
    assert form_of(offered.text).held == {"note": "x", "file": ""}


def test_what_is_too_large_is_let_go_with_a_sentence(stranger: TestClient) -> None:
    answer = stranger.post(
        "/admin/golden", data={"question": "x" * MOST_BYTES},
        headers={"Referer": "http://testserver/admin/golden"},
    )  # fmt: skip
    assert answer.headers["Location"] == "/admin/login?next=%2Fadmin%2Fgolden"
    assert "Phiên đã hết nên chưa nhận được" in stranger.get("/admin/login").text


def test_passwords_and_codes_are_never_carried(stranger: TestClient) -> None:
    for path in ("/admin/me/password", "/admin/me/second-step", "/admin/me/second-step/off"):
        answer = stranger.post(path, data={"current": PASSWORD, "code": "123456"})
        assert (answer.status_code, PASSWORD in answer.text) == (303, False)
    asked = stranger.post("/admin/golden", data=TYPED | {"password": PASSWORD})
    assert PASSWORD not in asked.text


def test_every_secret_is_one_that_is_never_carried() -> None:
    for template in Path(STATIC, "admin").rglob("*.html"):
        for field in form_of(template.read_text(encoding="utf-8")).inputs:
            if field.get("type") == "password" or field.get("autocomplete") == "one-time-code":
                is_private = str(field["form"]).startswith(PRIVATE)
                assert is_private or field["name"] in SECRET, template


def test_another_site_has_nothing_carried(stranger: TestClient) -> None:
    answer = stranger.post("/admin/golden", data=TYPED, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, "kept" in answer.text) == (403, False)


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/admin/me/password", "/x"],
)
def test_what_is_carried_leads_nowhere_else(desk: Desk, path: str) -> None:
    written = Kept(path, (("a", "b"),)).written()
    offered = sign_in(desk(Role.EDITOR), {"kept": written})
    assert (offered.status_code, re.escape(path) in offered.text) == (303, False)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"path": 1}', '{"path": "/admin/golden", "fields": [1]}']
)
def test_what_we_did_not_write_is_passed_over(text: str) -> None:
    assert read_kept(text) is None
