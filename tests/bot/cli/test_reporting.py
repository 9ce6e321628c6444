"""From a report file to an answer: read, import, look, approve, ask."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.conftest import NewFolder
from tests.knowledge.reports.test_invented import LANG_SON


@pytest.fixture(scope="module")
def folder(new_data_dir: NewFolder) -> Path:
    made = new_data_dir()
    (made / "bao-cao.txt").write_text(LANG_SON, encoding="utf-8")
    return made


def motcua(folder: Path, *arguments: str) -> Result:
    runner = CliRunner(env={"MOTCUA_DATA_DIR": str(folder), "MOTCUA_LOG_LEVEL": "ERROR"})
    return runner.invoke(app, list(arguments))


def test_reading_prints_the_agreed_shape(folder: Path) -> None:
    found = json.loads(
        motcua(folder, "report", "read", str(folder / "bao-cao.txt"), "--json").stdout
    )
    assert set(found) >= {"title", "locality", "period", "facts", "findings", "dropped"}
    assert set(found["facts"][0]) >= {
        "kind",
        "subject",
        "value",
        "unit",
        "period",
        "locality",
        "level",
        "sentence",
        "offset",
        "confidence",
    }
    assert set(found["findings"][0]) >= {
        "type",
        "printed",
        "computed",
        "facts",
        "severity",
        "explanation",
    }


def test_nothing_is_told_before_an_editor_approves(folder: Path) -> None:
    question = "Lạng Sơn 9 tháng đầu năm 2025 tiếp nhận bao nhiêu hồ sơ trực tuyến"
    made = motcua(folder, "report", "import", str(folder / "bao-cao.txt"), "--json")
    assert made.exit_code == 0, made.stderr
    key = json.loads(made.stdout)["key"]
    assert "9.360" not in motcua(folder, "ask", question).stdout

    again = motcua(folder, "report", "import", str(folder / "bao-cao.txt"))
    assert again.exit_code == 0
    approved = motcua(folder, "report", "approve", key, "--all")
    assert approved.exit_code == 0, approved.stderr

    answer = motcua(folder, "ask", question).stdout
    assert "9.360" in answer
    assert "9 tháng đầu năm 2025" in answer


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("khong-co.txt", None),
        ("rong.txt", b""),
        ("anh.pdf", b"%PDF-1.4\n%%EOF\n"),
        ("gia.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old word"),
        ("la.xyz", b"abc"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(
    folder: Path, tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    answer = motcua(folder, "report", "read", str(tmp_path / name))
    assert answer.exit_code != 0
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "Traceback" not in answer.stderr


def test_an_unknown_report(folder: Path) -> None:
    answer = motcua(folder, "report", "approve", "khong-co", "--all")
    assert (answer.exit_code, len(answer.stderr.strip().splitlines())) == (1, 1)


PASTED = (
    "BÁO CÁO kết quả cải cách hành chính quý I năm 2025 của tỉnh Hậu Giang\n\n"
    "Trong quý I năm 2025, tỉnh Hậu Giang tiếp nhận 12.345 hồ sơ trực tuyến mức độ 4.\n"
)


def test_pasted_text_is_read_and_its_old_terms_are_explained_in_the_answer(folder: Path) -> None:
    runner = CliRunner(env={"MOTCUA_DATA_DIR": str(folder), "MOTCUA_LOG_LEVEL": "ERROR"})
    read = runner.invoke(app, ["report", "read", "-", "--json"], input=PASTED)
    assert json.loads(read.stdout)["locality"] == "tỉnh Hậu Giang"
    made = runner.invoke(app, ["report", "import", "-", "--json"], input=PASTED)
    assert (
        motcua(folder, "report", "approve", json.loads(made.stdout)["key"], "--all").exit_code == 0
    )

    answer = motcua(folder, "ask", "Hậu Giang quý I năm 2025 tiếp nhận bao nhiêu hồ sơ trực tuyến")
    assert "12.345" in answer.stdout
    assert "“Mức độ 3, 4” nay là dịch vụ công trực tuyến một phần" in answer.stdout.replace(
        "\n", " "
    )


def test_nothing_pasted_is_one_line(folder: Path) -> None:
    runner = CliRunner(env={"MOTCUA_DATA_DIR": str(folder), "MOTCUA_LOG_LEVEL": "ERROR"})
    answer = runner.invoke(app, ["report", "read", "-"], input="  \n")
    assert (answer.exit_code, answer.stderr.strip()) == (1, "motcua: văn bản dán vào: tệp rỗng")
