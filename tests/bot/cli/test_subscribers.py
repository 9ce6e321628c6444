"""`motcua subscribers`: a sheet is checked first, and taken over only when that is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app


def _motcua(folder: Path, *arguments: str) -> Result:
    environment = {"MOTCUA_DATA_DIR": str(folder), "MOTCUA_LOG_LEVEL": "ERROR"}
    return CliRunner(env=environment).invoke(app, ["subscribers", *arguments])


def test_bad_lines_are_named_and_the_rest_is_offered(tmp_path: Path, data_dir: Path) -> None:
    sheet = tmp_path / "a.csv"
    sheet.write_text(
        "channel;address;topics;place;consent_date\n"
        "telegram;-11;storms;cả nước;2026-01-02\n"
        "viber;12;storms;86;2026-01-02\n"
    )

    offered = _motcua(data_dir, "import", str(sheet))
    nothing = _motcua(data_dir, "export")
    done = _motcua(data_dir, "import", str(sheet), "--consent", "form 3", "--yes")
    out = _motcua(data_dir, "export")

    assert offered.exit_code == 1
    assert offered.stdout == "1 dòng tốt, 1 dòng hỏng; thêm --yes để nhập 1 dòng tốt\n"
    assert offered.stderr.splitlines()[-1].startswith("dòng 3: không có kênh “viber”")
    assert len(nothing.stdout.splitlines()) == 1
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (
        0,
        "thêm 1 đăng ký; 0 đã có từ trước",
    )
    assert out.stdout.splitlines()[1] == (
        "telegram,'-11,storms,cả nước,2026-01-02,at once,form 3,import:a.csv"
    )


@pytest.mark.parametrize("content", [b"\0\1", b"a,b\n"], ids=["binary", "strange"])
def test_what_is_no_sheet_is_refused_in_one_line(
    content: bytes, tmp_path: Path, data_dir: Path
) -> None:
    sheet = tmp_path / "a.csv"
    sheet.write_bytes(content)

    told = _motcua(data_dir, "import", str(sheet))

    assert told.exit_code == 1
    assert told.stderr.splitlines()[-1].startswith("motcua: a.csv: ")
    assert _motcua(tmp_path, "import", str(tmp_path / "none.csv")).exit_code == 1
