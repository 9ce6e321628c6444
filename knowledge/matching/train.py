"""Learns the weights of the reranker and the calibration: `python -m knowledge.matching.train`.

The repository's own phrases are the teachers: each is taken out of the index in turn and asked of
what is left. Questions with gold codes (`--questions`) and a dump (`--dump`) make it better.
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from knowledge.content import Facet
from knowledge.matching import corpus, rerank
from knowledge.matching.analysis import title_words
from knowledge.matching.calibration import SIGNALS, Calibration
from knowledge.matching.entries import Entry, Finding
from knowledge.matching.index import Index
from knowledge.text import fold, normalise

Array = NDArray[np.float64]

FOLDS = 4
SPLITS = 5
#: How much one example counts: ten noisy spellings of one question are not ten questions, and a
#: phrase asked of an index without it is harder than what citizens ask.
QUESTION = 0.3
IMPORTANCE = {"phrase": 0.006, "title": 0.03, "golden": 1.0}
#: L2 penalty of the reranker's (scaled) weights.
STRENGTH = 3.0
#: Chosen on questions by other hands (tests/bench/matching/blind.jsonl), who write less like our
#: phrases than the development set: precision of outright answers ≥ 96 %, offers out of scope near 5 %.
ANSWER_AT = 0.88
OFFER_AT = 0.5
#: Titles asked as questions.
TITLES = 500
GOLDEN = corpus.DATA / "golden.jsonl"
#: What people add to a topic when they ask.
TAILS = (
    "", "", "", "cần giấy tờ gì", "cần gì", "ở đâu", "bao nhiêu tiền", "mất bao lâu", "làm sao",
    "online được không", "thế nào ạ", "phải làm gì",
)  # fmt: skip


#: How a question in official wording is put.
FRAMES = (
    "{}",
    "thủ tục {} cần gì",
    "{} ở đâu",
    "tôi muốn hỏi về {}",
    "hồ sơ {} gồm những giấy tờ gì",
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the codes that answer it; none when it is out of scope."""

    text: str
    gold: frozenset[str]
    group: str
    """Questions of one group are never on both sides of a split."""
    noise: str = "clean"
    facet: Facet | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its shortlist."""

    question: Question
    features: Array
    right: NDArray[np.bool_]


def split_of(text: str, folds: int) -> int:
    """Return the fold of `text`, the same on every machine."""
    return zlib.crc32(text.encode()) % folds


def read_questions(path: Path, known: Container[str]) -> list[Question]:
    """Return the questions of a JSON-lines file that `known` codes, or none, answer.

    Where a gold code has been replaced by a newer procedure, that one is right as well.
    """
    current = corpus.superseded()
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        gold = frozenset(data.get("gold") or data.get("codes") or ())
        group = min(gold, default=data.get("base") or data["q"])
        gold |= {current[code] for code in gold if code in current}
        if gold and not any(code in known for code in gold):
            continue
        facet = Facet(data["facet"]) if data.get("facet") else None
        found.append(Question(data["q"], gold, group, data.get("noise", "golden"), facet))
    return found


def ask(index: Index, questions: Iterable[Question]) -> list[Asked]:
    """Return the shortlists of `questions`."""
    asked = []
    for question in questions:
        candidates = index.candidates(index.read(question.text))
        codes = index.codes(candidates.rows)
        right = np.array([code in question.gold for code in codes], dtype=bool)
        asked.append(Asked(question, candidates.features, right))
    return asked


def from_phrases(entries: Sequence[Entry], limit: int, seed: int = 7) -> list[Asked]:
    """Ask each phrase (at most `limit`) of an index that was built without it."""
    asked: list[Asked] = []
    for fold_number in range(FOLDS):
        kept, held = [], []
        for entry in entries:
            out = [
                phrase
                for phrase in (*entry.aliases, *entry.examples)
                if split_of(entry.code + phrase, FOLDS) == fold_number
            ]
            held += [(phrase, entry.code) for phrase in out]
            kept.append(
                replace(
                    entry,
                    aliases=tuple(p for p in entry.aliases if p not in out),
                    examples=tuple(p for p in entry.examples if p not in out),
                )
            )
        chance = random.Random(seed + fold_number)  # noqa: S311 - reproducible, no secret
        chance.shuffle(held)
        questions = [_decorated(p, code, chance) for p, code in held[: limit // FOLDS]]
        asked += ask(Index.build(kept), questions)
    return asked


def from_titles(index: Index, entries: Sequence[Entry], limit: int, seed: int = 11) -> list[Asked]:
    """Ask official titles, whole, of the index: every entry of that title is right."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, no secret
    spoken = [entry for entry in entries if entry.curated or entry.examples or entry.aliases]
    chosen = chance.sample(spoken, min(limit, len(spoken)))
    named: dict[tuple[str, ...], set[str]] = {}
    for entry in entries:
        named.setdefault(title_words(entry.title), set()).add(entry.code)
    questions = []
    for entry in chosen:
        text = chance.choice(FRAMES).format(" ".join(title_words(entry.title)))
        gold = frozenset(named[title_words(entry.title)])
        questions.append(Question(text, gold, min(gold), "title"))
    return ask(index, questions)


