"""Scripts and formulas typed into every field of every form come back as words, on every page and file."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from bot.admin.access import COOKIE
from bot.app import create_app
from bot.db import Database
from bot.settings import Settings
from bot.wiring.logs import set_up_logging
from tests.bot.admin.conftest import OURS
from tests.browser.desks import fill
from tests.browser.test_admin_pages import NO_PAGES, pages
from tests.conftest import NewFolder

SCRIPT = "<script>alert(7)</script>"
HARMFUL = f'=1+1 "><b onmouseover=x {SCRIPT} {{{{7*7}}}} </textarea>'
#: What must be nowhere in a page: the marks that would end a field or begin a script.
LIVE = (SCRIPT, '"><b onmouseover')
#: Forms that would end the session or shut the assistant.
LEFT_OUT = ("/admin/logout", "/admin/me/", "/admin/switches", "/admin/login", "/admin/reset")
FREE = {"", "text", "search", "url", "email"}
FILES = sorted(path for path in NO_PAGES if path.endswith(".csv"))


@dataclass
class Form:
    """One form of a page: where it goes and what a browser would send."""

    action: str
    kept: dict[str, str] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """Collects the POST forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action") or self.address)
            if given.get("method", "").lower() == "post":
                self.found.append(self._form)
        elif self._form is None:
            return
        elif tag == "textarea" or (tag == "input" and given.get("type", "") in FREE):
            self._form.free.append(given.get("name", ""))
        elif tag == "input" and ("checked" in given or given["type"] not in ("checkbox", "radio")):
            self._form.kept[given.get("name", "")] = given.get("value", "")
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and (self._select not in self._form.kept or "selected" in given):
            self._form.kept[self._select] = given.get("value", "")
        elif tag == "button" and ":" not in given.get("value", ""):
            self._form.buttons.append((given.get("name", ""), given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


@pytest.fixture(scope="module")
def client(new_data_dir: NewFolder) -> Iterator[TestClient]:
    """The whole application with something at every desk, and an administrator signed in."""
    settings = Settings(_env_file=None, data_dir=new_data_dir(), rate_limit="100000/minute")
    set_up_logging(settings)
    with TestClient(
        create_app(settings), raise_server_exceptions=False, follow_redirects=False, headers=OURS
    ) as client:
        client.cookies.set(COOKIE, asyncio.run(_filled(settings)), path="/admin")
        yield client


async def _filled(settings: Settings) -> str:
    database = Database(settings.url)
    token = (await fill(database))["quantri"]
    await database.close()
    return token


def forms_of(client: TestClient, address: str) -> list[Form]:
    reader = Forms(address)
    reader.feed(client.get(address).text)
    return [one for one in reader.found if not one.action.startswith(LEFT_OUT)]


@pytest.fixture(scope="module")
def typed(client: TestClient) -> list[tuple[str, str, bool]]:
    """(Address, answer, whether it was taken) of every form sent with every button."""
    told = []
    for address in pages():
        for form in forms_of(client, address):
            free = dict.fromkeys(form.free, HARMFUL)
            for name, value in form.buttons or [("", "")]:
                answer = client.post(form.action, data=form.kept | free | {name: value})
                told.append((form.action, answer.text, answer.is_redirect and bool(free)))
    return told


def test_what_is_typed_anywhere_stays_words_everywhere(
    client: TestClient, typed: list[tuple[str, str, bool]]
) -> None:
    told = [(address, text) for address, text, _ in typed]
    told += [(address, client.get(address).text) for address in pages()]

    assert [(address, mark) for address, text in told for mark in LIVE if mark in text] == []
    assert sum(taken for *_, taken in typed) > 15  # else the forms refused it all
    assert sum("=1+1" in text for _, text in told) > 15  # and nothing was there to be escaped


@pytest.mark.parametrize("path", FILES)
def test_no_cell_of_a_file_begins_a_formula(
    client: TestClient, typed: list[tuple[str, str, bool]], path: str
) -> None:
    assert typed
    file = client.get(re.sub(r"\{[^}]*\}", "2" if "contests" in path else "1", path))
    cells = [cell for row in csv.reader(io.StringIO(file.text.lstrip("\ufeff"))) for cell in row]

    assert file.status_code == 200
    assert [cell for cell in cells if cell.startswith(("=", "+", "@"))] == []
