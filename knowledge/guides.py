"""Questions so common and so open that an editor wrote what to ask back (`data/guides.yaml`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from knowledge.text import fold, normalise
from knowledge.yaml_files import read_yaml

DATA = Path(__file__).parent / "data" / "guides.yaml"


class GuideChoice(BaseModel):
    """One answer to the question asked back; `send` is asked as if the citizen had typed it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    send: str


class Guide(BaseModel):
    """What to ask when one of the `when` phrases is the whole question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: tuple[str, ...]
    ask: str
    choices: Annotated[tuple[GuideChoice, ...], Field(max_length=3)]


#: Words that may stand around a phrase without changing what is asked.
_AROUND = re.compile(
    r"\b(?:cho (?:toi|minh|em|tui|hoi|con)|toi|tui|minh|em|con|bi|muon|can|lam sao|the nao|phai"
    r"|a|oi|voi|nhe|vay|gi|thi|la|anh|chi|da|dang|xin|hoi)\b"
)


@dataclass(frozen=True)
class Guides:
    """Every guide, by the folded bare phrase."""

    by_phrase: dict[str, Guide]

    @classmethod
    def build(cls, guides: Iterable[Guide]) -> Guides:
        """Index the guides by each of their phrases."""
        return cls({_bare(phrase): guide for guide in guides for phrase in guide.when})

    @classmethod
    def load(cls, path: Path = DATA) -> Guides:
        """Read the guides of the starter knowledge.

        Raises:
            pydantic.ValidationError: the file does not have the shape of a list of guides.
        """
        raw = read_yaml(path)
        return cls.build(TypeAdapter(tuple[Guide, ...]).validate_python(raw))

    def find(self, question: str) -> Guide | None:
        """Return the guide for a question that says no more than one of its phrases."""
        return self.by_phrase.get(_bare(question))


def _bare(text: str) -> str:
    words = re.sub(r"[^\w ]+", " ", fold(normalise(text)))
    return " ".join(_AROUND.sub(" ", words).split())
