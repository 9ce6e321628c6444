"""Reads the repository's own knowledge, and a dump of the national database, for training."""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from knowledge.content import Content, Level
from knowledge.matching.entries import Entry
from knowledge.yaml_files import read_yaml

DATA = Path(__file__).parent.parent / "data"
_LEVELS = {"cấp xã": Level.COMMUNE, "cấp tỉnh": Level.PROVINCE, "cấp bộ": Level.MINISTRY}
_PROVINCIAL_DECISION = re.compile(r"QĐ-?\s?(?:CT\.?)?UBND|UBND", re.IGNORECASE)


def starter(directory: Path = DATA / "procedures") -> Iterator[Entry]:
    """Yield the hand-made procedures."""
    for path in sorted(directory.glob("*/*.yaml")):
        data = read_yaml(path)
        aliases, examples = data.pop("aliases", ()), data.pop("examples", ())
        yield Entry.from_content(Content.model_validate(data), aliases, examples, curated=True)


def superseded(directory: Path = DATA / "procedures") -> dict[str, str]:
    """Return the codes that a hand-made procedure replaces, each with the newer code."""
    return {
        str(old): str(data["code"])
        for data in map(read_yaml, sorted(directory.glob("*/*.yaml")))
        for old in data.get("supersedes") or ()
    }


def phrases(directory: Path = DATA / "phrases") -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return aliases and examples of national procedures by code."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for path in sorted(directory.glob("*.yaml")):
        for code, given in (read_yaml(path) or {}).items():
            known = found.get(str(code), ((), ()))
            found[str(code)] = (
                (*known[0], *map(str, given.get("aliases") or ())),
                (*known[1], *map(str, given.get("examples") or ())),
            )
    return found


def dump(path: Path) -> Iterator[Entry]:
    """Yield the entries of a dump of the national database (JSON lines)."""
    spoken = phrases()
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            aliases, examples = spoken.get(record["ma_thu_tuc"], ((), ()))
            yield _entry(record, aliases, examples)


def _entry(record: Mapping[str, Any], aliases: Iterable[str], examples: Iterable[str]) -> Entry:
    named = record.get("cap_thuc_hien_all") or record.get("cap_thuc_hien") or ""
    named = " ".join(named) if isinstance(named, list) else str(named)
    named = named.lower()
    papers = (
        paper.get("ten") or ""
        for case in record.get("thanh_phan_ho_so") or ()
        for paper in case.get("giay_to") or ()
    )
    names = ("ket_qua_thuc_hien", "doi_tuong_thuc_hien", "tu_khoa", "mo_ta", "yeu_cau_dieu_kien")
    body = [str(record.get(name) or "") for name in names]
    provincial = _PROVINCIAL_DECISION.search(record.get("so_quyet_dinh") or "")
    return Entry(
        code=record["ma_thu_tuc"],
        title=record["ten_thu_tuc"],
        field=record.get("linh_vuc") or "",
        levels=tuple(level for name, level in _LEVELS.items() if name in named),
        province_code="00" if provincial else "",
        aliases=tuple(aliases),
        examples=tuple(examples),
        body="\n".join(
            part[:600]
            for part in (*body[:3], *papers, *body[3:], str(record.get("trinh_tu_thuc_hien") or ""))
            if part
        )[:3000],
    )


def merged(*sources: Iterable[Entry]) -> list[Entry]:
    """Return one entry per code, none superseded; a later source replaces an earlier one."""
    gone = superseded()
    unique = {entry.code: entry for source in sources for entry in source}
    return [entry for code, entry in unique.items() if code not in gone]
