"""Links figures: which is a part of which whole, which percentage is whose share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from knowledge.reports.figures import Figure
from knowledge.reports.found import Relation
from knowledge.reports.numbers import unit_at

#: Ways to divide a whole; when all needed labels are there, the parts must add up to it.
PARTITIONS: dict[str, tuple[frozenset[str], ...]] = {
    "mode": (frozenset(["trực tiếp", "trực tuyến"]),),
    "online": (frozenset(["một phần", "toàn trình"]),),
    "level": (frozenset(["cấp tỉnh", "cấp huyện", "cấp xã"]), frozenset(["cấp tỉnh", "cấp xã"])),
    "outcome": (frozenset(["đã giải quyết", "đang giải quyết"]),),
    "time": (frozenset(["đúng hạn", "quá hạn"]), frozenset(["trước hạn", "đúng hạn"])),
}
_TAGS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (group, tag, re.compile(pattern, re.IGNORECASE))
    for group, tag, pattern in (
        (
            "mode",
            "trực tuyến",
            r"\b(?:trực tuyến|qua mạng|qua Cổng|điện tử)\b(?!\s+(?:một phần|toàn trình))",
        ),
        ("mode", "trực tiếp", r"\b(?:trực tiếp|tại quầy|bản giấy)\b"),
        ("mode", "bưu chính", r"\bbưu chính\b|\bqua bưu\b"),
        ("online", "một phần", r"\bmột phần\b"),
        ("online", "toàn trình", r"\btoàn trình\b"),
        ("level", "cấp tỉnh", r"\bcấp (?:tỉnh|sở|thành phố)\b"),
        ("level", "cấp huyện", r"\bcấp huyện\b"),
        ("level", "cấp xã", r"\bcấp xã\b"),
        (
            "outcome",
            "đang giải quyết",
            r"\b(?:đang (?:giải quyết|xử lý|trong)|còn lại|chưa (?:giải quyết|xử lý|đến hạn)|trong hạn)\b",
        ),
        (
            "outcome",
            "đã giải quyết",
            r"\b(?:đã (?:giải quyết|xử lý|trả)|giải quyết xong|đã hoàn thành)\b",
        ),
        ("outcome", "tiếp nhận", r"\b(?:tiếp nhận|nhận|nộp)\b(?! và trả| dư| xét)"),
        ("time", "trước hạn", r"\btrước hạn\b"),
        ("time", "đúng hạn", r"\b(?:đúng hạn|đúng thời hạn)\b"),
        ("time", "quá hạn", r"\b(?:quá hạn|trễ hạn|chậm hạn)\b"),
    )
)
_OPENS = re.compile(
    r"\b(?:trong đó|trong số đó|gồm có|bao gồm|gồm|chia ra)\b|\bcụ thể\s*[,:]|:", re.IGNORECASE
)
_CONTINUES = re.compile(
    r"^\W*(?:trong đó|trong số đó|cụ thể|bao gồm|gồm|số này|chia theo|phân theo)\b", re.IGNORECASE
)
_OF_TOTAL = re.compile(r"^[^.;:()]{0,60}\b(?:trên|trong|so với) tổng(?: số)?\s*$", re.IGNORECASE)
#: A figure hangs on none farther back than this: bounds the time of a sentence of hundreds.
_FAR = 16
#: At most so many parts are tried as a sum.
_MOST_PARTS = 8
#: Parts that miss their whole by more than this share are of something else.
_CLOSE = Decimal("0.25")


class Counted(Protocol):
    """What linking needs to know of a statistic."""

    @property
    def figure(self) -> Figure:
        """The number."""

    @property
    def tags(self) -> frozenset[str]:
        """Its labels within a partition."""

    @property
    def level(self) -> str:
        """Its level of government."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The figures of one sentence (first to end) among all of the report."""

    all: Sequence[Counted]
    first: int
    end: int


def tags_of(text: str) -> frozenset[str]:
    """Return the labels of partitions that the words around a figure name."""
    return frozenset(tag for _, tag, pattern in _TAGS if pattern.search(text))


