"""What the widget says on other sites, besides what the chat itself says."""

from __future__ import annotations

from typing import Final

LAUNCH: Final = "Hỏi thủ tục"
CLOSE: Final = "Đóng"
REMEMBER: Final = "Nhớ cuộc trò chuyện"
REMEMBERED: Final = "Đã nhớ trên máy này. Lần sau anh/chị mở lại, tôi vẫn biết chuyện đang hỏi."
FORGOTTEN: Final = "Đã quên. Đóng trang là máy này không còn giữ gì."
