"""10,000 people write at once, each about a procedure of their own, and then only "and the fee?"."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from typing import Final

from knowledge.importing.starter import DATA
from tests.bench.channels.town import Assistant, Town

#: What it means depends on what the same person asked before.
FOLLOW_UP: Final = "lệ phí bao nhiêu"
_CODE: Final = re.compile(r"\b\d\.\d{6}\b")


def procedures() -> list[str]:
    """Return the codes of the starter procedures."""
    return sorted(path.stem for path in (DATA / "procedures").glob("*/*.yaml"))


async def together(town: Town, assistant: Assistant, people: int) -> bool:
    """Return whether everyone was answered, and only about what they themselves had asked."""
    codes, channels = procedures(), sorted(town.fakes)
    started, cpu = time.perf_counter(), assistant.cpu()
    lost: list[int] = []
    crossed: list[int] = []

    async def person(number: int) -> float:
        channel, address = channels[number % len(channels)], str(5_000_000 + number)
        code = codes[number % len(codes)]
        try:
            first = await town.ask(channel, address, code)
            await town.ask(channel, address, FOLLOW_UP)
        except TimeoutError:
            lost.append(number)
            return 0.0
        named = [set(_CODE.findall(text)) for text in town.told[channel, address].texts]
        if not any(code in one for one in named) or any(one and code not in one for one in named):
            crossed.append(number)
        return first

    times = await asyncio.gather(*(person(number) for number in range(people)))
    seconds, cpu = time.perf_counter() - started, assistant.cpu() - cpu
    print(
        f"{people} people at once, two questions each: {len(lost)} lost, {len(crossed)} crossed; "
        f"{seconds:.0f} s, {cpu / people / 2 * 1_000:.1f} ms of CPU a message, "
        f"first reply median {statistics.median(times):.1f} s, "
        f"{assistant.memory():.0f} MB, webhooks that had to come again: {town.again}"
    )
    return not lost and not crossed
