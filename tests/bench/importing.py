"""Measure the import of the whole national dump: seconds, memory, records, problems.

`python -m tests.bench.importing --dump FILE` imports into a fresh SQLite file, publishes, and imports
again. Target on two cores: 60 s and 600 MB, with publishing and building the Index.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.db import Database, migrate
from knowledge.importing import reader_of
from knowledge.importing.run import run
from knowledge.importing.starter import load_starter
from knowledge.published import Library


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(file: Path) -> dict[str, Any]:
    """Return the figures of one import, its repetition, and the Index built after it."""
    reader = reader_of(file)
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/bench.db")
        await migrate(database)
        started = time.perf_counter()
        await load_starter(database.write)
        figures["starter_s"] = round(time.perf_counter() - started, 2)
        for name in ("import", "again"):
            started = time.perf_counter()
            summary = await run(
                reader.read(file), database.write, publishing=True, complete=reader.COMPLETE
            )
            figures[f"{name}_s"] = round(time.perf_counter() - started, 1)
            figures[f"{name}_new"] = summary.new
            figures[f"{name}_unchanged"] = summary.unchanged
            figures[f"{name}_mb"] = round(_megabytes())
        figures["refused"] = summary.refused
        figures["with_problems"] = summary.with_problems
        figures["problems"] = dict(summary.problems.most_common())
        started = time.perf_counter()
        await Library(database.read).refresh()
        figures["index_s"] = round(time.perf_counter() - started, 1)
        figures["peak_mb"] = round(_megabytes())
        await database.close()
    return figures


def main() -> None:
    """Print the figures of the dump given, or say that it is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dump", type=Path)
    dump = parser.parse_args().dump
    if dump is None:
        sys.stdout.write("no dump beside the checkout: nothing to measure\n")
        return
    sys.stdout.write(json.dumps(asyncio.run(measure(dump)), indent=1) + "\n")


if __name__ == "__main__":
    main()
