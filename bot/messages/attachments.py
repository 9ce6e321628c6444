"""What is said of a picture, a recording or a file that came without a word."""

from __future__ import annotations

from typing import Final

#: By bot.conversation.AttachmentKind.
SENT: Final = {
    "photo": (
        "Tôi chưa đọc được chữ trong ảnh. Anh/chị gõ việc cần làm giúp tôi nhé. "
        "Muốn gửi ảnh cho cán bộ xem, anh/chị gõ “gửi phản ánh”."
    ),
    "voice": "Tôi chưa nghe được tin thoại. Anh/chị gõ vài chữ về việc cần làm giúp tôi nhé.",
    "video": "Tôi chưa xem được video. Anh/chị gõ vài chữ về việc cần làm giúp tôi nhé.",
    "file": "Tôi chưa đọc được tệp này. Anh/chị gõ vài chữ về việc cần làm giúp tôi nhé.",
    "sticker": "Cảm ơn anh/chị. Cần hỏi thủ tục nào, anh/chị gõ vài chữ cho tôi nhé.",
    "contact": (
        "Tôi không cần số điện thoại hay danh thiếp, và không lưu lại. "
        "Anh/chị gõ vài chữ về việc cần làm giúp tôi nhé."
    ),
}