def partition_of(tags: Sequence[frozenset[str]]) -> str:
    """Return the partition that the tags of several parts make up completely, or ""."""
    for group, wanted in PARTITIONS.items():
        members = {tag for name, tag, _ in _TAGS if name == group}
        own = [sorted(labels & members) for labels in tags]
        if all(len(labels) == 1 for labels in own):
            names = [labels[0] for labels in own]
            if len(set(names)) == len(names) and any(need <= set(names) for need in wanted):
                return group
    return ""


def link(stretch: Stretch, text: str) -> dict[int, tuple[int, Relation]]:
    """Return child → (parent, relation) for the figures of one sentence; parents may be earlier."""
    links: dict[int, tuple[int, Relation]] = {}
    _link_totals(stretch, text, links)
    for at in range(stretch.first, stretch.end):
        figure = stretch.all[at].figure
        if figure.target:
            host = _nearest(stretch, at, text)
            if host is not None:
                links[at] = (host, Relation.TARGET)
        elif figure.is_share:
            host = _share_host(stretch, at, text)
            if host is not None:
                host = next(
                    (part for part, (whole, _) in links.items() if whole == host == part + 1), host
                )
                links[at] = (host, Relation.SHARE)
        elif figure.is_count and at not in links:
            host = _bracket_host(stretch, at, text)
            if host is None:
                host = _listed_host(stretch, at, text, links)
            if host is not None:
                links[at] = (host, Relation.PART)
    _link_sums(stretch, links)
    return links


def _link_totals(stretch: Stretch, text: str, links: dict[int, tuple[int, Relation]]) -> None:
    """Link "34.018 hồ sơ trực tuyến trên tổng số 121.470 hồ sơ": the whole is printed behind its part."""
    for at in range(stretch.first, stretch.end - 1):
        part, whole = stretch.all[at].figure, stretch.all[at + 1].figure
        joined = part.depth == whole.depth and part.is_count and _can_hold(whole, part)
        if joined and _OF_TOTAL.search(text[part.end : whole.start]):
            links[at] = (at + 1, Relation.PART)


def _before(stretch: Stretch, at: int) -> range:
    """Return the figures of the sentence before `at`, the nearest first; only so many are looked at."""
    return range(at - 1, max(stretch.first, at - _FAR) - 1, -1)


def _nearest(stretch: Stretch, at: int, text: str) -> int | None:
    """Return the figure just before a target that it was set for."""
    figure = stretch.all[at].figure
    for other in _before(stretch, at):
        between = text[stretch.all[other].figure.end : figure.start]
        if len(between) > 140 or ";" in between:
            return None
        candidate = stretch.all[other].figure
        if candidate.unit == figure.unit or candidate.is_count:
            return other
    return None


def _share_host(stretch: Stretch, at: int, text: str) -> int | None:
    """Return the count a percentage belongs to: the one just before it, in or before its bracket."""
    figure = stretch.all[at].figure
    if figure.opened < 0 and unit_at(text, figure.end):
        return None  # "60% hồ sơ nộp qua mạng" says itself what it is of
    for other in _before(stretch, at):
        candidate = stretch.all[other].figure
        if candidate.is_share or candidate.target:
            if candidate.depth <= figure.depth and candidate.opened == figure.opened:
                return None
            continue
        if candidate.depth > figure.depth:
            continue
        between = text[candidate.end : figure.start]
        if ";" in between or re.search(
            r"\b(?:tỷ lệ|tỉ lệ)\s+(?!là|đạt|trực tuyến|này)\w+\s+\w+", between
        ):
            return None
        short = len(between) <= 70 or bool(
            re.search(r"\b(?:chiếm|đạt|bằng|tương ứng)\b|\(\s*$", between)
        )
        return other if short and (candidate.is_count or candidate.number.bottom) else None
    return None


def _bracket_host(stretch: Stretch, at: int, text: str) -> int | None:
    figure = stretch.all[at].figure
    if figure.opened < 0:
        return None
    for other in _before(stretch, at):
        candidate = stretch.all[other].figure
        if (
            candidate.start < figure.opened
            and candidate.depth < figure.depth
            and _can_hold(candidate, figure)
        ):
            return other if ";" not in text[candidate.end : figure.opened] else None
    return None


