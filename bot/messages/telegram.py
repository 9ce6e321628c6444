"""What only Telegram's citizens read: the menu, the key that shares a location."""

from __future__ import annotations

from typing import Final, NamedTuple

SHARE_LOCATION: Final = "📍 Gửi vị trí của tôi"


class MenuItem(NamedTuple):
    """A command of the menu, what the menu says of it, and what it stands for when sent."""

    command: str
    description: str
    says: str


MENU: Final = (
    MenuItem("start", "Bắt đầu, xem ví dụ", "/start"),
    MenuItem("trogiup", "Tôi giúp được gì", "trợ giúp"),
    MenuItem("vitri", "Tìm nơi nộp hồ sơ gần nhất", "/vitri"),
    MenuItem("phananh", "Gửi phản ánh, kiến nghị", "phản ánh kiến nghị"),
    MenuItem("dangky", "Đăng ký nhận thông báo", "đăng ký nhận thông báo"),
    MenuItem("dulieu", "Xem, xoá dữ liệu của tôi", "dữ liệu của tôi"),
    MenuItem("lamlai", "Quên cuộc trò chuyện, bắt đầu lại", "bắt đầu lại"),
)
