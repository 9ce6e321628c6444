"""Says what a figure counts, from the words around it."""

from __future__ import annotations

import re

from knowledge.reports import documents
from knowledge.reports.figures import Figure
from knowledge.reports.letters import LOWER, UPPER
from knowledge.reports.numbers import unit_at
from knowledge.reports.people import leave_out
from knowledge.reports.periods import find_periods
from knowledge.text import fold

LONGEST = 170
#: A clause of at most so many words is kept whole, commas and all.
_WHOLE_CLAUSE = 16
_ANCHOR = re.compile(
    r"\b(?:tỷ lệ|tỉ lệ|tổng số|số lượng|tổng(?! hợp| kết| đài| thể))\s", re.IGNORECASE
)
_COUNT_OF = re.compile(
    r"(?<!một )(?<!ký )(?<!đổi )(?<!phủ )(?<!chỉ )(?<!dân )(?<!kinh tế )(?<!hạ tầng )(?<!nghệ )\bsố (?!hóa"
    r"|hoá|hiệu|lượng|liệu|\d|¤)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:và|còn(?! lại)|trong đó|kết quả là|kết quả|cụ thể|theo đó|đồng thời|qua đó|đến nay|hiện nay|hiện"
    r"|ngược lại|đã|có(?! mặt)|với|là|đạt|chiếm"
    r"|được|bao gồm|gồm|riêng|ngoài ra|bên cạnh đó|ước|tương ứng|tương đương|tiến hành|cũng|như|về"
    r"|cho thấy|cho biết|do đó|nhất là"
    rf"|các|(?:tỉnh|huyện|xã)(?!\s(?-i:[{UPPER}]))|toàn (?:tỉnh|huyện|xã|phường|thị xã|thành phố)"
    r"|UBND (?:tỉnh|huyện|xã)"
    r"|tỷ lệ|tỉ lệ|tổng số|tổng cộng"
    r"|tổng|số lượng|số(?! hóa| hoá)|việc|ở"
    r"|hệ thống(?= đã)|thì|mà|vượt|trên|từ|khi|đó)(?=[\s,:]|$)[\s,:]*",
    re.IGNORECASE,
)
_TRAIL = re.compile(
    r"(?:^|[\s,:–-]+)(?:là|đạt|có|chiếm|được|với|khoảng|cho|trên|còn|tỷ lệ|tỉ lệ|ở mức|lên|và|tới"
    r"|đến|hơn|cắt giảm|gần|bằng|tăng cao|(?<!sắp )xếp|thứ|hạng"
    r"|giảm|tăng|trong đó|(?<!ký )(?<!đổi )(?<!nghệ )(?<!kỹ thuật )số"
    r"|trong|của|ước|đã|đối|gồm|bao gồm|cũng|mức độ|tại|ở|do|từ|tại các cấp"
    r"|trong đó|đã thực hiện)\s*$|[\s,:(–-]+$",
    re.IGNORECASE,
)
_RIGHT_END = re.compile(
    r"[;:()…]|,|\.(?=\s|$)|\s(?:chiếm|đạt|tăng|giảm|bằng|tương đương|trong đó|gồm|bao gồm|góp phần|nhưng|song"
    r"|giúp|nhằm|để|qua đó|là)\s|\svà\s+(?=\d|đã |giải quyết |xử lý |còn )"
)
#: ", giải quyết TTHC (" goes on; ", đạt …" does not.
_MORE = re.compile(
    r",\s*(?P<more>(?!đạt|chiếm|đã|còn|trong đó|tăng|giảm|xếp|góp|giúp|qua|bảo đảm|đảm bảo|nhằm"
    r"|tạo|là)\w+(?:\s\w+){0,5})\s*$",
    re.IGNORECASE,
)
_MORE_HERE = re.compile(_MORE.pattern.removesuffix(r"\s*$") + r"(?=\s*[(;.])", re.IGNORECASE)
#: Words that only open a sentence: "Theo đó, …", "Trong quý I năm 2024, …".
_ADVERB = re.compile(
    r"^\s*(?:trong|theo|để|với|đến|tính đến|từ|qua|nhìn chung|được biết|ngoài ra|bên cạnh|đồng "
    r"thời|kết quả\s*$|cụ thể|cùng với|hiện nay"
    r"|ngược lại|nhờ|do|sau|riêng|đặc biệt|năm|tháng|quý|về)\b",
    re.IGNORECASE,
)
#: Who told it: "Giám đốc Sở Nội vụ thông tin: …".
_TELLER = re.compile(r"\b(?:thông tin|cho biết|cho hay|nói|khẳng định|báo cáo)\s*$", re.IGNORECASE)
_PIECE_ENDS = re.compile(r"[,:](?!\d)|\s–\s")
_GOVERNMENT = re.compile(
    rf"^(?:UBND |Uỷ ban nhân dân |Ủy ban nhân dân )?(?:tỉnh|huyện|thành phố|thị xã|xã|phường)(?: "
    rf"[{UPPER}][{LOWER}]+){{0,4}}"
    r"(?:\s+(?:cũng|đã|hiện|tiến hành)\b)*(?=[\s,]|$)"
)
_SHARED = re.compile(r"\s(?:đã\s+)?được\s[^;:(),.]{4,120}")
_LEVEL = re.compile(
    r"\b(?:đối với\s+)?(?:ở\s+)?cấp\s+(tỉnh|huyện|xã|sở|thành phố)\b", re.IGNORECASE
)
_OFFICE = re.compile(
    r"\b(?:bộ phận (?:một cửa|tiếp nhận và trả kết quả)|trung tâm (?:phục vụ )?hành chính "
    r"công)[^,;:.()\d]{0,50}?\b(tỉnh|huyện|xã)\b",
    re.IGNORECASE,
)
_INDEX = re.compile(r"\b(?:Bộ )?chỉ số\b(?!.*\bchỉ số\b)(?:\s[^\s;]+){0,14}", re.IGNORECASE)
_LEVELS = {"tỉnh": "tỉnh", "sở": "tỉnh", "thành phố": "tỉnh", "huyện": "huyện", "xã": "xã"}
#: Units that say nothing of what was measured.
_MEASURES = frozenset(["đồng", "bậc", "ngày", "giờ", "phút", "tháng", "km", "ha"])
_FILLERS = frozenset(
    [
        "la",
        "dat",
        "chiem",
        "ty",
        "le",
        "ti",
        "so",
        "tong",
        "voi",
        "co",
        "va",
        "con",
        "cap",
        "doi",
        "o",
        "cua",
        "cac",
        "duoc",
        "trong",
        "do",
        "da",
        "luong",
        "hien",
        "nay",
    ]
)


