"""Vietnamese text: one spelling per word, whatever the keyboard did to it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text import (
    abbreviations,
    decode_telex,
    decode_vni,
    fold,
    is_syllable,
    normalise,
    with_tone,
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Hoà Bình", "hòa bình"),
        ("THUÝ", "thúy"),
        ("quý hoàn thuở", "quý hoàn thuở"),
        ("Ủy  ban\u200b nhân\u00a0dân", "ủy ban nhân dân"),
        ("\u202exin chào\u2066", "xin chào"),
        (unicodedata.normalize("NFD", "Đăng ký"), "đăng ký"),
        ("a\x00b\tc", "a b c"),
    ],
)
def test_normalising_gives_the_one_spelling(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


def test_folding_removes_every_accent_and_the_stroke_of_d() -> None:
    assert fold("Đường Nguyễn Thị Lượng") == "Duong Nguyen Thi Luong"


@given(st.text(max_size=400))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)

    assert normalise(once) == once


@given(st.text(max_size=400))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)

    assert fold(once) == once


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ("ddawng", "đăng"),
        ("kys", "ký"),
        ("giaays", "giấy"),
        ("towf", "tờ"),
        ("dduowngf", "đường"),
        ("dduocwj", "được"),
        ("nghieepj", "nghiệp"),
        ("quyeets", "quyết"),
        ("ngwowif", "người"),
        ("canf", "càn"),
        ("xyz", None),
    ],
)
def test_telex_keystrokes_are_read(keys: str, meant: str | None) -> None:
    assert decode_telex(keys) == meant


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ("d9a8ng", "đăng"),
        ("gia6y1", "giấy"),
        ("to72", "tờ"),
        ("d9uo7c5", "được"),
        ("d9u7o75c", "được"),
        ("quye61t", "quyết"),
        ("ct07", None),
    ],
)
def test_vni_keystrokes_are_read(keys: str, meant: str | None) -> None:
    assert decode_vni(keys) == meant


@given(st.text(alphabet="abcdeghiklmnopqrstuvwxyfj0123456789", max_size=14))
def test_keystrokes_never_raise_and_give_a_syllable_or_nothing(keys: str) -> None:
    for read in (decode_telex(keys), decode_vni(keys)):
        assert read is None or is_syllable(read)


def test_the_tone_stands_where_schools_put_it() -> None:
    grave = "\u0300"

    assert [with_tone(word, grave) for word in ("hoa", "hoan", "nguoi", "giuong", "qua")] == [
        "hòa",
        "hoàn",
        "nguòi",
        "giuòng",
        "quà",
    ]


def test_every_abbreviation_is_lower_case_and_long_forms_are_normal() -> None:
    assert [
        short
        for short, long in abbreviations().items()
        if short != normalise(short) or long != normalise(long)
    ] == []


def test_no_abbreviation_is_a_common_word_typed_without_accents() -> None:
    """ "vat" is how people type "vật", and "ca" is how they begin "cà vẹt"."""
    assert {"vat", "ca", "chi", "can", "con", "dang", "nam", "nha", "on"} & set(
        abbreviations()
    ) == set()
