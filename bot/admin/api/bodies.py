"""What several parts of the API send and take: bodies without surprises, ids, reasons, golden questions."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.admin.procedures.deciding import REASON
from knowledge.golden import Verdict

#: Ids and numbers; PostgreSQL's integers end here.
Id = Annotated[int, Field(ge=1, lt=2**31)]
Reason = Annotated[str, StringConstraints(max_length=REASON, strip_whitespace=True)]
#: Golden questions told of one change.
_MOST = 50


class Body(BaseModel):
    """What is sent; a member we do not know is a mistake, not to be passed over."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, given: Any) -> Any:
        return cleaned(given)


def cleaned(given: Any) -> Any:
    """Return JSON without what no database stores: NUL and halves of surrogate pairs."""
    if isinstance(given, str):
        return given.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(given, list):
        return [cleaned(one) for one in given]
    if isinstance(given, dict):
        return {cleaned(name): cleaned(one) for name, one in given.items()}
    return given


class Broken(BaseModel):
    """A golden question that would be answered wrongly."""

    question: str
    right: list[str]
    now: list[str]
    would_be: list[str]


def broken_by(verdict: Verdict) -> list[Broken]:
    """Return the golden questions a change would break."""
    return [
        Broken(
            question=before.golden.question, right=sorted(before.golden.codes),
            now=list(before.codes), would_be=list(after.codes),
        )
        for before, after in verdict.broke[:_MOST]
    ]  # fmt: skip
