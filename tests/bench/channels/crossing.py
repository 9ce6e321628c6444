"""10,000 people write at once, each about a procedure of their own, and then only "and the fee?"."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Final

from knowledge.importing.starter import DATA
from tests.bench.channels.town import Assistant, Town

#: What it means depends on what the same person asked before.
FOLLOW_UP: Final = "lệ phí bao nhiêu"
#: Citizens at once while what each should hear is found out, and seconds after which a reply is whole.
FEW, QUIET = 10, 3.0


def procedures() -> list[str]:
    """Return the codes of the starter procedures."""
    return sorted(path.stem for path in (DATA / "procedures").glob("*/*.yaml"))


async def together(town: Town, assistant: Assistant, people: int) -> bool:
    """Return whether everyone was answered, just as they would have been with nobody else there."""
    codes = procedures()
    few = asyncio.Semaphore(FEW)
    alone = await asyncio.gather(*(_alone(town, few, n, code) for n, code in enumerate(codes)))
    lost: list[int] = []
    crossed: list[int] = []
    town.again, cpu, started = 0, assistant.cpu(), time.perf_counter()

    async def person(number: int) -> float:
        place = number % len(codes)
        channel, address = _channel(town, place), str(6_000_000 + number)
        try:
            first = await town.ask(channel, address, codes[place])
            await town.ask(channel, address, FOLLOW_UP)
            await town.hears(channel, address, len(alone[place]))
        except TimeoutError:
            lost.append(number)
            return 0.0
        if town.told[channel, address].texts != alone[place]:
            crossed.append(number)
        return first

    times = await asyncio.gather(*(person(number) for number in range(people)))
    seconds, cpu = time.perf_counter() - started, assistant.cpu() - cpu
    print(
        f"{people} people at once, two questions each: {len(lost)} lost, {len(crossed)} told "
        f"anything but their own; {seconds:.0f} s, {cpu / people / 2 * 1_000:.1f} ms of CPU a message, "
        f"first reply median {statistics.median(times):.1f} s, {assistant.memory():.0f} MB, "
        f"webhooks that had to come again {town.again}"
    )
    return not lost and not crossed


async def _alone(town: Town, few: asyncio.Semaphore, place: int, code: str) -> list[str]:
    """Return what one citizen hears who asks when hardly anybody else does."""
    channel, address = _channel(town, place), str(5_000_000 + place)
    async with few:
        for text in (code, FOLLOW_UP):
            await town.ask(channel, address, text)
            await asyncio.sleep(QUIET)  # the rest of a long reply
    return list(town.told[channel, address].texts)


def _channel(town: Town, place: int) -> str:
    return sorted(town.fakes)[place % len(town.fakes)]
