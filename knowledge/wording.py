"""What a content says, part by part, in plain Vietnamese lines: for review, comparison and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from knowledge.content import (
    Agencies,
    Case,
    Confidence,
    Content,
    Currency,
    DossierComponent,
    Facet,
    Fee,
    FeeKind,
    Form,
    LegalBasis,
    Level,
    Method,
    Notice,
    NoticeKind,
    OnlineLevel,
    Override,
    ProcessingTime,
    SourceRef,
    Stated,
    SubmissionMethod,
    Unit,
)

LEVEL_NAMES: Final = {
    Level.COMMUNE: "Cấp xã",
    Level.PROVINCE: "Cấp tỉnh",
    Level.MINISTRY: "Cấp bộ",
}
METHOD_NAMES: Final = {
    Method.DIRECT: "trực tiếp",
    Method.ONLINE: "trực tuyến",
    Method.POST: "bưu chính",
}
UNIT_NAMES: Final = {
    Unit.MINUTE: "phút",
    Unit.HOUR: "giờ",
    Unit.DAY: "ngày",
    Unit.WORKING_DAY: "ngày làm việc",
    Unit.MONTH: "tháng",
    Unit.YEAR: "năm",
    Unit.UNKNOWN: "(chưa rõ đơn vị)",
}
FEE_NAMES: Final = {
    FeeKind.AMOUNT: "Số tiền",
    FeeKind.FREE: "Miễn phí",
    FeeKind.PROVINCIAL: "Hội đồng nhân dân tỉnh quyết định",
    FeeKind.SEE_NOTE: "Xem ghi chú",
    FeeKind.UNKNOWN: "Chưa rõ",
}
CURRENCY_NAMES: Final = {Currency.VND: "đồng", Currency.USD: "đô la Mỹ"}
ONLINE_NAMES: Final = {
    OnlineLevel.FULL: "Toàn trình",
    OnlineLevel.PARTIAL: "Một phần",
    OnlineLevel.NONE: "Không nộp trực tuyến",
    OnlineLevel.UNKNOWN: "Chưa rõ",
}
CONFIDENCE_NAMES: Final = {
    Confidence.HIGH: "Chắc chắn",
    Confidence.MEDIUM: "Khá chắc",
    Confidence.LOW: "Chưa chắc, không nói số",
    Confidence.NONE: "Không rõ, không nói",
}
NOTICE_NAMES: Final = {
    NoticeKind.CHANGE: "Quy định thay đổi",
    NoticeKind.EXEMPTION: "Miễn, giảm",
    NoticeKind.CONFLICT: "Hai nguồn nói khác nhau",
    NoticeKind.WARNING: "Điều hay nhầm",
}
FACET_NAMES: Final = {
    Facet.DOCUMENTS: "giấy tờ",
    Facet.FEE: "lệ phí",
    Facet.TIME: "thời hạn",
    Facet.WHERE: "nơi nộp",
    Facet.ONLINE: "nộp trực tuyến",
    Facet.FORM: "mẫu đơn",
    Facet.STEPS: "các bước",
    Facet.REQUIREMENTS: "điều kiện",
    Facet.LEGAL_BASIS: "căn cứ pháp lý",
    Facet.OUTCOME: "kết quả",
    Facet.APPLICANT: "ai được làm",
    Facet.DEADLINE: "hạn phải làm",
}

Lines = tuple[str, ...]


def lines_of(content: Content | Override) -> dict[str, Lines]:
    """Return each part that `content` states, by its field name, one fact a line.

    What an import noted for editors (`problems`) and the code are no part of it.
    """
    parts: dict[str, Lines] = {}
    for name in PARTS:
        value = getattr(content, name, None)
        if value is not None and (lines := tuple(_RENDER[name](value))):
            parts[name] = lines
    return parts


def date_words(day: date) -> str:
    """Return a date as it is written here: 19/7/2026."""
    return f"{day.day}/{day.month}/{day.year}"


def number_words(amount: Decimal) -> str:
    """Return a number as it is written here: 1.250.000 or 2,5."""
    text = f"{amount.normalize():,f}"
    return text.translate(str.maketrans(",.", ".,"))


def _text(value: str) -> Iterable[str]:
    return filter(None, (line.strip() for line in value.splitlines()))


def _texts(values: Iterable[str]) -> Iterable[str]:
    return (" ".join(value.split()) for value in values if value.strip())


def _circumstances(*words: str) -> str:
    inside = "; ".join(filter(None, words))
    return f" ({inside})" if inside else ""


def _provenance(fact: Stated) -> tuple[str, ...]:
    return (
        f"từ ngày {date_words(fact.effective_from)}" if fact.effective_from else "",
        f"đến hết ngày {date_words(fact.effective_to)}" if fact.effective_to else "",
        "" if fact.sure else CONFIDENCE_NAMES[fact.confidence].lower(),
        f"nguồn: {fact.source}" if fact.source else "",
        f"kiểm ngày {date_words(fact.verified_on)}" if fact.verified_on else "",
    )


def _method(method: Method | None) -> str:
    return METHOD_NAMES[method] if method else ""


def _fees(fees: Iterable[Fee]) -> Iterable[str]:
    for fee in fees:
        said = FEE_NAMES[fee.kind]
        if fee.kind is FeeKind.AMOUNT and fee.amount is not None:
            said = f"{number_words(fee.amount)} {CURRENCY_NAMES[fee.currency]}"
            said += f"/{fee.per}" if fee.per else ""
        where = _circumstances(_method(fee.method), fee.condition, *_provenance(fee))
        yield f"{said}{where}" + (f". {fee.text}" if fee.text else "")


def _times(times: Iterable[ProcessingTime]) -> Iterable[str]:
    for time in times:
        known = time.amount is not None
        said = f"{number_words(time.amount)} {UNIT_NAMES[time.unit]}" if time.amount else ""
        where = _circumstances(_method(time.method), time.condition, *_provenance(time))
        said = said if known else "Chưa rõ"
        yield f"{said}{where}" + (f". {time.text}" if time.text else "")


def _cases(cases: Iterable[Case]) -> Iterable[str]:
    for case in cases:
        if case.name:
            yield f"Trường hợp: {case.name}"
        yield from map(_paper, case.components)


def _paper(paper: DossierComponent) -> str:
    counts = (
        "xuất trình rồi mang về" if paper.show_only else "",
        f"{paper.originals} bản chính" if paper.originals else "",
        f"{paper.copies} bản sao" if paper.copies else "",
        paper.form,
        f"do {paper.issuer} cấp" if paper.issuer else "",
    )
    return f"{' '.join(paper.name.split())}{_circumstances(*counts, paper.condition)}"


def _methods(methods: Iterable[SubmissionMethod]) -> Iterable[str]:
    for one in methods:
        said = METHOD_NAMES[one.method].capitalize()
        yield f"{said}: {' '.join(one.text.split())}" if one.text else said


def _forms(forms: Iterable[Form]) -> Iterable[str]:
    for form in forms:
        yield f"{form.name}{_circumstances(form.number, form.url)}"


_AGENCIES: Final = {
    "receiving": "Tiếp nhận",
    "performing": "Thực hiện",
    "competent": "Có thẩm quyền",
    "coordinating": "Phối hợp",
}


def _agencies(agencies: Agencies) -> Iterable[str]:
    for name, label in _AGENCIES.items():
        if value := getattr(agencies, name):
            yield f"{label}: {' '.join(value.split())}"


def _stated(facts: Iterable[Stated]) -> Iterable[str]:
    for fact in facts:
        yield f"{fact.text}{_circumstances(*_provenance(fact))}"


def _notices(notices: Iterable[Notice]) -> Iterable[str]:
    for notice in notices:
        beside = ", ".join(FACET_NAMES[facet] for facet in notice.facets)
        said = f"{NOTICE_NAMES[notice.kind]}: {notice.text}"
        yield said + _circumstances(f"cạnh {beside}" if beside else "", *_provenance(notice))


def _laws(laws: Iterable[LegalBasis]) -> Iterable[str]:
    for law in laws:
        yield " ".join(filter(None, (law.number, law.title))) + _circumstances(law.note)


def _source(source: SourceRef) -> Iterable[str]:
    retrieved = f"lấy ngày {date_words(source.retrieved_on)}" if source.retrieved_on else ""
    yield f"{source.title}{_circumstances(source.url, retrieved)}"


#: Part (field of Content) → its heading and how its lines are written, in the order of reading.
_TABLE: Final[Mapping[str, tuple[str, Callable[[Any], Iterable[str]]]]] = {
    "title": ("Tên thủ tục", _text),
    "common_name": ("Tên thường gọi", _text),
    "field": ("Lĩnh vực", _text),
    "levels": ("Cấp thực hiện", lambda levels: (LEVEL_NAMES[level] for level in levels)),
    "province_code": ("Mã tỉnh ban hành", _text),
    "summary": ("Tóm tắt", _text),
    "applicants": ("Ai được làm", _texts),
    "requirements": ("Điều kiện", _texts),
    "cases": ("Giấy tờ cần mang", _cases),
    "dossier_sets": ("Số bộ hồ sơ", lambda sets: (str(sets),)),
    "dossier_confidence": ("Độ chắc của giấy tờ", lambda one: (CONFIDENCE_NAMES[one],)),
    "fees": ("Phí, lệ phí", _fees),
    "processing_times": ("Thời hạn giải quyết", _times),
    "where": ("Nơi nộp", _text),
    "submission_methods": ("Cách nộp", _methods),
    "online_level": ("Mức trực tuyến", lambda one: (ONLINE_NAMES[one],)),
    "agencies": ("Cơ quan", _agencies),
    "steps": ("Các bước", _texts),
    "outcome": ("Kết quả", _texts),
    "deadlines": ("Hạn phải làm", _stated),
    "forms": ("Mẫu đơn, tờ khai", _forms),
    "legal_basis": ("Căn cứ pháp lý", _laws),
    "decision": ("Quyết định công bố", _text),
    "notices": ("Lưu ý", _notices),
    "keywords": ("Từ khóa", _texts),
    "supersedes": ("Thay cho mã", _texts),
    "source": ("Nguồn", _source),
    "verified_on": ("Ngày kiểm", lambda day: (date_words(day),)),
}
#: Part → its heading.
PARTS: Final = {name: heading for name, (heading, _) in _TABLE.items()}
_RENDER: Final = {name: render for name, (_, render) in _TABLE.items()}
