"""What the kiosk says, besides what the chat itself says: short, for people who stand and read."""

from __future__ import annotations

from typing import Final

TITLE: Final = "Máy tra cứu thủ tục"
INTRODUCTION: Final = (
    "Tôi là trợ lý tự động (AI), không phải cán bộ. Chạm vào việc anh/chị cần làm."
)
AT: Final = "{place}"
ASKED_MOST: Final = "Việc nhiều người hỏi"
FIELDS: Final = "Chọn theo lĩnh vực"
OTHERS: Final = "Việc khác"
DONE: Final = "Xong"
HOME: Final = "Về đầu"
ASK: Final = "Hỏi"
LABEL: Final = "Hoặc gõ câu hỏi"
PLACEHOLDER: Final = "Ví dụ: làm giấy khai sinh"
WAIT: Final = "Đang tìm câu trả lời"
OFFLINE: Final = "Mất mạng. Câu hỏi vẫn còn, tôi tự gửi lại khi có mạng."
NO_NUMBERS: Final = (
    "Đây là máy dùng chung, xin đừng gõ số giấy tờ hay số điện thoại. "
    "Tôi không cần số đó. Anh/chị chỉ gõ việc cần làm."
)
ON_PHONE_TITLE: Final = "Việc này làm trên điện thoại của anh/chị"
ON_PHONE: Final = "Đây là máy dùng chung nên tôi không nhận và không hiện thông tin riêng."
ON_PHONE_HOW: Final = "Anh/chị bấm “Mang sang điện thoại”, quét mã QR rồi nhắn lại câu này ở đó."
STILL_HERE: Final = "Anh/chị còn ở đây không?"
WIPING: Final = "Tôi sẽ xoá màn hình sau {seconds} giây để người sau không đọc được."
STAY: Final = "Tôi còn ở đây"
READ: Final = "Đọc to"
STOP_READING: Final = "Dừng đọc"
SPEAK: Final = "Nói"
LISTENING: Final = "Đang nghe, anh/chị nói đi"
NOT_HEARD: Final = "Tôi chưa nghe rõ. Anh/chị nói lại hoặc gõ giúp tôi."
SCAN_LINK: Final = "Quét mã bằng điện thoại: {label}"
KEYS: Final = "Bàn phím"
HIDE_KEYS: Final = "Ẩn bàn phím"
SPACE: Final = "Dấu cách"
ERASE: Final = "Xoá"
TONES: Final = "sắc,huyền,hỏi,ngã,nặng"
TONE: Final = "Dấu {name}"
#: Asked from tiles besides procedures: what the tile says, and what it sends.
SERVICES: Final = (
    ("Nơi nộp hồ sơ", "trung tâm hành chính công ở đâu"),
    ("Giờ làm việc", "hôm nay có làm việc không"),
    ("Gặp cán bộ", "cho tôi gặp cán bộ"),
)
