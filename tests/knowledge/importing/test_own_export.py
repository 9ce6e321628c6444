"""Our own export read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.importing import READERS, Draft, Refused, UnreadableFileError, read, reader_of

SAMPLES = Path(__file__).parent / "samples"


def test_contents_and_phrases_come_back_and_unknown_keys_are_refused() -> None:
    draft, refused = read(SAMPLES / "export.jsonl")
    assert isinstance(draft, Draft)
    assert draft.aliases == ("trả sách trễ",)
    assert draft.examples == ("quên trả sách thì làm sao",)
    assert refused == Refused(2, "khoa_la: Extra inputs are not permitted", "9.000007")


def test_invisible_characters_are_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(
        json.dumps({"code": "1.1", "title": "Thủ\u202e tục", "aliases": ["a\u0000b", 5, ""]}),
        encoding="utf-8",
    )
    (draft,) = read(path)
    assert isinstance(draft, Draft)
    assert draft.content.title == "Thủ tục"
    assert draft.aliases == ("ab",)


@pytest.mark.parametrize(
    ("sample", "format_name"),
    [
        ("national.jsonl", "national"),
        ("list.xlsx", "excel_list"),
        ("export.jsonl", "own_export"),
        ("table.csv", "own_table"),
        ("starter", "starter"),
    ],
)
def test_every_format_has_a_sample_that_it_alone_knows(sample: str, format_name: str) -> None:
    assert reader_of(SAMPLES / sample) is READERS[format_name]


def test_every_format_is_sampled() -> None:
    assert len(list(SAMPLES.iterdir())) == len(READERS)


def test_an_unknown_format_or_file_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("xin chào\n", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="Không nhận ra"):
        reader_of(path)
    with pytest.raises(UnreadableFileError, match="Không có tệp"):
        reader_of(tmp_path / "không có")
