"""Measures the reader of reports: `python -m tests.bench.reports [--misses]`.

On the five reports whose facts were read by hand: precision and recall of the statistics by
(value, unit), how many also have subject, level, period and locality right, and which findings of
the audit were made. Then time and memory of a made-up report of 200 pages. An extra figure is
counted as wrong unless the gold holds the same value and unit under another kind.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from knowledge.reports.found import ArithmeticFinding, FoundFact, Kind, ReadReport, Severity
from knowledge.reports.periods import Period, find_periods
from knowledge.reports.report import read_report
from knowledge.text import fold
from tests.knowledge.reports.making import docx, pdf

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "reports"
#: What the audit marks SAI or LỆCH, LÀM TRÒN, and CHÍNH TẢ of a number: report → printed → severity.
AUDIT: tuple[tuple[str, str, Severity], ...] = (
    ("000", "33,62%", Severity.WRONG),
    ("000", "66,38%", Severity.WRONG),
    ("000", "70.443", Severity.MISMATCH),
    ("000", "27,34%", Severity.ROUNDING),
    ("000", "93,2%", Severity.ROUNDING),
    ("002", "23,06%", Severity.MISMATCH),
    ("002", "1,418", Severity.TYPO),
    ("002", "đạt 100", Severity.TYPO),
    ("003", "năm 1023", Severity.TYPO),
    ("003", "68,7%", Severity.UNCLEAR),
    ("004", "71,86%", Severity.WRONG),
)
_SAME_UNITS = ({"DVC", "dịch vụ"}, {"TTHC", "thủ tục"}, {"người", "công chức, viên chức"})
_SHORT = {
    "tthc": "thu tuc hanh chinh",
    "dvctt": "dich vu cong truc tuyen",
    "dvc": "dich vu cong",
    "dvcqg": "dich vu cong quoc gia",
    "csdl": "co so du lieu",
    "htt t": "he thong thong tin",
    "htttt": "he thong thong tin",
    "httt": "he thong thong tin",
}
_EMPTY = frozenset(
    [
        "so",
        "ty",
        "le",
        "theo",
        "bao",
        "cao",
        "cua",
        "va",
        "cac",
        "da",
        "duoc",
        "tren",
        "tai",
        "trong",
        "la",
        "cap",
        "tong",
        "dat",
        "qua",
    ]
)


def gold_facts(path: Path) -> list[dict[str, Any]]:
    """Return the facts read by hand."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def value_key(value: str) -> str:
    """Return a value without leading zeros and spaces: "03" → "3"."""
    return re.sub(r"\b0+(?=\d)", "", re.sub(r"\s+", " ", value.strip().lower()))


def same_unit(one: str, other: str) -> bool:
    """Whether two units are the same or share a noun ("sáng kiến, mô hình" holds "mô hình")."""
    if one == other or any({one, other} <= pair for pair in _SAME_UNITS):
        return True
    return bool(set(one.split(", ")) & set(other.split(", ")))


def words(text: str) -> set[str]:
    """Return the telling words of a subject, abbreviations spelt out."""
    text = fold(re.sub(r"\(.*?\)", " ", text).lower())
    for short, long in _SHORT.items():
        text = re.sub(rf"\b{short}\b", long, text)
    return {word for word in re.findall(r"[^\W_]+", text) if word not in _EMPTY}


def same_subject(gold: str, found: FoundFact) -> bool:
    """Whether the subject holds at least half of the telling words of the gold's."""
    wanted = words(gold)
    return not wanted or len(wanted & words(f"{found.subject} {found.unit}")) >= 0.5 * len(wanted)


def same_level(gold: str, found: str) -> bool:
    """Whether the level is the gold's; the gold leaves it empty when the figure is of no one level."""
    return not gold or gold == found


def _span(text: str) -> tuple[Period, ...]:
    return tuple(at.period for at in find_periods(text.replace("“", "").replace("”", "")))


