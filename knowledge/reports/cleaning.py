"""Parts the report from the page around it, and the page into paragraphs."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.reports.figures import find_figures
from knowledge.reports.found import Dropped
from knowledge.reports.people import is_signature
from knowledge.text import fold

AUTHORS = "(tên người viết)"
_FURNITURE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        (
            "bộ đếm truy cập",
            (
                r"^\W*(?:so )?(?:luot (?:xem|doc|truy cap|tai)|views?|dang (?:truy cap|online|xem)|hom (?:nay|qua)"
                r"|trong (?:tuan|thang|ngay)|tuan (?:nay|truoc)|thang (?:nay|truoc)|tat ca|tong (?:so )?(?:luot )?"
                r"(?:truy cap|luot xem|luot)|khach(?: vieng tham)?|thanh vien|thong ke (?:truy cap|luot truy cap)"
                r"|may chu tim kiem)\b[\s:]*[\d\s.,]*(?:dang nhap)?(?:\s*no title\.*)?$"
            ),
        ),
        (
            "trình phát âm thanh",
            r"^\d{1,2}:\d{2}\s*/\s*\d{1,2}:\d{2}$|^(?:nghe (?:doc )?bai|doc bao|phat am thanh)",
        ),
        (
            "chú thích ảnh trống",
            r"^(?:anh tin bai|no title\W*|image|hinh anh|anh minh hoa|untitled)$",
        ),
        ("tên tệp ảnh", r"^\S+\.(?:jpe?g|png|gif|webp|bmp)$"),
        (
            "công cụ của trang",
            (
                r"^\W*(?:(?:tu viet tat|xem voi co chu|tim theo ngay|di chuot vao|tong so diem cua bai viet"
                r"|ket qua danh gia bai viet|click de danh gia|nhap tu khoa)[^.]{0,60}"
                r"|(?:co chu|in trang|in bai|gui email|chia se|binh luan|gui binh luan|facebook|twitter|zalo"
                r"|tang co chu|giam co chu|dang nhap|tags?\b|quay lai|len dau trang|dau trang|xem them|doc tiep"
                r"|luu bai viet|sao chep lien ket|tim kiem|tu khoa:)[^.]{0,20}|dang ky|danh gia|a\+? ?a?-?)\W*$"
            ),
        ),
        (
            "mục lục trang",
            (
                r"^\W*(?:home|trang chu|tin tuc|gioi thieu|lien he|so do trang|thu vien anh|video|van ban"
                r"|chuyen muc"
                r"|tin (?:lien quan|cung chuyen muc|moi|khac|noi bat|tuc su kien)|cac tin (?:khac"
                r"|lien quan|cu hon|moi hon)"
                r"|bai viet (?:lien quan|khac|moi)|related posts|xem nhieu|doc nhieu|thong bao|hoi dap|menu)"
                r"(?:\s*[»>/|].{0,200})?\W*$"
            ),
        ),
        (
            "ngày giờ đăng",
            r"^(?:thu (?:hai|ba|tu|nam|sau|bay)|chu nhat|ngay dang|cap nhat)\b[\s,:]*[\d/\-: ,apmgh+t|]*$",
        ),
        ("ngày giờ đăng", r"^\d{1,2}[/-]\d{1,2}[/-]\d{4}(?:\W+\d{1,2}[:h]\d{2}.{0,10})?$"),
        ("nguồn bài", r"^\W*(?:nguon(?: tin| bai)?|theo)\s*:.{0,80}$"),
        (
            "bản quyền trang",
            r"^\W*(?:copyright|ban quyen|© |ghi ro nguon|giay phep so|chiu trach nhiem)",
        ),
        (
            "phần đầu, cuối văn bản",
            (
                r"^\W*(?:cong hoa xa hoi chu nghia viet nam|doc lap\s*[-–]\s*tu do\s*[-–]\s*hanh phuc|noi nhan\s*:"
                r"|(?:tm|kt|tl|tuq)\s*\.\s|kinh gui\s*:|luu\s*:\s*vt|so\s*:\s*\d*\s*/\s*[a-z-]+)"
            ),
        ),
        ("số trang", r"^(?:trang )?\W*\d{1,4}(?:\s*/\s*\d{1,4})?\W*$"),
    )
)
_NUMBERED = re.compile(r"^\s*(?:[IVX]{1,5}[.)]|\d{1,2}(?:\.\d{1,2})*[.)]|[a-zđ]\)|[-+*•–])\s*\S")
_OFFICE = re.compile(
    r"^(?:SỞ|UBND|[UỦ][YỶỦ] BAN|VĂN PHÒNG|BAN|TỈNH|THÀNH PHỐ|HUYỆN|XÃ|PHƯỜNG|ĐẶC KHU)\s"
)
_PART = re.compile(r"^(?:phần|chương|mục)\s+(?:[ivx]+|\d+|thứ)\b", re.IGNORECASE)
_HEADING_WORDS = re.compile(
    r"\b(?:ket qua|phuong huong|nhiem vu|ton tai|han che|kho khan|giai phap|de xuat|kien nghi|danh gia|cai cach"
    r"|ke hoach|cong tac|muc tieu|nguyen nhan|bai hoc|thong tin|xay dung|hien dai hoa|uu diem"
    r"|thuan loi|ban chi dao)\b"
)
_ENDED = re.compile(r"[.;:!?…”\"]\s*$")
_OTHERS = re.compile(
    r"^\W*(?:(?:cac )?(?:tin|bai)(?: viet)? (?:lien quan|cung chuyen muc|khac|cu hon|moi hon|moi "
    r"nhat)|related posts|xem nhieu|doc nhieu)\b"
)
_REPORT = re.compile(r"^\W*BÁO CÁO\b\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text between breaks; `text` has the length of the original, breaks as spaces."""

    text: str
    start: int
    heading: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The report on a page and what stood around it."""

    title: str
    paragraphs: tuple[Paragraph, ...]
    dropped: tuple[Dropped, ...]
    letterhead: str = ""
    """What was dropped but may name the locality and the year."""


@dataclass(slots=True)
class _Line:
    text: str
    start: int
    reason: str = ""
    gap: bool = False
    """Whether an empty line follows."""

    @property
    def bare(self) -> str:
        return self.text.strip()


def clean(text: str) -> Page:
    """Return the title and paragraphs of `text`, and the lines that are page furniture."""
    lines = list(_lines(text))
    _mark_furniture(lines)
    _mark_repeated(lines)
    _mark_menus(lines)
    _mark_signatures(lines)
    title_at, title = _title(lines)
    for line in lines if title.startswith("Báo cáo ") else ():
        if line.start < title_at and not line.reason and len(line.bare) < 120:
            line.reason = "phần đầu, cuối văn bản"
    kept = [line for line in lines if not line.reason]
    dropped = tuple(
        Dropped(AUTHORS if line.reason == "người viết" else line.bare, line.reason)
        for line in lines
        if line.reason
    )
    letterhead = "\n".join(line.bare for line in lines if line.reason and line.start < title_at)
    return Page(title, tuple(_paragraphs(kept, title_at)), dropped, letterhead)


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    last: _Line | None = None
    for raw in text.split("\n"):
        if raw.strip():
            last = _Line(raw, start)
            yield last
        elif last is not None:
            last.gap = True
        start += len(raw) + 1


def furniture(line: str) -> str:
    """Return why `line` is no part of a report, or "" when it is one."""
    if len(line) > 260:
        return ""
    folded = fold(line.lower()).strip()
    return next((reason for reason, pattern in _FURNITURE if pattern.search(folded)), "")


def _mark_furniture(lines: Sequence[_Line]) -> None:
    ended = others = False
    for line in lines:
        line.reason = furniture(line.bare)
        if line.bare.lower().startswith("nơi nhận"):
            ended = True
        elif ended and len(line.bare) < 80:
            line.reason = line.reason or "phần đầu, cuối văn bản"
        elif _OTHERS.search(fold(line.bare.lower())):
            others = True
        elif others and len(line.bare) < 120 and not _ENDED.search(line.bare):
            line.reason = line.reason or "bài khác trên trang"
        else:
            others = False


def _mark_repeated(lines: Sequence[_Line]) -> None:
    """Mark running heads: the same short line, but for its digits, three times or more."""
    keys = [re.sub(r"\d+", "#", line.bare.lower()) for line in lines]
    counts = Counter(keys)
    for line, key in zip(lines, keys, strict=True):
        short = len(key.split()) >= 2 and len(key) <= 120 and not _NUMBERED.match(line.bare)
        if short and counts[key] >= 3 and not _counts(line.bare):
            line.reason = line.reason or "đầu trang lặp lại"


def _counts(line: str) -> bool:
    """Whether `line` holds a figure: "Thôn 4: 25 hồ sơ" is no running head, however many there are."""
    return any(char.isdigit() for char in line) and bool(find_figures(line))


def _mark_menus(lines: Sequence[_Line]) -> None:
    """Mark three short lines in a row, without figures or heading words, as a menu."""
    run: list[_Line] = []
    for line in [*lines, _Line("", 0)]:
        bare = line.bare
        short = bare and len(bare.split()) <= 5 and not re.search(r"\d|[.:;,]$", bare)
        if short and not _NUMBERED.match(bare) and not _HEADING_WORDS.search(fold(bare.lower())):
            run.append(line)
            continue
        if len(run) >= 3:
            for item in run:
                item.reason = item.reason or "mục lục trang"
        if not line.reason:
            run = []


def _mark_signatures(lines: Sequence[_Line]) -> None:
    """Mark the authors' names near the end of an article."""
    kept = [line for line in lines if not line.reason]
    for line in kept[-4:] if len(kept) > 4 else ():
        unit = re.match(r"^(?:Trung tâm|Phòng|Đài|Báo|Ban|Văn phòng|Cổng) [^.;:]{3,50}$", line.bare)
        if is_signature(line.bare) or (unit and not _ENDED.search(line.bare)):
            line.reason = "người viết" if not unit else "nguồn bài"


