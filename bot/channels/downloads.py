"""How a step of the dialogue gets at a photo: by the channel it came from, from where that says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from bot.channels import Channel, SendError
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
