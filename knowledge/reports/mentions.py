"""Finds what a report names or tells besides figures: documents, systems, centres, initiatives, faults, plans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from knowledge.reports import documents
from knowledge.reports.figures import find_figures
from knowledge.reports.found import Kind
from knowledge.reports.letters import LOWER, UPPER
from knowledge.reports.localities import COMMUNE, DISTRICT, Locality, named_places
from knowledge.reports.mood import Mood, Read, items, planned_for
from knowledge.reports.periods import Period
from knowledge.reports.sentences import Sentence
from knowledge.reports.subjects import tidy
from knowledge.text import fold

_QUOTED = r"[“\"«‘](?P<name>[^”\"»’]{2,160})[”\"»’]"
_SYSTEM = re.compile(
    r"\b(?P<what>(?:[Cc]ổng|[Hh]ệ thống|[Cc]ơ sở dữ liệu|CSDL|[Pp]h[ầấ]n mềm|[Pp]hầm mềm|[Tt]rang "
    r"[Tt]hông tin điện tử|[Nn]ền tảng"
    r"|[Kk]ho (?:dữ liệu|quản lý dữ liệu)|[Tt]rục (?:liên thông|tích hợp)|[Ứứ]ng dụng|[Dd]ịch vụ "
    r"bưu chính công ích|[Bb]ộ chỉ số"
    r"|[Tt]ổng đài|[Cc]hatbot|[Tt]rợ lý ảo|[Ki]i-?ốt|[Tt]hanh toán trực tuyến)\b"
    r"(?:\s+(?![Cc]ổng\b|[Cc]ơ sở dữ liệu\b|\d|đầy\b|đặt\b|chưa\b|còn\b|giúp\b|không\b|và\b|để\b"
    r"|được\b|của\b|đã\b|tại\b|theo\b|trên\b|từ\b|cho\b|với\b|cung cấp\b|tiếp nhận\b|đạt\b|có\b"
    r"|này\b|là\b|trong\b|thực\b|nhằm\b|bị\b|chậm\b|vừa\b|thường\b|hoạt động\b|vận hành\b|hiện\b|sẽ\b"
    r"|phải\b|như\b|mới\b|lên\b|xuống\b|hay\b)"
    r"[^\s,;:.()“”\"/¤]+){0,9})"
)
_VAGUE = re.compile(
    r"^(?:hệ thống(?: (?:chính trị|văn bản|thông tin(?! giải quyết)|tự động|các|cơ quan|pháp luật|tổ "
    r"chức).{0,20})?|cổng|phần mềm|ứng dụng"
    r"|ứng dụng (?:công nghệ|cntt|tiến bộ|khoa học|dịch vụ công|zalo|vneid|chữ ký).*|nền tảng|nền "
    r"tảng (?:cho|vững).*|cơ sở dữ liệu|csdl|tổng đài|trang thông tin điện tử)$",
    re.IGNORECASE,
)
_PRODUCT = re.compile(
    r"\b(?P<what>VNeID|Zalo(?: OA| Mini App)?|iDesk|iOffice|VNPT iGate|KIOS[K]?|Facebook|SIPAS"
    r"|PAR (?:INDEX|Index)|PCI|DTI|[Tt]ổng đài 1[\d. ]{2,8}\d)\b"
)
_APPOSED = re.compile(
    r"\bphần mềm\b[^.;()]{0,50}\((?P<what>[A-Za-z][\w-]{2,15})\)|\bphần mềm (?P<bare>[A-Z][\w-]{2,15})\b"
)
_CENTRE = re.compile(
    r"\b(?P<what>(?:Trung tâm (?:[Pp]hục vụ |[Gg]iải quyết (?:thủ tục |TTHC ))?(?:[Hh]ành chính "
    r"công|HCC|[Pp]hục vụ HCC)|TTPVHCC"
    r"|[Bb]ộ phận (?:[Mm]ột cửa|[Tt]iếp nhận và [Tt]rả kết quả)|[Mm]ột cửa điện tử hiện đại)"
    r"(?: (?:cấp )?(?:của )?(?:UBND )?(?:tỉnh|huyện|thành phố|thị xã|xã|phường|thị trấn|quận|đặc khu)\b)?)"
)
_INITIATIVE = re.compile(
    rf"\b(?P<kind>[Mm]ô hình|[Ss]áng kiến|[Qq]uy trình|[Cc]ách làm|[Pp]hong trào|[Cc]hiến dịch"
    rf"|[Gg]iải pháp|[Cc]âu lạc bộ|[Cc]uộc thi|[Hh]ội thi"
    rf"|[Cc]huyên mục|[Pp]hương châm|[Nn]gày)\s*(?:mới|hay|điểm)?\s*:?\s*{_QUOTED}"
)
_MORE_QUOTED = re.compile(rf"^\s*(?:,|;|và|,\s*và)\s*{_QUOTED}")
_BARE_MODEL = re.compile(
    r"\b(?:triển khai|thực hiện|áp dụng|xây dựng|nhân rộng|thí điểm|duy trì|ra mắt)\s+(?:thí "
    r"điểm\s+|thực hiện\s+|hiệu quả\s+|nhân rộng\s+)*"
    rf"(?P<name>(?:mô hình|sáng kiến)\s+(?!(?:,|mới|hay|điểm|trong|như|sáng kiến|cải cách|của|nêu"
    rf"|này|và)\b)[{UPPER}{LOWER}][^,;:.“”()]{{3,120}})",
    re.IGNORECASE,
)
_PILOT = re.compile(
    r"\bthí điểm\s+(?P<name>(?:thành lập|mô hình|tổ chức|triển khai|việc|ủy quyền|giao)\s+[^,;:.”(]{8,140})"
)
_OWNER = re.compile(
    rf"(?:của|tại|do)\s+(?P<owner>(?:UBND\s+)?(?:huyện|thị xã|thành phố|TP\.?|xã|phường|thị trấn"
    rf"|quận|đặc khu)\s+[{UPPER}][{LOWER}]+(?:\s[{UPPER}][{LOWER}]+){{0,3}}"
    rf"|Sở [{UPPER}][^,;.“”()]{{3,40}}|Công an [a-z][^,;.“”()]{{3,30}}|UBND (?:tỉnh|huyện|xã|phường))"
)
_PLAN_NOTHING = re.compile(r"^\W*(?:với những|trên cơ sở)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """Something a sentence names or tells."""

    kind: Kind
    subject: str
    sentence: Sentence
    start: int
    end: int
    value: str = ""
    unit: str = ""
    period: str = ""
    level: str = ""
    place: Locality | None = None
    confidence: float = 0.9
    details: dict[str, str] = field(default_factory=dict)


def find_mentions(
    reads: Iterable[Read], locality: Locality, year: int | None = None
) -> list[Mention]:
    """Return everything named or told, each once: at its first place."""
    found: dict[tuple[Kind, str], Mention] = {}
    ahead: Period | None = None
    for read in reads:
        ahead = planned_for(read, year, ahead)
        for mention in _in_sentence(read, locality, ahead.text if ahead else ""):
            key = (mention.kind, _key(mention))
            if key[1] and key not in found:
                found[key] = mention
    return _without_parts(list(found.values()))


def _key(mention: Mention) -> str:
    return (
        mention.value
        if mention.kind is Kind.LEGAL_DOC and mention.value
        else " ".join(
            re.findall(
                r"\w+",
                fold(
                    mention.subject.lower()
                    .replace("thủ tục hành chính", "tthc")
                    .replace("dịch vụ công", "dvc")
                ),
            )
        )
    )


def _without_parts(mentions: Sequence[Mention]) -> list[Mention]:
    """Drop a system or centre whose name begins a fuller one's."""
    begins: set[tuple[Kind, str]] = set()
    for kind in (Kind.SYSTEM, Kind.CENTRE):
        keys = sorted({_key(mention) for mention in mentions if mention.kind is kind})
        begins |= {(kind, one) for one, fuller in pairwise(keys) if fuller.startswith(f"{one} ")}
    return [mention for mention in mentions if (mention.kind, _key(mention)) not in begins]


