"""Recomputes what a report printed: sums, shares, repeated figures. Says how sure it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from knowledge.reports.breakdowns import PARTITIONS, partition_of
from knowledge.reports.found import ArithmeticFinding, Relation, Severity
from knowledge.reports.numbers import vietnamese
from knowledge.reports.statistics import Statistic
from knowledge.reports.subjects import content_words

_HUNDRED = Decimal(100)
#: Shares of one whole may miss 100 by this much for each of them, from rounding.
_SLACK = Decimal("0.1")
#: A gap of at most this share of the whole looks like parts that were meant to be complete.
_NEARLY = Decimal("0.03")
#: The cells of a cross table stand within so many figures of its last part.
_CELLS = 24


@dataclass(frozen=True, slots=True)
class _Group:
    """A whole and its parts, as indexes."""

    whole: int
    parts: tuple[int, ...]


def check(statistics: Sequence[Statistic]) -> list[ArithmeticFinding]:
    """Return the findings about `statistics`, in the order of the checks."""
    groups = _groups(statistics)
    shares: dict[int | None, int] = {
        one.parent: i
        for i, one in enumerate(statistics)
        if one.relation is Relation.SHARE and one.parent is not None and not one.planned
    }
    return [
        *_ratios(statistics),
        *_sums(statistics, groups),
        *_shares(statistics, groups, shares),
        *_shares_of_levels(statistics, groups, shares),
        *_impossible(statistics),
        *_repeated(statistics),
        *_commas(statistics, groups),
    ]


def _amount(one: Statistic) -> Decimal:
    return one.figure.number.amount


def _groups(statistics: Sequence[Statistic]) -> list[_Group]:
    parts: dict[int, list[int]] = defaultdict(list)
    for i, one in enumerate(statistics):
        if one.relation is Relation.PART and one.parent is not None and not one.figure.change:
            parts[one.parent].append(i)
    return [_Group(whole, tuple(members)) for whole, members in parts.items()]


def _rounded(share: Decimal, decimals: int) -> tuple[Decimal, Decimal]:
    """Return `share` rounded half up and cut off, to `decimals` places."""
    step = Decimal(1).scaleb(-decimals)
    return share.quantize(step, ROUND_HALF_UP), share.quantize(step, ROUND_DOWN)


def _verdict(printed: Decimal, decimals: int, share: Decimal) -> Severity | None:
    """Return None when `printed` is `share` rounded, ROUNDING when it is cut off, else WRONG."""
    half_up, cut = _rounded(share, decimals)
    if printed == half_up:
        return None
    return Severity.ROUNDING if printed == cut else Severity.WRONG


def _share_finding(
    statistics: Sequence[Statistic],
    at: int,
    share: Decimal,
    of: str,
    others: tuple[int, ...],
    sure: float,
    hint: str = "",
) -> ArithmeticFinding | None:
    one = statistics[at]
    if one.figure.qualifier:
        return None
    number = one.figure.number
    severity = _verdict(number.amount, number.decimals, share)
    if severity is None:
        return None
    shown = f"{vietnamese(_rounded(share, max(2, number.decimals))[0], max(2, number.decimals))}%"
    if severity is Severity.ROUNDING:
        better = vietnamese(_rounded(share, number.decimals)[0], number.decimals)
        text = f"{of} = {vietnamese(share, 3)}%, làm tròn là {better}%; báo cáo cắt bớt thành {number.printed}%."
        return ArithmeticFinding(
            "share", f"{number.printed}%", f"{better}%", (at, *others), severity, text, 0.95
        )
    small = abs(number.amount - share) <= _SLACK
    text = (
        f"{of} = {shown}, không phải {number.printed}%" + (" (lệch nhỏ)." if small else ".") + hint
    )
    return ArithmeticFinding(
        "share", f"{number.printed}%", shown, (at, *others), severity, text, sure
    )


def _ratios(statistics: Sequence[Statistic]) -> Iterator[ArithmeticFinding]:
    """Check "26/33, đạt 78,79%", and that no part is more than its whole."""
    for i, one in enumerate(statistics):
        number = one.figure.number
        if (
            number.bottom is not None
            and number.amount > number.bottom
            and one.figure.unit != "điểm"
        ):
            text = (
                f"{number.printed}: phần ({vietnamese(number.amount)}) lớn hơn tổng "
                f"({vietnamese(number.bottom)})."
            )
            yield ArithmeticFinding("ratio", number.printed, "", (i,), Severity.WRONG, text, 0.8)
        if one.relation is Relation.SHARE and one.parent is not None and one.figure.is_share:
            parent = statistics[one.parent].figure.number
            if parent.bottom and statistics[one.parent].figure.unit not in ("hạng", "điểm"):
                share = parent.amount / parent.bottom * _HUNDRED
                found = _share_finding(statistics, i, share, parent.printed, (one.parent,), 0.95)
                if found:
                    yield found


def _tags(statistics: Sequence[Statistic], group: _Group) -> str:
    whole = statistics[group.whole].tags
    own = [statistics[i].tags - whole for i in group.parts]
    return partition_of(own) or partition_of([statistics[i].tags for i in group.parts])


def _total(statistics: Sequence[Statistic], parts: Sequence[int]) -> Decimal:
    return sum((_amount(statistics[i]) for i in parts), Decimal(0))


def _sums(statistics: Sequence[Statistic], groups: Sequence[_Group]) -> Iterator[ArithmeticFinding]:
    """Check parts against their whole; "trong đó" may leave something out, a full partition not."""
    for group in groups:
        for parts, partition in _partitioned(statistics, group):
            found = _sum(statistics, group.whole, parts, partition)
            if found:
                yield found
                break


def _partitioned(
    statistics: Sequence[Statistic], group: _Group
) -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield the ways to read the parts: by sentence, each with the partition they make up."""
    whole = statistics[group.whole]
    by_sentence: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i in group.parts:
        by_sentence[statistics[i].sentence.start, statistics[i].figure.opened].append(i)
    if whole.figure.qualifier or len(group.parts) < 2:
        return
    if _total(statistics, group.parts) == _amount(whole):
        return
    ways = [tuple(parts) for parts in by_sentence.values() if len(parts) >= 2] or [group.parts]
    for parts in ways:
        if any(statistics[i].figure.qualifier for i in parts):
            continue
        yield parts, _tags(statistics, _Group(group.whole, parts))


