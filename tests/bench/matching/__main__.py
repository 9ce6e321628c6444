"""`python -m tests.bench.matching`: prints one table; needs the real data beside the checkout.

Our own accuracy is held out: each question is ranked and judged with weights that were learned
without its procedure. Latency, memory and size are of the index as it ships.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from knowledge.matching import Action, Entry, Finding, Index, corpus
from knowledge.matching.train import (
    GOLDEN,
    TITLES,
    Question,
    from_phrases,
    from_titles,
    held_out,
    read_questions,
)
from tests.bench.matching.systems import Ours, System, systems

SHARED = Path(__file__).parents[4] / "shared" / "data"
KINDS = ("clean", "nodia", "partial", "typo", "typo_nodia", "telex", "vni", "telex_mix",
         "teencode", "glue_nodia", "natural")  # fmt: skip
PROVINCES, EACH = 34, 2000


def say(text: str) -> None:
    """Print one line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def resident() -> float:
    """Return the memory of this process in MB."""
    with open("/proc/self/statm") as status:  # noqa: PTH123 - a kernel file
        return int(status.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def in_child(work: Callable[[], dict[str, float]]) -> dict[str, float]:
    """Run `work` in a forked process, so that its memory is its own."""
    import json

    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        result = work()
        os.write(write_end, json.dumps(result).encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return dict(json.loads(text))


def timed(ask: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    """Return p50 and p99 in ms of CPU time per question."""
    for text in texts[:20]:
        ask(text)
    spent = []
    for text in texts:
        start = time.thread_time()
        ask(text)
        spent.append((time.thread_time() - start) * 1e3)
    return float(np.percentile(spent, 50)), float(np.percentile(spent, 99))


def measure(
    system: System, entries: Sequence[Entry], questions: Sequence[Question], sample: int
) -> dict[str, float]:
    """Return accuracy per kind of noise, latency, memory and build time of one system."""
    before = resident()
    start = time.thread_time()
    system.build(entries)
    gc.collect()
    out = {"build": time.thread_time() - start, "memory": resident() - before}
    texts = [question.text for question in questions]
    out["p50"], out["p99"] = timed(system.best, texts[:: max(len(texts) // sample, 1)])
    slow = out["p50"] > 10
    hits: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for question in questions:
        if not question.gold or (
            slow and question.noise not in ("clean", "nodia", "typo_nodia", "telex")
        ):
            continue
        found = system.best(question.text)
        hits[question.noise].append(
            (bool(found) and found[0] in question.gold, bool(question.gold & set(found[:3])))
        )
    for noise, results in hits.items():
        out[f"{noise} 1"], out[f"{noise} 3"] = np.mean(results, axis=0).tolist()
    return out


def judged(questions: Sequence[Question], findings: Sequence[Finding]) -> dict[str, float]:
    """Return accuracy, facets, policy and calibration of our findings."""
    pairs = list(zip(questions, findings, strict=True))
    inside = [(q, f) for q, f in pairs if q.gold]
    outside = [f for q, f in pairs if not q.gold]
    out: dict[str, float] = {}
    for kind in sorted({q.noise for q, _ in inside}):
        mine = [(q, f) for q, f in inside if q.noise == kind]
        out[f"{kind} 1"] = float(np.mean([_right(q, f, 1) for q, f in mine]))
        out[f"{kind} 3"] = float(np.mean([_right(q, f, 3) for q, f in mine]))
        out[f"{kind} facet"] = float(np.mean([f.facet == q.facet for q, f in mine]))
    answered = [(q, f) for q, f in inside if f.action is Action.ANSWER]
    good = sum(_right(q, f, 1) for q, f in answered)
    offered = sum(
        f.action is Action.CLARIFY and bool(q.gold & {h.code for h in f.offered}) for q, f in inside
    )
    out["answered"] = len(answered) / len(inside)
    out["precision"] = good / max(len(answered), 1)
    out["wrong but sure"] = (len(answered) - good) / len(inside)
    out["right or offered"] = (good + offered) / len(inside)
    if outside:
        out["outside answered"] = float(np.mean([f.action is Action.ANSWER for f in outside]))
        out["outside offered"] = float(np.mean([f.action is Action.CLARIFY for f in outside]))
    out["ECE"] = _calibration_error(pairs)
    return out


def _right(question: Question, finding: Finding, first: int) -> bool:
    return bool(question.gold & {hit.code for hit in finding.hits[:first]})


def _calibration_error(pairs: Sequence[tuple[Question, Finding]]) -> float:
    told = np.array([f.hits[0].p if f.hits else 0.0 for _, f in pairs])
    right = np.array([_right(q, f, 1) for q, f in pairs], dtype=float)
    bins = np.minimum((told * 10).astype(int), 9)
    gaps = [abs(told[bins == b].mean() - right[bins == b].mean()) * (bins == b).sum()
            for b in range(10) if (bins == b).any()]  # fmt: skip
    return float(sum(gaps) / len(pairs))


def scale(entries: Sequence[Entry], texts: Sequence[str]) -> dict[str, float]:
    """Return how the index does with 34 provinces of 2,000 procedures."""
    chosen = sorted(entries, key=lambda e: (not e.curated, not e.examples, e.code))[:EACH]
    many = [
        replace(entry, code=f"{entry.code}.{province}", province_code=f"{province:02d}")
        for province in range(1, PROVINCES + 1)
        for entry in chosen
    ]
    before = resident()
    start = time.thread_time()
    index = Index.build(many)
    built = time.thread_time() - start
    gc.collect()
    memory = resident() - before
    middle, high = timed(lambda text: index.search(text, province_code="17"), texts)
    return {
        "build": built,
        "memory": memory,
        "p50": middle,
        "p99": high,
        "edit": edit(index, chosen[0]),
    }


def edit(index: Index, entry: Entry) -> float:
    """Return the ms until an editor's new alias is found."""
    alias = "giấy quả mít vàng"
    start = time.perf_counter()
    newer = index.updated([replace(entry, aliases=(*entry.aliases, alias))])
    found = newer.search(alias)
    spent = (time.perf_counter() - start) * 1e3
    assert found.hits[0].code == entry.code
    return spent


def _row(name: str, values: Sequence[str]) -> str:
    return f"{name:30}" + "".join(f"{value:>11}" for value in values)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--dump", type=Path, default=SHARED / "procedures_national_2026-07.jsonl.xz"
    )
    parser.add_argument("--questions", type=Path, default=SHARED / "questions_dev.jsonl")
    parser.add_argument("--sample", type=int, default=300, help="questions timed per system")
    parser.add_argument("--only-ours", action="store_true")
    given = parser.parse_args()
    if not given.dump.exists():
        sys.exit("The benchmark needs the real data beside the checkout (shared/data).")
    entries = corpus.merged(corpus.dump(given.dump), corpus.starter())
    questions = corpus_questions(given.questions, entries)
    compared(entries, questions, given.sample, given.only_ours)
    policy(entries, questions)
    sizes(entries, questions)


def corpus_questions(path: Path, entries: Sequence[Entry]) -> list[Question]:
    """Return the questions, gold codes brought up to date."""
    return read_questions(path, {entry.code for entry in entries})


def compared(
    entries: Sequence[Entry], questions: Sequence[Question], sample: int, only_ours: bool
) -> None:
    """Print peers and ours side by side."""
    say(f"{len(entries)} procedures, {len(questions)} questions; right first / among three\n")
    shown = (
        "clean",
        "natural",
        "nodia",
        "typo",
        "typo_nodia",
        "telex",
        "vni",
        "teencode",
        "glue_nodia",
    )
    say(_row("", [*shown, "p50 ms", "p99 ms", "MB", "build s"]))
    slowest = 0.0
    for system in systems()[: 1 if only_ours else None]:
        got = in_child(lambda system=system: measure(system, entries, questions, sample))  # type: ignore[misc]
        cells = [
            f"{got[f'{k} 1']:.2f}/{got[f'{k} 3']:.2f}" if f"{k} 1" in got else "-" for k in shown
        ]
        numbers = [
            f"{got['p50']:.2f}",
            f"{got['p99']:.2f}",
            f"{got['memory']:.0f}",
            f"{got['build']:.1f}",
        ]
        name = system.name + (" (in sample)" if isinstance(system, Ours) else "")
        say(_row(name, [*cells, *numbers]))
        if system.name == "motcua":
            ours = got["p50"]
        if system.name == "rapidfuzz WRatio":
            slowest = got["p50"]
    if slowest:
        say(f"\nrapidfuzz WRatio takes {slowest / ours:.0f} times as long per question as motcua")


def policy(entries: Sequence[Entry], questions: Sequence[Question]) -> None:
    """Print what is held out: accuracy, facets, policy, calibration."""
    index = Index.build(entries)
    taught = [*from_phrases(entries, 4500), *from_titles(index, entries, TITLES)]
    golden = read_questions(GOLDEN, {entry.code for entry in entries})
    findings = held_out(index, [*questions, *golden], taught)[: len(questions)]
    got = judged(questions, findings)
    say("\nmotcua, held out (five-fold by procedure)")
    say(_row("", ["first", "of three", "facet"]))
    for kind in KINDS:
        if f"{kind} 1" in got:
            say(_row(kind, [f"{got[f'{kind} {what}']:.3f}" for what in ("1", "3", "facet")]))
    clean = [i for i, q in enumerate(questions) if q.noise in ("clean", "natural")]
    pure = judged([questions[i] for i in clean], [findings[i] for i in clean])
    say(_row("", ["clean", "all noise"]))
    for name in ("answered", "precision", "wrong but sure", "right or offered",
                 "outside answered", "outside offered", "ECE"):  # fmt: skip
        say(_row(name, [f"{pure[name]:.3f}", f"{got[name]:.3f}"]))


def sizes(entries: Sequence[Entry], questions: Sequence[Question]) -> None:
    """Print an edit, and the scale run."""
    index = Index.build(entries)
    say(f"\none edit until it is found: {edit(index, entries[0]):.0f} ms")
    del index
    texts = [q.text for q in questions if q.gold][::12]
    got = in_child(lambda: scale(entries, texts))
    say(
        f"{PROVINCES * EACH} procedures: p50 {got['p50']:.1f} ms, p99 {got['p99']:.1f} ms, "
        f"{got['memory']:.0f} MB, build {got['build']:.0f} s, one edit {got['edit']:.0f} ms"
    )


if __name__ == "__main__":
    main()
