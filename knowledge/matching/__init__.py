"""Finds the procedure a citizen means, and says how sure it is and why."""

from knowledge.matching.entries import Action, Entry, Finding, Hit
from knowledge.matching.explanation import Explanation
from knowledge.matching.facets import recognise_facet
from knowledge.matching.index import Index

__all__ = [
    "Action",
    "Entry",
    "Explanation",
    "Finding",
    "Hit",
    "Index",
    "recognise_facet",
]
