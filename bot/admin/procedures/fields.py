"""The edit form of a procedure as data: which fields and rows stand on which of its pages.

Every part of Content is on exactly one page (a test holds that), so a page is small, says one
thing, and shows beside it what the assistant would answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, TypeVar

from knowledge.content import Facet
from knowledge.wording import (
    CONFIDENCE_NAMES,
    CURRENCY_NAMES,
    FACET_NAMES,
    FEE_NAMES,
    LEVEL_NAMES,
    METHOD_NAMES,
    NOTICE_NAMES,
    ONLINE_NAMES,
    UNIT_NAMES,
)

#: The limits of knowledge.content.Line and Text, told to the browser too.
LINE_CHARS: Final = 2_000
TEXT_CHARS: Final = 20_000


class Kind(StrEnum):
    """How a field is typed."""

    LINE = "line"
    TEXT = "text"
    COUNT = "count"  # a whole number
    NUMBER = "number"  # written as 1.250.000 or 2,5
    DATE = "date"
    CHOICE = "choice"
    CHECK = "check"
    CHECKS = "checks"  # any of several
    LINES = "lines"  # one a line


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in; `name` is the field of the content."""

    name: str
    label: str
    kind: Kind = Kind.LINE
    hint: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    """What an untouched field holds; nothing else is stored for it."""
    minor: bool = False
    """Folded away: most people need not look at it."""

    @property
    def limit(self) -> int:
        """Most characters."""
        return TEXT_CHARS if self.kind in (Kind.TEXT, Kind.LINES) else LINE_CHARS


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of like things, each a row of fields; rows may hold rows."""

    name: str
    label: str
    one: str
    """What one row is called, as in "Thêm lệ phí"."""
    fields: tuple[Field, ...]
    inner: Rows | None = None
    hint: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether each row is a text and nothing else."""
        return len(self.fields) == 1 and self.fields[0].name == ""


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that form one group of the content, e.g. the agencies."""

    name: str
    label: str
    fields: tuple[Field, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the form."""

    slug: str
    title: str
    parts: tuple[Field | Rows | Part, ...]
    facet: Facet | None = None
    """The question whose answer this page changes; it is previewed beside it."""


Choice = TypeVar("Choice", bound=StrEnum)


def _choices(names: Mapping[Choice, str], empty: str | None = None) -> dict[str, str]:
    first = {} if empty is None else {"": empty}
    return first | {member.value: name[:1].upper() + name[1:] for member, name in names.items()}


CONFIDENCE: Final = _choices(CONFIDENCE_NAMES)
METHODS: Final = _choices(METHOD_NAMES, "Mọi cách nộp")
_WHICH_METHOD: Final = _choices(METHOD_NAMES, "Chọn cách nộp")

#: Where a fact comes from and when it holds; folded away on every row that has it.
PROVENANCE: Final = (
    Field("source", "Nguồn", hint="Ví dụ: Luật Hộ tịch 2014, Điều 11", minor=True),
    Field("confidence", "Độ chắc", Kind.CHOICE, choices=CONFIDENCE, default="medium", minor=True),
    Field("effective_from", "Áp dụng từ ngày", Kind.DATE, minor=True),
    Field("effective_to", "Đến hết ngày", Kind.DATE, minor=True),
    Field("verified_on", "Kiểm ngày", Kind.DATE, minor=True),
)

_TEXT_ROW: Final = (Field("", "Nội dung", Kind.TEXT),)