def _sum(
    statistics: Sequence[Statistic], whole: int, parts: tuple[int, ...], partition: str
) -> ArithmeticFinding | None:
    total, expected = _total(statistics, parts), _amount(statistics[whole])
    gap = expected - total
    if gap == 0 or _prefix_fits(statistics, parts, expected):
        return None
    unit = statistics[whole].figure.unit
    sure = 0.9 if partition else 0.6
    if not partition and abs(gap) > _NEARLY * expected:
        if gap > 0:
            return None
        sure = 0.4
    added = " + ".join(vietnamese(_amount(statistics[i])) for i in parts)
    way = "thiếu" if gap > 0 else "thừa"
    text = (
        f"{added} = {vietnamese(total)} {unit}, trong khi tổng được ghi là {vietnamese(expected)}:"
        f" {way} {vietnamese(abs(gap))}.{_explained(statistics, whole, parts, gap)}"
    )
    severity = Severity.MISMATCH if sure >= 0.6 else Severity.UNCLEAR
    return ArithmeticFinding(
        "sum", vietnamese(expected), vietnamese(total), (whole, *parts), severity, text, sure
    )


def _prefix_fits(statistics: Sequence[Statistic], parts: Sequence[int], expected: Decimal) -> bool:
    running = Decimal(0)
    for count, i in enumerate(parts, 1):
        running += _amount(statistics[i])
        if running == expected and count >= 2:
            return True
    return False


def _explained(
    statistics: Sequence[Statistic], whole: int, parts: Sequence[int], gap: Decimal
) -> str:
    """Tell which column of a cross table the same gap comes from, e.g. "trực tiếp"."""
    columns = {tag for wanted in PARTITIONS.values() for need in wanted for tag in need}
    near = range(whole, min(len(statistics), max(parts) + _CELLS))
    for tag in sorted(columns):
        tagged = [i for i in near if tag in statistics[i].tags]
        tops = [i for i in tagged if statistics[i].parent == whole and i not in parts]
        cells = [
            i
            for i in tagged
            if statistics[i].parent in parts and statistics[i].relation is Relation.PART
        ]
        if len(tops) == 1 and len(cells) == len(parts):
            missing = _amount(statistics[tops[0]]) - _total(statistics, cells)
            if missing == gap:
                return (
                    f" Chênh lệch nằm ở phần {tag}: {vietnamese(_total(statistics, cells))}"
                    f" so với {vietnamese(_amount(statistics[tops[0]]))}."
                )
    return ""


