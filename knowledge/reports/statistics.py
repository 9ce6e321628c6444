"""Turns the figures of a report into statistics that know what they count, where, when, and of what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from knowledge.reports.breakdowns import Stretch, link, tags_of
from knowledge.reports.figures import Figure, find_figures
from knowledge.reports.found import Relation
from knowledge.reports.localities import COMMUNE, DISTRICT, Locality, named_places
from knowledge.reports.mood import Mood, Read, planned_for
from knowledge.reports.periods import Period, PeriodAt, find_periods
from knowledge.reports.sentences import Sentence
from knowledge.reports.subjects import (
    compose,
    content_words,
    has_anchor,
    label,
    left_of,
    level_in,
    levels_named,
    lower,
    right_of,
    shared_tail,
    tidy,
    without_level,
)

#: A sentence that begins so speaks of the same period as the one before.
_SAME_TOPIC = re.compile(
    r"^\W*(?:trong đó|trong số|cụ thể|số (?:này|còn lại)|còn lại|đa số|đồng thời|theo đó)\b|\bcũng\b",
    re.IGNORECASE,
)
#: Words that only lead from one place of a list to the next, folded.
_COMES_NEXT = frozenset(
    re.findall(
        r"\w+", "ke den tiep theo thap cao nhat dung dau sau do nhung song moi chi thuc te bang"
    )
)
_SHORT_LABEL = 5
#: A row of a table, or a sentence that is all about one level: "Cấp xã: …", "UBND cấp xã tiếp nhận …".
_ROW = re.compile(
    r"^\W*(?:(?:UBND|Bộ phận|Trung tâm|Ở|Tại|Đối với)\b[^,;:.()\d]{0,60}?)?\bcấp (?:tỉnh|huyện|xã)\b",
    re.IGNORECASE,
)
_WHOLE_PROVINCE = re.compile(r"\b(?:toàn|cả) tỉnh\b|\b(?:trên|trong) địa bàn\b", re.IGNORECASE)
_BARE_SHARE = re.compile(
    r"[,(]\s*(?:và\s+|cũng\s+)*(?:chiếm|đạt|bằng|tương ứng|tương đương|với)\s*(?:tỷ lệ|tỉ "
    r"lệ)?\s*(?:là|đạt|:)?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statistic:
    """A figure with everything that is known of it."""

    figure: Figure
    sentence: Sentence
    subject: str
    own_label: str
    level: str
    period: Period | None
    place: Locality | None
    parent: int | None = None
    relation: Relation = Relation.NONE
    planned: bool = False
    tags: frozenset[str] = field(default_factory=frozenset)
    raw: str = ""
    """The words right around the figure."""

    @property
    def confidence(self) -> float:
        """How sure it is that the figure is one and is read right."""
        sure = 0.95 - 0.35 * self.figure.guessed - 0.1 * (len(content_words(self.subject)) < 2)
        return round(sure - 0.1 * bool(self.figure.number.corrected), 2)


@dataclass(slots=True)
class _Frame:
    """What holds until something else is said."""

    paragraph: int = -1
    period: Period | None = None
    local: Period | None = None
    ahead: Period | None = None
    """What the plans of this stretch are for."""


def find_statistics(
    reads: Iterable[Read], *, year: int | None, locality: Locality
) -> list[Statistic]:
    """Return the statistics of a report in the order they are printed."""
    found: list[Statistic] = []
    frame = _Frame()
    for read in reads:
        sentence = read.sentence
        if sentence.paragraph != frame.paragraph:
            frame = _Frame(sentence.paragraph, ahead=frame.ahead)
        frame.ahead = planned_for(read, year, frame.ahead)
        periods = [at for at in find_periods(sentence.text, year) if not at.compared]
        figures = find_figures(sentence.text)
        _move_frame(frame, periods, sentence)
        if figures:
            _add(found, read, figures, periods, frame, locality)
    return _named(found)


def _move_frame(frame: _Frame, periods: Sequence[PeriodAt], sentence: Sentence) -> None:
    opening = next((at.period for at in periods if at.frame and at.period.kind != "stage"), None)
    if opening is not None:
        frame.period = None if opening.kind == "sofar" else opening
        frame.local = frame.period
    elif not _SAME_TOPIC.search(sentence.text):
        frame.local = frame.period


def _add(
    found: list[Statistic],
    read: Read,
    figures: list[Figure],
    periods: Sequence[PeriodAt],
    frame: _Frame,
    locality: Locality,
) -> None:
    first = len(found)
    text = read.sentence.text
    opening = _opening_place(text, locality)
    right_end = 0
    for i, figure in enumerate(figures):
        previous = figures[i - 1] if i else None
        following = figures[i + 1] if i + 1 < len(figures) else None
        left = left_of(text, figure, previous, right_end)
        right, right_end = right_of(text, figure, following)
        tail = shared_tail(text, figure, following)
        planned = _is_planned(read.mood, text, figure)
        period = _period(periods, figure, previous) or (frame.ahead if planned else frame.local)
        frame.local = frame.local if planned else period
        around = f"{left} {right}"
        own = label(left)
        found.append(
            Statistic(
                figure,
                read.sentence,
                compose(figure, left, f"{right} {tail}".strip(), text),
                own if content_words(own) else right,
                level_in(around) or level_in(left),
                period,
                _place(left, locality) or opening,
                planned=planned,
                tags=tags_of(f"{left[-60:]} {right}"),
                raw=around,
            )
        )
    stretch = Stretch(found, first, len(found))
    for child, (parent, relation) in link(stretch, text).items():
        found[child] = replace(found[child], parent=parent, relation=relation)


def _is_planned(mood: Mood, text: str, figure: Figure) -> bool:
    """Whether a figure of a plan is one that was not yet reached."""
    if mood is Mood.PROPOSAL:
        return True
    if mood is not Mood.PLAN:
        return False
    clause = re.split(r";|\btrong đó\b", text[: figure.start])[-1]
    return not re.search(r"\bđã\b", clause)


def _period(periods: Sequence[PeriodAt], figure: Figure, previous: Figure | None) -> Period | None:
    """Return the period printed nearest before the figure, or right behind it."""
    chosen: Period | None = None
    framed = False
    for at in periods:
        if at.period.kind in ("sofar", "stage"):
            continue
        if at.end <= figure.start:
            newer = previous is None or at.start >= previous.end
            if at.frame or newer or not framed:
                chosen, framed = at.period, at.frame
        elif at.start - figure.end < 60 and previous is None and chosen is None:
            chosen = at.period
    dated = {at.period for at in periods if at.period.is_dated}
    if chosen is None and len(dated) == 1:
        return dated.pop()
    return chosen


def _place(left: str, locality: Locality) -> Locality | None:
    """Return the district or commune that stands before the figure as its subject."""
    pieces = re.split(r"[,;:]|\bvà\b", left)
    own = pieces[-1:] if pieces[-1].strip() or not re.search(r":\s*$", left) else pieces[-2:-1]
    for piece in own:
        found = _lesser(piece, locality)
        if found is not None:
            return found
    return None


def _lesser(text: str, locality: Locality) -> Locality | None:
    """Return the first district or commune that `text` names beside the report's own."""
    for named in named_places(text, locality.province):
        if named.locality.level in (DISTRICT, COMMUNE) and named.locality.name != locality.name:
            return named.locality
    return None


