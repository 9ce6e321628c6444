"""`motcua announce send --test`: a test goes to the sender alone, and asks for a way to reach them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app


@pytest.mark.parametrize("test", ["telegram", "zalo_oa:1", ":5"])
def test_a_test_send_needs_a_connected_channel_and_an_address(test: str, data_dir: Path) -> None:
    environment = {
        "MOTCUA_DATA_DIR": str(data_dir),
        "MOTCUA_LOG_LEVEL": "ERROR",
        "MOTCUA_TELEGRAM_TOKEN": "1:a",
    }
    told = CliRunner(env=environment).invoke(
        app, ["announce", "send", "--text", "x", "--topic", "storms", "--test", test]
    )

    assert told.exit_code == 2
    assert told.stderr.splitlines()[-1].endswith("kênh đã nối: telegram")
