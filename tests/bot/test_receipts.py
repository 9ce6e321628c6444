"""A receipt code survives handwriting: one wrong or two swapped letters are noticed."""

from __future__ import annotations

from itertools import pairwise

from bot.receipts import (
    ALPHABET,
    hash_secret,
    is_secret,
    looks_like_code,
    new_code,
    new_seal,
    read_code,
)


def test_a_code_is_read_however_it_is_typed() -> None:
    code = new_code("PA")
    letters = code.replace("-", "")

    assert read_code("PA", f"mã của tôi {code.lower()} ạ") == code
    assert read_code("PA", letters) == code
    assert read_code("PA", f"PA {letters[2:6]} {letters[6:]}") == code


def test_every_single_wrong_letter_is_noticed() -> None:
    code = new_code("PA")
    for at in (3, 4, 5, 6, 8, 9, 10, 11):
        for letter in set(ALPHABET) - {code[at]}:
            assert read_code("PA", code[:at] + letter + code[at + 1 :]) is None


def test_two_neighbours_swapped_are_noticed() -> None:
    for _ in range(50):
        letters = new_code("PA").replace("-", "")
        for first, second in pairwise(range(2, 10)):
            swapped = list(letters)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            if swapped != list(letters):
                assert read_code("PA", "".join(swapped)) is None


def test_a_mistyped_code_is_still_recognised_as_one() -> None:
    assert looks_like_code("PA", "PA-0000-OOOO")
    assert read_code("PA", "PA-0000-OOOO") is None
    assert not looks_like_code("PA", "phạm vi PA")


async def test_a_secret_is_known_by_its_hash_only() -> None:
    seal = await new_seal()

    assert seal.secret not in seal.stored
    assert await is_secret(f" {seal.secret.lower()} ", seal.stored)
    assert not await is_secret("AAAAAAAA", seal.stored)
    assert not await is_secret("", "")
    assert await hash_secret("A") != await hash_secret("A")
