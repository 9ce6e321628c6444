"""What a reader yields: a draft, or the reason why a record cannot come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from knowledge.content import Content, Problem
from knowledge.models import Origin

#: Told now and then which share of the file has been read, 0 to 1.
Progress = Callable[[float], None]


class UnreadableFileError(Exception):
    """The file as a whole cannot be read; the message is one line for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One record, understood: the content, the phrases that lead to it, and what is doubtful."""

    source: str
    """Short name of where it comes from, kept as the revision's note."""
    content: Content
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    origin: Origin = Origin.IMPORT
    problems: tuple[Problem, ...] = ()
    record: int = 0
    """Which record of the file, counted from 1: its line, row or file."""
    outline: bool = False
    """It says little more than the title, so it never replaces a fuller content."""
    settled: bool = False
    """Known to say what is live already."""

    @property
    def province_code(self) -> str:
        """The province whose procedure it is; empty = national."""
        return self.content.province_code


@dataclass(frozen=True, slots=True)
class Edit:
    """One row of a table somebody edited: only what differs from what is stored is meant."""

    source: str
    code: str
    cells: Mapping[str, str]
    """Text by heading, see knowledge.cells."""
    aliases: tuple[str, ...] = ()
    record: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that cannot come in, and why."""

    record: int
    reason: str
    code: str = ""


#: What a reader yields for one record.
Record = Draft | Edit | Refused


class Reader(Protocol):
    """A module that reads one format."""

    #: Whether a file of this format lists everything, so that what it lacks is gone.
    COMPLETE: bool

    def recognises(self, path: Path) -> bool:
        """Whether the file looks like this format; it is only peeped at."""

    def read(self, path: Path, progress: Progress = ...) -> Iterator[Record]:
        """Yield the records one by one, in constant memory."""


def ignore(_share: float) -> None:
    """Be told of progress and do nothing."""
