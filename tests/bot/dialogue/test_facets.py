"""A facet tells what is sure, and never a number that is not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot import messages as say
from bot.dialogue.cards import compose
from bot.dialogue.facets import RENDERERS, Asked, cut
from knowledge.content import (
    Case,
    Confidence,
    Content,
    Currency,
    DossierComponent,
    Facet,
    Fee,
    FeeKind,
    Method,
    Notice,
    NoticeKind,
    Problem,
    ProcessingTime,
    SubmissionMethod,
    Unit,
)

TODAY = date(2026, 11, 21)


def content(**parts: object) -> Content:
    return Content.model_validate({"code": "1.000001", "title": "Thủ tục thử", **parts})


def lines(facet: Facet, of: Content, **asked: object) -> tuple[str, ...]:
    return RENDERERS[facet](of, Asked(TODAY, facet, **asked)).lines  # type: ignore[arg-type]


class TestFee:
    """Lệ phí."""

    def test_an_amount_says_what_for_and_how(self) -> None:
        fee = Fee(kind=FeeKind.AMOUNT, amount=Decimal(20000), per="lần", method=Method.DIRECT)
        assert lines(Facet.FEE, content(fees=[fee])) == ("20.000 đồng/lần, nộp trực tiếp.",)

    @pytest.mark.parametrize("confidence", [Confidence.LOW, Confidence.NONE])
    @pytest.mark.parametrize("kind", [FeeKind.AMOUNT, FeeKind.FREE, FeeKind.SEE_NOTE])
    def test_no_number_without_confidence(self, kind: FeeKind, confidence: Confidence) -> None:
        fee = Fee(kind=kind, amount=Decimal(8000), text="8.000 đồng một bản", confidence=confidence)
        assert lines(Facet.FEE, content(fees=[fee])) == (say.FEE_UNKNOWN,)

    def test_zero_on_the_portal_is_not_free(self) -> None:
        fee = Fee(kind=FeeKind.UNKNOWN, confidence=Confidence.LOW)
        problem = Problem(field="fees", code="zero_fee")
        assert lines(Facet.FEE, content(fees=[fee], problems=[problem])) == (
            say.FEE_UNKNOWN,
            say.ZERO_IS_NOT_FREE,
        )

    def test_a_provincial_fee_names_the_province(self) -> None:
        fee = Fee(kind=FeeKind.PROVINCIAL, condition="nếu làm trễ")
        assert lines(Facet.FEE, content(fees=[fee]), province="tỉnh Cà Mau") == (
            (
                "Nếu làm trễ: mức do Hội đồng nhân dân tỉnh quyết định. "
                "Tôi chưa có mức chính thức của tỉnh Cà Mau; anh/chị hỏi nơi tiếp nhận."
            ),
        )

    def test_dollars_are_dollars(self) -> None:
        fee = Fee(kind=FeeKind.AMOUNT, amount=Decimal(10), currency=Currency.USD)
        assert lines(Facet.FEE, content(fees=[fee])) == ("10 đô la Mỹ.",)

    def test_an_amount_tells_its_last_day(self) -> None:
        fee = Fee(kind=FeeKind.AMOUNT, amount=Decimal(15000), effective_to=date(2026, 12, 31))
        assert lines(Facet.FEE, content(fees=[fee])) == ("15.000 đồng (đến hết ngày 31/12/2026).",)

    def test_an_expired_amount_is_not_told(self) -> None:
        fee = Fee(kind=FeeKind.AMOUNT, amount=Decimal(15000), effective_to=date(2026, 11, 20))
        assert lines(Facet.FEE, content(fees=[fee])) == (say.FEE_EXPIRED.format(day="20/11/2026"),)

    def test_an_amount_not_yet_in_force_is_not_told(self) -> None:
        now = Fee(kind=FeeKind.AMOUNT, amount=Decimal(5000))
        later = Fee(kind=FeeKind.AMOUNT, amount=Decimal(9000), effective_from=date(2027, 1, 1))
        assert lines(Facet.FEE, content(fees=[now, later])) == ("5.000 đồng.",)


class TestTime:
    """Thời hạn giải quyết."""

    def test_working_days_and_when_counting_begins(self) -> None:
        time = ProcessingTime(amount=Decimal(7), unit=Unit.WORKING_DAY)
        assert lines(Facet.TIME, content(processing_times=[time])) == (
            "07 ngày làm việc.",
            say.TIME_FROM,
        )

    def test_a_number_without_unit_is_not_told(self) -> None:
        time = ProcessingTime(amount=Decimal(1), unit=Unit.UNKNOWN)
        assert lines(Facet.TIME, content(processing_times=[time])) == (say.TIME_UNKNOWN,)

    def test_methods_that_take_the_same_time_are_told_once(self) -> None:
        times = [
            ProcessingTime(amount=Decimal(3), unit=Unit.HOUR, method=method) for method in Method
        ]
        assert lines(Facet.TIME, content(processing_times=times)) == ("03 giờ.",)


class TestDocuments:
    """Thành phần hồ sơ."""

    def test_a_paper_tells_count_form_and_condition(self) -> None:
        paper = DossierComponent(
            name="Tờ khai", originals=1, copies=2, form="Mẫu CT01", condition="nếu chưa có"
        )
        answer = RENDERERS[Facet.DOCUMENTS](
            content(cases=[Case(components=(paper,))]), Asked(TODAY)
        )
        assert answer.sections[0].items == (
            "Tờ khai (1 bản chính; 2 bản sao; theo Mẫu CT01), nếu chưa có",
        )

    def test_a_garbled_dossier_is_not_told(self) -> None:
        case = Case(components=(DossierComponent(name="Giấy lạ"),))
        of = content(cases=[case], dossier_confidence=Confidence.NONE)
        assert lines(Facet.DOCUMENTS, of) == (say.NO_DOCUMENTS,)

    def test_a_very_long_list_says_how_many_are_left(self) -> None:
        papers = tuple(DossierComponent(name=f"Giấy {number}") for number in range(20))
        answer = RENDERERS[Facet.DOCUMENTS](content(cases=[Case(components=papers)]), Asked(TODAY))
        assert answer.sections[-1].items == (say.MORE_PAPERS.format(count=6),)


def test_a_body_that_no_longer_exists_is_not_named() -> None:
    of = content(
        levels=["commune"],
        agencies={"performing": "Ủy ban nhân dân huyện"},
        problems=[Problem(field="agencies", code="abolished_body")],
    )
    assert not any("huyện" in line for line in lines(Facet.WHERE, of))


def test_a_notice_stands_only_beside_what_it_concerns_and_while_it_holds() -> None:
    of = content(
        notices=[
            Notice(text="Chỉ về phí.", facets=(Facet.FEE,)),
            Notice(text="Đã hết.", effective_to=date(2026, 1, 1)),
            Notice(text="Sắp có luật mới.", kind=NoticeKind.CHANGE),
        ]
    )
    assert compose(of, Asked(TODAY, Facet.TIME)).notices == ("Sắp có luật mới.",)


def test_an_old_fact_says_that_it_is_old() -> None:
    of = content(verified_on=date(2026, 8, 22))
    assert say.STALE.format(days=90) in compose(of, Asked(TODAY)).notices
    fresh = content(verified_on=date(2026, 8, 23))
    assert say.STALE.format(days=90) not in compose(fresh, Asked(TODAY)).notices


def test_the_one_action_is_to_submit_where_that_is_possible() -> None:
    online = content(submission_methods=[SubmissionMethod(method=Method.ONLINE)])
    primary = compose(online, Asked(TODAY)).primary
    assert primary is not None
    assert (primary.label, primary.url) == (say.SUBMIT_ONLINE, say.PORTAL_URL)


def test_long_texts_are_cut_at_the_end_of_a_sentence() -> None:
    assert cut("Câu một. Câu hai dài hơn nhiều.", 20) == "Câu một…"
    assert cut("ngắn", 20) == "ngắn"
