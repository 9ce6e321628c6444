"""Choices between procedures that look alike, and the question that tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from knowledge.content import Level
from knowledge.matching.actions import NAMES, QUALIFIERS_FROM, Flags, acts
from knowledge.matching.analysis import title_words
from knowledge.matching.entries import Entry, Hit

MOST_OFFERED = 3

#: How a citizen would name each act, in the order in which they are asked about.
ACT_NAMES = {
    "again": "cấp lại vì mất, hỏng",
    "swap": "cấp đổi",
    "change": "thay đổi, sửa thông tin",
    "renew": "gia hạn",
    "pause": "tạm ngừng",
    "resume": "hoạt động trở lại",
    "end": "chấm dứt",
    "revoke": "thu hồi, trả lại",
    "copy": "xin bản sao",
    "confirm": "xin xác nhận",
    "transfer": "chuyển nhượng, sang tên",
    "move": "chuyển nơi",
    "split": "tách, nhập",
}
#: Acts that make a title a special variant of another one; "xác nhận" or "bản sao" do not.
_VARIANTS = [
    NAMES.index(name)
    for name in ("again", "swap", "change", "renew", "pause", "resume", "end", "revoke")
]
#: A question this like a phrase of the procedure asks for that procedure.
AS_WORDED = 0.8
FIRST_TIME = "làm lần đầu"
#: What else may set candidates apart: the question to ask when some have it and some have not.
QUALIFIER_QUESTIONS = {
    "foreign": "Việc này có liên quan đến người nước ngoài hoặc giấy tờ nước ngoài không?",
    "border": "Anh/chị có ở xã biên giới không?",
    "military": "Anh/chị có thuộc quân đội hoặc công an không?",
    "household": "Anh/chị hỏi cho hộ kinh doanh, hộ gia đình hay cho tổ chức, công ty?",
    "company": "Anh/chị hỏi cho cá nhân, hộ kinh doanh hay cho công ty?",
    "cooperative": "Anh/chị hỏi cho hợp tác xã hay cho cá nhân, hộ gia đình?",
    "children": "Anh/chị làm cho trẻ em hay cho người lớn?",
    "mobile": "Anh/chị làm tại trụ sở hay cần cán bộ đến tận nhà?",
    "temporary": "Anh/chị cần loại tạm thời hay chính thức?",
}
_LEVELS = {
    Level.COMMUNE: "xã, phường",
    Level.PROVINCE: "tỉnh, thành phố",
    Level.MINISTRY: "bộ, ngành trung ương",
}


def offer(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return at most three hits with distinct titles."""
    distinct = {title_words(hit.title): hit for hit in reversed(hits)}
    return tuple(hit for hit in hits if distinct[title_words(hit.title)] is hit)[:MOST_OFFERED]


def undecided(asked: Flags, likeness: float, entries: Sequence[Entry]) -> bool:
    """Whether the first of `entries` does what the question does not ask for, and a sibling not.

    "giấy phép lái xe" names neither the first licence nor a lost one: that is no answer yet, unless
    the question is an editor's phrase for it nearly word by word (`likeness`).
    """
    if asked[:QUALIFIERS_FROM].any() or not entries or likeness >= AS_WORDED:
        return False
    own, *others = [acts(title_words(entry.title))[:QUALIFIERS_FROM] for entry in entries]
    if own.sum() != 1 or not own[_VARIANTS].any():
        return False
    return any(
        (own != flags).any() and _alike((entries[0], entry))
        for flags, entry in zip(others, entries[1:], strict=True)
    )


def question(entries: Sequence[Entry]) -> str | None:
    """Return the question that separates `entries` best, or None when there is no choice."""
    if len(entries) < 2:
        return None
    for tell_apart in _ATTEMPTS:
        asked = tell_apart(entries)
        if asked is not None:
            return asked
    return "Anh/chị hỏi thủ tục nào dưới đây?"


def _acts_of(entry: Entry) -> frozenset[str]:
    flags = acts(title_words(entry.title))
    return frozenset(name for name, spoken in zip(NAMES, flags, strict=True) if spoken)


def _by_act(entries: Sequence[Entry]) -> str | None:
    """Ask "Cấp lần đầu hay làm lại?" when titles of one subject differ in their act."""
    if not _alike(entries):
        return None
    named = []
    for entry in entries:
        own = _acts_of(entry)
        named.append(next((ACT_NAMES[name] for name in ACT_NAMES if name in own), FIRST_TIME))
    if len(set(named)) < len(named):
        return None
    return f"Anh/chị muốn {', '.join(named[:-1])} hay {named[-1]}?"


def _by_qualifier(entries: Sequence[Entry]) -> str | None:
    """Ask for whom or where, when some titles say so and others do not."""
    if not _alike(entries):
        return None
    own = [_acts_of(entry) for entry in entries]
    for name, asked in QUALIFIER_QUESTIONS.items():
        if len({name in flags for flags in own}) == 2:
            return asked
    return None


def _by_level(entries: Sequence[Entry]) -> str | None:
    """Ask for the level when nothing but the level differs."""
    titles = {title_words(entry.title) for entry in entries}
    levels = [entry.levels[0] for entry in entries if entry.levels]
    if len(titles) > 1 or len(set(levels)) < len(entries):
        return None
    names = [_LEVELS[level] for level in levels]
    return f"Anh/chị làm ở cấp {', '.join(names[:-1])} hay {names[-1]}?"


def _alike(entries: Sequence[Entry]) -> bool:
    """Whether the titles share most of the words of the shortest one."""
    worded = [set(title_words(entry.title)) for entry in entries]
    shared = set.intersection(*worded)
    return len(shared) > 0.5 * min(map(len, worded))


_ATTEMPTS: tuple[Callable[[Sequence[Entry]], str | None], ...] = (_by_level, _by_act, _by_qualifier)
