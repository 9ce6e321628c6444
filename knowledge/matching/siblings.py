"""Choices between procedures that look alike, and the question that tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from knowledge.matching.actions import NAMES, QUALIFIERS_FROM, Flags, acts
from knowledge.matching.analysis import title_words
from knowledge.matching.entries import By, Entry, Hit, Separation

MOST_OFFERED = 3

#: Acts that can be asked about, the most telling first; `FIRST_TIME` is none of them.
ACTS = (
    "again",
    "swap",
    "change",
    "renew",
    "pause",
    "resume",
    "end",
    "revoke",
    "copy",
    "confirm",
    "transfer",
    "move",
    "split",
)
FIRST_TIME = "first"
#: A question this like a phrase of the procedure asks for that procedure.
AS_WORDED = 0.97
#: Acts that make a title a special variant of another one; "xác nhận" or "bản sao" do not.
_VARIANTS = [
    NAMES.index(name)
    for name in ("again", "swap", "change", "renew", "pause", "resume", "end", "revoke")
]
#: What else may set candidates apart, in the order in which it is asked about.
QUALIFIERS = (
    "foreign",
    "border",
    "military",
    "household",
    "company",
    "cooperative",
    "children",
    "mobile",
    "temporary",
)


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
    own, *others = [_flags(entry.title)[:QUALIFIERS_FROM] for entry in entries]
    if own.sum() != 1 or not own[_VARIANTS].any():
        return False
    return any(
        (own != flags).any() and _alike((entries[0], entry))
        for flags, entry in zip(others, entries[1:], strict=True)
    )


def question(entries: Sequence[Entry]) -> Separation | None:
    """Return what separates `entries` best, or None when there is no choice."""
    if len(entries) < 2:
        return None
    for tell_apart in _ATTEMPTS:
        asked = tell_apart(entries)
        if asked is not None:
            return asked
    return Separation(By.TITLE)


@lru_cache(maxsize=8192)
def _flags(title: str) -> Flags:
    """Return what a title speaks of; the same few titles are asked about all day."""
    flags = acts(title_words(title))
    flags.flags.writeable = False
    return flags


def _acts_of(entry: Entry) -> frozenset[str]:
    flags = _flags(entry.title)
    return frozenset(name for name, spoken in zip(NAMES, flags, strict=True) if spoken)


def _by_act(entries: Sequence[Entry]) -> Separation | None:
    """Ask "Cấp lần đầu hay làm lại?" when titles of one subject differ in their act."""
    if not _alike(entries):
        return None
    named = []
    for entry in entries:
        own = _acts_of(entry)
        named.append(next((name for name in ACTS if name in own), FIRST_TIME))
    if len(set(named)) < len(named):
        return None
    return Separation(By.ACT, tuple(named))


def _by_qualifier(entries: Sequence[Entry]) -> Separation | None:
    """Ask for whom or where, when some titles say so and others do not."""
    if not _alike(entries):
        return None
    own = [_acts_of(entry) for entry in entries]
    for name in QUALIFIERS:
        if len({name in flags for flags in own}) == 2:
            return Separation(By.QUALIFIER, (name,))
    return None


def _by_level(entries: Sequence[Entry]) -> Separation | None:
    """Ask for the level when nothing but the level differs."""
    titles = {title_words(entry.title) for entry in entries}
    levels = [entry.levels[0] for entry in entries if entry.levels]
    if len(titles) > 1 or len(set(levels)) < len(entries):
        return None
    return Separation(By.LEVEL, tuple(level.value for level in levels))


def _alike(entries: Sequence[Entry]) -> bool:
    """Whether the titles share most of the words of the shortest one."""
    worded = [set(title_words(entry.title)) for entry in entries]
    shared = set.intersection(*worded)
    return len(shared) > 0.5 * min(map(len, worded))


_ATTEMPTS: tuple[Callable[[Sequence[Entry]], Separation | None], ...] = (
    _by_level,
    _by_act,
    _by_qualifier,
)
