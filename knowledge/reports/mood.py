"""Tells what was done from what is planned and what went wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from knowledge.reports.periods import Period, find_periods
from knowledge.reports.sentences import Sentence


class Mood(StrEnum):
    """How a sentence is meant."""

    DONE = "done"
    PLAN = "plan"
    SHORTCOMING = "shortcoming"
    PROPOSAL = "proposal"
    """What a higher office is asked for: neither done nor planned."""


_PLAN_HEADING = re.compile(
    r"\b(?:phương hướng|nhiệm vụ (?:trọng tâm|chủ yếu|giải pháp|thời gian|năm|quý|tháng|6 tháng)"
    r"|nhiệm vụ, giải pháp"
    r"|giải pháp trong|kế hoạch (?:quý|tháng|năm)|thời gian tới|mục tiêu)\b",
    re.IGNORECASE,
)
_SHORT_HEADING = re.compile(
    r"\b(?:tồn tại|hạn chế|khó khăn|vướng mắc|bất cập|nguyên nhân)\b", re.IGNORECASE
)
_DONE_HEADING = re.compile(
    r"\b(?:kết quả|tình hình|công tác|ưu điểm|đánh giá|cải cách|xây dựng)\b", re.IGNORECASE
)
_FUTURE = re.compile(
    r"\b(?:thời gian tới|thời gian tiếp theo|năm tới|quý tới|dự kiến|sẽ|phương hướng"
    r"|phấn đấu|kỳ vọng|quyết tâm|tháng cuối năm|quý sau|tháng sau|giai đoạn tới|những tháng còn lại|sắp tới"
    r"|đến hết năm|đến cuối năm|đề ra mục tiêu|đặt mục tiêu|từ nay đến)\b"
    r"|^\W*(?:bước )?sang (?:năm|quý|tháng|6 tháng)\b"
    r"|^\W*(?:kế hoạch|nhiệm vụ|phương hướng|mục tiêu) (?:năm|quý|tháng|6 tháng)\b",
    re.IGNORECASE,
)
_IMPERATIVE = re.compile(
    r"^\W*(?:\d{1,2}[.)]\s*)?(?:tiếp tục|tăng cường|đẩy mạnh|nâng cao|hoàn thành|phấn đấu|triển "
    r"khai|chủ động|tập trung|rà soát"
    r"|duy trì|thực hiện|kiểm tra|tổ chức|khuyến khích|xây dựng|đôn đốc|chỉ đạo|bảo đảm|đảm bảo"
    r"|khắc phục|phối hợp)\b",
    re.IGNORECASE,
)
_CARRIES_ON = re.compile(
    r"^\W*(?:bên cạnh đó|ngoài ra|đồng thời|cùng với đó|song song|mặt khác|trong đó|để (?:thực "
    r"hiện|làm|đạt)|với những)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\bđã\b(?!\s+(?:chỉ ra|đề ra|ban hành\W*$|được giao|giao|nêu|đặt ra|có))|\bkết quả,|\bđạt "
    r"được\b|\bcho thấy\b|\btính đến\b",
    re.IGNORECASE,
)
_PROPOSAL = re.compile(
    r"^\W*(?:[^,.;:]{0,40}\s)?(?i:kiến nghị|đề nghị|đề xuất)\s+(?:với\s+)?(?:các\s+)?(?:UBND|HĐND|Ủy ban|Chính phủ"
    r"|Thủ tướng|Quốc hội|Bộ|Sở|Văn phòng|Trung ương|Ban|tỉnh|thành phố|huyện|cấp|cơ quan|bộ)\b"
)
_PROPOSAL_HEADING = re.compile(
    r"^[\s\dIVX.)a-zđ-]{0,8}(?:(?:những|một số)\s+)?(?:đề xuất|kiến nghị|đề nghị)\b", re.IGNORECASE
)
_LACKING = re.compile(
    r"\b(?:còn|vẫn|bộc lộ|tồn tại|gặp|một số|nhiều|có)\b[^.;:]{0,50}\b(?:tồn tại|hạn chế|khó khăn"
    r"|vướng mắc|bất cập|yếu kém)\b",
    re.IGNORECASE,
)
_NAMED_FAULT = re.compile(
    r"^\W*(?:những |các |một số )?(?:(?:tồn tại|hạn chế|khó khăn|vướng mắc|bất cập)(?:,| và)?\s*)+"
    r"(?::|[^:;.]{0,20}\blà\b)",
    re.IGNORECASE,
)
_HOWEVER = re.compile(
    r"^\W*(?:tuy nhiên|tuy vậy|mặc dù|song,|bên cạnh những kết quả|nhưng)\b", re.IGNORECASE
)
_FAULT = re.compile(
    r"\b(?:chưa|còn (?:chậm|thấp|ít|thiếu|hạn chế|trễ|tình trạng|nhiều|để|xảy ra|lúng túng|một số"
    r"|mang)|vẫn còn|chậm|trễ hạn|quá hạn"
    r"|thiếu|không đồng bộ|từ chối|nhận dư|không (?:có|nêu|đúng|đầy đủ|kịp)|xuống cấp|hạn chế|lúng túng|lỗi)\b",
    re.IGNORECASE,
)
_MENDED = re.compile(
    r"\b(?:khắc phục|tháo gỡ|giải quyết|chấn chỉnh|xử lý)\b[^,;]{0,30}\b(?:hạn chế|tồn tại|khó "
    r"khăn|vướng mắc|bất cập)",
    re.IGNORECASE,
)
_LIST_OPENS = re.compile(
    r"(?:như|là|gồm|cụ thể)?\s*:\s*|\bnhư\s+(?:là\s+)?(?=[a-zà-ỹđ])", re.IGNORECASE
)
_SURELY_PAST = re.compile(r"\b(?:đã|được biết|kết quả)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence and how it is meant."""

    sentence: Sentence
    mood: Mood


