"""Files as they arrive: packed, cut off, in other encodings, enormous."""

from __future__ import annotations

import gzip
import lzma
import tracemalloc
from functools import partial
from pathlib import Path

import pytest

from knowledge.importing import Refused, UnreadableFileError, files, reader_of

GOOD = b'{"code": "1.000001", "title": "S\xc3\xa1ch"}\n'


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        gzip.compress(GOOD),
        lzma.compress(GOOD),
        lzma.compress(GOOD[:5]) + lzma.compress(GOOD[5:]) + bytes(8),
        GOOD.rstrip(b"\n"),
        b"\n\n" + GOOD,
    ],
    ids=["plain", "mark", "gzip", "xz", "two xz streams", "no last break", "blank lines"],
)
def test_a_record_is_found_however_it_is_packed(tmp_path: Path, data: bytes) -> None:
    (found,) = files.records(write(tmp_path / "f", data))
    assert not isinstance(found, Refused)
    assert found[1] == {"code": "1.000001", "title": "Sách"}


@pytest.mark.parametrize("pack", [gzip.compress, partial(lzma.compress, preset=0)])
def test_a_file_cut_off_is_called_so(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    whole = pack(GOOD * 5_000)
    path = write(tmp_path / "f", whole[: len(whole) // 2])
    with pytest.raises(UnreadableFileError, match="hỏng hoặc bị cắt cụt"):
        list(files.records(path))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1258"])
def test_another_encoding_is_called_so(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "f", '{"ma_thu_tuc": "1", "ten": "ăâđ"}\n'.encode(encoding) * 300)
    with pytest.raises(UnreadableFileError, match="UTF-8"):
        reader_of(path)


def test_an_empty_file_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="rỗng"):
        reader_of(write(tmp_path / "f", b""))
    with pytest.raises(UnreadableFileError, match="không có bản ghi"):
        list(files.records(write(tmp_path / "f", b"\n \n")))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{oops}", "JSON hỏng"),
        (b"[1, 2]", "không phải một đối tượng JSON"),
        (b'{"a": "\xff"}', "không phải chữ UTF-8"),
        (b"[" * 100_000, "JSON lồng nhau quá sâu"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "JSON hỏng"),
    ],
)
def test_a_bad_line_is_refused_and_the_rest_read(tmp_path: Path, line: bytes, reason: str) -> None:
    path = write(tmp_path / "f", GOOD + line + b"\n" + GOOD)
    first, refused, last = files.records(path)
    assert isinstance(refused, Refused)
    assert refused.record == 2
    assert refused.reason.startswith(reason)
    assert (first[0], last[0]) == (1, 3)  # type: ignore[index]


def test_a_line_of_200_mb_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "f"
    with path.open("wb") as file:
        file.write(GOOD)
        for _ in range(200):
            file.write(b"x" * 1024**2)
        file.write(b"\n" + GOOD)

    tracemalloc.start()
    found = list(files.records(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found[1] == Refused(2, "dòng dài hơn 20 MB")
    assert len(found) == 3
    assert peak < 80 * 1024**2


@pytest.mark.parametrize("pack", [gzip.compress, partial(lzma.compress, preset=0)])
def test_a_bomb_is_left_before_it_bursts(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    path = write(tmp_path / "f", pack((b"x" * 1023 + b"\n") * (200 * 1024)))
    with pytest.raises(UnreadableFileError, match="quá lớn"):
        list(files.lines(path))


def test_progress_goes_to_the_end(tmp_path: Path) -> None:
    shares: list[float] = []
    list(files.records(write(tmp_path / "f", GOOD * 50_000), shares.append))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="Không đọc được"):
        list(files.records(tmp_path))
