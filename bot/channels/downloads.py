"""How a step of the dialogue gets at a photo: by the channel it came from, from where that says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import httpx

from bot.channels import Channel, SendError, Trouble
from bot.conversation import Attachment

#: Seconds a platform may take to hand over a photo; the citizen waits meanwhile.
TIMEOUT: Final = 20.0


class Downloads:
    """Asks the channel that a photo came from for its bytes."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels

    async def __call__(self, channel: str, attachment: Attachment, *, limit: int) -> bytes:
        """Return the bytes.

        Raises:
            LookupError: they are gone, or the platform does not answer.
            ValueError: they are more than `limit`.
        """
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._channels[channel].download(attachment, limit=limit)
        except (SendError, TimeoutError) as error:
            raise LookupError(str(error)) from error


async def fetch(client: httpx.AsyncClient, url: str, *, limit: int, named: str) -> bytes:
    """Return what lies at the address a platform gave; `named` is the platform, for the log.

    Raises:
        SendError: it cannot be had.
        ValueError: it is longer than `limit` bytes.
    """
    if not url.startswith("https://"):
        raise SendError(f"{named} file: no address of the platform's", Trouble.DROP)
    content = bytearray()
    try:
        async with client.stream("GET", url) as answer:
            status = answer.status_code
            if status != 200:
                passing = status >= 500 or status in (408, 429)
                trouble = Trouble.RETRY if passing else Trouble.DROP
                raise SendError(f"{named} file HTTP {status}", trouble)
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > limit:
                    raise ValueError(f"longer than {limit} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SendError(f"{named} file: {type(error).__name__}", Trouble.RETRY) from None
    return bytes(content)
