"""What is said about the citizen's opinion of an answer."""

from __future__ import annotations

from typing import Final

HELPED: Final = "👍 Đúng ý"
DID_NOT: Final = "👎 Chưa đúng"
THANKS: Final = "Cảm ơn anh/chị. Tôi đã ghi nhận."
WHY: Final = "Cảm ơn anh/chị đã cho biết. Câu trả lời chưa đúng ở chỗ nào ạ?"
#: Reason of feedback → what its button says.
REASONS: Final[dict[str, str]] = {
    "wrong": "Thông tin sai",
    "outdated": "Thông tin đã cũ",
    "missing": "Thiếu điều tôi cần",
    "unclear": "Khó hiểu",
    "other_question": "Tôi hỏi việc khác",
}
NOTED: Final = (
    "Tôi đã chuyển cho cán bộ biên tập xem lại. "
    "Anh/chị muốn nói rõ thêm thì gõ “Góp ý:” rồi viết tiếp."
)
COMMENT_KEPT: Final = "Tôi đã ghi góp ý và chuyển cho cán bộ biên tập. Cảm ơn anh/chị."
NOTHING_TO_JUDGE: Final = (
    "Hiện chưa có câu trả lời nào để góp ý. Anh/chị hỏi một thủ tục trước nhé."
)
