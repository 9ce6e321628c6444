"""Keep the Zalo OA's pair of tokens alive: one process exchanges it at a time, and loses nothing.

The refresh token works once, so two processes that use it together would silence the account. A
row lock held while Zalo answers would be safe on PostgreSQL, but SQLite's only lock stops every
writer; so on both engines the lock is a *lease* in the row: taken in one short transaction, given
back in the one that stores the new pair.

- Two processes: the second finds the lease, and goes on with the old access token, which is still
  good because pairs are exchanged `EARLY`; or waits where it is not.
- Killed before Zalo was asked, or Zalo down: the lease runs out and the next one tries again.
- Killed after Zalo answered and before the commit (milliseconds): the new pair is lost and the old
  one spent. Nothing can prevent it, Zalo gives the pair only once. The access token still works
  for `EARLY`; Zalo's refusal is kept in the row, logged, and told by `motcua doctor`, so that an
  official has hours to run `motcua zalo token set`.
- Database down after Zalo answered: the pair is used from memory and stored when it can be.
- Stopped so long that the lease ran out: whoever has the pair stores it, since the row has not moved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeGuard

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, or_, select, update

from bot.channels import SendError, Trouble
from bot.channels.http import Http
from bot.db import Database
from bot.models import ZaloToken
from knowledge.columns import utc_now

#: How long each token lives (Zalo, OAuth v4).
ACCESS_LIVES: Final = timedelta(hours=25)
REFRESH_LIVES: Final = timedelta(days=90)
#: A pair is exchanged while its access token is still good for so long.
EARLY: Final = timedelta(hours=6)
#: Longer than Zalo may take to answer, so that nobody else begins meanwhile.
LEASE: Final = timedelta(seconds=60)
ANSWER_WITHIN: Final = 20.0
#: After a refusal or a failure nobody asks again for so long, while the access token is good.
REST: Final = timedelta(minutes=10)
#: Longest token taken from a person.
MAX_TOKEN_CHARS: Final = 4_096

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """An access token and the generation of the pair it came with."""

    value: str
    generation: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class _Pair:
    access: str
    refresh: str
    access_expires_at: datetime


class _RefusedError(Exception):
    """Zalo does not take the refresh token; trying again cannot help."""


class Tokens:
    """The access token of one app, exchanged in time."""

    def __init__(
        self,
        database: Database,
        http: Http,
        *,
        app_id: str,
        secret: str,
        now: Callable[[], datetime] = utc_now,
        poll: float = 0.2,
    ) -> None:
        """Take what asks the OAuth server; `poll` is in seconds."""
        self.app_id = app_id
        self._database = database
        self._http = http
        self._secret = secret
        self._now = now
        self._poll = poll
        self._known: Token | None = None
        self._rest_until: datetime | None = None
        self._exchanging: asyncio.Task[bool] | None = None
        self._unsaved: tuple[int, _Pair] | None = None

    async def access(self) -> Token:
        """Return an access token that is still good; exchange the pair when it is time.

        Raises:
            SendError: there is none, or it is spent and cannot be exchanged.
        """
        token = self._known or await self._look()
        left = token.expires_at - self._now()
        if left > EARLY and self._unsaved is None:
            return token
        if left <= timedelta(0):
            return await self.renewed(token.generation)
        if self._rest_until is None or self._rest_until <= self._now():
            try:
                await self._exchange_once(token.generation)
            except SendError as error:
                log.warning("zalo token not renewed yet", reason=error.reason)
        return self._known or token

    async def renewed(self, spent: int) -> Token:
        """Return a token of a later generation than `spent`, by exchanging or by waiting.

        Raises:
            SendError: it cannot be had now.
        """
        give_up = asyncio.get_running_loop().time() + LEASE.total_seconds() + ANSWER_WITHIN
        while True:
            token = await self._look()
            if token.generation > spent and token.expires_at > self._now():
                return token
            if not await self._exchange_once(token.generation):
                if asyncio.get_running_loop().time() > give_up:
                    raise SendError("zalo token is being renewed elsewhere", Trouble.REFRESH)
                await asyncio.sleep(self._poll)

    async def close(self) -> None:
        """Wait for an exchange under way: its answer must not be lost."""
        if self._exchanging is not None:
            await asyncio.gather(self._exchanging, return_exceptions=True)
        if self._unsaved is not None:
            await self._store(*self._unsaved)

    async def _look(self) -> Token:
        row = await load(self._database, self.app_id)
        if row is None:
            raise SendError("no zalo token: motcua zalo token set", Trouble.REFRESH)
        if self._known is None or row.generation > self._known.generation:
            self._known = Token(row.access_token, row.generation, row.access_expires_at)
            self._rest_until = None
        return self._known

    async def _exchange_once(self, old: int) -> bool:
        """Exchange the pair, once for all who ask in this process; a cancelled asker stops nothing."""
        if self._exchanging is None or self._exchanging.done():
            self._exchanging = asyncio.create_task(self._exchange(old))
        return await asyncio.shield(self._exchanging)

    async def _exchange(self, old: int) -> bool:
        """Return whether there is a pair after `old`; False when another process is at it."""
        if self._unsaved is not None:
            return await self._store(*self._unsaved)
        row = await load(self._database, self.app_id)
        if row is None:
            return False
        if row.generation > old:  # another process was quicker
            self._known = Token(row.access_token, row.generation, row.access_expires_at)
            return True
        if not await self._lease(row):
            return False
        try:
            pair = await self._ask(row.refresh_token)
        except _RefusedError as error:
            await self._note_refusal(row.generation, str(error))
            log.critical("zalo refresh token refused: run motcua zalo token set", reason=str(error))
            raise SendError(f"zalo refused the refresh token: {error}", Trouble.REFRESH) from None
        except SendError:
            self._rest_until = self._now() + REST
            await self._give_back(row.generation)
            raise
        self._known = Token(pair.access, row.generation + 1, pair.access_expires_at)
        self._unsaved = (row.generation, pair)
        return await self._store(row.generation, pair)

    async def _lease(self, row: ZaloToken) -> bool:
        """Take the right to exchange this pair; one process of all gets it."""
        now = self._now()
        if row.refused_at is not None and row.refused_at + REST > now:
            self._rest_until = row.refused_at + REST
            raise SendError(f"zalo refused the refresh token: {row.refused_why}", Trouble.REFRESH)
        free = or_(col(ZaloToken.leased_until).is_(None), col(ZaloToken.leased_until) <= now)
        return await self._change(row.generation, {"leased_until": now + LEASE}, free)

    async def _give_back(self, generation: int) -> None:
        await self._change(generation, {"leased_until": None})

    async def _note_refusal(self, generation: int, why: str) -> None:
        self._rest_until = self._now() + REST
        refusal = {"leased_until": None, "refused_at": self._now(), "refused_why": why[:200]}
        await self._change(generation, refusal)

    async def _store(self, generation: int, pair: _Pair) -> bool:
        """Put the new pair in place of the one it was got with, in one transaction."""
        now = self._now()
        row = {
            "access_token": pair.access,
            "refresh_token": pair.refresh,
            "access_expires_at": pair.access_expires_at,
            "refresh_expires_at": now + REFRESH_LIVES,
            "generation": generation + 1,
            "leased_until": None,
            "refused_at": None,
            "refused_why": "",
        }
        try:
            stored = await self._change(generation, row)
        except (SQLAlchemyError, OSError):
            log.exception("new zalo token only in memory: keep this process until it is stored")
            self._rest_until = now + timedelta(seconds=5)
            return True
        self._unsaved = None
        if not stored:  # an official has put in another pair meanwhile: that one counts
            self._known = None
        log.info("zalo token renewed", generation=generation + 1)
        return True

    async def _change(self, generation: int, values: dict[str, Any], *conditions: Any) -> bool:
        """Change the row if it still holds the pair of `generation`; return whether it did."""
        async with self._database.write() as session:
            changed = await session.exec(
                update(ZaloToken)
                .where(
                    col(ZaloToken.app_id) == self.app_id,
                    col(ZaloToken.generation) == generation,
                    *conditions,
                )
                .values(**values)
            )
        return changed.rowcount == 1

    async def _ask(self, refresh_token: str) -> _Pair:
        """Exchange a refresh token at Zalo.

        Raises:
            _RefusedError: Zalo said no.
            SendError: Zalo gave no answer that can be read.
        """
        form = {
            "refresh_token": refresh_token,
            "app_id": self.app_id,
            "grant_type": "refresh_token",
        }
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                answer = await self._http.post(
                    "/v4/oa/access_token", form=form, headers={"secret_key": self._secret}
                )
                body = answer.json()
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            raise SendError(f"zalo oauth: {type(error).__name__}", Trouble.RETRY) from None
        return self._read(answer.status_code, body)

    def _read(self, status: int, body: Any) -> _Pair:
        if not isinstance(body, dict) or status == 429 or status >= 500:
            raise SendError(f"zalo oauth HTTP {status}", Trouble.RETRY)
        access, refresh = body.get("access_token"), body.get("refresh_token")
        if not _is_token(access) or not _is_token(refresh):
            raise _RefusedError(f"{body.get('error')} {body.get('error_name', '')}".strip())
        seconds = str(body.get("expires_in", ""))
        lives = timedelta(seconds=int(seconds)) if seconds.isdecimal() else ACCESS_LIVES
        return _Pair(access, refresh, self._now() + min(lives, ACCESS_LIVES))


def _is_token(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= MAX_TOKEN_CHARS


async def load(database: Database, app_id: str) -> ZaloToken | None:
    """Return the row of an app, or None when no token was ever put in."""
    async with database.read() as session:
        return (await session.exec(select(ZaloToken).where(ZaloToken.app_id == app_id))).first()


async def put(
    database: Database, app_id: str, *, refresh: str, access: str = "", now: datetime
) -> None:
    """Put in a pair an official got from Zalo; without an access token it is exchanged at first use.

    Raises:
        ValueError: a token is empty, too long or holds white space.
    """
    for token in (refresh, access or "-"):
        if not _is_token(token) or token.split() != [token]:
            raise ValueError("a token is one word")
    async with database.write() as session:
        row = await session.get(ZaloToken, app_id, with_for_update=True)
        generation = row.generation + 1 if row else 1
        if row is not None:
            await session.delete(row)
            await session.flush()
        session.add(
            ZaloToken(
                app_id=app_id,
                access_token=access,
                refresh_token=refresh,
                access_expires_at=now + ACCESS_LIVES if access else now,
                refresh_expires_at=now + REFRESH_LIVES,
                generation=generation,
            )
        )
