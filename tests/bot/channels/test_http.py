"""Requests to a platform over real sockets: what it does wrong ends in an error that httpx names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from bot.channels.http import Http

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def _served(talk: Talk) -> AsyncIterator[str]:
    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def _platform(talk: Talk) -> AsyncIterator[Http]:
    async with _served(talk) as address, _closing(Http(f"{address}/api/")) as http:
        yield http


@asynccontextmanager
async def _closing(http: Http) -> AsyncIterator[Http]:
    try:
        yield http
    finally:
        await http.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.splitlines()
        if line.lower().startswith(b"content-length")
    )
    return head + await reader.readexactly(length)


def _says(*answers: bytes, heard: list[bytes] | None = None) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            request = await _request(reader)
            if heard is not None:
                heard.append(request)
            writer.write(answer)
            await writer.drain()

    return talk


def _ok(body: bytes, *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"content-length: %d" % len(body), *headers, b"", body]
    return b"\r\n".join(lines)


@pytest.mark.parametrize("path", ["send", "/send"])
async def test_json_is_posted_below_the_base_address_and_the_answer_is_read(path: str) -> None:
    heard: list[bytes] = []
    async with _platform(_says(_ok('{"lời":"chào"}'.encode()), heard=heard)) as http:
        answer = await http.post(path, json={"text": "Dạ"}, headers={"access_token": "t"})

    assert answer.json() == {"lời": "chào"}
    assert heard[0].startswith(b"POST /api/send HTTP/1.1\r\n")
    assert b"access_token: t\r\n" in heard[0]
    assert heard[0].endswith('{"text":"Dạ"}'.encode())


async def test_a_connection_is_kept_and_what_it_sets_for_one_request_is_not() -> None:
    heard: list[bytes] = []
    answers = (_ok(b"{}", b"set-cookie: who=84; path=/"), _ok(b"{}"))
    async with _platform(_says(*answers, heard=heard)) as http:
        await http.post("send", json={})
        await http.post("send", json={})

    assert len(heard) == 2
    assert b"who=84" not in heard[1]


async def test_a_redirect_is_an_answer_and_nobody_is_asked_elsewhere() -> None:
    moved = b"HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n"
    async with _platform(_says(moved)) as http:
        assert (await http.post("send", json={})).status_code == 302


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-encoding: gzip\r\n\r\n{}",
    ],
    ids=["hangs up", "no HTTP", "half a body", "broken chunks", "no gzip"],
)
async def test_an_answer_that_is_none_is_an_error_httpx_names(answer: bytes) -> None:
    async with _platform(_says(answer)) as http:
        with pytest.raises(httpx.HTTPError):
            await http.post("send", json={})


async def test_a_silent_platform_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with _platform(silent) as http:
        with pytest.raises(httpx.TimeoutException):
            await http.post("send", json={}, silence=0.05)


async def test_a_platform_nobody_listens_for_is_not_reached() -> None:
    async with _served(_says()) as address:
        pass
    async with _closing(Http(address)) as http:
        with pytest.raises(httpx.TransportError):
            await http.post("send", json={})


async def test_the_environments_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    async with _served(_says(_ok(b"{}"), heard=heard)) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        async with _closing(Http("http://platform.example/")) as http:
            await http.post("send", json={})

    assert heard[0].startswith(b"POST http://platform.example/send HTTP/1.1\r\n")
