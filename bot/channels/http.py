"""How channels reach their platforms: requests in httpx's shapes over aiohttp's connections.

httpx's own pool takes 1.8 ms of CPU a message when a hundred go at once, its client over aiohttp
0.29, this 0.19. What its client adds nobody here needs: cookies, redirects, passwords. Its transports
stay, so a fake takes the place of a platform without a socket.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from bot.channels import SendError, Trouble

#: Seconds to connect, and those a platform may then be silent.
CONNECT, SILENCE = 5.0, 10.0
#: Connections kept to one platform.
CONNECTIONS: Final = 100
#: Seconds the address of a platform is remembered.
_NAMES_KEPT: Final = 300


class Http:
    """Asks one platform, over connections that open when they are needed."""

    def __init__(self, base_url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Take the address that every path is below, and a fake's `transport` where there is one."""
        self._base_url = base_url.rstrip("/")
        self._transport = transport or _connections(base_url)

    async def post(
        self,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        file: tuple[str, bytes, str] | None = None,
        headers: Mapping[str, str] | None = None,
        silence: float = SILENCE,
    ) -> httpx.Response:
        """Post JSON, a form, or a file as multipart, and return the answer, whatever its status.

        `path` may be a whole address; `file` is (name, bytes, media type); `silence` in seconds.

        Raises:
            httpx.HTTPError: there was no answer; `httpx.InvalidURL`: that is no address.
        """
        files = {"file": file} if file else None
        request = httpx.Request(
            "POST", self._address(path), json=json, data=form, files=files,
            headers=headers, extensions=_patience(silence),
        )  # fmt: skip
        response = await self._transport.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response

    async def download(self, url: str, *, limit: int, named: str) -> bytes:
        """Return what lies at the address a platform gave; `named` is the platform, for the log.

        Raises:
            SendError: it cannot be had.
            ValueError: it is longer than `limit` bytes.
        """
        if not url.startswith("https://"):
            raise SendError(f"{named} file: no address of the platform's", Trouble.DROP)
        try:
            request = httpx.Request("GET", url, extensions=_patience(SILENCE))
            response = await self._transport.handle_async_request(request)
            try:
                return await _content(response, limit, named)
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SendError(f"{named} file: {type(error).__name__}", Trouble.RETRY) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def _address(self, path: str) -> str:
        return path if "://" in path else f"{self._base_url}/{path.lstrip('/')}"


async def _content(response: httpx.Response, limit: int, named: str) -> bytes:
    status = response.status_code
    if status != 200:
        passing = status >= 500 or status in (408, 429)
        raise SendError(f"{named} file HTTP {status}", Trouble.RETRY if passing else Trouble.DROP)
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > limit:
            raise ValueError(f"longer than {limit} bytes")
    return bytes(content)


def _patience(silence: float) -> dict[str, Any]:
    return {"timeout": {"connect": CONNECT, "pool": CONNECT, "read": silence, "write": silence}}


# --- Connections -----------------------------------------------------------------------------------


class _Connections(AiohttpTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except aiohttp.ClientError as error:  # what the library leaves: an answer that is no HTTP
            raise httpx.RemoteProtocolError(type(error).__name__, request=request) from error


def _connections(base_url: str) -> httpx.AsyncBaseTransport:
    return _Connections(verify=_trusted(), proxy=_proxy_to(base_url), client=_session)


def _session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, ssl=_trusted(), ttl_dns_cache=_NAMES_KEPT)
    # Its own jar would remember for all what a platform sets for one.
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def _proxy_to(base_url: str) -> httpx.Proxy | None:
    """Read the environment once: aiohttp would for each message."""
    url = urlsplit(base_url)
    found = getproxies()
    proxy = found.get(url.scheme) or found.get("all")
    return httpx.Proxy(proxy) if proxy and not proxy_bypass(url.hostname or "") else None


@cache
def _trusted() -> ssl.SSLContext:
    """Read the certificates once: every platform's connections would."""
    return httpx.create_ssl_context()
