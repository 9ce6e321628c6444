"""A kiosk's session is its own, knows its commune, takes no numbers and is forgotten at once."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from bot.app import create_app
from bot.channels.web import STATIC
from bot.messages import kiosk as words
from bot.messages import linking
from bot.settings import Settings
from tests.conftest import NewFolder

#: The whole first load of the kiosk, compressed, in bytes: it stands on a line of its own.
FIRST_LOAD = 24 * 1024
HOA_LONG = "30208"


@pytest.fixture(scope="module")
def client(new_data_dir: NewFolder) -> Iterator[TestClient]:
    settings = Settings(_env_file=None, data_dir=new_data_dir(), rate_limit="10000/minute")
    with TestClient(create_app(settings)) as client:
        yield client


def begin(client: TestClient, commune: str = "") -> str:
    answer = client.post("/api/v1/kiosk/sessions", json={"commune": commune})
    assert answer.status_code == 200
    return str(answer.json()["session"])


def ask(client: TestClient, session: str, text: str) -> dict[str, object]:
    answer = client.post(
        "/api/v1/messages", json={"text": text, "session": session, "introduced": True}
    )
    assert answer.status_code == 200
    body: dict[str, object] = answer.json()
    return body


class TestKiosk:
    """The kiosk through the real application."""

    def test_a_forgotten_session_knows_nothing_more(self, client: TestClient) -> None:
        session = begin(client)
        ask(client, session, "đăng ký thường trú cần gì")
        gone = [
            client.delete("/api/v1/session", headers={"X-Motcua-Session": session})
            for _ in range(2)
        ]
        assert [answer.status_code for answer in gone] == [204, 204]
        assert ask(client, session, "thế còn lệ phí?")["reply"]["cards"] == []  # type: ignore[index]

    def test_it_knows_where_it_stands(self, client: TestClient) -> None:
        reply = ask(client, begin(client, HOA_LONG), "trung tâm hành chính công ở đâu")["reply"]
        assert "Hòa Long" in reply["cards"][0]["title"]  # type: ignore[index]

    def test_links_come_as_codes_on_a_kiosk_and_nowhere_else(self, client: TestClient) -> None:
        body = ask(client, begin(client), "đăng ký kết hôn cần gì")
        url = body["reply"]["cards"][0]["primary"]["url"]  # type: ignore[index]
        assert set(body["codes"]) == {url}  # type: ignore[call-overload]
        own = client.post("/api/v1/messages", json={"text": "đăng ký kết hôn cần gì"}).json()
        assert own["codes"] == {}

    @pytest.mark.parametrize(
        "number", ["046098123456", "046 098 123 456", "191234567", "0912.345.678"]
    )
    def test_somebodys_number_is_refused(self, client: TestClient, number: str) -> None:
        reply = ask(client, begin(client), f"tra hồ sơ {number}")["reply"]
        assert reply["text"] == words.NO_NUMBERS  # type: ignore[index]

    @pytest.mark.parametrize("text", ["1.001193", "năm 2026", "lệ phí 20.000 đồng"])
    def test_other_numbers_are_taken(self, client: TestClient, text: str) -> None:
        reply = ask(client, begin(client), text)["reply"]
        assert reply["text"] != words.NO_NUMBERS  # type: ignore[index]

    def test_channels_are_not_joined_there(self, client: TestClient) -> None:
        reply = ask(client, begin(client), "liên kết kênh")["reply"]
        assert reply["text"] == linking.NOT_HERE  # type: ignore[index]

    def test_the_page_has_no_links_out_and_is_kept_by_nobody(self, client: TestClient) -> None:
        page = client.get("/kiosk", params={"xa": HOA_LONG})
        assert "Hòa Long" in page.text
        assert re.findall(r"<a ", page.text) == []
        assert page.headers["Cache-Control"] == "no-store"
        assert "microphone=(self)" in page.headers["Permissions-Policy"]

    def test_without_scripts_it_answers_and_wipes(self, client: TestClient) -> None:
        page = client.post("/kiosk", data={"pick": "1.001193"})
        session = re.search(r'name="session" value="(kiosk-[^"]+)"', page.text)
        assert session
        assert "Mã thủ tục 1.001193" in page.text
        again = client.post("/kiosk", data={"text": "lệ phí", "session": session[1]})
        assert "Mã thủ tục 1.001193" in again.text
        client.post("/kiosk", data={"pick": "xong", "session": session[1]})
        assert ask(client, session[1], "thế còn lệ phí?")["reply"]["cards"] == []  # type: ignore[index]

    def test_what_is_typed_is_escaped(self, client: TestClient) -> None:
        page = client.post("/kiosk", data={"text": "<script>alert(1)</script>"})
        assert "<script>alert" not in page.text

    def test_a_commune_that_is_no_code(self, client: TestClient) -> None:
        assert client.get("/kiosk", params={"xa": "<b>"}).status_code == 422
        assert client.get("/kiosk", params={"xa": "99999"}).status_code == 200

    def test_its_first_load(self, client: TestClient) -> None:
        files = ("kiosk.css", "kiosk.js", "keyboard.js", "chat.js")
        parts = [client.get("/kiosk").content, *((STATIC / name).read_bytes() for name in files)]
        assert sum(len(gzip.compress(part)) for part in parts) <= FIRST_LOAD