def _opening_place(text: str, locality: Locality) -> Locality | None:
    """Return the district or commune a sentence begins with: all of it is about that one."""
    head = re.match(r"\W*(?:tại |ở |riêng )?(?:UBND )?", text, re.IGNORECASE)
    begin = head.end() if head else 0
    named = next(named_places(text, locality.province), None)
    others = sum(1 for _ in named_places(text, locality.province))
    if named is None or others != 1 or named.start > begin or _WHOLE_PROVINCE.search(text):
        return None
    return _lesser(text, locality)


def _named(found: list[Statistic]) -> list[Statistic]:
    """Complete short subjects from the figure they break down, and carry levels on."""
    named: list[Statistic] = []
    for i, one in enumerate(found):
        parent = named[one.parent] if one.parent is not None and one.parent < i else None
        before = named[i - 1] if i else None
        subject = _subject(one, parent, before)
        level = one.level or _inherited_level(one, parent, named)
        place = one.place or (parent.place if parent else None)
        period = one.period or (parent.period if parent else None)
        named.append(
            replace(
                one,
                subject=subject,
                level=level,
                place=place,
                period=period,
                figure=_unit(one, parent),
            )
        )
    return named


def _unit(one: Statistic, parent: Statistic | None) -> Figure:
    """Speak of parts as of the whole: "676 dịch vụ" of "1.715 dịch vụ công" are DVC too."""
    if parent is None or one.relation is not Relation.PART or one.figure.unit == "TTHC nội bộ":
        return one.figure
    same = one.figure.counted == parent.figure.unit
    return replace(one.figure, unit=parent.figure.unit) if same else one.figure


