"""Finds the procedure a citizen means, and says how sure it is and why."""

from knowledge.matching.entries import Action, By, Entry, Finding, Hit, Separation
from knowledge.matching.explanation import Explanation
from knowledge.matching.facets import recognise_facet
from knowledge.matching.index import Index

__all__ = [
    "Action",
    "By",
    "Entry",
    "Explanation",
    "Finding",
    "Hit",
    "Index",
    "Separation",
    "recognise_facet",
]
