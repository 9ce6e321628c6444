"""The lexicon: what applies, and that its files are sound."""

from __future__ import annotations

from knowledge.matching.lexicon import LONGEST, Lexicon, Line, canonical_words, lexicon
from knowledge.text import fold


def matched(words: Lexicon, question: str) -> list[str]:
    tokens = canonical_words(question)
    return [
        " ".join(match.line.official) for match in words.matches(tokens, [fold(t) for t in tokens])
    ]


def table(*pairs: tuple[str, str]) -> Lexicon:
    return Lexicon(Line(tuple(a.split()), tuple(b.split())) for a, b in pairs)


def test_the_longest_wording_wins() -> None:
    words = table(("sổ đỏ", "giấy chứng nhận"), ("làm sổ đỏ", "cấp giấy chứng nhận lần đầu"))

    assert matched(words, "tôi làm sổ đỏ") == ["cấp giấy chứng nhận lần đầu"]


def test_accents_that_were_typed_must_agree() -> None:
    words = table(("cầm đồ", "dịch vụ cầm đồ"))

    assert matched(words, "cấm đồ") == []
    assert matched(words, "cam do") == ["dịch vụ cầm đồ"]


def test_a_single_word_needs_its_accents_in_an_accented_question() -> None:
    words = table(("má", "mẹ"))

    assert matched(words, "ma túy") == []
    assert matched(words, "ma toi") == ["mẹ"]


def test_no_line_of_the_repository_is_too_long_to_be_found() -> None:
    assert [line.spoken for line in lexicon().lines() if len(line.spoken) > LONGEST] == []


def test_the_repository_has_a_lexicon() -> None:
    assert len(lexicon()) > 300
