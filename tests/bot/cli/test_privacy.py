"""`motcua privacy` says what is kept, deletes in time, rotates keys and shows a proof."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from bot.cli import app


def _motcua(folder: Path, *arguments: str) -> Result:
    runner = CliRunner(env={"MOTCUA_DATA_DIR": str(folder), "MOTCUA_LOG_LEVEL": "ERROR"})
    return runner.invoke(app, ["privacy", *arguments])


def test_the_privacy_commands(data_dir: Path) -> None:
    assert "Hồ sơ hoạt động xử lý" in _motcua(data_dir, "record").stdout
    assert "đang giữ 2 khóa" in _motcua(data_dir, "rotate-key").stdout
    assert _motcua(data_dir, "retention", "--dry-run").stdout == "sẽ xoá 0 dòng\n"

    unknown = _motcua(data_dir, "receipt", "ABC")

    assert (unknown.exit_code, unknown.stderr) == (
        1,
        "motcua: không có lần xoá nào mang mã ABC\n",
    )