def _can_hold(whole: Figure, part: Figure) -> bool:
    if not whole.is_count:
        return False
    kin = {whole.counted, part.counted} <= {"DVC", "TTHC"}
    return (whole.counted == part.counted or kin) and whole.number.amount >= part.number.amount


def _listed_host(
    stretch: Stretch, at: int, text: str, links: dict[int, tuple[int, Relation]]
) -> int | None:
    """Return the whole behind "trong đó", ":" or "gồm", in this sentence or the one before."""
    figure = stretch.all[at].figure
    for other in _before(stretch, at):
        candidate = stretch.all[other].figure
        if candidate.depth != figure.depth or not candidate.is_count:
            continue
        between = outside_brackets(text[candidate.end : figure.start])
        if _OPENS.search(between) and ";" not in between and _can_hold(candidate, figure):
            return other
        joined = links.get(other)
        if (
            joined
            and joined[0] != at
            and joined[1] is Relation.PART
            and candidate.opened == figure.opened
        ):
            whole = stretch.all[joined[0]].figure
            return joined[0] if _can_hold(whole, figure) else None
    if _CONTINUES.match(text) and figure.depth == 0:
        return _earlier_total(stretch, at)
    return None


def outside_brackets(text: str) -> str:
    """Return `text` less what stands in complete brackets."""
    for _ in range(3):
        text = re.sub(r"\([^()]*\)", " ", text)
    return text


def _earlier_total(stretch: Stretch, at: int) -> int | None:
    """Return the total of the sentence before that shares most labels with this figure."""
    one = stretch.all[at]
    best: tuple[int, Decimal, int] | None = None
    for other in range(max(0, stretch.first - 10), stretch.first):
        candidate = stretch.all[other]
        if candidate.figure.depth or not _can_hold(candidate.figure, one.figure):
            continue
        shared = len({"tiếp nhận", "đã giải quyết"} & candidate.tags & one.tags)
        score = (shared, candidate.figure.number.amount, other)
        best = max(best, score) if best else score
    return best[2] if best else None


def _link_sums(stretch: Stretch, links: dict[int, tuple[int, Relation]]) -> None:
    """Link figures that follow a whole and add up to it, or divide it as received files are divided."""
    begin = max(0, stretch.first - 4)
    for whole in range(begin, stretch.end):
        figure = stretch.all[whole].figure
        if figure.depth or not figure.is_count or figure.change:
            continue
        if any(
            parent == whole and relation is Relation.PART for parent, relation in links.values()
        ):
            continue
        parts = _following(stretch, whole, links)
        fitting = _fitting(stretch, whole, parts)
        if len(fitting) >= 2 and fitting[-1] >= stretch.first:
            for part in fitting:
                links.setdefault(part, (whole, Relation.PART))


def _following(stretch: Stretch, whole: int, links: dict[int, tuple[int, Relation]]) -> list[int]:
    figure = stretch.all[whole].figure
    parts: list[int] = []
    for at in range(whole + 1, stretch.end):
        other = stretch.all[at].figure
        if other.is_share or other.depth > figure.depth:
            continue
        if (
            not other.is_count
            or not _can_hold(figure, other)
            or other.counted != figure.counted
            or other.change
        ):
            break
        if at in links and links[at][0] != whole:
            continue
        parts.append(at)
        if len(parts) == _MOST_PARTS:
            break
    return parts


def _fitting(stretch: Stretch, whole: int, parts: list[int]) -> list[int]:
    total = stretch.all[whole].figure.number.amount
    if total == 0:
        return []
    running = Decimal(0)
    for count, at in enumerate(parts, 1):
        running += stretch.all[at].figure.number.amount
        if running == total and count >= 2:
            return parts[:count]
        if running > total:
            break
    for size in range(min(len(parts), 4), 1, -1):
        partition = partition_of([stretch.all[at].tags - {"tiếp nhận"} for at in parts[:size]])
        if partition == "outcome" and "tiếp nhận" in stretch.all[whole].tags:
            return parts[:size]
        summed = sum((stretch.all[at].figure.number.amount for at in parts[:size]), Decimal(0))
        if partition in ("mode", "online") and abs(summed - total) <= _CLOSE * total:
            return parts[:size]
    return []
