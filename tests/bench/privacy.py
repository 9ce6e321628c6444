"""How much of what identifies a person is hidden, and how much else is hidden with it."""

from __future__ import annotations

import time
from collections import Counter

from bot.privacy import mask
from tests.bot.privacy.corpus import sentences, survives

SENTENCES = 20_000
LEAST_RECALL = 0.99
MOST_FALSE = 0.01


def main() -> int:
    """Print recall and false masks by written form; return 1 when a target is missed."""
    asked: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    planted = leaked = kept = lost = 0
    started = time.perf_counter()
    for one in sentences(SENTENCES):
        masked = mask(one.text)
        asked[one.form] += 1
        if one.planted:
            planted += 1
            bad = survives(one, masked)
            leaked += bad
        else:
            kept += 1
            bad = masked != one.text
            lost += bad
        wrong[one.form] += bad
    each = (time.perf_counter() - started) / SENTENCES * 1e6
    for form, count in asked.items():
        print(f"{form:24} {count:6}  wrong {wrong[form]:4}")
    recall, false = 1 - leaked / planted, lost / kept
    print(f"recall {recall:.2%} of {planted} (target ≥ {LEAST_RECALL:.0%})")
    print(
        f"false masks {false:.2%} of {kept} (target ≤ {MOST_FALSE:.0%}); {each:.0f} µs a sentence"
    )
    return int(recall < LEAST_RECALL or false > MOST_FALSE)


if __name__ == "__main__":
    raise SystemExit(main())
