"""A citizen asks in the chat, types the code into the page, and gets their own data, once."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.app import create_app
from bot.messages import my_data as words
from bot.settings import Settings
from bot.wiring.logs import set_up_logging
from tests.conftest import stored_bytes


def _say(client: TestClient, text: str, session: str | None) -> tuple[str, str]:
    answer = client.post("/api/v1/messages", json={"text": text, "session": session}).json()
    return answer["reply"]["text"], answer["session"]


def test_a_citizen_collects_and_erases_their_own_data(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(_env_file=None, data_dir=data_dir, rate_limit="10000/minute")
    caplog.set_level(logging.DEBUG)
    set_up_logging(settings)
    with TestClient(create_app(settings)) as client:
        _, session = _say(client, "đăng ký tạm trú cho cháu Thị Mùa Xuân", None)
        told, _ = _say(client, "dữ liệu của tôi", session)
        found = re.search(r"mã ([A-Z0-9-]{14})", told)
        assert found is not None

        collected = client.post("/du-lieu-cua-toi", data={"code": found[1].lower()})
        again = client.post("/du-lieu-cua-toi", data={"code": found[1]})
        _say(client, "xoá dữ liệu của tôi", session)
        erased, _ = _say(client, "1", session)

    assert collected.headers["content-disposition"].startswith("attachment")
    assert {"turn", "chat"} <= set(collected.json())
    assert "thị mùa xuân" in collected.text
    assert again.status_code == 400
    assert words.CODE_SPENT in again.text
    assert "Tôi đã xoá xong" in erased
    files = stored_bytes(data_dir)
    for trace in (session, "mùa xuân"):
        assert trace.encode() not in files
        assert trace not in caplog.text.lower()
