"""An approver sees every changed word, and only those."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.content import Content, Facet, Override
from knowledge.publishing import Change, Kind, Segment, changes
from knowledge.publishing.changes import FACETS, words
from knowledge.wording import PARTS


def content(**more: object) -> Content:
    return Content.model_validate({"code": "1.000001", "title": "Mượn sách", **more})


def marked(change: Change) -> list[str]:
    """The rows as text: [-gone-] {+new+}."""
    marks = {Kind.SAME: "{}", Kind.ADDED: "{{+{}+}}", Kind.REMOVED: "[-{}-]"}
    return [
        "".join(marks[one.kind].format(one.text) for one in row.segments) for row in change.rows
    ]


def test_nothing_changed_is_no_change() -> None:
    assert changes(content(), content()) == ()


def test_only_the_parts_that_differ_are_told() -> None:
    old = content(fees=[{"kind": "amount", "amount": 8000}], where="Ra phường.")
    new = content(fees=[{"kind": "amount", "amount": 10000}], where="Ra phường.")

    (change,) = changes(old, new)

    assert change == Change("fees", ("8.000 đồng",), ("10.000 đồng",))
    assert change.heading == "Phí, lệ phí"
    assert change.facet is Facet.FEE
    assert marked(change) == ["[-8.000-]{+10.000+} đồng"]


def test_a_paper_added_and_one_reworded_leave_the_others_alone() -> None:
    old = content(cases=[{"components": [{"name": "Tờ khai"}, {"name": "Căn cước của người nộp"}]}])
    new = content(
        cases=[
            {
                "components": [
                    {"name": "Tờ khai"},
                    {"name": "Giấy chứng sinh"},
                    {"name": "Căn cước của người yêu cầu"},
                ]
            }
        ]
    )

    (change,) = changes(old, new)

    assert marked(change) == [
        "Tờ khai",
        "{+Giấy chứng sinh+}",
        "Căn cước của người [-nộp-]{+yêu cầu+}",
    ]
    assert [row.kind for row in change.rows] == [Kind.SAME, Kind.ADDED, Kind.CHANGED]


def test_a_paper_taken_out_is_shown_as_removed() -> None:
    old = content(steps=["Lấy số", "Nộp hồ sơ"])

    (change,) = changes(old, content(steps=["Nộp hồ sơ"]))

    assert marked(change) == ["[-Lấy số-]", "Nộp hồ sơ"]
    assert change.before == ("Lấy số", "Nộp hồ sơ")


def test_a_first_revision_is_all_new() -> None:
    found = changes(None, content(summary="Ra phường mượn sách."))

    assert {change.part for change in found} >= {"title", "summary"}
    assert all(change.before == () for change in found)


def test_what_a_province_sets_is_compared_too() -> None:
    (change,) = changes(
        Override.model_validate({"where": "Ra xã."}), Override.model_validate({"where": "Ra tỉnh."})
    )

    assert (change.part, change.before, change.after) == ("where", ("Ra xã.",), ("Ra tỉnh.",))


def test_whole_words_are_marked_never_letters() -> None:
    assert words("nộp tại phường", "nộp ở phường") == (
        Segment(Kind.SAME, "nộp "),
        Segment(Kind.REMOVED, "tại"),
        Segment(Kind.ADDED, "ở"),
        Segment(Kind.SAME, " phường"),
    )


def test_only_parts_that_exist_have_a_facet() -> None:
    assert set(FACETS) <= set(PARTS)


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_word_is_lost_or_invented(before: str, after: str) -> None:
    segments = words(before, after)

    assert "".join(one.text for one in segments if one.kind is not Kind.ADDED) == before
    assert "".join(one.text for one in segments if one.kind is not Kind.REMOVED) == after


@pytest.mark.parametrize("words_each", [6_000])
def test_the_longest_texts_are_compared_in_time(words_each: int) -> None:
    old = content(steps=[" ".join(f"a{n % 97}" for n in range(words_each))[:20_000]])
    new = content(steps=[" ".join(f"a{n % 89}" for n in range(words_each))[:20_000]])
    started = time.perf_counter()

    assert changes(old, new)[0].rows

    assert time.perf_counter() - started < 2
