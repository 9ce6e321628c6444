"""`motcua kb`: what people see, and how it ends when something is wrong."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.kb import app

SAMPLES = Path(__file__).parents[2] / "knowledge" / "importing" / "samples"
Kb = Callable[..., Result]


@pytest.fixture
def kb(starter_url: str) -> Kb:
    runner = CliRunner()

    def invoke(*arguments: object) -> Result:
        return runner.invoke(
            app, list(map(str, arguments)), env={"MOTCUA_DATABASE_URL": starter_url}
        )

    return invoke


@pytest.fixture
def quick_kb(data_dir: Path) -> Kb:
    """The same on SQLite alone, where the engine makes no difference."""
    url = f"sqlite:///{data_dir / 'motcua.db'}"
    return lambda *arguments: CliRunner().invoke(
        app, list(map(str, arguments)), env={"MOTCUA_DATABASE_URL": url}
    )


def failed(result: Result) -> str:
    """Return the one line on standard error of a command that failed as it should."""
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    (line,) = result.stderr.strip().splitlines()[-1:]
    assert line.startswith("motcua: ")
    return line.removeprefix("motcua: ")


def test_import_publish_show_export(kb: Kb, tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    result = kb("import", SAMPLES / "national.jsonl", "--publish", "--report", report)
    assert result.exit_code == 0
    assert result.stdout == (
        "Đã nhập: 3 mới · 0 đổi · 0 như cũ · 2 có vấn đề · 1 bị từ chối · 3 công bố\n"
    )
    problems = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert {"record", "code", "field", "problem", "text"} == problems[0].keys()

    again = kb("import", SAMPLES / "national.jsonl", "--publish").stdout
    assert again == "Đã nhập: 0 mới · 0 đổi · 3 như cũ · 2 có vấn đề · 1 bị từ chối\n"

    figures = json.loads(kb("stats", "--json").stdout)
    assert figures["origins"]["import"] >= 3
    assert figures["procedures"]["provincial"] == 1
    assert figures["version"] == 2
    assert "version: 2" in kb("stats").stdout

    shown = json.loads(kb("show", "9.000002", "--json").stdout)
    assert shown["live"] is True
    assert shown["content"]["title"] == "Thủ tục mở tủ sách ở Việt Nam (cấp xã)"
    assert "! fees: zero_fee_with_note" in kb("show", "9.000002").stdout

    for as_format, sign in (
        ("jsonl", '"code":"9.000001"'),
        ("csv", "9.000001,"),
        ("jsonld", "cpsv:"),
    ):
        output = tmp_path / f"out.{as_format}"
        assert kb("export", "--format", as_format, "--output", output).exit_code == 0
        assert sign in output.read_text(encoding="utf-8")


def test_a_dry_run_says_so_and_stores_nothing(quick_kb: Kb) -> None:
    result = quick_kb("import", SAMPLES / "national.jsonl", "--dry-run", "--publish")
    assert result.stdout.startswith("Chạy thử: 3 mới")
    assert failed(quick_kb("show", "9.000001")) == "Không có thủ tục 9.000001."


def test_an_alias_is_added_once_and_listed(quick_kb: Kb) -> None:
    quick_kb("import", SAMPLES / "national.jsonl")
    assert quick_kb("alias", "add", "9.000001", "xin thẻ  đọc sách").stdout == "Đã thêm.\n"
    assert quick_kb("alias", "add", "9.000001", "Xin thẻ đọc sách").stdout == (
        "Đã có cách gọi này.\n"
    )
    assert quick_kb("alias", "list", "9.000001").stdout == "alias\teditor\txin thẻ đọc sách\n"
    assert failed(quick_kb("alias", "add", "9.9", "gì đó")) == "Không có thủ tục 9.9."
    assert failed(quick_kb("alias", "add", "9.000001", "x" * 500)).startswith("Cách gọi cần")


def test_a_field_is_switched_off_and_on(quick_kb: Kb) -> None:
    quick_kb("import", SAMPLES / "national.jsonl", "--publish")
    assert quick_kb("switch", "Thư viện", "off", "--reason", "rà soát").exit_code == 0
    assert json.loads(quick_kb("stats", "--json").stdout)["fields_off"] == ["Thư viện"]
    quick_kb("switch", "Thư viện", "on", "--reason", "xong")
    assert json.loads(quick_kb("stats", "--json").stdout)["fields_off"] == []
    assert failed(quick_kb("switch", "Lạ", "off", "--reason", "x")) == "Không có lĩnh vực “Lạ”."


BAD_FILES = {
    "empty.jsonl": (b"", "rỗng"),
    "words.txt": ("xin chào\n".encode(), "Không nhận ra định dạng"),
    "utf16.jsonl": ('{"ma_thu_tuc": "1.1"}\n'.encode("utf-16"), "UTF-16"),
    "viet.jsonl": ('{"ma_thu_tuc": "ă"}\n'.encode("cp1258"), "UTF-8"),
    "cut.jsonl.xz": (
        lzma.compress((SAMPLES / "national.jsonl").read_bytes() * 300)[:-40],
        "hỏng hoặc bị cắt cụt",
    ),
    "cut.xlsx": ((SAMPLES / "list.xlsx").read_bytes()[:3_000], "hỏng hoặc bị cắt cụt"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_line_of_error(quick_kb: Kb, tmp_path: Path, name: str) -> None:
    data, reason = BAD_FILES[name]
    path = tmp_path / name
    path.write_bytes(data)
    assert reason in failed(quick_kb("import", path, "--publish"))
    assert json.loads(quick_kb("stats", "--json").stdout)["version"] == 1  # the starter's


def test_a_missing_file_or_a_report_that_cannot_be_written(quick_kb: Kb, tmp_path: Path) -> None:
    assert failed(quick_kb("import", tmp_path / "none.jsonl")).startswith("Không có tệp")
    nowhere = tmp_path / "none" / "report.jsonl"
    line = failed(quick_kb("import", SAMPLES / "national.jsonl", "--report", nowhere))
    assert str(nowhere) in line


def test_bad_lines_are_refused_by_number_and_the_rest_comes_in(
    quick_kb: Kb, tmp_path: Path
) -> None:
    path, report = tmp_path / "x.jsonl", tmp_path / "report.jsonl"
    first, *rest = (SAMPLES / "national.jsonl").read_bytes().splitlines()
    path.write_bytes(b"\n".join([first, b"{hong", b"x" * 21 * 1024**2, first, *rest]))

    result = quick_kb("import", path, "--report", report)

    assert result.stdout.startswith(
        "Đã nhập: 3 mới · 0 đổi · 0 như cũ · 2 có vấn đề · 4 bị từ chối"
    )
    refused = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert {line["record"] for line in refused if line["problem"] == "refused"} == {2, 3, 4, 7}
