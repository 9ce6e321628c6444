"""Where a dossier stands, whoever says so: a loaded export or the deployer's own system."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from bot.models import Dossier, DossierStatus

#: Longest words of an office that are kept and shown.
LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one dossier stands, and since when that is known."""

    status: DossierStatus
    as_of: datetime
    procedure: str = ""
    office: str = ""
    asked: str = ""
    """What the citizen is asked to bring."""
    due_on: date | None = None
    updated_on: date | None = None
    handle: str = ""
    """What the system takes instead of code and secret from now on; "" = none."""
    watchable: bool = True
    """Whether it can be looked at again without code and secret."""

    @property
    def known(self) -> str:
        """A fingerprint of what a citizen would be told: equal as long as nothing has changed."""
        told = (self.status.value, self.asked, self.office, str(self.due_on or ""))
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


class AwayError(Exception):
    """The deployer's system does not answer as agreed; the reason is for the log and holds no code."""


class System(Protocol):
    """The deployer's own system, asked by `bot.dossiers.connector`."""

    async def find(self, code: str, secret: str) -> Standing | None:
        """Return where a dossier stands; None for a wrong code and for a wrong secret.

        Raises:
            AwayError: there is no answer.
        """

    async def look_again(self, handle: str) -> Standing | None:
        """Return where the dossier of a handle stands; None when it is gone.

        Raises:
            AwayError: there is no answer.
        """


def of_row(row: Dossier, live_at: datetime) -> Standing:
    """Return what a row of an export says."""
    return Standing(
        row.status, live_at, row.procedure, row.office, row.asked, row.due_on, row.updated_on
    )
