"""`motcua dossiers`: bad lines are named, and nothing is used until that is said."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from bot.cli import app
from tests.bot.dossiers.making import CODE, OTHER, export, line
from tests.conftest import stored_bytes


def _motcua(folder: Path, *arguments: str) -> Result:
    environment = {"MOTCUA_DATA_DIR": str(folder), "MOTCUA_LOG_LEVEL": "ERROR"}
    return CliRunner(env=environment).invoke(app, ["dossiers", *arguments])


def test_a_file_is_checked_used_listed_and_taken_back(tmp_path: Path) -> None:
    file, home = tmp_path / "a.csv", tmp_path / "home"
    file.write_bytes(export(line(), line(code=OTHER, due="mai")))

    checked = _motcua(home, "import", str(file), "--expires", "7d")
    used = _motcua(home, "import", str(file), "--expires", "7d", "--yes")
    listed = _motcua(home, "list")
    back = _motcua(home, "withdraw", "1")
    twice = _motcua(home, "withdraw", "1")

    assert checked.exit_code == 1
    assert checked.stdout == "1 dòng tốt, 1 dòng hỏng; thêm --yes để dùng 1 dòng tốt trong 7 ngày\n"
    assert checked.stderr.splitlines()[0].startswith("dòng 3: không hiểu ngày “mai”")
    assert (used.exit_code, used.stdout.startswith("1 dòng tốt, 1 dòng hỏng; bản số 1")) == (
        0,
        True,
    )
    assert listed.stdout.startswith("1\ta.csv\tđang dùng\t1 dòng\tđến ")
    assert back.exit_code == 0
    assert (twice.exit_code, twice.stderr.splitlines()[-1]) == (
        1,
        "motcua: Bản này đã thu hồi rồi.",
    )
    assert CODE.encode() not in stored_bytes(home)


def test_what_is_no_export_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"\0\1")

    strange = _motcua(tmp_path, "import", str(file), "--expires", "7d")
    span = _motcua(tmp_path, "import", str(file), "--expires", "1y")
    gone = _motcua(tmp_path, "import", str(tmp_path / "none.csv"), "--expires", "7d")

    assert (strange.exit_code, strange.stderr.count("\n")) == (1, 1)
    assert (span.exit_code, gone.exit_code) == (2, 1)