def moods(sentences: Iterable[Sentence]) -> Iterator[Read]:
    """Yield every sentence with its mood; headings and the sentences before tell as well."""
    section = Mood.DONE
    before = Mood.DONE
    for sentence in sentences:
        if sentence.heading:
            section = before = _heading(sentence.text, section)
            yield Read(sentence, Mood.DONE if _counts(sentence.text) else section)
            continue
        mood = _mood(sentence, section, before)
        yield Read(sentence, mood)
        before = mood


def _counts(text: str) -> bool:
    return bool(re.search(r":\s*\d", text))


def _heading(text: str, section: Mood) -> Mood:
    if _PROPOSAL_HEADING.search(text):
        return Mood.PROPOSAL
    if _PLAN_HEADING.search(text):
        return Mood.PLAN
    if _SHORT_HEADING.search(text) and not _MENDED.search(text):
        return Mood.SHORTCOMING
    if _DONE_HEADING.search(text) or re.match(r"^\s*(?:[IVX]+|\d+)[.)]", text):
        numbered = re.match(r"^\s*(?:\d+(?:\.\d+)*|[a-zđ])[.)]", text)
        return section if numbered and section is Mood.PLAN else Mood.DONE
    return section


def _mood(sentence: Sentence, section: Mood, before: Mood) -> Mood:
    text = sentence.text
    if _is_shortcoming(text, section, before, first=sentence.first):
        return Mood.SHORTCOMING
    if section is Mood.PROPOSAL or _PROPOSAL.search(text):
        return Mood.PROPOSAL
    past = bool(_PAST.search(text))
    future = bool(_FUTURE.search(text))
    if section is Mood.PLAN and not past:
        return Mood.PLAN
    if future and not _past_first(text):
        return Mood.PLAN
    opens = not sentence.first or _IMPERATIVE.match(text) or _CARRIES_ON.match(text)
    if before is Mood.PLAN and opens and not past:
        return Mood.PLAN
    return Mood.DONE


def _past_first(text: str) -> bool:
    """Whether the sentence tells what was done, whatever purpose it names as well."""
    past = _PAST.search(text)
    sure = re.search(r"\b(?:sẽ|dự kiến|thời gian tới|tháng cuối năm)\b", text, re.IGNORECASE)
    return past is not None and sure is None


def _is_shortcoming(text: str, section: Mood, before: Mood, *, first: bool) -> bool:
    if _MENDED.search(text) and not _HOWEVER.match(text):
        return False
    if _NAMED_FAULT.match(text):
        return True
    if _LACKING.search(text) and _FAULT.search(text):
        return True
    if _HOWEVER.match(text) and _FAULT.search(text):
        return True
    if section is Mood.SHORTCOMING:
        return bool(_FAULT.search(text))
    return (
        before is Mood.SHORTCOMING
        and not first
        and bool(_FAULT.search(text))
        and not _SURELY_PAST.search(text)
    )


def planned_for(read: Read, year: int | None, before: Period | None) -> Period | None:
    """Return the period that plans are for: named in the sentence, or by the heading or sentence before."""
    if read.mood is not Mood.PLAN:
        return None
    named = (at.period for at in find_periods(read.sentence.text, year) if at.period.is_dated)
    return next(named, before)


def items(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Yield (item, where) of a list of shortcomings or plans in one sentence."""
    colon = _LIST_OPENS.search(text)
    begin = (
        colon.end() if (colon and ";" in text[colon.end() :]) or (colon and ":" in colon[0]) else 0
    )
    for match in re.finditer(r"[^;]+", text[begin:]):
        item = match[0].strip(" .…\t")
        if len(item.split()) >= 3:
            lead = len(match[0]) - len(match[0].lstrip())
            yield item, start + begin + match.start() + lead