def _subject(one: Statistic, parent: Statistic | None, before: Statistic | None) -> str:
    if one.figure.change:
        return _change(one, before)
    if parent is not None:
        told = _by_parent(one, parent)
        if told:
            return told
    if one.figure.unit == "mức" and one.subject:
        return tidy(f"Mức độ {lower(one.subject)}")
    own = one.own_label
    if one.figure.unit == "hạng":
        bare = len(content_words(own)) < 2 or own.lower().startswith("xếp loại")
        if bare or re.search(r"\d/\d", one.subject):
            return _ranked(one, before)
    elif before is not None and before.sentence.start == one.sentence.start:
        told = _by_neighbour(one, before)
        if told:
            return told
    return one.subject or tidy(own)


def _by_parent(one: Statistic, parent: Statistic) -> str:
    """Name a target, share or part from its parent; "" when its own words are enough."""
    if one.relation is Relation.TARGET:
        return tidy(f"Chỉ tiêu giao: {parent.subject}")
    if one.relation is Relation.PART:
        return _part(one, parent)
    own_words = len(content_words(one.raw)) >= _SHORT_LABEL or has_anchor(one.raw)
    if has_few_of_its_own(one) or not own_words:
        return tidy(f"Tỷ lệ {lower(parent.subject)}")
    return ""


def _by_neighbour(one: Statistic, before: Statistic) -> str:
    """Complete a bare figure from the one before: "…, đối với cấp xã là 85 dịch vụ"."""
    same = before.figure.unit == one.figure.unit
    if same and before.level and one.level and not content_words(without_level(one.own_label)):
        return tidy(f"{without_level(before.subject)} cấp {one.level}")
    if one.figure.is_share:
        return _share_of_something(one, before) or _share_of_next_place(one, before)
    if (
        before.figure.is_share
        and one.figure.opened >= before.figure.end
        and not content_words(one.own_label)
    ):
        return tidy(re.sub(r"^Tỷ lệ ", "", before.subject))
    between = one.sentence.text[before.figure.end : one.figure.start]
    if same and re.search(r"\b(?:xuống|lên|còn)\b", between):
        return before.subject
    if not re.search(r"[,;.():]|\bvà\b", between) and not content_words(label(between)):
        return tidy(f"{before.subject} – {lower(one.subject)}")
    return ""


def _share_of_next_place(one: Statistic, before: Statistic) -> str:
    """Name a share in a list of places: "thị xã A đạt 91% hồ sơ trực tuyến, kế đến là huyện B 89%"."""
    if not before.figure.is_share:
        return ""
    place = one.place.name.split(",")[0] if one.place else ""
    own = set(content_words(one.own_label)) - set(content_words(place)) - _COMES_NEXT
    if len(own) > bool(place) or has_anchor(one.raw):
        return ""
    subject = before.subject.split(" – ")[0]
    between = one.sentence.text[before.figure.end : one.figure.start]
    if place:
        return tidy(f"{subject} – {place}")
    return subject if re.search(r"\b(?:nhưng|song|thực tế)\b", between) else ""


