"""`motcua privacy` says what is kept, deletes in time, rotates keys and shows a proof."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from bot.cli import app


def _motcua(folder: Path, *arguments: str) -> Result:
    runner = CliRunner(env={"MOTCUA_DATA_DIR": str(folder), "MOTCUA_LOG_LEVEL": "ERROR"})
    return runner.invoke(app, ["privacy", *arguments])


def test_the_privacy_commands(tmp_path: Path) -> None:
    assert "Hồ sơ hoạt động xử lý" in _motcua(tmp_path, "record").stdout
    assert "đang giữ 2 khóa" in _motcua(tmp_path, "rotate-key").stdout
    assert _motcua(tmp_path, "retention", "--dry-run").stdout == "sẽ xoá 0 dòng\n"

    unknown = _motcua(tmp_path, "receipt", "ABC")

    assert (unknown.exit_code, unknown.stderr) == (
        1,
        "motcua: không có lần xoá nào mang mã ABC\n",
    )