def _decorated(phrase: str, code: str, chance: random.Random) -> Question:
    text = normalise(f"{phrase} {chance.choice(TAILS)}")
    if chance.random() < 0.3:
        text = fold(text)
    return Question(text, frozenset({code}), code, "phrase")


def fit(asked: Sequence[Asked], importance: Array, strength: float = 1.0) -> Array:
    """Return weights that put a right candidate first: listwise logistic, L2-regularised."""
    usable = [i for i, a in enumerate(asked) if a.right.any() and not a.right.all()]
    features = np.vstack([asked[i].features for i in usable])
    right = np.concatenate([asked[i].right for i in usable])
    sizes = np.array([len(asked[i].right) for i in usable])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    weight = importance[usable]
    scale = features.std(axis=0) + 1e-6
    scaled = features / scale

    def loss(values: Array) -> tuple[float, Array]:
        scores = scaled @ values
        scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
        power = np.exp(scores)
        share = power / np.repeat(np.add.reduceat(power, starts), sizes)
        gold = np.where(right, share, 0.0)
        total = np.maximum(np.add.reduceat(gold, starts), 1e-12)
        target = gold / np.repeat(total, sizes)
        gradient = scaled.T @ ((share - target) * np.repeat(weight, sizes))
        value = -(weight * np.log(total)).sum() + 0.5 * strength * values @ values
        return float(value), gradient + strength * values

    found = minimize(
        loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300}
    )
    return np.asarray(found.x / scale)


