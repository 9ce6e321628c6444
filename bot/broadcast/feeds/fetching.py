"""Get one feed over HTTP without harm: a small public page, politely, and never an inner address.

An address in a feed list is typed by an official and its redirects by strangers, so every hop is
checked: only http and https, only public IP addresses (also after the name is resolved), so that no
feed can make this server read what only it can reach.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

#: Bytes of one feed, decompressed.
MOST_BYTES: Final = 2 * 1024 * 1024
MOST_REDIRECTS: Final = 3
WITHIN: Final = aiohttp.ClientTimeout(total=20, connect=8)
USER_AGENT: Final = "motcua-feed-reader (+RSS; one reading in fifteen minutes at most)"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class FeedError(Exception):
    """A feed cannot be read; the words are for the official who entered it."""

    def __init__(self, reason: str, *, wait: float | None = None) -> None:
        """Take the reason in Vietnamese, and the seconds the server asked us to wait."""
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered; `body` is None when nothing has changed since."""

    body: bytes | None
    etag: str = ""
    modified: str = ""
    moved_to: str = ""
    """Where it lives now, when every redirect said so for good."""


class PublicResolver(AbstractResolver):
    """Resolves names, and refuses those that lead to an inner address."""

    def __init__(self) -> None:
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the public addresses of a name.

        Raises:
            FeedError: it has an address that is not public.
        """
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(one["host"]) for one in found):
            raise FeedError("địa chỉ này dẫn vào mạng nội bộ nên không được đọc")
        return found

    async def close(self) -> None:
        """Close the resolver beneath."""
        await self._resolver.close()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    try:
        return ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return False


def check_url(url: str, *, inner: bool = False) -> str:
    """Return `url` when it may be read; `inner` also allows inner addresses, for an operator's own.

    Raises:
        FeedError: it is no http address, or an inner one.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise FeedError("địa chỉ nguồn tin không đúng") from error
    if parts.scheme not in ("http", "https") or not host or parts.username:
        raise FeedError("địa chỉ nguồn tin phải bắt đầu bằng http:// hoặc https://")
    numeric = host.replace(".", "").isdigit() or ":" in host
    if not inner and (host == "localhost" or (numeric and not is_public(host))):
        raise FeedError("địa chỉ này dẫn vào mạng nội bộ nên không được đọc")
    return url.strip()


async def fetch(url: str, *, etag: str = "", modified: str = "", inner: bool = False) -> Fetched:
    """Return a feed's bytes, or that it has not changed.

    Raises:
        FeedError: it is unreachable, too slow, too large, hostile or gone.
    """
    resolver = None if inner else PublicResolver()
    connector = aiohttp.TCPConnector(resolver=resolver, limit=2)
    headers = {
        "User-Agent": USER_AGENT,
        "Accept": "application/rss+xml, application/atom+xml, text/xml",
    }
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    try:
        async with aiohttp.ClientSession(
            connector=connector, timeout=WITHIN, headers=headers, trust_env=False
        ) as client:
            return await _follow(client, url, inner=inner)
    except FeedError:
        raise
    except TimeoutError as error:
        raise FeedError("nguồn tin trả lời quá chậm") from error
    except aiohttp.ClientError as error:
        hidden = error.__cause__ if isinstance(error.__cause__, FeedError) else None
        raise hidden or FeedError("không kết nối được tới nguồn tin") from error


async def _follow(client: aiohttp.ClientSession, url: str, *, inner: bool) -> Fetched:
    moved_to, for_good = "", True
    for _ in range(MOST_REDIRECTS + 1):
        check_url(url, inner=inner)
        async with client.get(url, allow_redirects=False) as answer:
            if answer.status not in _REDIRECTS:
                return await _read(answer, moved_to if for_good else "")
            for_good = for_good and answer.status in (301, 308)
            url = moved_to = urljoin(url, answer.headers.get("Location", ""))
    raise FeedError("nguồn tin chuyển hướng quá nhiều lần")


async def _read(answer: aiohttp.ClientResponse, moved_to: str) -> Fetched:
    etag = answer.headers.get("ETag", "")[:500]
    modified = answer.headers.get("Last-Modified", "")[:100]
    if answer.status == 304:
        return Fetched(None, etag, modified, moved_to)
    if answer.status != 200:
        wait = answer.headers.get("Retry-After", "")
        raise FeedError(
            f"nguồn tin trả lời lỗi {answer.status}", wait=float(wait) if wait.isdigit() else None
        )
    body = bytearray()
    async for part in answer.content.iter_chunked(65_536):
        body += part
        if len(body) > MOST_BYTES:
            raise FeedError(f"nguồn tin dài quá {MOST_BYTES // 1024 // 1024} MB")
    return Fetched(bytes(body), etag, modified, moved_to)
