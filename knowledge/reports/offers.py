"""Offers drafts of other kinds from a report: service centres not yet known, announcements."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from knowledge.reports.found import Kind, ReadReport
from knowledge.text import fold

#: Sentences shorter than this tell citizens too little.
_LEAST = 30


@dataclass(frozen=True, slots=True)
class Offer:
    """A draft an editor may take over at another desk."""

    kind: str
    """service_centre or announcement."""
    title: str
    text: str
    locality: str
    fact: int
    """Index of the fact it comes from."""


def offers(report: ReadReport, known_centres: Collection[str] = ()) -> tuple[Offer, ...]:
    """Return new centres, and initiatives that citizens may want to hear of.

    Only centres named with their place are offered; `known_centres` are the names already kept.
    """
    known = {_plain(name) for name in known_centres}
    made: list[Offer] = []
    for i, fact in enumerate(report.facts):
        if (
            fact.kind is Kind.CENTRE
            and "place" in fact.details
            and _plain(fact.subject) not in known
        ):
            text = f"{fact.subject}, {fact.locality}. {fact.note}".strip()
            made.append(Offer("service_centre", fact.subject, text, fact.locality, i))
        elif fact.kind is Kind.INITIATIVE and len(fact.sentence) >= _LEAST:
            where = fact.details.get("owner", fact.locality)
            text = f"{fact.subject}: {where}. Theo “{report.title}”."
            made.append(Offer("announcement", fact.subject, text, fact.locality, i))
    return tuple(made)


def _plain(name: str) -> str:
    return " ".join(fold(name.lower()).split())
