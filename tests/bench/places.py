"""Measures the place resolver on every old commune: `python -m tests.bench.places [--misses N]`.

Each of the 10,035 old communes is asked three ways (accented, without accents, one typing error),
with and without its district. Right is: the one commune of today, or a question that offers every
commune it was divided into.
"""

from __future__ import annotations

import random
import sys
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from knowledge.places import Places
from knowledge.places.resolution import Resolution
from knowledge.places.table import read_changes
from knowledge.text import fold

SEED = 20261121
_LETTERS = "abcdeghiklmnopqrstuvxy"

Old = tuple[str, str, str]


@dataclass
class Tally:
    """How many of one way of asking were right."""

    right: int = 0
    asked: int = 0
    total: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The share that was right."""
        return self.right / self.total


def typo(text: str, rng: random.Random) -> str:
    """Return `text` with one letter left out, doubled, replaced or swapped with its neighbour."""
    letters = [i for i, char in enumerate(text) if char.isalpha()]
    if not letters:
        return text
    at = rng.choice(letters)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + rng.choice(_LETTERS) + text[at + 1 :]
    return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]


SPELLINGS: dict[str, Callable[[str, random.Random], str]] = {
    "accented": lambda text, _: text,
    "none": lambda text, _: fold(text),
    "one typo": typo,
}


def is_right(found: Resolution, gold: set[str]) -> bool:
    """Whether the answer is the commune, or the question offers all that it may be."""
    if len(gold) == 1 and found.best:
        return found.best.code in gold
    return gold <= {choice.code for choice in found.ask}


def old_communes() -> dict[Old, set[str]]:
    """Return the communes of today of every old commune."""
    gold: dict[Old, set[str]] = defaultdict(set)
    for change in read_changes():
        if change.old_commune:
            gold[change.old_commune, change.old_district, change.old_province].add(change.new_code)
    return gold


def cases(gold: dict[Old, set[str]]) -> Iterator[tuple[str, str, set[str]]]:
    """Yield (way of asking, text, codes) for every old commune."""
    rng = random.Random(SEED)
    for (commune, district, province), codes in gold.items():
        for parts, name in (
            ((commune, district, province), "with district"),
            ((commune, province), "without district"),
        ):
            for spelling, write in SPELLINGS.items():
                yield f"{name}, {spelling}", write(", ".join(parts), rng), codes


def main(shown: int = 0) -> dict[str, float]:
    """Print and return the figures."""
    tracemalloc.start()
    before = time.perf_counter()
    places = Places.load()
    traced = time.perf_counter() - before
    memory = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    before = time.perf_counter()
    places = Places.load()
    load = time.perf_counter() - before
    tallies: dict[str, Tally] = defaultdict(Tally)
    times = []
    for name, text, codes in cases(old_communes()):
        before = time.perf_counter()
        found = places.resolve(text)
        times.append(time.perf_counter() - before)
        tally = tallies[name]
        tally.total += 1
        tally.asked += bool(found.ask)
        if is_right(found, codes):
            tally.right += 1
        else:
            tally.misses.append(text)
    times.sort()
    out = sys.stdout.write
    out(f"load {load:.2f} s (traced {traced:.2f} s), {memory:.0f} MB\n")
    out(
        f"p50 {times[len(times) // 2] * 1e3:.2f} ms, p99 {times[len(times) * 99 // 100] * 1e3:.2f} ms"
    )
    out(f", max {times[-1] * 1e3:.1f} ms over {len(times)} texts\n")
    for name, tally in tallies.items():
        out(f"{name:30} {tally.rate:7.2%} right, {tally.asked / tally.total:6.1%} asked\n")
        for miss in random.Random(SEED).sample(tally.misses, min(shown, len(tally.misses))):
            out(f"    {miss}\n")
    return {name: tally.rate for name, tally in tallies.items()}


if __name__ == "__main__":
    main(int(sys.argv[2]) if sys.argv[1:2] == ["--misses"] else 0)
