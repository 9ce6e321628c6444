"""Everything the benchmark compares: one class each, with the same two methods."""

from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Sequence
from typing import Any, Protocol

from knowledge.matching import Entry, Finding, Index
from knowledge.text import fold, normalise, words


class System(Protocol):
    """A way of finding a procedure by a question."""

    name: str
    needs: str
    """The package it cannot run without; empty = none."""

    def build(self, entries: Sequence[Entry]) -> None:
        """Get ready to find `entries`."""

    def best(self, question: str) -> list[str]:
        """Return the codes found, best first, at most five."""


def folded(text: str) -> str:
    return fold(normalise(text))


class Ours:
    name, needs = "motcua", ""

    def build(self, entries: Sequence[Entry]) -> None:
        self.index = Index.build(entries)

    def find(self, question: str) -> Finding:
        return self.index.search(question)

    def best(self, question: str) -> list[str]:
        return [hit.code for hit in self.find(question).hits]


class Fuzzy:
    needs = "rapidfuzz"

    def __init__(self, scorer: str) -> None:
        self.name = f"rapidfuzz {scorer}"
        self.scorer = scorer

    def build(self, entries: Sequence[Entry]) -> None:
        from rapidfuzz import fuzz, process

        self.process = process
        self.score = getattr(fuzz, self.scorer)
        self.codes = [entry.code for entry in entries]
        self.titles = [folded(entry.title) for entry in entries]

    def best(self, question: str) -> list[str]:
        found = self.process.extract(folded(question), self.titles, scorer=self.score, limit=5)
        return [self.codes[at] for _, _, at in found]


class Bm25s:
    name, needs = "bm25s", "bm25s"

    def build(self, entries: Sequence[Entry]) -> None:
        import bm25s

        self.codes = [entry.code for entry in entries]
        self.retriever = bm25s.BM25()
        self.retriever.index([words(folded(entry.title)) for entry in entries], show_progress=False)

    def best(self, question: str) -> list[str]:
        asked = [word for word in words(folded(question)) if word in self.retriever.vocab_dict]
        if not asked:
            return []
        rows, _ = self.retriever.retrieve([asked], k=5, show_progress=False)
        return [self.codes[row] for row in rows[0]]


class Fts5:
    needs = ""

    def __init__(self, tokenizer: str) -> None:
        self.name = f"SQLite FTS5 {tokenizer}"
        self.tokenizer = tokenizer

    def build(self, entries: Sequence[Entry]) -> None:
        self.codes = [entry.code for entry in entries]
        self.base = sqlite3.connect(":memory:")
        self.base.execute(f"CREATE VIRTUAL TABLE t USING fts5(title, tokenize='{self.tokenizer}')")
        rows = [(i, folded(entry.title)) for i, entry in enumerate(entries)]
        self.base.executemany("INSERT INTO t(rowid, title) VALUES (?, ?)", rows)

    def best(self, question: str) -> list[str]:
        text = folded(question)
        asked = words(text)
        if self.tokenizer == "trigram":
            asked = [text[i : i + 3] for i in range(len(text) - 2)]
        if not asked:
            return []
        match = " OR ".join('"' + word.replace('"', "") + '"' for word in asked)
        found = self.base.execute(
            "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT 5", (match,)
        )
        return [self.codes[row] for (row,) in found]


class Tantivy:
    name, needs = "tantivy", "tantivy"

    def build(self, entries: Sequence[Entry]) -> None:
        import tantivy

        schema = tantivy.SchemaBuilder()
        schema.add_text_field("title", stored=False, tokenizer_name="whitespace")
        schema.add_text_field("code", stored=True, tokenizer_name="raw")
        self.index = tantivy.Index(schema.build())
        writer = self.index.writer(heap_size=50_000_000, num_threads=1)
        for entry in entries:
            writer.add_document(tantivy.Document(title=[folded(entry.title)], code=[entry.code]))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def best(self, question: str) -> list[str]:
        asked = " ".join(words(folded(question)))
        if not asked:
            return []
        query = self.index.parse_query(asked, ["title"])
        hits = self.searcher.search(query, 5).hits
        return [self.searcher.doc(address)["code"][0] for _, address in hits]


class CharTfidf:
    name, needs = "scikit-learn TF-IDF char 2-4", "sklearn"

    def build(self, entries: Sequence[Entry]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.codes = [entry.code for entry in entries]
        self.vectors: Any = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True
        )
        self.matrix = self.vectors.fit_transform([folded(entry.title) for entry in entries])

    def best(self, question: str) -> list[str]:
        likeness = (self.matrix @ self.vectors.transform([folded(question)]).T).toarray().ravel()
        return [self.codes[row] for row in likeness.argsort()[::-1][:5]]


def systems() -> list[System]:
    """Return every system that can run here, ours first."""
    every: list[System] = [
        Ours(),
        Fuzzy("WRatio"),
        Fuzzy("token_set_ratio"),
        Bm25s(),
        Fts5("unicode61"),
        Fts5("trigram"),
        Tantivy(),
        CharTfidf(),
    ]
    return [s for s in every if not s.needs or importlib.util.find_spec(s.needs)]