def _shares(
    statistics: Sequence[Statistic], groups: Sequence[_Group], shares: dict[int | None, int]
) -> Iterator[ArithmeticFinding]:
    """Check the shares printed behind counts against the whole those counts are parts of."""
    for group in groups:
        pairs = [(i, shares[i]) for i in group.parts if i in shares]
        whole = _amount(statistics[group.whole])
        if not pairs or not whole:
            continue
        meant = _meant_of_whole(statistics, group, pairs, whole)
        for count, at in pairs:
            share = _amount(statistics[count]) / whole * _HUNDRED
            if not meant and _verdict(
                _amount(statistics[at]), statistics[at].figure.number.decimals, share
            ):
                continue
            if _fits_another(statistics, count, at, group.whole):
                continue
            of = f"{vietnamese(_amount(statistics[count]))}/{vietnamese(whole)}"
            hint = _other_counts(statistics, pairs, whole)
            found = _share_finding(
                statistics,
                at,
                share,
                of,
                (count, group.whole),
                0.95 if len(pairs) > 1 else 0.8,
                hint,
            )
            if found:
                yield found
    yield from _flat_shares(statistics, groups, shares)


def _meant_of_whole(
    statistics: Sequence[Statistic], group: _Group, pairs: Sequence[tuple[int, int]], whole: Decimal
) -> bool:
    """Whether the printed shares claim to be of the whole: they add up to 100, or some of them fit."""
    printed = _total(statistics, [at for _, at in pairs])
    if (
        len(pairs) == len(group.parts)
        and len(pairs) > 1
        and abs(printed - _HUNDRED) <= _SLACK * len(pairs)
    ):
        return True
    fitting = sum(
        _verdict(
            _amount(statistics[at]),
            statistics[at].figure.number.decimals,
            _amount(statistics[count]) / whole * _HUNDRED,
        )
        is None
        for count, at in pairs
    )
    return fitting > 0 if len(pairs) > 1 else not statistics[pairs[0][0]].level


def _fits_another(statistics: Sequence[Statistic], count: int, at: int, whole: int) -> bool:
    """Whether the share is right for another total printed shortly before (solved, not received)."""
    number = statistics[at].figure.number
    for i in range(max(0, count - 8), count):
        other = statistics[i]
        if (
            i == whole
            or not other.figure.is_count
            or other.figure.counted != statistics[count].figure.counted
        ):
            continue
        if _amount(other) >= _amount(statistics[count]) > 0:
            share = _amount(statistics[count]) / _amount(other) * _HUNDRED
            if _verdict(number.amount, number.decimals, share) is None:
                return True
    return False


def _other_counts(
    statistics: Sequence[Statistic], pairs: Sequence[tuple[int, int]], whole: Decimal
) -> str:
    """Tell which whole numbers the printed shares would fit."""
    fitting = []
    for _, at in pairs:
        number = statistics[at].figure.number
        near = (number.amount * whole / _HUNDRED).quantize(Decimal(1), ROUND_HALF_UP)
        if _verdict(number.amount, number.decimals, near / whole * _HUNDRED) is not None:
            return ""
        fitting.append(near)
    if len(fitting) < 2 or sum(fitting) != whole:
        return ""
    counts = " và ".join(vietnamese(count) for count in fitting)
    return f" Các tỷ lệ in ra khớp với {counts} trên {vietnamese(whole)}: có lẽ lấy từ kỳ số liệu khác."


