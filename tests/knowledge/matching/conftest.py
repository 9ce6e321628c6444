"""The starter knowledge, indexed once for all matching tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.matching import Entry, Index, corpus
from knowledge.matching.train import GOLDEN, Question, read_questions


@pytest.fixture(scope="session")
def entries() -> list[Entry]:
    return corpus.merged(corpus.starter())


@pytest.fixture(scope="session")
def index(entries: list[Entry]) -> Index:
    return Index.build(entries)


@pytest.fixture(scope="session")
def golden(entries: list[Entry]) -> list[Question]:
    """The golden questions that the starter knowledge can answer, and those nothing answers."""
    return read_questions(GOLDEN, {entry.code for entry in entries})


@pytest.fixture(scope="session")
def golden_lines() -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(GOLDEN).read_text(encoding="utf-8").splitlines()]