def content_words(text: str) -> list[str]:
    """Return the telling words of `text`, folded."""
    return [word for word in re.findall(r"[^\W_]+", fold(text.lower())) if word not in _FILLERS]


def left_of(text: str, figure: Figure, previous: Figure | None, previous_end: int) -> str:
    """Return the words before `figure` that belong to it; `previous_end` ends those of the one before."""
    begin = 0 if previous is None else max(previous.end, min(previous_end, figure.start))
    if figure.opened >= begin:
        outside = content_words(text[begin : figure.opened])
        inner = text[figure.opened + 1 : figure.start].strip()
        bare = inner.lower() == figure.qualifier
        aside = bare and figure.is_share and len(outside) >= 3
        begin = begin if aside else figure.opened + 1
    left = text[begin : figure.start]
    if figure.qualifier:
        left = re.sub(rf"{re.escape(figure.qualifier)}\s*$", "", left, flags=re.IGNORECASE)
    while left.count(")") > left.count("("):
        left = left.partition(")")[2]
    return re.split(r";|…|\.\.\.", left)[-1].lstrip(",. )")


def right_of(text: str, figure: Figure, following: Figure | None) -> tuple[str, int]:
    """Return the words behind `figure` that belong to it, and where they end."""
    limit = following.start if following else len(text)
    right = text[figure.end : limit]
    abbreviated = re.match(r"\s*\([A-ZĐ]{2,8}\)", right)
    offset = abbreviated.end() if abbreviated else 0
    noun = unit_at(text, figure.end) if figure.is_share else None
    whole = min(noun[1], limit) - figure.end if noun else 0
    end = _RIGHT_END.search(right, max(offset, whole))
    stop = end.start() if end else len(right)
    if end and end[0] == ",":
        more = None if following else _MORE.match(right, stop)
        more = more or _MORE_HERE.match(right, stop)
        stop = more.end("more") if more else stop
    if following and (not end or end[0].strip().isalpha()):
        joined = list(re.finditer(r"\svà\s", right[:stop]))
        stop = joined[-1].start() if joined else stop
        if not joined and not end:
            return _trim(right[offset:]), figure.end
    return right[offset:stop].strip(), figure.end + stop


def shared_tail(text: str, figure: Figure, following: Figure | None) -> str:
    """Return "được công khai trên …" of "1.843 TTHC và 183 quyết định được công khai trên …"."""
    if following is None or not re.fullmatch(
        r"\s*(?:\([A-ZĐ]+\)\s*)?và\s*", text[figure.end : following.start]
    ):
        return ""
    tail = _SHARED.search(text, following.end)
    return tail[0].strip() if tail and tail.start() - following.end < 60 else ""


def label(left: str) -> str:
    """Return what stands before a figure, from the noun on, less connecting words."""
    anchors = list(_ANCHOR.finditer(left)) or list(_COUNT_OF.finditer(left))
    if anchors:
        return _trim(left[anchors[-1].start() :])
    starts = [0, *(match.end() for match in _PIECE_ENDS.finditer(left))]
    while len(starts) > 1 and _only_opens(left[: starts[1]][starts[0] :]):
        starts.pop(0)
    if re.search(r"\bvà\s*$", left) and len(starts) > 1:
        return ""
    picked = left[starts[0] :]
    if len(picked.split()) > _WHOLE_CLAUSE:
        for start in reversed(starts):
            picked = left[start:]
            if len(content_words(_trim(picked))) >= 2:
                break
    return _trim(re.sub(r"\s*:(?!\d)", ",", picked))


