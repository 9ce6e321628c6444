"""A long text is cut at pauses, within the limit, and nothing of it is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.splitting import length, pieces


def test_a_short_text_stays_whole() -> None:
    assert list(pieces(" Xin chào. ", 2_000)) == ["Xin chào."]


def test_an_empty_text_gives_nothing() -> None:
    assert list(pieces(" \n ", 2_000)) == []


def test_a_long_text_is_cut_after_a_sentence() -> None:
    text = "Mang căn cước công dân. " * 5

    assert list(pieces(text, 60)) == [
        "Mang căn cước công dân. Mang căn cước công dân.",
        "Mang căn cước công dân. Mang căn cước công dân.",
        "Mang căn cước công dân.",
    ]


def test_a_paragraph_is_a_better_pause_than_a_sentence() -> None:
    assert list(pieces("Một. Hai.\n\nBa. Bốn.", 16)) == ["Một. Hai.", "Ba. Bốn."]


def test_a_word_without_end_is_cut_anyway() -> None:
    assert list(pieces("a" * 25, 10)) == ["a" * 10, "a" * 10, "a" * 5]


def test_an_emoji_counts_twice_and_is_never_halved() -> None:
    assert list(pieces("😀" * 5, 4)) == ["😀😀", "😀😀", "😀"]


def test_a_limit_that_holds_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        list(pieces("a", 1))


@given(st.text(st.sampled_from("aáộ😀 .,”)\n"), max_size=300), st.integers(2, 40))
def test_every_part_fits_and_only_white_space_is_lost(text: str, limit: int) -> None:
    parts = list(pieces(text, limit))

    assert all(0 < length(part) <= limit for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
