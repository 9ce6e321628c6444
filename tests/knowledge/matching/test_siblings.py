"""Telling look-alikes apart."""

from __future__ import annotations

from knowledge.content import Level
from knowledge.matching import Action, By, Entry, Index, Separation
from knowledge.matching.siblings import question

FIRST = Entry("1.000001", "Cấp giấy phép lái xe")
AGAIN = Entry("1.000002", "Cấp lại giấy phép lái xe")
SWAP = Entry("1.000003", "Cấp đổi giấy phép lái xe")
ABROAD = Entry("1.000004", "Cấp giấy phép lái xe cho người nước ngoài")


def test_acts_are_asked_about_by_name() -> None:
    assert question([FIRST, AGAIN]) == Separation(By.ACT, ("first", "again"))


def test_a_foreign_element_is_asked_about() -> None:
    assert question([FIRST, ABROAD]) == Separation(By.QUALIFIER, ("foreign",))


def test_levels_are_asked_about_when_nothing_else_differs() -> None:
    commune = Entry("1.000005", "Cấp thẻ", levels=(Level.COMMUNE,))
    ministry = Entry("1.000006", "Cấp thẻ", levels=(Level.MINISTRY,))

    assert question([commune, ministry]) == Separation(By.LEVEL, ("commune", "ministry"))


def test_a_single_candidate_needs_no_question() -> None:
    assert question([FIRST]) is None


def test_a_bare_subject_is_never_answered_with_a_special_variant() -> None:
    index = Index.build([AGAIN, SWAP])

    assert index.search("giấy phép lái xe").action is not Action.ANSWER


def test_the_act_of_the_question_chooses_the_sibling() -> None:
    index = Index.build([FIRST, AGAIN, SWAP])

    assert index.search("mất giấy phép lái xe thì làm lại thế nào").hits[0].code == AGAIN.code
