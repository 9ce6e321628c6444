"""Kill -9 while everybody writes: nothing stored is lost, little is said twice, order is kept."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime

from bot.channels.intake import MOST_IN_FLIGHT
from tests.bench.channels.town import Assistant, Town

#: What each person says in turn, and what only the reply to it holds.
SAID = (("xin chào", "thủ tục"), ("cảm ơn", "không có gì"), ("tạm biệt", "nhắn lại"))
PEOPLE = 60
#: Seconds within which, at random, the assistant dies once it answers again.
LIVES = 3.0


async def killed(town: Town, assistant: Assistant, kills: int) -> bool:
    """Kill the assistant `kills` times while people write, then count what each of them was told."""
    told: dict[tuple[str, str], list[str]] = {}
    talking = True

    async def person(channel: str, number: int) -> None:
        while talking:
            address = str(7_000_000 + number * 1_000 + len(told))
            told[channel, address] = []
            for text, reply in SAID:
                await town.ask(channel, address, text)
                await town.is_told(channel, address, reply)  # the last reply may have come again
            told[channel, address] = town.told[channel, address].texts

    channels = sorted(town.fakes)
    people = [
        asyncio.create_task(person(channels[number % len(channels)], number))
        for number in range(PEOPLE)
    ]
    redelivering = asyncio.create_task(_redeliver(town))
    for _ in range(kills):
        await asyncio.sleep(random.uniform(0.2, LIVES))
        assistant.kill()
        await assistant.start()
    talking = False
    await asyncio.gather(*people)
    await asyncio.sleep(2)  # a last reply that comes twice
    redelivering.cancel()
    twice = sum(max(len(texts) - len(SAID), 0) for texts in told.values())
    wrong = [texts for texts in told.values() if not _in_order(texts)]
    print(
        f"{kills} kills among {len(told) * len(SAID)} messages: {len(wrong)} people not answered in "
        f"order, {twice} replies said twice (at most {MOST_IN_FLIGHT} a channel and kill can be)"
    )
    return not wrong and twice <= kills * MOST_IN_FLIGHT * len(channels)


async def _redeliver(town: Town) -> None:
    """Bring again what was not taken within two seconds, as Zalo does, only sooner."""
    while True:
        for one in town.zalo_oa.undelivered:
            one.due = datetime.min.replace(tzinfo=UTC)
        await town.zalo_oa.retry()
        await asyncio.sleep(0.1)


def _in_order(texts: list[str]) -> bool:
    """Whether the replies came in the order of what was said, some perhaps twice in a row."""
    at = 0
    for text in texts:
        if at < len(SAID) and SAID[at][1] in text:
            at += 1
        elif not at or SAID[at - 1][1] not in text:
            return False
    return at == len(SAID)
