"""What the index takes in (Entry) and gives out (Finding): the contract with the dialogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from knowledge.content import Content, Facet, Level


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of one procedure."""

    code: str
    title: str
    common_name: str = ""
    field: str = ""
    levels: tuple[Level, ...] = ()
    province_code: str = ""
    """Two-digit code of the province it belongs to; empty = national."""
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    body: str = ""
    """Outcome, applicants, keywords, papers, requirements and steps, one a line."""
    curated: bool = False
    """A hand-made starter procedure: what citizens ask most."""

    @classmethod
    def from_content(
        cls,
        content: Content,
        aliases: Iterable[str] = (),
        examples: Iterable[str] = (),
        curated: bool = False,
    ) -> Entry:
        """Return the entry of a published `content` and the phrases editors gave it."""
        papers = (component.name for case in content.cases for component in case.components)
        body = (
            *content.outcome,
            *content.applicants,
            *content.keywords,
            content.summary,
            *papers,
            *content.requirements,
            *content.steps,
        )
        return cls(
            code=content.code,
            title=content.title,
            common_name=content.common_name,
            field=content.field,
            levels=content.levels,
            province_code=content.province_code,
            aliases=tuple(aliases),
            examples=tuple(examples),
            body="\n".join(part for part in body if part),
            curated=curated,
        )


class Action(StrEnum):
    """What to do with a finding."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    ABSTAIN = "abstain"


@dataclass(frozen=True, slots=True)
class Hit:
    """One candidate procedure."""

    code: str
    title: str
    p: float
    """Calibrated probability that this is what was meant."""
    score: float


class By(StrEnum):
    """What tells the offered procedures apart."""

    LEVEL = "level"
    ACT = "act"
    QUALIFIER = "qualifier"
    TITLE = "title"  # nothing but their titles


@dataclass(frozen=True, slots=True)
class Separation:
    """The question that separates what is offered best; its words are the dialogue's."""

    by: By
    names: tuple[str, ...] = ()
    """Levels, acts (`siblings.ACTS`, "first") or one qualifier (`siblings.QUALIFIERS`)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one question."""

    question: str
    hits: tuple[Hit, ...] = ()
    """At most five, best first, distinct."""
    facet: Facet | None = None
    action: Action = Action.ABSTAIN
    offered: tuple[Hit, ...] = ()
    """At most three with distinct titles, when the action is CLARIFY."""
    ask: Separation | None = None
    """The question that separates the offered ones best."""
    parts: tuple[Finding, ...] = ()
    """One finding for each question of a two-in-one; empty otherwise."""
