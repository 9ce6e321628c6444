"""`make bench`: every benchmark one after the other, each printing its own table."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tests.conftest import SHARED

#: Module and the arguments it takes from ours.
BENCHMARKS = {
    "matching": ("tests.bench.matching", ("dump", "questions")),
    "places": ("tests.bench.places", ()),
    "importing": ("tests.bench.importing", ("dump",)),
    "reports": ("tests.bench.reports", ()),
    "privacy": ("tests.bench.privacy", ()),
    "petitions": ("tests.bench.petitions", ()),
    "channels": ("tests.bench.channels", ()),
    "broadcast": ("tests.bench.broadcast", ()),
    "web": ("tests.bench.web", ()),
}


def main() -> int:
    """Run the benchmarks named, or all; return the number that failed."""
    data = SHARED / "data"
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*BENCHMARKS, []], help="all when none is named"
    )
    parser.add_argument("--dump", type=Path, default=data / "procedures_national_2026-07.jsonl.xz")
    parser.add_argument("--questions", type=Path, default=data / "questions_dev.jsonl")
    given = vars(parser.parse_args())
    failed = 0
    for name in given["names"] or BENCHMARKS:
        module, takes = BENCHMARKS[name]
        options = [f"--{one}={given[one]}" for one in takes if given[one].exists()]
        print(f"\n== {name} ==", flush=True)
        failed += (
            subprocess.run([sys.executable, "-m", module, *options], check=False).returncode != 0
        )
    return failed


if __name__ == "__main__":
    sys.exit(main())