def _only_opens(piece: str) -> bool:
    """Whether a piece of a clause says nothing of what is counted."""
    piece = piece.strip(" ,:–")
    return bool(_ADVERB.match(piece) or documents.NUMBER.search(piece) or _TELLER.search(piece))


def has_anchor(left: str) -> bool:
    """Whether the words name their own subject: "tỷ lệ …", "tổng số …"."""
    return (
        bool(_ANCHOR.search(left) or _COUNT_OF.search(left))
        and len(content_words(label(left))) >= 2
    )


def _trim(text: str) -> str:
    text = re.sub(r"^\s*\d{1,2}(?:\.\d{1,2})*[.)]\s+", "", text).strip(" ,:;.–-")
    opening = next(find_periods(text), None)
    if opening is not None and opening.frame:
        text = text[opening.end :].strip(" ,:;")
    text = _GOVERNMENT.sub("", text).strip(" ,:") or text
    text = re.sub(r"^\([^()]*\)\s*", "", text)
    for pattern in (_LEAD, _TRAIL):
        shorter = pattern.sub("", text).strip(" ,:")
        while shorter != text:
            text, shorter = shorter, pattern.sub("", shorter).strip(" ,:")
    return text


def level_in(text: str) -> str:
    """Return the one level of government that `text` names; "" for none or several."""
    levels = {_LEVELS[match[1].lower()] for match in _LEVEL.finditer(text)}
    if not levels:
        levels = {_LEVELS[match[1].lower()] for match in _OFFICE.finditer(text)}
    return levels.pop() if len(levels) == 1 else ""


def levels_named(text: str) -> int:
    """Return how many levels `text` names."""
    return len({match[1].lower() for match in _LEVEL.finditer(text)})


def without_level(text: str) -> str:
    """Return `text` less "cấp huyện" and the like."""
    return re.sub(r"\s+", " ", _LEVEL.sub(" ", text)).strip(" ,:")


def compose(figure: Figure, left: str, right: str, text: str) -> str:
    """Return what a count counts: "công bố mới thủ tục hành chính"."""
    before = label(left)
    noun = figure.printed_unit
    while (shorter := _TRAIL.sub("", right)) != right:
        right = shorter
    if figure.is_share:
        if len(content_words(right)) >= 2 and not re.match(r"(?:so|kế hoạch|chỉ tiêu)\b", right):
            return tidy(right if has_ratio(right) else f"Tỷ lệ {right}")
        before = before or right
        return tidy(f"Tỷ lệ {before}") if content_words(before) else ""
    if figure.unit == "hạng":
        return tidy(f"Xếp hạng {before}")
    if noun and fold(noun.lower()) in fold(before.lower()) and has_anchor(left):
        noun = ""
    if before and (figure.unit in _MEASURES or _begins_with(before, figure.unit)):
        noun = ""
    if figure.unit == "điểm":
        index = _INDEX.search(left) or _INDEX.search(re.split(r"[;:]", text[: figure.start])[-1])
        return tidy(f"Điểm {lower(_trim(index[0]) if index else before or right)}")
    if noun and before and not right and re.search(r":\s*$", left):
        return tidy(f"{noun} – {lower(before)}")  # "Hộ tịch: 6.218 hồ sơ"
    return tidy(" ".join(part for part in (before, noun, right) if part))


def _begins_with(words: str, unit: str) -> bool:
    """Whether `words` name the unit already: "TTHC thuộc thẩm quyền … là 1.902 thủ tục"."""
    named = unit_at(words, 0)
    return named is not None and named[0] == unit


def has_ratio(text: str) -> bool:
    """Whether `text` says itself that it is a ratio."""
    return bool(re.match(r"\s*t[ỷỉ] lệ\b", text, re.IGNORECASE))


def lower(text: str) -> str:
    """Return `text` to stand inside a sentence; abbreviations and names keep their capitals."""
    if not text[1:2].islower() or re.match(rf"\w+ [{UPPER}][{LOWER}]", text):
        return text
    return text[:1].lower() + text[1:]


def tidy(text: str) -> str:
    """Return `text` as one short line that begins with a capital and names no one."""
    text = re.sub(r"\s+(?=[,/])|(?<=\s)\s+", "", leave_out(text)).strip(' ,:;./–-“”"')
    text = re.sub(r"^([Tt]ỷ lệ )(?:[Tt][ỷỉ] lệ )+", r"\1", text)
    if len(text) > LONGEST:
        text = text[:LONGEST].rpartition(" ")[0] + "…"
    return text[:1].upper() + text[1:]
