"""Speak to Zalo's OpenAPI: its token in its header, its errors inside HTTP 200."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

from bot.channels import SendError, Trouble
from bot.channels.http import Http
from bot.channels.zalo_oa.errors import classify, classify_http
from bot.channels.zalo_oa.tokens import Token, Tokens
from bot.db import Database
from bot.settings import Settings
from knowledge.columns import utc_now


class Api:
    """Calls of one Official Account; a spent token is renewed once and the call made again."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        now: Callable[[], datetime] = utc_now,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take another `transport` to reach a fake without a socket."""
        self._now = now
        self.business_url = settings.zalo_oa_business_url
        self._http = Http(settings.zalo_oa_api_url, transport)
        self._oauth = Http(settings.zalo_oa_auth_url, transport)
        self.tokens = Tokens(
            database,
            self._oauth,
            app_id=settings.zalo_oa_app_id,
            secret=settings.zalo_oa_app_secret.get_secret_value(),
            now=now,
        )

    async def call(self, path: str, body: Any = None, *, file: Any = None) -> dict[str, Any]:
        """Post JSON, or a file as multipart, and return the envelope's `data`.

        `path` may be a whole address. `file` is (name, bytes, media type).

        Raises:
            SendError: Zalo said no, or nothing.
        """
        token = await self.tokens.access()
        try:
            return await self._post(path, body, file, token)
        except SendError as error:
            if error.trouble is not Trouble.REFRESH:
                raise
        return await self._post(path, body, file, await self.tokens.renewed(token.generation))

    async def fetch(self, url: str, *, limit: int) -> bytes:
        """Return what a citizen sent, from the address Zalo gave.

        Raises:
            SendError: it cannot be had.
            ValueError: it is longer than `limit` bytes.
        """
        return await self._http.download(url, limit=limit, named="zalo")

    async def close(self) -> None:
        """Finish an exchange of tokens under way, then close the connections."""
        await self.tokens.close()
        await self._http.close()
        await self._oauth.close()

    async def _post(self, path: str, body: Any, file: Any, token: Token) -> dict[str, Any]:
        headers = {"access_token": token.value}
        try:
            answer = await self._http.post(path, json=body, file=file, headers=headers)
        except httpx.HTTPError as error:
            raise SendError(f"zalo: {type(error).__name__}", Trouble.RETRY) from None
        try:
            envelope = answer.json()
        except ValueError:
            raise classify_http(answer.status_code, answer.headers) from None
        code = envelope.get("error") if isinstance(envelope, dict) else None
        if not isinstance(code, int):
            raise classify_http(answer.status_code, answer.headers)
        if code != 0:
            words = str(envelope.get("message", ""))
            raise classify(code, words, answer.headers, self._now())
        data = envelope.get("data")
        return data if isinstance(data, dict) else {}