def same_period(gold: str, found: str) -> bool:
    """Whether two periods end in the same year and name the same part of it."""
    if fold(gold).strip("“”").lower().startswith(fold(found).lower()):
        return True
    one, other = _span(gold), _span(found)
    if not one or not other:
        return False
    if "–tháng" in gold:  # "quý I–tháng 4/2020": from January to April
        last = int(re.findall(r"tháng (\d+)", gold)[0])
        return other[0].year == one[-1].year and (other[0].first, other[0].last) == (1, last)
    mine, theirs = other[0], one[0]
    return (mine.year, mine.first, mine.last) == (theirs.year, theirs.first, theirs.last)


def same_place(gold: str, found: str) -> bool:
    """Whether the found locality is the one the gold names first."""
    return fold(re.sub(r"\s*\(.*", "", gold)).lower().startswith(fold(found).lower()) and bool(
        found
    )


def pair_up(
    gold: Sequence[dict[str, Any]], found: Sequence[FoundFact]
) -> Iterator[tuple[int, int]]:
    """Yield (gold, found) of equal value and unit, the likeliest subject and sentence first."""
    choices = [
        (
            same_subject(want["subject"], have) + 2 * (have.sentence[:40] in want["sentence"]),
            -abs(len(words(want["subject"]) ^ words(have.subject))),
            g,
            f,
        )
        for g, want in enumerate(gold)
        for f, have in enumerate(found)
        if value_key(want["value"]) == value_key(have.value) and same_unit(want["unit"], have.unit)
    ]
    used_gold: set[int] = set()
    used_found: set[int] = set()
    for _, _, g, f in sorted(choices, reverse=True):
        if g not in used_gold and f not in used_found:
            used_gold.add(g)
            used_found.add(f)
            yield g, f


def score(folder: Path = SHARED, *, show: bool = False) -> dict[str, float]:
    """Return the figures on the five reports."""
    gold = gold_facts(folder / "report_facts.jsonl")
    tally: Counter[str] = Counter()
    for path in sorted(folder.glob("*.txt")):
        report = read_report(path)
        mine = [fact for fact in gold if fact["file"] == path.name]
        wanted = [fact for fact in mine if fact["kind"] == "statistic"]
        found = [fact for fact in report.facts if fact.kind is Kind.STATISTIC]
        pairs = list(pair_up(wanted, found))
        tally["gold"] += len(wanted)
        tally["found"] += len(found)
        tally["right"] += len(pairs)
        extra = [have for f, have in enumerate(found) if f not in {f for _, f in pairs}]
        others = [fact for fact in mine if fact["kind"] != "statistic" and fact["value"]]
        tally["elsewhere"] += sum(1 for _ in pair_up(others, extra))
        for g, f in pairs:
            want, have = wanted[g], found[f]
            checks = {
                "subject": same_subject(want["subject"], have),
                "level": same_level(want.get("level", ""), have.level),
                "period": same_period(want["period"], have.period),
                "locality": same_place(want["locality"], have.locality),
            }
            tally.update(name for name, ok in checks.items() if ok)
            tally["full"] += all(checks.values())
            if show and not all(checks.values()):
                bad = [name for name, ok in checks.items() if not ok]
                _out(
                    f"  {want['id']} {bad}: {want['subject']} | {want['period']} ≠ {have.subject} "
                    f"| {have.period} | {have.level}\n"
                )
        if show:
            missed = [want for g, want in enumerate(wanted) if g not in {g for g, _ in pairs}]
            _out(
                "".join(
                    f"  missed {fact['id']} {fact['value']} {fact['unit']}\n" for fact in missed
                )
            )
            _out("".join(f"  extra {have.value} {have.unit}: {have.subject}\n" for have in extra))
    figures = {
        "precision": tally["right"] / tally["found"],
        "precision, other kinds of the gold allowed": (tally["right"] + tally["elsewhere"])
        / tally["found"],
        "recall": tally["right"] / tally["gold"],
        "with subject, level, period and locality": tally["full"] / tally["gold"],
    }
    figures |= {
        name: tally[name] / tally["right"] for name in ("subject", "level", "period", "locality")
    }
    return figures