def _in_sentence(read: Read, locality: Locality, ahead: str) -> Iterator[Mention]:
    yield from _documents(read.sentence)
    yield from _systems(read.sentence)
    yield from _centres(read.sentence, locality)
    yield from _initiatives(read.sentence, locality)
    if read.mood is Mood.SHORTCOMING and not read.sentence.heading:
        yield from _told(read, Kind.SHORTCOMING, "")
    elif read.mood is Mood.PLAN and not read.sentence.heading:
        yield from _told(read, Kind.PLAN, ahead)


def _documents(sentence: Sentence) -> Iterator[Mention]:
    found = [*documents.find_documents(sentence.text), *documents.find_laws(sentence.text)]
    for one in found:
        details = {"kind": one.kind, "number": one.number, "date": one.date, "body": one.body}
        yield Mention(
            Kind.LEGAL_DOC,
            tidy(one.title),
            sentence,
            one.start,
            one.end,
            value=one.number,
            unit="số hiệu" if one.number else "",
            confidence=0.95 if one.number else 0.6,
            details=details,
        )


def _systems(sentence: Sentence) -> Iterator[Mention]:
    for match in _SYSTEM.finditer(sentence.text):
        what = re.sub(
            r"\s+(?:hoặc|hay|các|những|một|khi|thì|nên|mà|giúp|bảo đảm)$.*", "", match["what"]
        ).strip()
        if not _VAGUE.match(what):
            yield Mention(
                Kind.SYSTEM,
                tidy(what),
                sentence,
                match.start(),
                match.start() + len(what),
                confidence=0.8,
            )
    for pattern in (_PRODUCT, _APPOSED):
        for match in pattern.finditer(sentence.text):
            group = "what" if match["what"] else "bare"
            yield Mention(Kind.SYSTEM, match[group], sentence, *match.span(group), confidence=0.9)


