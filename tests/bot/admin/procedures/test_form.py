"""The form of a procedure keeps what was typed, moves rows, and makes content or one sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.admin.procedures import typed
from bot.admin.procedures.checking import check, label_of, wrong_rows
from bot.admin.procedures.fields import (
    OVERRIDABLE,
    PROVINCIAL,
    SECTIONS,
    Field,
    Part,
    Rows,
    Section,
    section_of,
)
from knowledge.content import Content, Override
from knowledge.importing.starter import DATA, read
from knowledge.publishing import dump

BASE = {"code": "1.000001", "title": "Mượn sách"}


def page(slug: str) -> Section:
    found = section_of(slug, provincial=False)
    assert found is not None
    return found


def fill(slug: str, *fields: tuple[str, str]) -> dict[str, Any]:
    """What the form holds after these fields were typed, blank rows gone."""
    found = typed.read(page(slug), fields)
    typed.compact(page(slug), found)
    return found


def errors(slug: str, *fields: tuple[str, str]) -> dict[str, str]:
    return check(page(slug), fill(slug, *fields), BASE, Content)[1]


def as_form(section: Section, shown: dict[str, Any]) -> list[tuple[str, str]]:
    """The fields a browser would send for what is shown."""

    def walk(path: str, value: Any) -> list[tuple[str, str]]:
        if isinstance(value, dict):
            return [
                one
                for key, below in value.items()
                for one in walk(f"{path}.{key}".strip("."), below)
            ]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return [one for at, row in enumerate(value) for one in walk(f"{path}.{at}", row)]
        if isinstance(value, list):
            return [(path, one) for one in value]
        return [(path, value)]

    return [one for part in section.parts for one in walk(part.name, shown[part.name])]


def test_every_part_of_a_content_is_on_exactly_one_page() -> None:
    names = [part.name for section in SECTIONS for part in section.parts]

    assert sorted(names) == sorted(set(Content.model_fields) - {"code", "problems"})


def test_every_part_of_an_override_is_on_its_page() -> None:
    assert set(OVERRIDABLE) == set(Override.model_fields)


def test_every_field_of_every_row_can_be_filled_in() -> None:
    def fields_of(section_part: Field | Rows | Part) -> set[str]:
        if isinstance(section_part, Field):
            return set()
        inner = getattr(section_part, "inner", None)
        return {one.name for one in section_part.fields} | ({inner.name} if inner else set())

    for section in SECTIONS:
        for part in section.parts:
            annotation = Content.model_fields[part.name].annotation
            model = next(
                (
                    one
                    for one in (annotation, *getattr(annotation, "__args__", ()))
                    if hasattr(one, "model_fields")
                ),
                None,
            )
            if model is not None:
                assert fields_of(part) == set(model.model_fields), part.name


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.slug)
def test_opening_and_saving_every_starter_procedure_changes_nothing(section: Section) -> None:
    for draft in read(DATA):
        content = draft.content  # type: ignore[union-attr]
        stored = dump(content)
        form = as_form(section, typed.shown(section, stored))

        again = typed.read(section, form)
        typed.compact(section, again)
        whole, wrong = check(section, again, stored, Content)

        assert wrong == {}, content.code
        assert whole is not None
        mine = {part.name for part in section.parts}
        assert {k: v for k, v in dump(whole).items() if k in mine} == {
            k: v for k, v in stored.items() if k in mine
        }, content.code


def test_a_fee_is_read_as_people_write_it() -> None:
    whole, wrong = check(
        page("le-phi"),
        fill("le-phi", ("fees.0.kind", "amount"), ("fees.0.amount", "1.250.000 đồng")),
        BASE,
        Content,
    )

    assert wrong == {}
    assert whole is not None
    assert whole.fees[0].amount == Decimal(1_250_000)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("8.000", "8000"), ("8000", "8000"), ("2,5", "2.5"), ("2.5", "2.5"), ("10 000đ", "10000")],
)
def test_numbers(written: str, meant: str) -> None:
    assert typed.number(written) == Decimal(meant)


@pytest.mark.parametrize("written", ["tám nghìn", "-5", "1e9", "8..000", "٣", "9" * 400, "NaN"])
def test_what_is_no_number_is_said(written: str) -> None:
    assert errors("le-phi", ("fees.0.kind", "amount"), ("fees.0.amount", written)) == {
        "fees.0.amount": "Hãy ghi bằng số, ví dụ: 8.000 hoặc 2,5."
    }


@pytest.mark.parametrize(
    ("slug", "fields", "path", "said"),
    [
        ("chung", [("title", "")], "title", "Cần điền ô này."),
        ("chung", [("title", "ab")], "title", "Ngắn quá; cần ít nhất 3 ký tự."),
        (
            "chung",
            [("title", "Mượn sách"), ("province_code", "Hà Nội")],
            "province_code",
            "Mã tỉnh gồm đúng hai chữ số, ví dụ: 87. Để trống nếu là của cả nước.",
        ),
        (
            "chung",
            [("title", "Mượn sách"), ("summary", "a" * 100_000)],
            "summary",
            "Dài 100.000 ký tự; nhiều nhất 20.000. Hãy rút gọn.",
        ),
        (
            "chung",
            [
                ("title", "Mượn sách"),
                ("source.title", "Cổng"),
                ("source.url", "javascript:alert(1)"),
            ],
            "source.url",
            "Địa chỉ cần bắt đầu bằng https:// và không có dấu cách.",
        ),
        (
            "chung",
            [("title", "Mượn sách"), ("verified_on", "31/2/2026")],
            "verified_on",
            "Ngày này không có. Hãy ghi như 31/12/2026.",
        ),
        (
            "chung",
            [("title", "Mượn sách"), ("levels", "vua")],
            "levels",
            "Hãy chọn trong các mục có sẵn.",
        ),
        ("le-phi", [("fees.0.kind", "quà")], "fees.0.kind", "Hãy chọn một mục có sẵn."),
        (
            "le-phi",
            [("fees.0.kind", "amount")],
            "fees.0.amount",
            "Hãy ghi số tiền, hoặc chọn loại khác.",
        ),
        (
            "le-phi",
            [("fees.0.kind", "free"), ("fees.0.amount", "5.000")],
            "fees.0.amount",
            "Đã chọn miễn phí thì để trống số tiền.",
        ),
        (
            "le-phi",
            [
                ("fees.0.kind", "free"),
                ("fees.0.effective_from", "2026-12-31"),
                ("fees.0.effective_to", "1/1/2026"),
            ],
            "fees.0.effective_to",
            "Ngày bắt đầu phải trước ngày hết hạn.",
        ),
        (
            "thoi-han",
            [("processing_times.0.amount", "3")],
            "processing_times.0.unit",
            "Hãy chọn đơn vị: ngày, ngày làm việc, giờ…",
        ),
        (
            "giay-to",
            [("cases.0.components.0.originals", "rất nhiều")],
            "cases.0.components.0.originals",
            "Hãy ghi một số nguyên từ 0 đến 999, ví dụ: 1.",
        ),
        (
            "giay-to",
            [("cases.0.components.0.originals", "2")],
            "cases.0.components.0.name",
            "Cần điền ô này.",
        ),
    ],
)
def test_one_plain_sentence_stands_at_the_field(
    slug: str, fields: list[tuple[str, str]], path: str, said: str
) -> None:
    assert errors(slug, *fields)[path] == said


def test_the_summary_says_which_row_is_meant() -> None:
    assert label_of(page("le-phi"), "fees.1.amount") == "Mức phí 2: Số tiền"
    assert (
        label_of(page("giay-to"), "cases.0.components.2.name")
        == "Trường hợp 1, giấy tờ 3: tên giấy tờ"
    )
    assert label_of(page("chung"), "source.url") == "Địa chỉ trang nguồn"
    assert label_of(page("cac-buoc"), "steps.4") == "Bước 5"
    assert wrong_rows({"cases.0.components.2.name": "x"}) >= {"cases.0", "cases.0.components.2"}


def test_rows_are_added_moved_and_removed() -> None:
    found = fill("cac-buoc", ("steps.0", "một"), ("steps.1", "hai"), ("steps.5", "ba"))

    assert typed.act(page("cac-buoc"), found, "up:steps.2") == "steps.1"
    assert typed.act(page("cac-buoc"), found, "remove:steps.0") == "steps.0"
    assert typed.act(page("cac-buoc"), found, "add:steps") == "steps.2"
    assert [row[""] for row in found["steps"]] == ["ba", "hai", ""]


def test_papers_are_moved_within_their_case() -> None:
    found = fill(
        "giay-to",
        ("cases.0.name", "Trẻ em"),
        ("cases.0.components.0.name", "Tờ khai"),
        ("cases.0.components.1.name", "Giấy chứng sinh"),
    )

    typed.act(page("giay-to"), found, "down:cases.0.components.0")
    typed.act(page("giay-to"), found, "add:cases.0.components")

    names = [one["name"] for one in found["cases"][0]["components"]]
    assert names == ["Giấy chứng sinh", "Tờ khai", ""]


@pytest.mark.parametrize(
    "what",
    ["", "remove:steps.9", "up:steps.x", "add:title", "add:nothing", "up:cases.0.steps.0", "eval:1",
     "remove:steps.0.components.0", "add:steps.0.components", "open:"],
)  # fmt: skip
def test_a_button_that_fits_nothing_changes_nothing(what: str) -> None:
    found = fill("cac-buoc", ("steps.0", "một"))

    assert typed.act(page("cac-buoc"), found, what) == ""
    assert found["steps"] == [{"": "một"}]


def test_a_folded_row_travels_as_one_field() -> None:
    name = "Tờ khai “A”\nhai dòng, có \\n và \\"
    row = {"name": name, "originals": "1", "copies": "0", "show_only": ""}
    sent = typed.folded([row]).replace("\n", "\r\n")  # as browsers send line ends
    found = fill("giay-to", ("cases.0.components.0._", sent))

    (paper,) = found["cases"][0]["components"]
    assert (paper["name"], paper["originals"]) == (name, "1")
    notice = {"text": "Đổi mẫu", "facets": ["form", "fee"]}
    (kept,) = fill("luu-y", ("notices.0._", typed.folded([notice])))["notices"]
    assert kept["facets"] == ["form", "fee"]


def test_folded_rows_beside_each_other_travel_together_and_keep_their_places() -> None:
    papers = [{"name": "một"}, {"name": ""}, {"name": "ba\n\nvà\u2028dòng"}]
    sent = [
        ("cases.0.components.0._", typed.folded(papers)),
        ("cases.0.components.3.name", "bốn"),
        ("cases.0.components.4._", typed.folded([{"name": "năm"}])),
    ]
    found: Any = typed.read(page("giay-to"), sent)
    names = [one["name"] for one in found["cases"][0]["components"]]
    assert names == ["một", "", "ba\n\nvà\u2028dòng", "bốn", "năm"]


def test_more_rows_than_a_form_has_are_passed_over_in_one_field_too() -> None:
    papers = [{"name": str(number)} for number in range(typed.MOST_ROWS + 5)]
    found = fill("giay-to", ("cases.0.components.0._", typed.folded(papers)))
    assert len(found["cases"][0]["components"]) == typed.MOST_ROWS


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["title", "fees.0", "fees.0.kind", "fees.0._", "fees.x.kind", "fees", "cases.0.name",
                 "cases.0.components", "cases.0.components.0.name", "cases.0.components.0._", "steps.0",
                 "steps.0.x", "levels", "source", "source.url", "notices.0.facets", "a.b.c", "", "."]
            ),
            st.one_of(st.text(max_size=20), st.just('{"name":{"a":1}}'), st.just("[]")),
        ),
        max_size=12,
    )
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_whatever_is_sent_is_read_without_an_error(form: list[tuple[str, str]]) -> None:
    for section in (*SECTIONS, PROVINCIAL):
        found = typed.read(section, form)
        typed.compact(section, found)
        if section is PROVINCIAL:
            check(section, found, {}, Override)
        else:
            check(section, found, BASE, Content)


def test_a_changed_part_settles_what_the_import_found_wrong_with_it() -> None:
    base = BASE | {
        "problems": [
            {"field": "fees", "code": "zero_fee"},
            {"field": "steps", "code": "html"},
        ]
    }
    whole, _ = check(page("le-phi"), fill("le-phi", ("fees.0.kind", "free")), base, Content)

    assert whole is not None
    assert [one.field for one in whole.problems] == ["steps"]


def test_what_a_province_leaves_empty_stays_national() -> None:
    found = typed.read(PROVINCIAL, [("where", "Ra xã."), ("online_level", "")])
    typed.compact(PROVINCIAL, found)
    whole, wrong = check(PROVINCIAL, found, {}, Override)

    assert wrong == {}
    assert whole == Override(where="Ra xã.")
