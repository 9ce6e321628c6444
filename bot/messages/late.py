"""What is said when a dossier is late, refused, or sent back again and again."""

from __future__ import annotations

from typing import Final

DAYS_LATE: Final = "Hẹn {day}, đến nay quá {days} ngày làm việc."
NOT_LATE: Final = "Hẹn {day}: tính theo ngày làm việc thì chưa quá hạn."
REFUSED: Final = "Nơi tiếp nhận không nhận hồ sơ"
REPEATED: Final = "Bị yêu cầu bổ sung nhiều lần"
RULE: Final = "Quy định nói"
ASK_FOR: Final = "Anh/chị đề nghị nơi tiếp nhận"
LATE_ASKS: Final = (
    "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
    "Lý do quá hạn ghi bằng văn bản",
    "Ngày hẹn mới, chỉ hẹn lại một lần",
)
TURNED_AWAY_ASKS: Final = (
    "Ghi bằng văn bản lý do không nhận, hoặc giấy tờ còn thiếu",
    "Hướng dẫn đầy đủ trong một lần",
    "Tên, chức vụ người tiếp nhận và giờ đến",
)
NO_PROMISE: Final = "Tôi chỉ nói quy định; cơ quan xem xét từng hồ sơ cụ thể."
OFFER: Final = "Gửi phản ánh"
SEND_PETITION: Final = "Gửi phản ánh: {told}"
TELL_LATE: Final = (
    "Hồ sơ của tôi quá ngày hẹn mà chưa có kết quả, chưa có phiếu xin lỗi và ngày hẹn mới"
)
TELL_REFUSED: Final = "Nơi tiếp nhận không nhận hồ sơ của tôi mà không ghi lý do bằng văn bản"
TELL_REPEATED: Final = "Tôi bị yêu cầu bổ sung hồ sơ nhiều lần, không được hướng dẫn đầy đủ một lần"
