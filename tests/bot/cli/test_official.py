"""`motcua official` and `motcua audit`, as whoever runs the machine types them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.conftest import NewFolder

PASSWORD = "bốn con ngựa ăn cỏ\n"


@pytest.fixture(scope="module")
def folder(new_data_dir: NewFolder) -> Path:
    return new_data_dir()


def motcua(folder: Path, *arguments: str, stdin: str = "") -> Result:
    runner = CliRunner(env={"MOTCUA_DATA_DIR": str(folder), "MOTCUA_LOG_LEVEL": "ERROR"})
    return runner.invoke(app, list(arguments), input=stdin)


def test_an_account_from_the_first_day_to_the_last(folder: Path) -> None:
    added = motcua(folder, "official", "add", "Lan", "--password-stdin", stdin=PASSWORD)
    assert (added.exit_code, added.stderr) == (0, "")
    bare = motcua(folder, "official", "add", "hoa", "--password-stdin", stdin=PASSWORD)
    assert (bare.exit_code, len(bare.stderr.splitlines())) == (2, 1)
    assert "--role viewer" in bare.stderr
    assert "lan\tLan\tadmin" in motcua(folder, "official", "list").stdout
    viewer = ("--role", "viewer", "--password-stdin")
    again = motcua(folder, "official", "add", "lan", *viewer, stdin=PASSWORD)
    assert (again.exit_code, "đã có người dùng" in again.stderr) == (1, True)
    weak = motcua(folder, "official", "add", "hoa", *viewer, stdin="1234567890\n")
    assert weak.exit_code == 0, "ten different signs are enough here; the lock-out does the rest"
    short = motcua(folder, "official", "add", "thu", *viewer, stdin="ngắn\n")
    assert (short.exit_code, len(short.stderr.splitlines())) == (2, 1)

    assert (
        motcua(folder, "official", "passwd", "lan", "--password-stdin", stdin=PASSWORD).exit_code
        == 0
    )
    assert motcua(folder, "official", "disable", "hoa").exit_code == 0
    assert motcua(folder, "official", "disable", "lan").exit_code == 1, "the last admin stays"
    assert motcua(folder, "official", "enable", "hoa").exit_code == 0
    assert motcua(folder, "official", "sessions", "lan", "--revoke").exit_code == 0
    assert (
        motcua(
            folder, "official", "passwd", "khong-co", "--password-stdin", stdin=PASSWORD
        ).exit_code
        == 1
    )
    listed = motcua(folder, "official", "list").stdout
    assert [line.split("\t")[0] for line in listed.splitlines()] == ["hoa", "lan"]
    assert "argon2" not in listed


def test_a_token_is_printed_once_and_revoked(folder: Path) -> None:
    motcua(folder, "official", "add", "kim", "--role", "viewer", "--password-stdin", stdin=PASSWORD)
    given = ("--name", "Bảng tin", "--scope", "figures:read", "--days", "30")
    made = motcua(folder, "official", "token", "add", "kim", *given)
    assert (made.exit_code, made.stdout.count("\n")) == (0, 1)
    prefix = made.stdout.split("_")[1]
    listed = motcua(folder, "official", "token", "list", "kim").stdout
    assert listed.split("\t")[:3] == [prefix, "Bảng tin", "figures:read"]
    assert made.stdout.strip().split("_", 2)[2] not in listed
    beyond = motcua(
        folder, "official", "token", "add", "kim", "--name", "x", "--scope", "audit:read"
    )
    assert (beyond.exit_code, len(beyond.stderr.splitlines())) == (1, 1)
    assert "vượt quá vai trò" in beyond.stderr
    assert motcua(folder, "official", "token", "revoke", "kim", prefix).exit_code == 0
    assert motcua(folder, "official", "token", "revoke", "kim", prefix).exit_code == 1
    assert "thu hồi" in motcua(folder, "official", "token", "list", "kim").stdout


def test_tampering_is_named_and_costs_the_exit_code(folder: Path) -> None:
    for login in ("thao", "binh"):
        motcua(
            folder, "official", "add", login, "--role", "editor", "--password-stdin", stdin=PASSWORD
        )
    whole = motcua(folder, "audit", "verify")
    assert whole.exit_code == 0
    head = whole.stdout.split()[-1]
    assert motcua(folder, "audit", "verify", "--noted", head).exit_code == 0
    assert motcua(folder, "audit", "verify", "--noted", "0" * 64).exit_code == 1

    with sqlite3.connect(folder / "motcua.db") as database:
        database.execute("DROP TRIGGER audit_entry_refuses_update")
        database.execute("UPDATE audit_entry SET actor = 'ai đó' WHERE id = 2")
    broken = motcua(folder, "audit", "verify")
    assert broken.exit_code == 1
    assert "dòng số 2" in broken.stderr