def fit_logistic(signals: Array, right: Array, importance: Array, strength: float) -> Array:
    """Return bias and weights of a logistic model on the unscaled `signals`."""
    scale = signals.std(axis=0) + 1e-6
    columns = np.column_stack([np.ones(len(signals)), signals / scale])

    def loss(values: Array) -> tuple[float, Array]:
        chance = 1.0 / (1.0 + np.exp(-np.clip(columns @ values, -30, 30)))
        likely = right * np.log(chance + 1e-12) + (1 - right) * np.log(1 - chance + 1e-12)
        inner = np.concatenate([[0.0], values[1:]])
        value = -(importance * likely).sum() + 0.5 * strength * (inner**2).sum()
        return float(value), columns.T @ (importance * (chance - right)) + strength * inner

    start = np.zeros(columns.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return np.concatenate([found.x[:1], found.x[1:] / scale])


@dataclass(frozen=True, slots=True)
class Tried:
    """A question as an index whose weights had not seen its group would rank it."""

    question: Question
    signals: Array
    first_right: bool
    three_right: bool


def try_out(index: Index, questions: Iterable[Question]) -> list[Tried]:
    """Return how `index` ranks `questions`."""
    tried = []
    for question in questions:
        judged = index.judge(index.read(question.text))
        if judged is None:
            continue
        codes = index.codes(judged.candidates.rows[judged.order])
        tried.append(
            Tried(
                question,
                np.array([judged.signals[name] for name in SIGNALS]),
                codes[0] in question.gold,
                bool(question.gold.intersection(codes[:3])),
            )
        )
    return tried


def learn_weights(asked: Sequence[Asked]) -> rerank.Weights:
    """Return reranker weights from questions and, counted less, phrases."""
    importance = [IMPORTANCE.get(a.question.noise, QUESTION) for a in asked]
    return rerank.Weights(fit(asked, np.array(importance), STRENGTH))


def cross_fitted(
    index: Index, questions: Sequence[Question], taught: Sequence[Asked]
) -> list[Tried]:
    """Return `questions` as ranked with weights learned without their group."""
    asked = ask(index, questions)
    tried: list[Tried] = []
    for number in range(SPLITS):
        others = [a for a in asked if split_of(a.question.group, SPLITS) != number]
        weights = learn_weights([*taught, *(a for a in others if a.question.gold)])
        held = [q for q in questions if split_of(q.group, SPLITS) == number]
        tried += try_out(index.weighing(weights), held)
    return tried


def held_out(index: Index, questions: Sequence[Question], taught: Sequence[Asked]) -> list[Finding]:
    """Return findings whose weights and calibration never saw the question's procedure."""
    tried = cross_fitted(index, questions, taught)
    asked = [a for a in ask(index, questions) if a.question.gold]
    findings: dict[int, Finding] = {}
    for number in range(SPLITS):
        weights = learn_weights(
            [*taught, *(a for a in asked if split_of(a.question.group, SPLITS) != number)]
        )
        others = [t for t in tried if split_of(t.question.group, SPLITS) != number]
        blind = index.weighing(weights, learn_calibration(others))
        for i, question in enumerate(questions):
            if split_of(question.group, SPLITS) == number:
                findings[i] = blind.search(question.text)
    return [findings[i] for i in range(len(questions))]


def learn_calibration(tried: Sequence[Tried]) -> Calibration:
    """Return the two models, and the thresholds that reach TARGET_PRECISION."""
    signals = np.array([t.signals for t in tried])
    importance = np.array([IMPORTANCE.get(t.question.noise, QUESTION) for t in tried])
    models = []
    for right in ([t.first_right for t in tried], [t.three_right for t in tried]):
        values = fit_logistic(signals, np.array(right, dtype=float), importance, 2.0)
        models.append(dict(zip(("bias", *SIGNALS), np.round(values, 4).tolist(), strict=True)))
    return Calibration(models[0], models[1], ANSWER_AT, OFFER_AT)


def _write(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def train(
    entries: Sequence[Entry],
    questions: Sequence[Question],
    limit: int,
    into: Path = corpus.DATA / "matching",
) -> None:
    """Learn everything there is to learn and write it to the folder `into`."""
    index = Index.build(entries)
    taught = [*from_phrases(entries, limit), *from_titles(index, entries, TITLES)]
    asked = [a for a in ask(index, questions) if a.question.gold]
    weights = learn_weights([*taught, *asked])
    model = learn_calibration(cross_fitted(index, questions, taught))
    named = dict(zip(rerank.FEATURES, np.round(weights.values, 4).tolist(), strict=True))
    _write(into / "rerank.json", {"weights": named})
    _write(
        into / "calibration.json",
        {
            "first": model.first,
            "three": model.three,
            "answer_at": model.answer_at,
            "offer_at": model.offer_at,
        },
    )


def main() -> None:
    """Train from the repository's data, and write the weights as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dump", type=Path, help="records of the national database, JSON lines")
    parser.add_argument("--questions", type=Path, help="more questions with gold codes")
    parser.add_argument("--phrases", type=int, default=4500, help="phrases to learn from")
    parser.add_argument(
        "--into", type=Path, default=corpus.DATA / "matching", help="where to write"
    )
    given = parser.parse_args()
    national = corpus.dump(given.dump) if given.dump else ()
    entries = corpus.merged(national, corpus.starter())
    known = {entry.code for entry in entries}
    questions = read_questions(GOLDEN, known)
    if given.questions:
        questions += read_questions(given.questions, known)
    train(entries, questions, given.phrases, given.into)


if __name__ == "__main__":
    main()