def audited(folder: Path = SHARED) -> tuple[list[str], list[str]]:
    """Return the audit's lines that were not found, and the findings that are none of its lines."""
    missed, extra = [], []
    for path in sorted(folder.glob("*.txt")):
        findings = read_report(path).findings
        wanted = [
            (printed, severity)
            for report, printed, severity in AUDIT
            if path.name.startswith(report)
        ]
        missed += [
            f"{path.name}: {printed} {severity}"
            for printed, severity in wanted
            if not _has(findings, printed, severity)
        ]
        extra += [
            f"{path.name}: {one.severity} {one.printed} → {one.computed}"
            for one in findings
            if not any(
                one.printed == printed and one.severity is severity for printed, severity in wanted
            )
        ]
    return missed, extra


def _has(findings: Sequence[ArithmeticFinding], printed: str, severity: Severity) -> bool:
    return any(one.printed == printed and one.severity is severity for one in findings)


def long_report(pages: int = 200) -> str:
    """Return a made-up report of some 3,000 characters a page."""
    parts = ["Báo cáo kết quả công tác cải cách hành chính tỉnh Cao Bằng năm 2024\n"]
    for page in range(pages):
        base = 1_000 + 37 * page
        online = base * 2 // 3
        share = f"{online / base * 100:.2f}".replace(".", ",")
        total, part, rest = (
            f"{count:,}".replace(",", ".") for count in (base, online, base - online)
        )
        parts.append(
            f"Trong năm 2024, UBND tỉnh Cao Bằng đã ban hành {page + 2} văn bản chỉ đạo theo Nghị định"
            f" số {page + 10}/2023/NĐ-CP ngày 05/01/2023 của Chính phủ. Đơn vị thứ {page + 1} tiếp nhận"
            f" {total} hồ sơ, trong đó trực tuyến {part} hồ sơ (chiếm {share}%), trực tiếp {rest} hồ sơ. "
            + "Các cơ quan, đơn vị tiếp tục phối hợp thực hiện nghiêm túc việc tiếp nhận và trả kết quả"
            " cho người dân. " * 24
        )
    return "\n\n".join(parts)


def measure(pages: int = 200) -> dict[str, float]:
    """Return the seconds that reading a report of `pages` pages takes, by format."""
    text = long_report(pages)
    wrapped = [wrap(page, 90)[:45] for page in text.split("\n\n")]
    files = {
        ".txt": text.encode(),
        ".docx": docx(text.split("\n")),
        ".pdf": pdf(wrapped, flate=True),
    }
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for suffix, data in files.items():
            path = Path(folder) / f"dai{suffix}"
            path.write_bytes(data)
            started = time.perf_counter()
            report: ReadReport = read_report(path)
            seconds[suffix] = time.perf_counter() - started
            told = f"{len(report.text):,} characters, {len(report.facts)} facts"
            _out(f"{pages} pages {suffix:5} {told}: {seconds[suffix]:.1f} s\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _out(f"memory of this process at its peak: {peak:.0f} MB\n")
    return seconds


def _out(text: str) -> None:
    sys.stdout.write(text)


def main(*, show: bool = False) -> None:
    """Print the figures."""
    for name, figure in score(show=show).items():
        _out(f"{name:45} {figure:7.2%}\n")
    missed, extra = audited()
    _out(f"audit: {len(AUDIT) - len(missed)} of {len(AUDIT)} found\n")
    _out(
        "".join(f"  missed {line}\n" for line in missed)
        + "".join(f"  not in the audit: {line}\n" for line in extra)
    )
    measure()


if __name__ == "__main__":
    main(show="--misses" in sys.argv)
