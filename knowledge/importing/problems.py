"""The codes of what an importer finds doubtful, and the list in which a reader notes them."""

from __future__ import annotations

from enum import StrEnum

from knowledge.content import Problem
from knowledge.importing.cleaning import clip, line

#: Longest excerpt of the source kept with a problem.
EXCERPT = 600


class Trap(StrEnum):
    """What is wrong with a fact; each member names the sentence an editor reads in the guide."""

    # processing time
    NO_UNIT = "no_unit"  # "1 OTHER": a number without a unit
    NO_NUMBER = "no_number"  # a text where the number should be
    TIME_CONFLICT = "time_conflict"  # the field says one thing, its description another
    SEVERAL_TIMES = "several_times"  # several times, and nothing says which applies when
    # fees
    ZERO_FEE = "zero_fee"  # "0 VNĐ" and nothing else
    ZERO_FEE_WITH_NOTE = "zero_fee_with_note"  # "0 VNĐ" whose note says otherwise
    SMALL_FEE = "small_fee"  # 1–999 VNĐ: US dollars, or thousands
    UNSPLIT_FEE = "unsplit_fee"  # several fees joined in a way we cannot take apart
    FEE_CONFLICT = "fee_conflict"  # amount and note differ
    SEVERAL_FEES = "several_fees"  # several amounts, and nothing says which applies when
    PROVINCIAL_FEE = "provincial_fee"  # an amount though each province sets its own
    FEE_IN_TEXT = "fee_in_text"  # no amount, only a reference
    FEE_EXPIRED = "fee_expired"  # the note's last day is past
    HUGE_FEE = "huge_fee"  # more than a trillion đồng
    # bodies and law
    ABOLISHED_BODY = "abolished_body"  # a district body, gone since 2025-07-01
    CLOSED_PORTAL = "closed_portal"  # a provincial portal, closed since 2025-07-01
    REPEALED_LAW = "repealed_law"  # a legal basis no longer in force
    # the record
    GARBLED_TEXT = "garbled_text"
    WRONG_DOSSIER = "wrong_dossier"
    WRONG_DECISION = "wrong_decision"
    NO_DOSSIER = "no_dossier"
    NO_LEVEL = "no_level"
    PROVINCE_UNKNOWN = "province_unknown"  # a province's decision, but which province?
    DUPLICATE_TITLE = "duplicate_title"
    SHOUTED_TITLE = "shouted_title"
    TOO_LONG = "too_long"  # cut at a sentence
    WRONG_TYPE = "wrong_type"  # not the kind of value the format says


class Notes:
    """Problems of one record, the first of each kind and field."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Trap], Problem] = {}

    def add(self, field: str, trap: Trap, text: str = "") -> None:
        """Note a problem with an excerpt of the source."""
        if (field, trap) not in self._found:
            excerpt = clip(line(text), EXCERPT)
            self._found[field, trap] = Problem(field=field, code=trap.value, text=excerpt)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was noted, in order."""
        return tuple(self._found.values())
