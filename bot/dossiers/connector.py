"""Asking the deployer's own system where a dossier stands: the JSON contract of docs/dossiers.md.

Only the configured address is ever spoken to: redirects are not followed, wherever they lead, because
the request carries a citizen's code and secret. Nothing of them is logged.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final

import httpx
import structlog
from pydantic import BaseModel, StringConstraints

from bot.dossiers.standing import LONGEST, AwayError, Standing
from bot.models import DossierStatus
from bot.privacy import mask
from bot.settings import Settings
from knowledge.columns import utc_now

MOST_BYTES: Final = 65_536
#: So many faults in a row and the system is left alone for a while.
FAULTS: Final = 5
REST_SECONDS: Final = 30.0

log = structlog.get_logger()

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)]


class Answer(BaseModel):
    """What the system says; other fields are ignored."""

    found: bool
    status: DossierStatus | None = None
    procedure: Words = ""
    office: Words = ""
    asked: Words = ""
    due_on: date | None = None
    updated_on: date | None = None
    watch: Annotated[str, StringConstraints(max_length=200)] = ""


@dataclass
class Breaker:
    """Leaves a failing system alone: after FAULTS in a row only one try each REST_SECONDS."""

    clock: Callable[[], float] = time.monotonic
    faults: int = 0
    _next_try: float = field(default=0.0)

    def may_try(self) -> bool:
        """Whether to ask now; the one who may while it rests is the only one."""
        if self.faults < FAULTS:
            return True
        if self.clock() < self._next_try:
            return False
        self._next_try = self.clock() + REST_SECONDS
        return True

    def failed(self) -> None:
        """Note a fault."""
        self.faults += 1
        self._next_try = self.clock() + REST_SECONDS

    def succeeded(self) -> None:
        """Note an answer."""
        self.faults = 0


class Connector:
    """The system at MOTCUA_DOSSIER_URL."""

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        timeout: float = 5.0,
        breaker: Breaker | None = None,
    ) -> None:
        self._url = url
        self._timeout = timeout
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._breaker = breaker or Breaker()
        self._trust = httpx.create_ssl_context() if url.startswith("https") else False

    @classmethod
    def of(cls, settings: Settings) -> Connector | None:
        """Return the connector of the settings; None when no address is set."""
        if not settings.dossier_url:
            return None
        return cls(
            settings.dossier_url,
            token=settings.dossier_token.get_secret_value(),
            timeout=settings.dossier_timeout,
        )

    async def find(self, code: str, secret: str) -> Standing | None:
        """Return where a dossier stands; None for a wrong code and for a wrong secret.

        Raises:
            AwayError: there is no answer of the agreed shape.
        """
        return await self._ask({"code": code, "secret": secret})

    async def look_again(self, handle: str) -> Standing | None:
        """Return where the dossier of a handle stands; None when it is gone.

        Raises:
            AwayError: there is no answer of the agreed shape.
        """
        return await self._ask({"watch": handle})

    async def _ask(self, body: dict[str, str]) -> Standing | None:
        if not self._breaker.may_try():
            raise AwayError("resting after faults")
        try:
            answer = Answer.model_validate(await self._post(body))
            standing = _standing(answer)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            self._breaker.failed()
            reason = str(error) if isinstance(error, _ShapeError) else type(error).__name__
            log.warning("dossier system failed", reason=reason, faults=self._breaker.faults)
            raise AwayError(reason) from None  # what was asked is in the error, and stays there
        self._breaker.succeeded()
        return standing

    async def _post(self, body: dict[str, str]) -> Any:
        async with (
            httpx.AsyncClient(
                timeout=self._timeout, follow_redirects=False, trust_env=False, verify=self._trust
            ) as client,
            client.stream("POST", self._url, json=body, headers=self._headers) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise _ShapeError(f"HTTP {answer.status_code}")
            read = bytearray()
            async for part in answer.aiter_bytes():
                read += part
                if len(read) > MOST_BYTES:
                    raise _ShapeError("answer too long")
        return json.loads(bytes(read))


class _ShapeError(ValueError):
    """An answer that is none of ours; its words are ours."""


def _standing(answer: Answer) -> Standing | None:
    if not answer.found:
        return None
    if answer.status is None:
        raise _ShapeError("no status")
    return Standing(
        answer.status,
        utc_now(),
        mask(answer.procedure),
        mask(answer.office),
        mask(answer.asked),
        answer.due_on,
        answer.updated_on,
        answer.watch,
        watchable=bool(answer.watch),
    )
