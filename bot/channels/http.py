"""How channels reach their platforms: requests in httpx's shapes over aiohttp's connections.

httpx's own pool takes 1.8 ms of CPU a message when a hundred go at once, its client over aiohttp
0.29, this 0.19. What its client adds nobody here needs: cookies, redirects, passwords. Its transports
stay, so a fake takes the place of a platform without a socket.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx

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
        self._transport = transport or _Connections(_proxy_to(base_url))

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


class _Connections(httpx.AsyncBaseTransport):
    """httpx's requests over aiohttp's pool, errors by httpx's names."""

    def __init__(self, proxy: str | None) -> None:
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        session = self._session = self._session or _open_session()
        wait = request.extensions["timeout"]
        with _errors_named(request):
            answer = await session.request(
                request.method, str(request.url), data=await request.aread() or None,
                headers=request.headers.multi_items(), allow_redirects=False, proxy=self._proxy,
                timeout=aiohttp.ClientTimeout(
                    connect=wait["pool"], sock_connect=wait["connect"], sock_read=wait["read"]
                ),
            )  # fmt: skip
        return httpx.Response(
            answer.status, headers=answer.raw_headers, stream=_Body(request, answer)
        )

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class _Body(httpx.AsyncByteStream):
    """What follows an answer's headers, as it comes; httpx unpacks it."""

    def __init__(self, request: httpx.Request, answer: aiohttp.ClientResponse) -> None:
        self._request = request
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_named(self._request):
            async for part in self._answer.content.iter_any():
                yield part

    async def aclose(self) -> None:
        self._answer.close()  # one that was read to its end has given its connection back already


@contextmanager
def _errors_named(request: httpx.Request) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise httpx.TimeoutException(type(error).__name__, request=request) from error
    except aiohttp.ClientConnectorError as error:
        raise httpx.ConnectError(type(error).__name__, request=request) from error
    except (OSError, aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
        raise httpx.ReadError(type(error).__name__, request=request) from error
    except (aiohttp.ClientError, ValueError) as error:
        raise httpx.RemoteProtocolError(type(error).__name__, request=request) from error


def _open_session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, ttl_dns_cache=_NAMES_KEPT)
    # Its own jar would remember for all what a platform sets for one.
    jar = aiohttp.DummyCookieJar()
    return aiohttp.ClientSession(connector=connector, cookie_jar=jar, auto_decompress=False)


def _proxy_to(base_url: str) -> str | None:
    """Read the environment once: aiohttp would for each message."""
    url = urlsplit(base_url)
    found = getproxies()
    proxy = found.get(url.scheme) or found.get("all")
    return proxy if proxy and not proxy_bypass(url.hostname or "") else None
