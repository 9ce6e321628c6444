"""What is said when a citizen wants to talk with an official."""

from __future__ import annotations

from typing import Final

NOT_IN_GROUP: Final = (
    "Trong nhóm ai cũng đọc được nên tôi không nối với cán bộ ở đây. "
    "Anh/chị nhắn riêng cho tôi “gặp cán bộ” nhé."
)
WHERE: Final = "Anh/chị ở xã, phường nào để tôi báo đúng nơi? Tên cũ cũng được."
WAITING: Final = (
    "Tôi là trợ lý tự động (AI); tôi đã báo cán bộ {centre}. "
    "Anh/chị viết câu hỏi ngay tại đây, xin đừng ghi số căn cước. "
    "Nhắn “kết thúc” để quay lại với tôi."
)
AFTER_HOURS: Final = (
    "Tôi là trợ lý tự động (AI). Lúc này ngoài giờ làm việc của {centre}. "
    "Anh/chị viết câu hỏi vào một tin nhắn, xin đừng ghi số căn cước. "
    "Cán bộ đọc và trả lời tại đây từ {opens}."
)
THE_CENTRE: Final = "nơi tiếp nhận"
SOME_DAY: Final = "ngày làm việc tới"
PASSED_ON: Final = "Đã chuyển cho cán bộ."
LEFT: Final = (
    "Tôi đã giữ câu hỏi cho cán bộ. Có trả lời tôi báo tại đây. Anh/chị cứ hỏi tôi việc khác."
)
ENDED: Final = "Đã kết thúc cuộc nói chuyện với cán bộ. Anh/chị hỏi tôi tiếp nhé."
ENDED_BY_OFFICIAL: Final = "Cán bộ đã kết thúc cuộc nói chuyện. Anh/chị cần gì cứ hỏi tôi."
ENDED_IDLE: Final = "Đã lâu không có tin nhắn nên tôi kết thúc cuộc nói chuyện với cán bộ."
NOBODY: Final = (
    "Chưa có cán bộ nào rảnh. Tôi giữ câu hỏi lại, cán bộ trả lời sau tại đây. "
    "Anh/chị cứ hỏi tôi việc khác."
)
FROM_OFFICIAL: Final = "Cán bộ {name}: {text}"
ANSWER_BACK: Final = "Trả lời cán bộ"
SAY_ANSWER_BACK: Final = "Trả lời cán bộ số {id}"
GO_ON: Final = "Anh/chị viết đi ạ, tôi chuyển cho cán bộ. Nhắn “kết thúc” để quay lại với tôi."
NOT_YOURS: Final = "Cuộc nói chuyện này không còn. Gõ “gặp cán bộ” để bắt đầu lại."
WORDS_ONLY: Final = "Ở đây tôi chỉ chuyển được chữ. Anh/chị viết câu hỏi giúp tôi."
DESK_CLOSED: Final = "Cuộc nói chuyện này đã kết thúc."
DESK_EMPTY: Final = "Nội dung đang trống."
DESK_TAKEN: Final = "{owner} đang nói chuyện với người dân này."
