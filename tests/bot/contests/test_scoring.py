"""Fair means: an order of one's own, a slow network costs nothing, equal results share a place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.contests.nicknames import Bad, check, key_of, tidy
from bot.contests.scoring import MOST, counted, order_of, places
from bot.models import ContestEntry, ContestQuestion


def entry(name: str, score: int, seconds: int) -> ContestEntry:
    return ContestEntry(
        contest_id=1, person_id=name, who=name, nickname=name, nickname_key=name,
        seed=1, score=score, seconds=seconds,
    )  # fmt: skip


def test_equal_results_share_a_place_and_the_next_is_as_many_further() -> None:
    found = places(
        [
            entry("d", 2, 5),
            entry("c", 3, 40),
            entry("b", 3, 20),
            entry("a", 3, 20),
            entry("e", 2, 5),
        ]
    )

    assert [(one.place, one.entry.nickname) for one in found] == [
        (1, "a"), (1, "b"), (3, "c"), (4, "d"), (4, "e"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, 0), (15, 0), (19.9, 0), (20, 5), (24, 5), (61, 45), (135, 120), (9_999, 120), (-3, 0)],
)
def test_time_counts_in_steps_beyond_what_is_free(seconds: float, expected: int) -> None:
    assert counted(timedelta(seconds=seconds)) == expected


@given(st.floats(0, 10_000))
def test_four_seconds_on_the_line_cost_at_most_one_step(seconds: float) -> None:
    slow = counted(timedelta(seconds=seconds + 4)) - counted(timedelta(seconds=seconds))
    assert slow in (0, 5)
    assert counted(timedelta(seconds=seconds)) <= MOST


def test_each_seed_has_its_own_order_and_keeps_it() -> None:
    questions = [
        ContestQuestion(id=n, contest_id=1, position=n, text="", choices=[], right_choice=0)
        for n in range(1, 9)
    ]
    orders = [tuple(one.id for one in order_of(questions, seed)) for seed in range(50)]

    assert len(set(orders)) == 50
    assert all(set(order) == set(range(1, 9)) for order in orders)
    assert order_of(questions[::-1], 7) == order_of(questions, 7)


@pytest.mark.parametrize(
    ("nickname", "wrong"),
    [
        ("Sóc Nâu", None),
        ("Người An Giang_82", None),
        ("Cường đồng nát", None),
        ("a", Bad.LENGTH),
        ("x" * 25, Bad.LENGTH),
        ("._- .", Bad.SIGNS),
        ("<script>", Bad.SIGNS),
        ("Nâu 🐿", Bad.SIGNS),
        ("Ѕоc", Bad.SIGNS),
        ("An 0912345678", Bad.PERSONAL),
        ("an 12345", Bad.PERSONAL),
        ("an@gmail.com", Bad.SIGNS),
        ("UBND xã", Bad.OFFICE),
        ("Ban tổ chức", Bad.OFFICE),
        ("Đ ồ N g u", Bad.RUDE),
        ("d1t me", Bad.RUDE),
    ],
)
def test_a_nickname_may_stand_in_public(nickname: str, wrong: Bad | None) -> None:
    assert check(tidy(nickname)) is wrong


def test_nicknames_are_compared_without_accents_and_signs() -> None:
    assert key_of("SÓC-nâu.82") == key_of("soc nau 82") == "socnau82"