def _share_of_something(one: Statistic, before: Statistic) -> str:
    """Name "…, bằng 61,9% kế hoạch" from the figure before it."""
    right = one.sentence.text[one.figure.end :]
    of = re.match(r"\s*(?:so với )?((?:kế hoạch|dự toán|chỉ tiêu|tổng)\b(?: [^\W\d]+){0,6})", right)
    between = one.sentence.text[before.figure.end : one.figure.start]
    if of is None or not re.search(r"\b(?:đạt|bằng|chiếm|tương đương)\s*$", between):
        return ""
    return tidy(f"Tỷ lệ {lower(before.subject)} so với {of[1]}")


def _change(one: Statistic, before: Statistic | None) -> str:
    """Name what grew or shrank: its own words, or the figure printed just before."""
    left = one.sentence.text[: one.figure.start][-40:]
    way = (
        "Mức tăng" if re.search(r"tăng|cao hơn|nhiều hơn|vượt", left, re.IGNORECASE) else "Mức giảm"
    )
    own = re.sub(r"^(?:Tỷ lệ|Bậc)\s*|\bso với\b.*", "", one.subject).strip()
    if (
        len(content_words(own)) >= 2
        or before is None
        or before.sentence.start != one.sentence.start
    ):
        return tidy(f"{way} {lower(own)}")
    return tidy(f"{way} {lower(before.subject)}")


def _ranked(one: Statistic, before: Statistic | None) -> str:
    """Name what a rank is of: the score or grade printed before it, or how the sentence begins."""
    what = "Xếp hạng" if one.figure.unit == "hạng" else "Mức độ"
    if before is not None and before.sentence.start == one.sentence.start:
        return tidy(
            f"{what} {re.sub('^(?:điểm|mức (?:độ|tăng|giảm)|xếp hạng) ', '', lower(before.subject))}"
        )
    head = re.split(r",|\bđạt\b|\bxếp\b|\bđứng\b", one.sentence.text)[0]
    return tidy(f"{what} {lower(head)}")


def has_few_of_its_own(one: Statistic) -> bool:
    """Whether a share says nothing but that it is one: ", đạt 93,75%"."""
    if len(content_words(without_level(one.own_label))) < 2:
        return True
    return bool(_BARE_SHARE.search(one.sentence.text[: one.figure.start]))


def _part(one: Statistic, parent: Statistic) -> str:
    own = without_level(one.subject) or one.subject
    if len(content_words(own)) >= 8:
        return one.subject
    stem = without_level(parent.subject) if one.level else parent.subject
    if lower(own).startswith(f"{lower(stem)} – "):
        return tidy(own)
    told = set(content_words(stem))
    extra = [word for word in content_words(own) if word not in told]
    suffix = f" cấp {one.level}" if one.level else ""
    if not extra:
        return tidy(f"{stem}{suffix}")
    return tidy(f"{stem} – {lower(own)}{suffix}")


def _level_before(one: Statistic, before: Statistic) -> str:
    """Return the level of the count a share follows: "Cấp xã xử lý 900 hồ sơ, tỷ lệ đúng hạn 99%"."""
    if before.sentence.start != one.sentence.start or not before.figure.is_count:
        return ""
    between = one.sentence.text[before.figure.end : one.figure.start]
    return "" if re.search(r";|\bvà tỷ lệ|\)", between) or one.figure.opened >= 0 else before.level


def _inherited_level(one: Statistic, parent: Statistic | None, named: Sequence[Statistic]) -> str:
    if levels_named(one.raw) > 1:
        return ""
    if parent is not None:
        return parent.level
    row = _ROW.match(one.sentence.text)
    if row and levels_named(one.sentence.text) == 1:
        return level_in(row[0])
    if one.figure.is_share and named:
        return _level_before(one, named[-1])
    if not one.figure.is_count or re.search(r"\b(?:toàn|tổng số)\b", one.raw, re.IGNORECASE):
        return ""
    for other in reversed(named[-12:]):
        if other.sentence.paragraph != one.sentence.paragraph:
            break
        if other.relation is Relation.PART and other.level not in (
            "",
            named[other.parent or 0].level,
        ):
            return ""
        if other.figure.depth == 0 and other.figure.counted == one.figure.counted:
            return other.level
    return ""
