"""The widget is small, and only listed sites may talk through it, on only the paths it needs."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from bot.app import create_app
from bot.pages.widget import OPEN_PATHS
from bot.settings import Settings
from tests.conftest import NewFolder

FIRST_LOAD = 10 * 1024
LISTED, OTHER = "https://xa-hoa-long.example", "https://elsewhere.example"


@pytest.fixture(scope="module")
def client(new_data_dir: NewFolder) -> Iterator[TestClient]:
    settings = Settings(
        _env_file=None,
        data_dir=new_data_dir(),
        organisation="xã Hòa Long",
        widget_origins=f"{LISTED}, https://second.example:8443",
    )
    with TestClient(create_app(settings)) as client:
        yield client


def preflight(client: TestClient, path: str, origin: str, method: str) -> int:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type,x-motcua-session",
    }
    answer = client.options(path, headers=asked)
    allowed = answer.headers.get("Access-Control-Allow-Origin")
    assert (allowed == origin) == (answer.status_code == 200)
    assert "Access-Control-Allow-Credentials" not in answer.headers
    return answer.status_code


class TestWidget:
    """The widget through the real application."""

    def test_its_first_load_is_small(self, client: TestClient) -> None:
        parts = [client.get(path).content for path in ("/widget.js", "/static/chat.js")]
        assert sum(len(gzip.compress(part)) for part in parts) <= FIRST_LOAD

    def test_it_brings_its_words_and_says_it_is_a_machine(self, client: TestClient) -> None:
        script = client.get("/widget.js")
        assert "Tôi là trợ lý tự động (AI) của xã Hòa Long." in script.text
        assert "__WORDS__" not in script.text
        assert script.headers["Content-Type"].startswith("text/javascript")
        assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"

    @pytest.mark.parametrize("path", OPEN_PATHS)
    def test_a_listed_site_may_ask_on_the_open_paths(self, client: TestClient, path: str) -> None:
        (method,) = OPEN_PATHS[path]
        assert preflight(client, path, LISTED, method) == 200
        assert preflight(client, path, OTHER, method) == 400
        assert preflight(client, path, "null", method) == 400
        assert preflight(client, path, LISTED + ".evil.example", method) == 400

    @pytest.mark.parametrize("path", ["/api/v1/hand-over/claim", "/api/v1/session", "/", "/readyz"])
    def test_no_site_may_ask_elsewhere(self, client: TestClient, path: str) -> None:
        answer = client.get(path, headers={"Origin": LISTED})
        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_an_answer_is_readable_to_a_listed_site_only(self, client: TestClient) -> None:
        for origin in (LISTED, OTHER):
            answer = client.post(
                "/api/v1/messages", json={"text": "xin chào"}, headers={"Origin": origin}
            )
            allowed = answer.headers.get("Access-Control-Allow-Origin")
            assert allowed == (LISTED if origin == LISTED else None)
            assert "Origin" in answer.headers.get("Vary", "")

    def test_a_form_of_another_site_is_no_message(self, client: TestClient) -> None:
        sly = {"Origin": OTHER, "Content-Type": "text/plain"}
        answer = client.post("/api/v1/messages", content='{"text": "xin chào"}', headers=sly)
        assert answer.status_code == 422

    def test_no_page_of_ours_may_be_framed(self, client: TestClient) -> None:
        assert "frame-ancestors 'none'" in client.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize("origins", ["*", "https://*.gov.vn", "https://a.vn/", "a.vn", "null"])
def test_only_exact_origins_can_be_listed(origins: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, widget_origins=origins)
