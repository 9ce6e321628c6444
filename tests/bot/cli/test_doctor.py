"""`motcua doctor` finds what is wrong and says what to do; nothing it prints holds a secret."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.channels.zalo_oa.tokens import REFRESH_LIVES, put
from bot.cli import app, doctor
from bot.cli.doctor import CHECKS, examine
from bot.cli.doctor.findings import Finding, Level, Patient
from bot.db import Database, migrate, newest_migration
from bot.sandbox.zalo_bot import FakeZaloBot
from bot.sandbox.zalo_oa import FakeZaloOA
from bot.settings import Settings
from tests.bot.dossiers.making import office
from tests.browser.conftest import free_port

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "var"
    folder.mkdir(0o700)
    return Settings(_env_file=None, data_dir=folder, port=free_port())


@pytest_asyncio.fixture
async def migrated(settings: Settings) -> Database:
    database = Database(settings.url)
    await migrate(database)
    await database.close()
    return database


def _levels(findings: list[Finding], check: str) -> list[Level]:
    return [one.level for one in findings if one.check == check]


async def _zalo(
    settings: Settings, fake: FakeZaloOA, **changes: object
) -> tuple[list[Finding], str]:
    """Examine an account connected to the fake; return what is found of it, and all that is said."""
    connected = settings.model_copy(
        update={
            "public_url": "https://vidu.vn",
            "zalo_oa_app_id": fake.app_id,
            "zalo_oa_id": fake.oa_id,
            "zalo_oa_app_secret": SecretStr(fake.app_secret),
            "zalo_oa_secret": SecretStr(fake.oa_secret),
            **changes,
        }
    )
    transport = httpx.ASGITransport(fake.app)
    findings = await examine(Patient(connected, now=lambda: NOW, transport=transport))
    return [one for one in findings if one.check == "zalo_oa"], repr(findings)


async def test_a_new_machine_needs_only_its_first_run(settings: Settings) -> None:
    findings = await examine(Patient(settings, now=lambda: NOW))

    assert {one.check: one.fix for one in findings if one.level is not Level.OK} == {
        "database": "chạy motcua run một lần để tạo"
    }


async def test_an_empty_knowledge_must_be_mended(settings: Settings, migrated: Database) -> None:
    findings = await examine(Patient(settings, now=lambda: NOW))

    assert _levels(findings, "database") == [Level.OK]
    assert _levels(findings, "knowledge") == [Level.BAD]


async def test_an_older_database_is_to_be_upgraded(settings: Settings) -> None:
    database = Database(settings.url)
    await migrate(database, "0004")
    await database.close()

    findings = await examine(Patient(settings, now=lambda: NOW))

    (found,) = (one for one in findings if one.check == "database")
    assert found.level is Level.WARN
    assert f"ở bản 0004, chương trình cần {newest_migration()}" in found.text


async def test_a_database_nobody_answers_for_is_told(settings: Settings) -> None:
    away = f"postgresql://postgres@127.0.0.1:{free_port()}/motcua"

    findings = await examine(Patient(settings.model_copy(update={"database_url": away})))

    assert _levels(findings, "database") == [Level.BAD]


@pytest.mark.parametrize(
    ("answer", "level", "said"),
    [
        ({"found": False}, Level.OK, "trả lời."),
        ({"status": "done"}, Level.BAD, "ValidationError"),
        (b"<html>", Level.BAD, "JSONDecodeError"),
    ],
)
async def test_the_system_of_dossiers_is_asked_for_one_it_cannot_know(
    answer: dict[str, Any] | bytes, level: Level, said: str, settings: Settings
) -> None:
    with office() as played:
        played.answer = lambda _: answer
        connected = settings.model_copy(update={"dossier_url": played.url})
        findings = await examine(Patient(connected, now=lambda: NOW))

    assert [body for _, body in played.asked] == [{"watch": "motcua-doctor"}]
    (found,) = (one for one in findings if one.check == "dossiers")
    assert (found.level, said in found.text) == (level, True)


async def test_a_port_of_another_program_is_told(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", settings.port))
        other.listen()
        findings = await examine(Patient(settings))

    assert _levels(findings, "port") == [Level.BAD]


async def test_a_folder_others_can_read_is_told(settings: Settings) -> None:
    settings.data_dir.chmod(0o755)

    findings = await examine(Patient(settings))

    assert [one.fix for one in findings if one.level is Level.WARN and one.check == "settings"] == [
        f"chmod 700 {settings.data_dir}"
    ]


async def test_webhooks_need_a_public_address(settings: Settings) -> None:
    findings = await examine(Patient(settings.model_copy(update={"zalo_oa_app_id": "1"})))

    assert Level.BAD in _levels(findings, "settings")


async def test_links_in_chats_need_a_public_address_too(settings: Settings) -> None:
    polling = settings.model_copy(update={"telegram_token": SecretStr("123456:ABC")})

    findings = await examine(Patient(polling, transport=httpx.MockTransport(_telegram)))

    assert _levels(findings, "settings")[-1] is Level.WARN


async def test_a_connected_account_is_well_and_no_secret_is_printed(
    settings: Settings, migrated: Database
) -> None:
    fake = FakeZaloOA(now=lambda: NOW)
    database = Database(settings.url)
    await put(database, fake.app_id, refresh=fake.refresh_token, access=fake.access_token, now=NOW)
    await database.close()

    found, said = await _zalo(settings, fake)

    assert [one.level for one in found] == [Level.OK, Level.WARN, Level.OK, Level.OK]
    assert "Một cửa (thử)" in found[0].text
    assert "https://vidu.vn/webhook/zalo_oa" in found[2].text
    for secret in (fake.access_token, fake.refresh_token, fake.app_secret, fake.oa_secret):
        assert secret not in said


async def test_an_account_without_a_token_is_told_how_to_get_one(
    settings: Settings, migrated: Database
) -> None:
    found, _ = await _zalo(settings, FakeZaloOA(now=lambda: NOW))

    assert found[0] == Finding(
        "zalo_oa",
        Level.BAD,
        "Zalo OA: chưa có khóa.",
        "lấy khóa ở trang Zalo rồi chạy motcua zalo token set",
    )


@pytest.mark.parametrize(
    ("age", "level"),
    [
        (REFRESH_LIVES - timedelta(days=13), Level.WARN),
        (REFRESH_LIVES + timedelta(seconds=1), Level.BAD),
    ],
)
async def test_a_refresh_token_near_its_end_is_told(
    age: timedelta, level: Level, settings: Settings, migrated: Database
) -> None:
    fake = FakeZaloOA(now=lambda: NOW)
    database = Database(settings.url)
    await put(database, fake.app_id, refresh=fake.refresh_token, now=NOW - age)
    await database.close()

    found, _ = await _zalo(settings, fake)

    assert found[0].level is level


async def test_a_token_zalo_does_not_take_is_told(settings: Settings, migrated: Database) -> None:
    fake = FakeZaloOA(now=lambda: NOW)
    database = Database(settings.url)
    await put(database, fake.app_id, refresh="r", access="a", now=NOW)
    await database.close()

    found, _ = await _zalo(settings, fake)

    assert (found[0].level, found[0].text) == (
        Level.BAD,
        "Zalo OA: Zalo không nhận khóa (-216).",
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "quá 48 giờ (chưa đặt mẫu ZBS)"),
        ({"zalo_oa_billable": True}, "quá 7 ngày (chưa đặt mẫu ZBS)"),
        ({"zalo_oa_template_id": "7895417"}, "mẫu ZBS 7895417 (có phí), tham số noi_dung"),
    ],
)
async def test_what_becomes_of_people_outside_the_window_is_told(
    settings: Settings, given: dict[str, Any], said: str
) -> None:
    found, _ = await _zalo(settings, FakeZaloOA(), **given)

    assert (found[-1].level, said in found[-1].text) == (Level.OK, True)


async def test_missing_secrets_are_named(settings: Settings) -> None:
    found, _ = await _zalo(settings, FakeZaloOA(), zalo_oa_secret=SecretStr(""), zalo_oa_id="")

    assert [one.fix for one in found if one.level is Level.BAD] == [
        "đặt MOTCUA_ZALO_OA_ID trong .env",
        "đặt MOTCUA_ZALO_OA_SECRET trong .env",
    ]


@pytest.mark.parametrize(
    ("minutes", "level"), [(0, Level.OK), (1, Level.WARN), (-6, Level.BAD), (60, Level.BAD)]
)
async def test_the_clock_is_compared_with_the_platforms(
    minutes: int, level: Level, settings: Settings
) -> None:
    fake = FakeZaloBot(now=lambda: NOW + timedelta(minutes=minutes))
    connected = settings.model_copy(update={"zalo_bot_token": SecretStr(fake.token)})
    transport = httpx.ASGITransport(fake.app)

    findings = await examine(Patient(connected, now=lambda: NOW, transport=transport))

    assert _levels(findings, "clock") == [level]
    assert _levels(findings, "zalo_bot") == [Level.OK, Level.OK]


async def test_a_webhook_that_leads_elsewhere_is_told(settings: Settings) -> None:
    fake = FakeZaloBot(now=lambda: NOW)
    fake.webhook_url = "https://cu.vn/webhook/zalo_bot"
    connected = settings.model_copy(update={"zalo_bot_token": SecretStr(fake.token)})
    transport = httpx.ASGITransport(fake.app)

    findings = await examine(Patient(connected, now=lambda: NOW, transport=transport))

    assert [one.fix for one in findings if one.level is Level.BAD] == [
        "motcua webhook delete zalo_bot"
    ]


def _telegram(request: httpx.Request) -> httpx.Response:
    """What Telegram answers a good token whose webhook is not answered."""
    method = request.url.path.rsplit("/", 1)[1]
    if request.url.path != f"/bot123456:ABC/{method}":
        return httpx.Response(401, json={"ok": False, "error_code": 401})
    info = {"url": "https://vidu.vn/webhook/telegram", "last_error_message": "Bad Gateway"}
    result = {"getMe": {"id": 123456}, "getWebhookInfo": info}[method]
    return httpx.Response(200, json={"ok": True, "result": result})


@pytest.mark.parametrize(
    ("token", "levels"),
    [("123456:ABC", [Level.OK, Level.OK, Level.WARN]), ("123456:ABD", [Level.BAD])],
)
async def test_telegrams_token_and_webhook_are_looked_at(
    token: str, levels: list[Level], settings: Settings
) -> None:
    connected = settings.model_copy(
        update={
            "public_url": "https://vidu.vn/",
            "telegram_token": SecretStr(token),
            "telegram_secret": SecretStr("12345678"),
        }
    )

    findings = await examine(Patient(connected, transport=httpx.MockTransport(_telegram)))

    assert _levels(findings, "telegram") == levels
    assert token not in repr(findings)


async def test_a_platform_that_cannot_be_reached_is_told(settings: Settings) -> None:
    connected = settings.model_copy(
        update={
            "zalo_bot_token": SecretStr("1:a"),
            "zalo_bot_api_url": f"http://127.0.0.1:{free_port()}",
        }
    )

    findings = await examine(Patient(connected))

    assert _levels(findings, "zalo_bot") == [Level.BAD]


async def test_a_check_that_falls_ill_is_a_finding(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check_broken(patient: Patient) -> list[Finding]:
        raise RuntimeError

    monkeypatch.setattr(doctor, "CHECKS", (*CHECKS[:1], check_broken))

    findings = await examine(Patient(settings))

    assert [one.level for one in findings] == [Level.OK, Level.BAD]


def test_the_command_exits_1_when_something_must_be_mended(tmp_path: Path) -> None:
    bad = {"MOTCUA_DATA_DIR": str(tmp_path), "MOTCUA_PORT": "99999", "MOTCUA_LOG_LEVEL": "ERROR"}

    told = CliRunner(env=bad).invoke(app, ["doctor", "--json"])

    assert told.exit_code == 1
    (found,) = json.loads(told.stdout)
    assert (found["check"], found["level"]) == ("settings", "bad")
    assert found["text"] == "Cài đặt MOTCUA_PORT phải từ 65535 trở xuống."


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("TELEGRAM_TOKEN", "abc", "phải có dạng 123456:ABC…, do @BotFather cấp"),
        ("WIDGET_ORIGINS", "example.com", "không đúng dạng"),
        ("RATE_LIMIT", "abc", "không đúng dạng"),
        ("PORT", "abc", "phải là số nguyên"),
        ("CHAT_HOURS", "0", "phải lớn hơn 0.0"),
        ("LOG_LEVEL", "LOUD", "chỉ nhận 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("TRUST_PROXY", "perhaps", "phải là true hoặc false"),
    ],
)
def test_a_setting_that_is_wrong_is_told_in_vietnamese_without_its_value(
    name: str, value: str, wrong: str
) -> None:
    told = CliRunner(env={f"MOTCUA_{name}": value}).invoke(app, ["doctor", "--json"])

    (found,) = json.loads(told.stdout)
    assert found["text"] == f"Cài đặt MOTCUA_{name} {wrong}."


async def test_a_folder_that_takes_no_files_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    elsewhere = settings.model_copy(update={"data_dir": tmp_path / "file" / "var"})

    findings = await examine(Patient(elsewhere, now=lambda: NOW))

    (found,) = [one for one in findings if one.check == "disk"]
    assert found.level is Level.BAD
    assert found.text.startswith("Không ghi được vào thư mục")