def _flat_shares(
    statistics: Sequence[Statistic], groups: Sequence[_Group], shares: dict[int | None, int]
) -> Iterator[ArithmeticFinding]:
    """Check "giải quyết 69.000 hồ sơ, đạt 98%" against the larger figure right before it."""
    parts = {i for group in groups for i in group.parts}
    for count, at in shares.items():
        if count is None or count in parts:
            continue
        one = statistics[count]
        if not one.figure.is_count or not _amount(one) or statistics[at].figure.change:
            continue
        before = [
            i
            for i in range(max(0, count - 4), count)
            if statistics[i].figure.counted == one.figure.counted
            and statistics[i].sentence.start == one.sentence.start
            and statistics[i].figure.is_count
            and statistics[i].figure.depth <= one.figure.depth
            and statistics[i].level == one.level
            and _amount(statistics[i]) >= _amount(one)
        ]
        if (
            len(before) != 1
            or "tiếp nhận" not in statistics[before[0]].tags
            or not one.tags & {"đã giải quyết", "trực tuyến", "quá hạn", "đúng hạn"}
        ):
            continue
        total = before[0]
        share = _amount(one) / _amount(statistics[total]) * _HUNDRED
        of = f"{vietnamese(_amount(one))}/{vietnamese(_amount(statistics[total]))}"
        found = _share_finding(statistics, at, share, of, (count, total), 0.7)
        if found:
            yield found


def _bounds(count: Decimal, share: Decimal, decimals: int) -> tuple[Decimal, Decimal] | None:
    """Return the least and greatest whole that `count` can be `share` per cent of, half up."""
    half = Decimal(1).scaleb(-decimals) / 2
    if share - half <= 0:
        return None
    return count / (share + half) * _HUNDRED, count / (share - half) * _HUNDRED


def _shares_of_levels(
    statistics: Sequence[Statistic], groups: Sequence[_Group], shares: dict[int | None, int]
) -> Iterator[ArithmeticFinding]:
    """Check the overall share against the shares of the levels, when each is of its own total."""
    for group in groups:
        members = (group.whole, *group.parts)
        if len(group.parts) < 2 or any(i not in shares for i in members):
            continue
        if _total(statistics, group.parts) != _amount(statistics[group.whole]):
            continue
        pairs = [(i, shares[i]) for i in group.parts]
        if _meant_of_whole(statistics, group, pairs, _amount(statistics[group.whole])):
            continue
        bounds = [
            _bounds(
                _amount(statistics[i]),
                _amount(statistics[shares[i]]),
                statistics[shares[i]].figure.number.decimals,
            )
            for i in members
        ]
        if any(bound is None for bound in bounds):
            continue
        whole, *parts = [bound for bound in bounds if bound]
        low, high = (
            sum((part[0] for part in parts), Decimal(0)),
            sum((part[1] for part in parts), Decimal(0)),
        )
        if whole[0] <= high * Decimal("1.002") and low <= whole[1] * Decimal("1.002"):
            continue
        count = _amount(statistics[group.whole])
        least, most = (vietnamese(count / bound * _HUNDRED, 1) for bound in (high, low))
        at = shares[group.whole]
        text = (
            f"{vietnamese(count)} là {statistics[at].figure.number.printed}% của khoảng "
            f"{vietnamese(whole[0], 0)}–{vietnamese(whole[1], 0)};"
            f" nhưng theo tỷ lệ từng cấp, tổng chỉ khoảng "
            f"{vietnamese(low, 0)}–{vietnamese(high, 0)}, nên tỷ lệ chung phải là {least}–{most}%."
        )
        yield ArithmeticFinding(
            "levels",
            f"{statistics[at].figure.number.printed}%",
            f"{least}–{most}%",
            (at, group.whole, *group.parts),
            Severity.MISMATCH,
            text,
            0.9,
        )


def _impossible(statistics: Sequence[Statistic]) -> Iterator[ArithmeticFinding]:
    """Find shares that no whole number can give, and shares of more than everything."""
    for i, one in enumerate(statistics):
        number = one.figure.number
        if not one.figure.is_share or one.figure.change or one.figure.qualifier or one.planned:
            continue
        if number.amount > _HUNDRED and re.search(
            r"\b(?:chiếm|hài lòng|đúng hạn|trên tổng)\b", one.raw
        ):
            text = f"{number.printed}% là hơn toàn bộ."
            yield ArithmeticFinding(
                "impossible", f"{number.printed}%", "", (i,), Severity.WRONG, text, 0.9
            )
        elif one.parent is None and one.level:
            base = _base(statistics, i)
            found = _no_whole_number(statistics, i, base) if base is not None else None
            if found:
                yield found