def _centres(sentence: Sentence, locality: Locality) -> Iterator[Mention]:
    for match in _CENTRE.finditer(sentence.text):
        places = [
            named
            for named in named_places(
                sentence.text[match.start() : match.end() + 50], locality.province
            )
            if named.start <= match.end() - match.start()
        ]
        name, place, end, completed = match["what"], None, match.end(), False
        if places:
            place, end = places[0].locality, match.start() + places[0].end
            name = sentence.text[match.start() : end]
        elif (
            re.search(r" (?:tỉnh|huyện|thành phố|xã|phường)$", name)
            and name.rsplit(" ", 1)[1] in locality.name
        ):
            name = f"{name.rsplit(' ', 1)[0]} {locality.name.split(',')[0]}"
            completed = True
        level = next(
            (level for word, level in _CENTRE_LEVELS if re.search(rf"\b{word}\b", name)), ""
        )
        yield Mention(
            Kind.CENTRE,
            tidy(name),
            sentence,
            match.start(),
            end,
            level=level,
            place=place,
            confidence=0.9 if places or level else 0.6,
            details={"place": place.name if place else locality.name}
            if places or completed
            else {},
        )


_CENTRE_LEVELS = (
    ("tỉnh", "tỉnh"),
    ("huyện|thị xã|quận|thành phố", "huyện"),
    ("xã|phường|thị trấn|đặc khu", "xã"),
)


def _initiatives(sentence: Sentence, locality: Locality) -> Iterator[Mention]:
    text = sentence.text
    taken: list[tuple[int, int]] = []
    for match in _INITIATIVE.finditer(text):
        kind = match["kind"].capitalize()
        end = match.end()
        if kind == "Ngày" and not re.search(r"\d|không", match["name"]):
            continue
        yield _initiative(sentence, f"{kind} “{match['name']}”", match.start(), end, locality)
        taken.append((match.start(), end))
        while more := _MORE_QUOTED.match(text[end:]):
            yield _initiative(sentence, f"{kind} “{more['name']}”", end, end + more.end(), locality)
            taken.append((end, end + more.end()))
            end += more.end()
    for pattern in (_BARE_MODEL, _PILOT):
        for match in pattern.finditer(text):
            if not any(
                start <= match.start("name") < end or match.start("name") <= start < match.end()
                for start, end in taken
            ):
                yield _initiative(sentence, match["name"], *match.span("name"), locality)
                taken.append(match.span("name"))


def _initiative(sentence: Sentence, name: str, start: int, end: int, locality: Locality) -> Mention:
    owner = _OWNER.search(re.split(r";", sentence.text[end:])[0])
    place = None
    if owner:
        place = next(
            (
                n.locality
                for n in named_places(owner["owner"], locality.province)
                if n.locality.level in (DISTRICT, COMMUNE)
            ),
            None,
        )
    details = {"owner": owner["owner"].strip()} if owner else {}
    subject = tidy(name)
    return Mention(
        Kind.INITIATIVE,
        subject + ("”" if "“" in subject and "”" not in subject else ""),
        sentence,
        start,
        end,
        place=place,
        level=place.level if place else "",
        confidence=0.85 if "“" in name else 0.6,
        details=details,
    )


def _told(read: Read, kind: Kind, period: str) -> Iterator[Mention]:
    """Yield the items of a sentence that tells faults or plans; a plan keeps its first figure."""
    sentence = read.sentence
    if _PLAN_NOTHING.match(sentence.text) and kind is Kind.SHORTCOMING:
        return
    for item, start in items(sentence.text, 0):
        text = re.sub(
            r"^(?:tuy nhiên|tuy vậy|bên cạnh đó|ngoài ra|đồng thời)\s*,\s*",
            "",
            item,
            flags=re.IGNORECASE,
        )
        figure = next(iter(find_figures(text)), None) if kind is Kind.PLAN else None
        yield Mention(
            kind,
            tidy(re.sub(r"^(?:\(\d+\)|[-+*•–]|\d+[.)]|[a-zđ]\))\s*", "", text)),
            sentence,
            start,
            start + len(item),
            value=figure.value if figure else "",
            unit=figure.unit if figure else "",
            period=period,
            confidence=0.75,
        )
