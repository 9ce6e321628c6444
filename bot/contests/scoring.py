"""What is fair: an order of questions of one's own, time that forgives a slow network, shared places."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.models import ContestEntry, ContestQuestion

#: Of each question so much is not counted: reading, and both ways over a slow network.
FREE: Final = timedelta(seconds=15)
#: What is counted comes in whole steps, so that a second more or less on the line decides nothing.
STEP: Final = 5
#: Most seconds counted for one question: whoever is cut off and comes back loses no more.
MOST: Final = 120


def order_of(questions: Iterable[ContestQuestion], seed: int) -> list[ContestQuestion]:
    """Return the questions in the order of one entry; the same seed gives the same on every machine."""

    def rank(question: ContestQuestion) -> bytes:
        return hashlib.blake2b(f"{seed}:{question.id}".encode(), digest_size=8).digest()

    return sorted(questions, key=rank)


def counted(elapsed: timedelta) -> int:
    """Return the seconds that count of a question's time: whole steps beyond FREE, at most MOST."""
    beyond = (elapsed - FREE).total_seconds()
    return min(MOST, max(0, int(beyond // STEP) * STEP))


def score_of(answers: Iterable[Mapping[str, Any]], questions: Iterable[ContestQuestion]) -> int:
    """Return how many answers are right."""
    right = {question.id: question.right_choice for question in questions}
    return sum(right.get(answer["question"]) == answer["choice"] for answer in answers)


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and its place; equal ones share it, and the next place is as many further."""

    place: int
    entry: ContestEntry


def places(entries: Sequence[ContestEntry]) -> list[Placed]:
    """Return finished entries with their places: more right answers first, then less time."""
    ranked = sorted(entries, key=lambda one: (-one.score, one.seconds, one.nickname_key))
    found: list[Placed] = []
    for number, entry in enumerate(ranked, 1):
        last = found[-1] if found else None
        ties = last is not None and _result(last.entry) == _result(entry)
        found.append(Placed(last.place if last and ties else number, entry))
    return found


def _result(entry: ContestEntry) -> tuple[int, int]:
    return entry.score, entry.seconds