def _base(statistics: Sequence[Statistic], at: int) -> int | None:
    """Return the count of the same level that the share of a sentence just before may be of."""
    words = set(content_words(statistics[at].subject))
    for i in range(at - 1, max(-1, at - 7), -1):
        other = statistics[i]
        near = 0 <= statistics[at].sentence.paragraph - other.sentence.paragraph <= 1
        if (
            near
            and other.figure.is_count
            and other.level == statistics[at].level
            and other.parent is None
        ):
            noun = set(
                content_words(
                    other.figure.unit.replace("DVC", "dịch vụ công").replace(
                        "TTHC", "thủ tục hành chính"
                    )
                )
            )
            if noun and noun <= words and "dich" in noun:
                return i
    return None


def _no_whole_number(
    statistics: Sequence[Statistic], at: int, base: int
) -> ArithmeticFinding | None:
    number, whole = statistics[at].figure.number, _amount(statistics[base])
    if whole <= 0 or whole > 5_000:
        return None
    near = number.amount * whole / _HUNDRED
    tried = [near.quantize(Decimal(1), ROUND_DOWN) + step for step in range(2)]
    if any(
        _verdict(number.amount, number.decimals, count / whole * _HUNDRED) is not Severity.WRONG
        for count in tried
    ):
        return None
    shown = "; ".join(
        f"{vietnamese(c)} là {vietnamese(c / whole * _HUNDRED, number.decimals)}%" for c in tried
    )
    text = (
        f"{number.printed}% của {vietnamese(whole)} là {vietnamese(near, 1)}, không phải số nguyên ({shown})."
        f" Mẫu số có thể không phải {vietnamese(whole)}."
    )
    return ArithmeticFinding(
        "impossible",
        f"{number.printed}%",
        vietnamese(near, 1),
        (at, base),
        Severity.UNCLEAR,
        text,
        0.5,
    )


def _repeated(statistics: Sequence[Statistic]) -> Iterator[ArithmeticFinding]:
    """Find the same figure printed twice with different values."""
    seen: dict[tuple[object, ...], int] = {}
    for i, one in enumerate(statistics):
        words = frozenset(content_words(one.subject))
        if (
            one.planned
            or one.figure.target
            or one.figure.change
            or one.figure.qualifier
            or len(words) < 4
        ):
            continue
        key = (
            words,
            one.figure.unit,
            one.level,
            one.period,
            one.place,
            one.relation is Relation.NONE,
        )
        first = seen.setdefault(key, i)
        other = statistics[first]
        if (
            first == i
            or other.sentence.start == one.sentence.start
            or other.figure.number == one.figure.number
        ):
            continue
        if (
            _amount(other) == _amount(one)
            and other.figure.number.bottom == one.figure.number.bottom
        ):
            continue
        text = (
            f"“{one.subject}” được ghi {other.figure.value} {one.figure.unit} ở chỗ này và "
            f"{one.figure.value} ở chỗ khác."
        )
        yield ArithmeticFinding(
            "repeated",
            one.figure.value,
            other.figure.value,
            (i, first),
            Severity.MISMATCH,
            text,
            0.7,
        )


def _commas(
    statistics: Sequence[Statistic], groups: Sequence[_Group]
) -> Iterator[ArithmeticFinding]:
    """Report thousands points typed as commas, surer when the sum then fits."""
    proved = {
        i
        for group in groups
        for i in group.parts
        if _total(statistics, group.parts) == _amount(statistics[group.whole])
    }
    for i, one in enumerate(statistics):
        number = one.figure.number
        if number.corrected:
            sums = " Chỉ khi đọc như vậy các phần mới cộng bằng tổng." if i in proved else ""
            text = (
                f"“{number.printed} {one.figure.unit}” viết dấu phẩy thay dấu chấm, phải là "
                f"{number.corrected}.{sums}"
            )
            yield ArithmeticFinding(
                "comma",
                number.printed,
                number.corrected,
                (i,),
                Severity.TYPO,
                text,
                0.98 if i in proved else 0.85,
            )
