"""How a platform has been doing: one in trouble is left alone, and tried with one message at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

#: Failures in a row after which a platform is left alone.
TROUBLED_AFTER: Final = 10
#: Seconds it is left alone, doubled each time it fails again.
FIRST_REST, LONGEST_REST = 1.0, 60.0


@dataclass(slots=True)
class Health:
    """The state of one platform, as this process knows it."""

    failures: int = 0
    """In a row."""
    rest: float = 0.0
    rests_until: float = 0.0
    """A moment of time.monotonic()."""

    @property
    def troubled(self) -> bool:
        """Whether it has failed so often that one message is tried before any other."""
        return self.failures >= TROUBLED_AFTER

    @property
    def pause(self) -> float:
        """Return the seconds until it may be tried again; 0 = now."""
        return max(self.rests_until - time.monotonic(), 0.0) if self.troubled else 0.0

    def well(self) -> None:
        """Note that it took a message, or refused one in its right mind."""
        self.failures, self.rest = 0, 0.0

    def failed(self) -> None:
        """Note a failure; those that were on their way together count as one."""
        self.failures += 1
        if self.troubled and not self.pause:
            self.rest = min(max(self.rest * 2, FIRST_REST), LONGEST_REST)
            self.rests_until = time.monotonic() + self.rest