SECTIONS: Final[tuple[Section, ...]] = (
    Section(
        "chung",
        "Thông tin chung",
        (
            Field("title", "Tên thủ tục", Kind.LINE, "Tên đầy đủ theo quyết định công bố"),
            Field(
                "common_name",
                "Tên thường gọi",
                hint="Người dân gọi thế nào, ví dụ: Đăng ký khai sinh",
            ),
            Field("field", "Lĩnh vực"),
            Field("levels", "Cấp thực hiện", Kind.CHECKS, choices=_choices(LEVEL_NAMES)),
            Field(
                "province_code",
                "Mã tỉnh ban hành",
                hint="Hai chữ số; để trống nếu áp dụng cả nước",
            ),
            Field("summary", "Tóm tắt", Kind.TEXT),
            Rows("applicants", "Ai được làm", "đối tượng", (Field("", "Đối tượng"),)),
            Field("keywords", "Từ khóa", Kind.LINES, "Mỗi dòng một từ khóa"),
            Field("supersedes", "Thay cho các mã cũ", Kind.LINES, "Mỗi dòng một mã"),
            Part(
                "source",
                "Nguồn của thủ tục",
                (
                    Field("title", "Tên nguồn", hint="Ví dụ: Cổng Dịch vụ công quốc gia"),
                    Field("url", "Địa chỉ trang nguồn"),
                    Field("retrieved_on", "Lấy ngày", Kind.DATE),
                ),
            ),
            Field("verified_on", "Ngày kiểm lại gần nhất", Kind.DATE, "Hiện trong câu trả lời"),
        ),
    ),
    Section(
        "giay-to",
        "Giấy tờ",
        (
            Rows(
                "cases",
                "Giấy tờ theo từng trường hợp",
                "trường hợp",
                (Field("name", "Tên trường hợp", hint="Để trống nếu áp dụng cho mọi người"),),
                Rows(
                    "components",
                    "Giấy tờ",
                    "giấy tờ",
                    (
                        Field("name", "Tên giấy tờ", Kind.TEXT),
                        Field("originals", "Bản chính", Kind.COUNT, default="0"),
                        Field("copies", "Bản sao", Kind.COUNT, default="0"),
                        Field("show_only", "Chỉ xuất trình rồi mang về", Kind.CHECK),
                        Field("condition", "Chỉ khi nào", hint="Bắt đầu bằng “nếu …”", minor=True),
                        Field("form", "Theo mẫu", hint="Ví dụ: Mẫu CT01", minor=True),
                        Field("issuer", "Nơi cấp", minor=True),
                    ),
                ),
            ),
            Field("dossier_sets", "Số bộ hồ sơ", Kind.COUNT),
            Field(
                "dossier_confidence",
                "Độ chắc của danh sách giấy tờ",
                Kind.CHOICE,
                choices=CONFIDENCE,
                default="medium",
            ),
        ),
        Facet.DOCUMENTS,
    ),
    Section(
        "le-phi",
        "Phí, lệ phí",
        (
            Rows(
                "fees",
                "Các mức phí, lệ phí",
                "mức phí",
                (
                    Field(
                        "kind",
                        "Loại",
                        Kind.CHOICE,
                        choices=_choices(FEE_NAMES),
                        default="unknown",
                    ),
                    Field("amount", "Số tiền", Kind.NUMBER, "Ví dụ: 8.000"),
                    Field(
                        "currency",
                        "Đơn vị tiền",
                        Kind.CHOICE,
                        choices=_choices(CURRENCY_NAMES),
                        default="VND",
                    ),
                    Field("per", "Tính cho", hint="Ví dụ: bản, lần"),
                    Field("method", "Cách nộp", Kind.CHOICE, choices=METHODS),
                    Field("condition", "Chỉ khi nào", hint="Bắt đầu bằng “nếu …”"),
                    Field("text", "Nói với người dân thế nào", Kind.TEXT, minor=True),
                    *PROVENANCE,
                ),
            ),
        ),
        Facet.FEE,
    ),
    Section(
        "thoi-han",
        "Thời hạn",
        (
            Rows(
                "processing_times",
                "Thời hạn giải quyết",
                "thời hạn",
                (
                    Field("amount", "Bao lâu", Kind.NUMBER, "Chỉ ghi số, ví dụ: 3"),
                    Field(
                        "unit",
                        "Đơn vị",
                        Kind.CHOICE,
                        choices=_choices(UNIT_NAMES),
                        default="unknown",
                    ),
                    Field("method", "Cách nộp", Kind.CHOICE, choices=METHODS),
                    Field("condition", "Chỉ khi nào", hint="Bắt đầu bằng “nếu …”"),
                    Field("text", "Nói với người dân thế nào", Kind.TEXT, minor=True),
                    *PROVENANCE,
                ),
            ),
            Rows(
                "deadlines",
                "Hạn người dân phải làm",
                "hạn",
                (
                    Field("text", "Nội dung", Kind.TEXT, "Ví dụ: Trong 60 ngày từ ngày sinh"),
                    *PROVENANCE,
                ),
            ),
        ),
        Facet.TIME,
    ),
    Section(
        "noi-nop",
        "Nơi nộp",
        (
            Field("where", "Nộp ở đâu", Kind.TEXT, "Một, hai câu dễ hiểu"),
            Rows(
                "submission_methods",
                "Cách nộp",
                "cách nộp",
                (
                    Field("method", "Cách", Kind.CHOICE, choices=_WHICH_METHOD),
                    Field("text", "Hướng dẫn thêm", Kind.TEXT),
                ),
            ),
            Field(
                "online_level",
                "Mức trực tuyến",
                Kind.CHOICE,
                choices=_choices(ONLINE_NAMES),
                default="unknown",
            ),
            Part(
                "agencies",
                "Cơ quan",
                (
                    Field("receiving", "Tiếp nhận", Kind.TEXT),
                    Field("performing", "Thực hiện", Kind.TEXT),
                    Field("competent", "Có thẩm quyền", Kind.TEXT),
                    Field("coordinating", "Phối hợp", Kind.TEXT),
                ),
            ),
        ),
        Facet.WHERE,
    ),
    Section(
        "cac-buoc",
        "Các bước, kết quả",
        (
            Rows("steps", "Các bước làm", "bước", _TEXT_ROW),
            Rows("requirements", "Điều kiện", "điều kiện", _TEXT_ROW),
            Rows("outcome", "Kết quả", "kết quả", _TEXT_ROW),
        ),
        Facet.STEPS,
    ),
    Section(
        "can-cu",
        "Mẫu đơn, căn cứ",
        (
            Rows(
                "forms",
                "Mẫu đơn, tờ khai",
                "mẫu",
                (
                    Field("name", "Tên mẫu"),
                    Field("number", "Số hiệu"),
                    Field("url", "Địa chỉ tải về"),
                ),
            ),
            Rows(
                "legal_basis",
                "Căn cứ pháp lý",
                "văn bản",
                (
                    Field("number", "Số hiệu", hint="Ví dụ: 60/2014/QH13"),
                    Field("title", "Tên văn bản", Kind.TEXT),
                    Field("note", "Ghi chú", hint="Ví dụ: hết hiệu lực từ 01/3/2027"),
                ),
            ),
            Field("decision", "Quyết định công bố"),
        ),
        Facet.LEGAL_BASIS,
    ),
    Section(
        "luu-y",
        "Lưu ý",
        (
            Rows(
                "notices",
                "Lưu ý cạnh câu trả lời",
                "lưu ý",
                (
                    Field(
                        "kind",
                        "Loại",
                        Kind.CHOICE,
                        choices=_choices(NOTICE_NAMES),
                        default="warning",
                    ),
                    Field("text", "Nội dung", Kind.TEXT),
                    Field(
                        "facets",
                        "Hiện cạnh câu trả lời về",
                        Kind.CHECKS,
                        "Không chọn gì là hiện ở mọi câu trả lời",
                        choices=_choices(FACET_NAMES),
                    ),
                    *PROVENANCE,
                ),
            ),
        ),
    ),
)


def _of_province(part: Field | Rows | Part) -> Field | Rows | Part:
    """Return a part of the national form as a province fills it in: left empty, it stays national."""
    if isinstance(part, Field) and part.kind is Kind.CHOICE:
        return replace(part, choices={"": "Như cả nước"} | dict(part.choices), default="")
    return part


#: What a province may set differently, in the order of its one page.
OVERRIDABLE: Final = (
    "fees",
    "processing_times",
    "where",
    "online_level",
    "agencies",
    "notices",
    "source",
    "verified_on",
)
_EVERY: Final = {part.name: part for section in SECTIONS for part in section.parts}
#: The one page of a province's override.
PROVINCIAL: Final = Section(
    "rieng", "Phần đặt riêng", tuple(_of_province(_EVERY[name]) for name in OVERRIDABLE), Facet.FEE
)


def section_of(slug: str, *, provincial: bool) -> Section | None:
    """Return the page of the form called `slug`, or None."""
    every = (PROVINCIAL,) if provincial else SECTIONS
    return next((section for section in every if section.slug == slug), None)
