"""Guides answer only a question that says no more than they do."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from knowledge.guides import Guide, GuideChoice, Guides

GUIDE = Guide(
    when=("làm lại giấy tờ bị mất", "mất giấy tờ"),
    ask="Giấy nào?",
    choices=(GuideChoice(label="A", send="a"),),
)


@pytest.mark.parametrize(
    "question",
    ["làm lại giấy tờ bị mất", "mat giay to", "tôi bị mất giấy tờ phải làm sao", "Mất giấy tờ!!!"],
)
def test_any_wording_of_the_bare_phrase_finds_it(question: str) -> None:
    assert Guides.build([GUIDE]).find(question) is GUIDE


@pytest.mark.parametrize("question", ["mất giấy tờ xe", "mất giấy tờ nhà ở Cà Mau", "mất", ""])
def test_a_question_that_says_more_does_not(question: str) -> None:
    assert Guides.build([GUIDE]).find(question) is None


def test_more_than_three_choices_are_refused() -> None:
    choices = tuple(GuideChoice(label=str(n), send=str(n)) for n in range(4))
    with pytest.raises(ValidationError):
        Guide(when=("x",), ask="?", choices=choices)


def test_the_guides_we_ship_are_sound() -> None:
    assert Guides.load().by_phrase