def _title(lines: Sequence[_Line]) -> tuple[int, str]:
    """Return where the title begins and the title; (-1, "") without one."""
    kept = [line for line in lines if not line.reason]
    for i, line in enumerate(kept[:25]):
        if _REPORT.match(line.bare) and line.bare.upper()[:8] == line.bare[:8]:
            parts = [_REPORT.sub("", line.bare)]
            for other in kept[i + 1 : i + 4]:
                if (
                    _NUMBERED.match(other.bare)
                    or _PART.match(other.bare)
                    or _ENDED.search(other.bare)
                    or len(other.bare) > 200
                ):
                    break
                parts.append(other.bare)
            return line.start, re.sub(r"\s+", " ", "Báo cáo " + " ".join(parts)).strip()
    for i, line in enumerate(kept[:12]):
        if _OFFICE.match(line.bare) and line.bare.isupper() and len(kept) > i + 1:
            continue  # the head of the paper, not its title
        words = line.bare.split()
        if 5 <= len(words) <= 45 and not line.bare.endswith((".", ";", ",")):
            return line.start, " ".join(words)
    first = next((line for line in kept), None)
    return (first.start, " ".join(first.bare.split()[:20])) if first else (-1, "")


def _paragraphs(lines: Sequence[_Line], title_at: int) -> Iterator[Paragraph]:
    wrapped_at = _wrap_width([line for line in lines if line.start >= title_at])
    group: list[_Line] = []
    for line in lines:
        if group and not _continues(group[-1], line, wrapped_at):
            yield _paragraph(group)
            group = []
        group.append(line)
    if group:
        yield _paragraph(group)


