"""Petitions are told from complaints and denunciations, which have laws of their own."""

from __future__ import annotations

import pytest

from bot.models import PetitionKind
from bot.petitions import OtherWay, is_rude, kind_of, other_way


@pytest.mark.parametrize(
    "text",
    [
        "tôi muốn khiếu nại quyết định xử phạt của ủy ban xã",
        "toi muon lam don khieu nai",
        "Khiếu nại việc thu hồi đất nhà tôi",
        "gia đình tôi gửi đơn khiếu nại",
    ],
)
def test_a_complaint_is_recognised(text: str) -> None:
    assert other_way(text) is OtherWay.COMPLAINT


@pytest.mark.parametrize(
    "text",
    [
        "tôi tố cáo cán bộ địa chính nhận tiền",
        "toi muon to cao ong chu tich xa",
        "cán bộ nhận hối lộ 5 triệu",
        "tố giác tham nhũng",
    ],
)
def test_a_denunciation_is_recognised(text: str) -> None:
    assert other_way(text) is OtherWay.DENUNCIATION


@pytest.mark.parametrize(
    "text",
    [
        "hồ sơ khiếu nại của tôi nộp hai tháng chưa ai trả lời, trễ quá",
        "tôi muốn phản ánh cán bộ quát mắng",
        "đơn tố cáo gửi rồi mà trả lời chậm",
        "làm giấy khai sinh chờ lâu",
        "cho tôi báo cáo tình hình",
    ],
)
def test_a_petition_is_not_taken_for_either(text: str) -> None:
    assert other_way(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hồ sơ trễ hẹn mười ngày", PetitionKind.LATE),
        ("cán bộ không nhận hồ sơ mà không nói lý do", PetitionKind.REFUSED),
        ("bắt bổ sung giấy tờ ba lần", PetitionKind.REPEATED),
        ("thu thêm 200 nghìn không có biên lai", PetitionKind.FEE),
        ("thái độ cán bộ rất kém", PetitionKind.CONDUCT),
        ("trang web bị lỗi không đăng nhập được", PetitionKind.SYSTEM),
        ("quy định này không hợp lý", PetitionKind.RULE),
        ("mang theo giấy khai sinh", PetitionKind.OTHER),
    ],
)
def test_what_a_petition_is_about(text: str, kind: PetitionKind) -> None:
    assert kind_of(text) is kind


def test_abuse_is_noticed_and_decent_words_are_not() -> None:
    assert is_rude("lũ ăn hại, làm ăn như đồ ngu")
    assert not is_rude("cán bộ dở, tôi rất buồn, đi chợ về muộn")
