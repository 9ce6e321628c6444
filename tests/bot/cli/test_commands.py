"""The command line as its user types it: answers on standard output, one line when it goes wrong."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import COMMANDS, app
from tests.conftest import NewFolder

Motcua = Callable[..., Result]


@pytest.fixture(scope="session")
def folder(new_data_dir: NewFolder) -> Path:
    """One data folder for all commands here, so that the starter knowledge is loaded once."""
    return new_data_dir()


@pytest.fixture
def motcua(folder: Path) -> Motcua:
    def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
        runner = CliRunner(env={"MOTCUA_DATA_DIR": str(folder), "MOTCUA_LOG_LEVEL": "ERROR"})
        return runner.invoke(app, list(arguments), input=stdin)

    return run


class TestAsk:
    """`motcua ask`."""

    def test_one_question(self, motcua: Motcua) -> None:
        answer = motcua("ask", "lam giay khai sinh cho con can giay to gi")
        assert answer.exit_code == 0
        assert "Giấy chứng sinh" in answer.stdout

    def test_one_question_as_json(self, motcua: Motcua) -> None:
        line = json.loads(motcua("ask", "--json", "đăng ký thường trú cần gì").stdout)
        assert line["action"] == "answer"
        assert line["facet"] == "documents"
        assert line["candidates"][0]["code"] == "1.004222"
        assert 0 <= line["candidates"][0]["p"] <= 1

    def test_why(self, motcua: Motcua) -> None:
        assert "1.000894" in motcua("ask", "--why", "đăng ký kết hôn").stdout

    def test_a_batch_keeps_order_and_survives_bad_lines(self, motcua: Motcua) -> None:
        lines = (
            '{"id": 1, "q": "đăng ký kết hôn"}\nhỏng\n{"id": 3, "q": "con tui sốt 40 độ uống gì"}\n'
        )
        answer = motcua("ask", "--batch", "-", stdin=lines)
        assert answer.exit_code == 0
        found = [json.loads(line) for line in answer.stdout.splitlines()]
        assert [line["id"] for line in found] == [1, None, 3]
        assert "error" in found[1]
        assert found[2]["action"] == "other"

    def test_each_line_is_a_fresh_conversation(self, motcua: Motcua) -> None:
        lines = '{"id": 1, "q": "đăng ký kết hôn"}\n{"id": 2, "q": "thế còn lệ phí?"}\n'
        found = motcua("ask", "--batch", "-", stdin=lines).stdout.splitlines()
        assert json.loads(found[1])["candidates"] == []

    def test_a_missing_file(self, motcua: Motcua) -> None:
        answer = motcua("ask", "--batch", "/khong/co")
        assert answer.exit_code == 1
        assert answer.stderr.startswith("motcua: không đọc được /khong/co")
        assert len(answer.stderr.splitlines()) == 1

    def test_neither_question_nor_batch(self, motcua: Motcua) -> None:
        assert motcua("ask").exit_code == 2


class TestPlace:
    """`motcua place`."""

    def test_an_old_name(self, motcua: Motcua) -> None:
        found = json.loads(motcua("place", "--json", "thị trấn Lai Vung").stdout)
        assert [one["name"] for one in found["matches"]] == ["Xã Hòa Long"]
        assert found["was"]["commune"] == "Thị trấn Lai Vung"

    def test_a_batch(self, motcua: Motcua) -> None:
        answer = motcua("place", "--batch", "-", stdin='{"id": "a", "q": "tra vinh"}\n{}\n')
        found = [json.loads(line) for line in answer.stdout.splitlines()]
        assert found[0]["id"] == "a"
        assert found[0]["matches"][0]["province"] == "Tỉnh Vĩnh Long"
        assert "error" in found[1]

    def test_a_place_nobody_knows(self, motcua: Motcua) -> None:
        answer = motcua("place", "xyzxyz")
        assert (answer.exit_code, len(answer.stderr.splitlines())) == (1, 1)


class TestUnits:
    """`motcua units`."""

    def make(self, folder: Path, *rows: str) -> Path:
        (folder / "table.yaml").write_text("version: 2027-01-01\neffective_on: 2027-01-01\n")
        head = "code\tkind\tname\tprovince_code\tlatitude\tlongitude"
        (folder / "units.tsv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        head = "old_code\told_commune\told_district\told_province\tnew_code\tdivided"
        (folder / "changes.tsv").write_text(head + "\n", encoding="utf-8")
        return folder

    def test_a_table_with_bad_rows_replaces_nothing(self, motcua: Motcua, tmp_path: Path) -> None:
        before = motcua("units", "version").stdout
        folder = self.make(tmp_path, "00004\txã\tXã Không Tỉnh\t99\t\t")
        answer = motcua("units", "import", str(folder))
        assert answer.exit_code == 1
        assert "Xã Không Tỉnh" in answer.stderr
        assert motcua("units", "version").stdout == before

    def test_a_missing_folder(self, motcua: Motcua) -> None:
        answer = motcua("units", "import", "/khong/co")
        assert (answer.exit_code, len(answer.stderr.splitlines())) == (1, 1)

    def test_a_newer_table_takes_over(self, tmp_path: Path, data_dir: Path) -> None:
        runner = CliRunner(env={"MOTCUA_DATA_DIR": str(data_dir)})
        folder = self.make(
            tmp_path, "01\ttỉnh\tTỉnh Thử\t01\t21.0\t105.0", "00004\txã\tXã Thử\t01\t21.0\t105.0"
        )
        assert runner.invoke(app, ["units", "import", str(folder)]).exit_code == 0
        assert "2027-01-01" in runner.invoke(app, ["units", "version"]).stdout
        found = json.loads(runner.invoke(app, ["place", "--json", "xã thử"]).stdout)
        assert [one["code"] for one in found["matches"]] == ["00004"]


class TestCentre:
    """`motcua centre` and `motcua calendar`."""

    def test_what_is_exported_can_be_imported_again(self, motcua: Motcua, tmp_path: Path) -> None:
        file = tmp_path / "trung-tam.csv"
        assert motcua("centre", "export", str(file)).exit_code == 0
        again = motcua("centre", "import", str(file))
        assert again.exit_code == 0, again.stderr

    def test_a_bad_row_is_named_and_nothing_is_imported(
        self, motcua: Motcua, tmp_path: Path
    ) -> None:
        before = motcua("centre", "list").stdout
        file = tmp_path / "trung-tam.csv"
        assert motcua("centre", "export", str(file)).exit_code == 0
        rows = file.read_text(encoding="utf-8-sig").splitlines()
        file.write_text("\n".join([*rows, "xx" + rows[0]]), encoding="utf-8")

        answer = motcua("centre", "import", str(file))

        assert answer.exit_code == 1
        assert "dòng" in answer.stderr
        assert "Traceback" not in answer.stderr
        assert motcua("centre", "list").stdout == before

    def test_a_day_can_be_confirmed(self, motcua: Motcua) -> None:
        before = json.loads(motcua("calendar", "show", "2026-11-24").stdout)
        assert (
            motcua("calendar", "set", "2026-11-24", "--kind", "none", "--name", "thử").exit_code
            == 0
        )
        after = json.loads(motcua("calendar", "show", "2026-11-24").stdout)
        assert (before["working"], before["verified"]) == (False, False)
        assert (after["working"], after["verified"]) == (True, True)

    @pytest.mark.parametrize("arguments", [("24/11/2026", "off"), ("2026-11-24", "lễ")])
    def test_a_bad_day_or_kind(self, motcua: Motcua, arguments: tuple[str, str]) -> None:
        answer = motcua("calendar", "set", arguments[0], "--kind", arguments[1])
        assert (answer.exit_code, len(answer.stderr.splitlines())) == (2, 1)


def test_run_says_when_its_port_is_taken(motcua: Motcua) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = motcua("run", "--port", str(taken.getsockname()[1]))
    assert answer.exit_code == 1
    assert "không mở được 127.0.0.1" in answer.stderr


def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    runner = CliRunner(env={"MOTCUA_DATABASE_URL": "postgresql://postgres@127.0.0.1:1/x"})
    answer = runner.invoke(app, ["ask", "chào"])
    assert answer.exit_code == 1
    assert answer.stderr.startswith("motcua: không mở được cơ sở dữ liệu")
    assert len(answer.stderr.splitlines()) == 1


class TestHelp:
    """`motcua --help` and words that are no command."""

    def test_it_names_every_command(self, motcua: Motcua) -> None:
        shown = motcua("--help").stdout
        listed = {
            line.strip("│ ").split(" ")[0] for line in shown.splitlines() if line.startswith("│")
        }
        assert set(COMMANDS) <= listed

    def test_every_command_explains_itself(self, motcua: Motcua) -> None:
        for name in COMMANDS:
            answer = motcua(name, "--help")
            assert answer.exit_code == 0
            assert f" {name} " in answer.stdout

    def test_a_word_that_is_no_command(self, motcua: Motcua) -> None:
        assert motcua("khong-co").exit_code == 2