def _wrap_width(lines: Sequence[_Line]) -> int:
    """Return the width at which lines were wrapped, 0 when a line is a paragraph."""
    lengths = [len(line.bare) for line in lines]
    if len(lengths) < 8:
        return 0
    width = round(statistics.quantiles(lengths, n=10)[8])
    full = sum(width * 0.75 <= length for length in lengths)
    return width if width <= 160 and full >= 0.35 * len(lengths) else 0


def _continues(line: _Line, after: _Line, wrapped_at: int) -> bool:
    if line.gap or _NUMBERED.match(after.text):
        return False
    if line.start + len(line.text) + 1 != after.start or _ENDED.search(line.text):
        return bool(wrapped_at) and len(line.bare) >= 0.85 * wrapped_at and after.bare[0].islower()
    if after.bare[0].islower():
        return True
    return bool(wrapped_at) and len(line.bare) >= 0.75 * wrapped_at


def _paragraph(lines: Sequence[_Line]) -> Paragraph:
    text = ""
    for line in lines:
        text += " " * (line.start - lines[0].start - len(text)) + line.text.replace("\t", " ")
    bare = re.sub(r"^\s*(?:[IVX]{1,5}|\d{1,2}(?:\.\d{1,2})*|[a-zđ])[.)]\s*", "", text.strip())
    bullet = re.match(r"[-+*•–]\s", bare)
    heading = (
        not bullet
        and not _ENDED.search(bare)
        and len(bare.split()) <= 45
        and not re.search(r"[.;] ", bare)
    )
    return Paragraph(text, lines[0].start, heading)
