"""Words that ask for one message a day, or for all at once again, are understood; others are not."""

from __future__ import annotations

import pytest

from bot.dialogue.digest import Choice, choice_in
from bot.models import Topic
from knowledge.text import fold, normalise


def _choice(text: str) -> Choice | None:
    typed = normalise(text)
    folded = fold(typed)
    return choice_in(folded, typed if typed != folded else "")


@pytest.mark.parametrize("accents", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "gom lại mỗi ngày một tin", "mỗi ngày gửi một lần thôi", "gửi gộp thôi", "gom tin",
        "nhiều tin quá, gom lại giùm", "nhiều tin quá, gom lại giùm tui với", "ngày gửi 1 lần thôi em",
        "mỗi ngày một tin thôi", "gộp tin lại cho tôi", "gom hết tin lại gửi một lượt", "nhận tin gộp",
        "em ơi tin nhiều quá, mỗi ngày báo một lần thôi nha", "cuối ngày gửi một lần cho bác",
        "một ngày gửi một lần thôi", "gửi 1 lần 1 ngày thôi", "tổng hợp tin mỗi ngày gửi một lần",
        "đừng gửi lẻ tẻ nữa, gom lại", "gửi cuối ngày thôi con", "cho cháu nhận gộp", "gộp các thông báo lại",
        "đừng nhắn nữa, mỗi ngày một tin thôi",
    ],
)  # fmt: skip
def test_one_message_a_day_is_asked_for(text: str, accents: bool) -> None:
    assert _choice(text if accents else fold(normalise(text))) == Choice(daily=True)


@pytest.mark.parametrize("accents", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "báo ngay như cũ", "gửi ngay khi có", "báo ngay", "có tin là báo ngay cho tôi", "nhận ngay khi có tin",
        "thôi gom tin", "đừng gom nữa", "không gộp nữa, báo ngay như cũ đi", "gửi từng tin như trước",
        "khi nào có thì báo liền cho tui", "có tin báo ngay", "bỏ gom đi em",
    ],
)  # fmt: skip
def test_to_be_told_at_once_is_asked_for(text: str, accents: bool) -> None:
    assert _choice(text if accents else fold(normalise(text))) == Choice(daily=False)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("gom tin cải cách lại", Choice(True, Topic.REFORM)),
        ("tin bão mỗi ngày gửi một lần thôi", Choice(True, Topic.STORMS)),
        ("gom tin bao lai", Choice(True, Topic.STORMS)),
        ("gộp lịch cắt điện lại giùm", Choice(True, Topic.UTILITIES)),
        ("tin bão thì báo ngay", Choice(False, Topic.STORMS)),
        ("tin tiêm chủng gửi ngay khi có nhé", Choice(False, Topic.VACCINATION)),
        ("gom lại giùm", Choice(True, named=False)),
        ("mỗi ngày một lần", Choice(True, named=False)),
        ("gộp lại được không", Choice(True, named=False)),
    ],
)
def test_a_topic_may_be_named_and_the_news_may_not(text: str, choice: Choice) -> None:
    assert _choice(text) == choice


@pytest.mark.parametrize("accents", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "gom rác mỗi ngày một lần", "gộp thửa đất", "gộp hai thửa thành một",
        "gộp sổ hộ khẩu", "gộp hồ sơ nộp một lần",
        "nhận bảo hiểm xã hội một lần", "rút bảo hiểm một lần", "đóng gộp bảo hiểm y tế cả năm",
        "nhận kết quả ngay trong ngày", "báo tử ngay trong ngày được không", "gửi hồ sơ qua bưu điện",
        "mỗi ngày làm việc mấy giờ", "một ngày nhận bao nhiêu hồ sơ", "báo tôi khi có bão ở Cà Mau",
        "nhắn tôi khi có tiêm chủng", "cuối ngày có làm việc không", "báo cáo tổng hợp cải cách hành chính",
        "báo mất căn cước", "dừng", "dừng gửi tin ngay", "đừng gửi tin ngay", "không nhận tin nữa", "thôi",
        "ngày mai có nhận hồ sơ không", "thông báo ngay cho công an", "có nhận ngay không", "tôi đang nhận gì",
        "khi nào nhận được kết quả", "gửi ngày nào cũng được", "sáp nhập xã gộp tỉnh", "hợp nhất tỉnh",
        "đăng ký nhận tin", "uống thuốc ngày một lần", "làm ngay", "nộp ngay",
    ],
)  # fmt: skip
def test_other_words_choose_nothing(text: str, accents: bool) -> None:
    assert _choice(text if accents else fold(normalise(text))) is None
