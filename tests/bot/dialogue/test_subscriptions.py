"""Words of stopping in every form stop; words that only look alike do not."""

from __future__ import annotations

import pytest

from bot.dialogue.subscriptions import _STOP, _WISH
from bot.dialogue.topics import topic_in
from bot.models import Topic
from knowledge.text import fold, normalise


def _fold(text: str) -> str:
    return fold(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "DỪNG", "dung", "Stop", "ngừng", "/stop", "dừng nhận tin", "xin dừng gửi tin", "hủy nhận tin",
        "huỷ đăng ký nhận thông báo", "tôi không muốn nhận tin nữa", "đừng gửi nữa", "đừng nhắn tin cho tôi nữa",
        "tắt thông báo", "thôi không nhận tin nữa", "dừng hết", "bỏ nhận thông báo đi", "cho tôi ngừng nhận tin",
        "unsubscribe", "dừng lại", "DỪNG tiêm chủng", "vui lòng dừng", "không nhận tin nữa", "gỡ đăng ký nhận tin",
    ],
)  # fmt: skip
def test_stopping_is_understood(text: str) -> None:
    assert _STOP.match(_fold(text)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "hủy đăng ký kết hôn", "tạm dừng kinh doanh hộ cá thể", "đúng rồi", "dừng hoạt động chi nhánh cần gì",
        "ngừng hưởng trợ cấp", "huỷ hồ sơ đã nộp", "thôi", "không", "hủy lịch hẹn", "bỏ hộ khẩu",
    ],
)  # fmt: skip
def test_other_words_do_not_stop(text: str) -> None:
    found = _STOP.match(_fold(text))
    assert found is None or (found["topic"] and topic_in(found["topic"]) is None)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("báo tui khi có tiêm chủng ở xã", Topic.VACCINATION),
        ("nhắn em khi nào có chích ngừa cho bé", Topic.VACCINATION),
        ("cho tôi biết khi có bão", Topic.STORMS),
        ("đăng ký nhận tin nhanh cải cách hành chính", Topic.REFORM),
        ("khi nào có lịch cúp điện thì báo tui", Topic.UTILITIES),
        ("muốn nhận thông báo tuyển sinh lớp 1", Topic.SCHOOLS),
        ("nhắc tôi khi có dịch bệnh", Topic.HEALTH),
        ("thông báo cho tôi khi có thủ tục mới", Topic.PROCEDURES),
        ("báo tôi khi có thay đổi lịch làm việc của trung tâm", Topic.CLOSURES),
    ],
)
def test_a_wish_and_its_topic_are_understood(text: str, topic: Topic) -> None:
    folded = _fold(text)
    assert _WISH.search(folded) is not None or "nhan tin" in folded
    assert topic_in(folded) is topic


@pytest.mark.parametrize(
    "text",
    [
        "lệ phí bao nhiêu khi có con thứ hai",
        "bao lâu có kết quả",
        "nhận kết quả khi nào",
        "báo tử cho bố",
    ],
)
def test_a_question_is_no_wish(text: str) -> None:
    assert _WISH.search(_fold(text)) is None
