"""`python -m tests.bench.broadcast`: what a message costs, the shared limit, planning, memory, delays,
and what becomes of people when processes are killed, the platform fails or they stop.

The defaults are a sample of some minutes; --full is what is promised: a million people, ten minutes,
a hundred kills, an hour of faults.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Awaitable, Callable

import uvloop

from tests.bench.broadcast.cost import cpu, memory
from tests.bench.broadcast.faults import faults
from tests.bench.broadcast.killing import kills
from tests.bench.broadcast.opting_out import opt_out
from tests.bench.broadcast.pacing import pacing
from tests.bench.broadcast.planning import MILLION, digesting, planning
from tests.bench.broadcast.replies import replies
from tests.bench.broadcast.starting import starting
from tests.conftest import postgres_answers

ENGINES = ("sqlite", "postgres")
#: The rate of the shared limit, and of Telegram's own.
RATE, TELEGRAM = 500.0, 30.0
FULL_SECONDS = 600
#: Kills, cuts of PostgreSQL's connections, and how many times faster the hour of faults passes.
FEW_KILLS, FEW_CUTS, FASTER = 3, 2, 40.0
FULL_KILLS, FULL_CUTS = 100, 20
#: Processes that send, on PostgreSQL.
WORKERS = 4

PARTS = (
    "cpu",
    "planning",
    "digest",
    "memory",
    "limit",
    "start",
    "replies",
    "kills",
    "faults",
    "opt-out",
)
Part = tuple[str, Callable[[], Awaitable[bool]]]


def _parts(given: argparse.Namespace, engine: str) -> list[Part]:
    count = MILLION if given.full else given.count
    seconds = FULL_SECONDS if given.full else given.seconds
    workers = (1,) if engine == "sqlite" else (1, WORKERS)
    blows = (FULL_KILLS, FULL_CUTS) if given.full else (given.kills, given.cuts)
    faster = 1.0 if given.full else given.faster
    return [
        ("cpu", lambda: cpu(engine, given.count)),
        ("planning", lambda: planning(engine, count)),
        ("digest", lambda: digesting(engine, count)),
        ("memory", lambda: memory(engine, count)),
        *(("limit", lambda n=n: pacing(engine, n, given.rate, seconds)) for n in workers),
        ("start", lambda: starting(engine, *((1_000, FULL_SECONDS) if given.full else (100, given.seconds)))),
        ("replies", lambda: replies(engine, TELEGRAM, given.seconds)),
        ("kills", lambda: kills(engine, *blows, workers=WORKERS, seed=given.seed)),
        ("faults", lambda: faults(engine, faster, workers=WORKERS)),
        ("opt-out", lambda: opt_out(engine, given.seconds, workers=WORKERS, seed=given.seed)),
    ]  # fmt: skip


async def measure(given: argparse.Namespace) -> list[str]:
    """Run what is asked for; return the names of the figures that were missed."""
    missed = []
    for engine in given.engines:
        for name, part in _parts(given, engine):
            if given.only and name not in given.only:
                continue
            print(f"{name:8} ", end="", flush=True)
            met = await part()
            print(f"         load {os.getloadavg()[0]:.1f}", flush=True)
            missed += [] if met else [f"{name} {engine}"]
    return missed


def main() -> int:
    """Return how many figures were missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.broadcast", description=__doc__)
    known = ENGINES if postgres_answers() else ENGINES[:1]
    parser.add_argument("--only", nargs="*", choices=PARTS)
    parser.add_argument("--engines", nargs="*", default=known, choices=ENGINES)
    parser.add_argument("--count", type=int, default=20_000, help="people of an announcement")
    parser.add_argument(
        "--seconds", type=int, default=60, help="of the limit, starts, replies, opt-out"
    )
    parser.add_argument("--rate", type=float, default=RATE, help="messages a second of the limit")
    parser.add_argument("--kills", type=int, default=FEW_KILLS)
    parser.add_argument("--cuts", type=int, default=FEW_CUTS, help="of PostgreSQL's connections")
    parser.add_argument(
        "--faster", type=float, default=FASTER, help="times; 1 = faults for an hour"
    )
    parser.add_argument("--seed", type=int, default=1, help="of kills and of who stops")
    parser.add_argument("--full", action="store_true", help="a million people, ten minutes")
    missed = uvloop.run(measure(parser.parse_args()))
    print(f"missed: {', '.join(missed)}" if missed else "every figure met")
    return len(missed)


if __name__ == "__main__":
    raise SystemExit(main())
