"""Questions as a table, out and in again: one row a question, taken whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bot.contests.lifecycle import MOST_CHOICES, MOST_QUESTIONS, wrong_question
from bot.messages import contests as words
from bot.models import ContestQuestion
from knowledge.importing.drafts import UnreadableFileError
from knowledge.importing.own_table import rows_of, text_of
from knowledge.text import fold, normalise

_LETTERS: Final = "ABCDEF"
_CHOICES: Final = tuple(f"Phương án {letter}" for letter in _LETTERS)
#: The columns, as they are written; accents and large letters do not matter when they are read.
COLUMNS: Final = ("Câu hỏi", *_CHOICES, "Đáp án đúng", "Giải thích", "Nguồn")
_NEEDED: Final = frozenset({"Câu hỏi", "Phương án A", "Phương án B", "Đáp án đúng", "Nguồn"})
_BY_NAME: Final = {fold(normalise(name)): name for name in COLUMNS}
#: The headings stand among the first rows: somebody may have written a title above.
_HEADINGS_WITHIN: Final = 10


class SheetError(ValueError):
    """A file that was not taken; its problems name their rows."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


def write(questions: Sequence[ContestQuestion]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each question."""
    for one in questions:
        choices = [*one.choices, *[""] * (MOST_CHOICES - len(one.choices))]
        yield (one.text, *choices, _LETTERS[one.right_choice], one.explanation, one.source)


def read(path: Path, contest_id: int) -> list[ContestQuestion]:
    """Return the questions of a CSV or XLSX file.

    Raises:
        SheetError: the file or any row of it cannot be used.
    """
    try:
        rows = rows_of(path)
    except UnreadableFileError as error:
        raise SheetError([str(error)]) from error
    start, columns = _headings(rows)
    questions, problems = [], []
    for number, row in enumerate(rows[start:], start + 1):
        cells = {name: text_of(cell) for name, cell in zip(columns, row, strict=False) if name}
        if not any(cells.values()):
            continue
        question = _question(cells, contest_id)
        questions.append(question)
        problems += [
            words.IN_ROW.format(number=number, why=why) for why in wrong_question(question)
        ]
    if not questions:
        problems.append(words.EMPTY_FILE)
    if len(questions) > MOST_QUESTIONS:
        problems.append(words.TOO_MANY_QUESTIONS.format(most=MOST_QUESTIONS))
    if problems:
        raise SheetError(problems[:20])
    return questions


def _headings(rows: Sequence[Sequence[object]]) -> tuple[int, list[str]]:
    """Return the row after the headings, and our column over each cell ("" for a stranger)."""
    for number, row in enumerate(rows[:_HEADINGS_WITHIN], 1):
        found = [_BY_NAME.get(fold(normalise(text_of(cell))), "") for cell in row]
        if set(found) >= _NEEDED:
            return number, found
    raise SheetError([words.NO_HEADINGS.format(columns=", ".join(sorted(_NEEDED)))])


def _question(cells: dict[str, str], contest_id: int) -> ContestQuestion:
    choices = [" ".join(cells.get(name, "").split()) for name in _CHOICES]
    while choices and not choices[-1]:
        choices.pop()
    return ContestQuestion(
        contest_id=contest_id,
        position=0,
        text=" ".join(cells.get("Câu hỏi", "").split()),
        choices=choices,
        right_choice=right_of(cells.get("Đáp án đúng", ""), choices),
        explanation=cells.get("Giải thích", "").strip(),
        source=cells.get("Nguồn", "").strip(),
    )


def right_of(said: str, choices: Sequence[str]) -> int:
    """Return the index that a letter, a number from 1 or the choice's own words mean; -1 for none."""
    bare = said.strip().rstrip(".)").upper()
    if len(bare) == 1 and bare in _LETTERS:
        return _LETTERS.index(bare)
    if bare.isdigit() and len(bare) == 1:
        return int(bare) - 1
    same = [n for n, one in enumerate(choices) if normalise(one) == normalise(said)]
    return same[0] if same else -1
