"""`motcua zalo token` and `motcua webhook`: tokens come in by standard input and never go out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.sandbox.serving import create
from bot.sandbox.telegram import FakeTelegram
from bot.sandbox.zalo_bot import FakeZaloBot
from tests.conftest import NewFolder

Motcua = Callable[..., Result]


@pytest.fixture(scope="session")
def folder(new_data_dir: NewFolder) -> Path:
    return new_data_dir()


@pytest.fixture
def motcua(folder: Path) -> Motcua:
    def run(*arguments: str, stdin: str | None = None, **more: str) -> Result:
        environment = {
            "MOTCUA_DATA_DIR": str(folder),
            "MOTCUA_LOG_LEVEL": "ERROR",
            "MOTCUA_ZALO_OA_APP_ID": "1234567890123456789",
            **more,
        }
        return CliRunner(env=environment).invoke(app, list(arguments), input=stdin)

    return run


@pytest.mark.parametrize(
    "given",
    ["rrr\n", "aaa rrr", "aaa\nrrr\n", json.dumps({"access_token": "aaa", "refresh_token": "rrr"})],
    ids=["refresh", "line", "lines", "json"],
)
def test_tokens_come_in_by_standard_input_and_are_not_printed(given: str, motcua: Motcua) -> None:
    told = motcua("zalo", "token", "set", stdin=given)
    info = motcua("zalo", "token", "info", "--json")

    assert (told.exit_code, info.exit_code) == (0, 0)
    assert json.loads(info.stdout)["refused"] == ""
    assert not any(token in told.output + info.output for token in ("aaa", "rrr"))


@pytest.mark.parametrize(
    "given", ["", "a b c", "{", '{"access_token": "a"}', '{"refresh_token": "a b"}']
)
def test_what_is_no_pair_is_refused(given: str, motcua: Motcua) -> None:
    told = motcua("zalo", "token", "set", stdin=given)

    assert told.exit_code == 2
    assert told.stderr.startswith("motcua: ")


def test_a_token_belongs_to_an_app(motcua: Motcua) -> None:
    told = motcua("zalo", "token", "set", stdin="rrr", MOTCUA_ZALO_OA_APP_ID="")

    assert told.exit_code == 2
    assert "MOTCUA_ZALO_OA_APP_ID" in told.stderr


def test_the_webhook_of_an_account_is_set_at_zalos_own_page(motcua: Motcua) -> None:
    told = motcua("webhook", "set", "zalo_oa", MOTCUA_PUBLIC_URL="https://vidu.vn")

    assert told.exit_code == 1
    assert "developers.zalo.me" in told.stderr
    assert "https://vidu.vn/webhook/zalo_oa" in told.stderr


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "MOTCUA_ZALO_BOT_TOKEN"),
        ({"MOTCUA_ZALO_BOT_TOKEN": "1:a"}, "MOTCUA_PUBLIC_URL"),
        (
            {"MOTCUA_ZALO_BOT_TOKEN": "1:a", "MOTCUA_PUBLIC_URL": "https://vidu.vn"},
            "MOTCUA_ZALO_BOT_WEBHOOK_SECRET",
        ),
    ],
)
def test_a_missing_setting_is_named(
    environment: dict[str, str], words: str, motcua: Motcua
) -> None:
    told = motcua("webhook", "set", "zalo_bot", **environment)

    assert told.exit_code == 2
    assert words in told.stderr


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "MOTCUA_TELEGRAM_TOKEN"),
        (
            {"MOTCUA_TELEGRAM_TOKEN": "1:a", "MOTCUA_PUBLIC_URL": "https://vidu.vn"},
            "MOTCUA_TELEGRAM_SECRET",
        ),
    ],
)
def test_a_missing_setting_of_telegram_is_named(
    environment: dict[str, str], words: str, motcua: Motcua
) -> None:
    told = motcua("webhook", "set", "telegram", **environment)

    assert told.exit_code == 2
    assert words in told.stderr


def test_a_telegram_that_does_not_answer_costs_one_line(motcua: Motcua) -> None:
    told = motcua(
        "webhook", "info", "telegram",
        MOTCUA_TELEGRAM_TOKEN="1:a", MOTCUA_TELEGRAM_BASE_URL="http://127.0.0.1:9",
    )  # fmt: skip

    assert told.exit_code == 1
    (line,) = told.stderr.splitlines()
    assert line.startswith("motcua: nền tảng không nhận: ")
    assert "1:a" not in line


def test_an_unknown_platform_is_refused(motcua: Motcua) -> None:
    assert motcua("webhook", "info", "facebook").exit_code == 2


def test_a_platform_that_does_not_answer_costs_one_line(motcua: Motcua) -> None:
    told = motcua(
        "webhook", "info", "zalo_bot",
        MOTCUA_ZALO_BOT_TOKEN="1:a", MOTCUA_ZALO_BOT_API_URL="http://127.0.0.1:9",
    )  # fmt: skip

    assert told.exit_code == 1
    assert told.stderr.splitlines() == ["motcua: nền tảng không nhận: zalo bot: ConnectError"]


class Sandbox:
    """The platforms whose webhook a command sets, served beside the test."""

    def __init__(self, address: str, telegram: FakeTelegram, zalo_bot: FakeZaloBot) -> None:
        self.fakes: dict[str, FakeTelegram | FakeZaloBot] = {
            "telegram": telegram,
            "zalo_bot": zalo_bot,
        }
        self.environment = {
            "MOTCUA_PUBLIC_URL": "https://vidu.vn",
            "MOTCUA_TELEGRAM_TOKEN": telegram.token,
            "MOTCUA_TELEGRAM_SECRET": "mot-bi-mat-dai",
            "MOTCUA_TELEGRAM_BASE_URL": f"{address}/telegram",
            "MOTCUA_ZALO_BOT_TOKEN": zalo_bot.token,
            "MOTCUA_ZALO_BOT_WEBHOOK_SECRET": "mot-bi-mat-dai",
            "MOTCUA_ZALO_BOT_API_URL": f"{address}/zalo_bot",
        }


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    telegram, zalo_bot = FakeTelegram(), FakeZaloBot()
    server = uvicorn.Server(
        uvicorn.Config(create([telegram, zalo_bot]), port=0, log_level="error", date_header=False)
    )
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Sandbox(f"http://127.0.0.1:{port}", telegram, zalo_bot)
    server.should_exit = server.force_exit = True
    serving.join()


@pytest.mark.parametrize("platform", ["telegram", "zalo_bot"])
def test_a_webhook_is_set_looked_at_and_deleted(
    platform: str, motcua: Motcua, sandbox: Sandbox
) -> None:
    fake = sandbox.fakes[platform]
    address = f"https://vidu.vn/webhook/{platform}"

    told = motcua("webhook", "set", platform, **sandbox.environment)
    assert (told.exit_code, told.stdout) == (0, f"Đã khai {address}.\n")
    assert (fake.webhook_url, fake.webhook_secret) == (address, "mot-bi-mat-dai")

    told = motcua("webhook", "info", platform, **sandbox.environment)
    assert json.loads(told.stdout)["url"] == address
    assert "mot-bi-mat-dai" not in told.stdout

    told = motcua("webhook", "delete", platform, **sandbox.environment)
    assert (told.exit_code, told.stdout) == (0, "Đã xóa webhook.\n")
    assert fake.webhook_url == ""


def test_the_doctor_finds_both_bots_well_once_their_webhooks_are_set(
    motcua: Motcua, sandbox: Sandbox
) -> None:
    for platform in sandbox.fakes:
        motcua("webhook", "set", platform, **sandbox.environment)

    told = motcua("doctor", "--json", MOTCUA_ZALO_OA_APP_ID="", **sandbox.environment)

    findings = [one for one in json.loads(told.stdout) if one["check"] in sandbox.fakes]
    assert {one["check"] for one in findings} == set(sandbox.fakes)
    assert {one["level"] for one in findings} == {"ok"}
