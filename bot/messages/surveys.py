"""What is said about the satisfaction survey: its questions, its thanks, and its public figures."""

from __future__ import annotations

from typing import Final

#: Changes whenever CONSENT changes; kept with each answer.
CONSENT_VERSION: Final = "2026-11"

OFFER: Final = "Đánh giá lần đi làm thủ tục"
START: Final = (
    "Cảm ơn anh/chị dành chút thời gian: năm câu chấm điểm về lần đi làm thủ tục. "
    "Gõ “quay lại” hoặc “huỷ” lúc nào cũng được."
)
NOT_KEPT: Final = "Đây là câu thử nên tôi không mở phiếu khảo sát."
NOT_IN_GROUP: Final = (
    "Trong nhóm ai cũng thấy điểm anh/chị chấm. Anh/chị nhắn riêng cho tôi để làm khảo sát."
)
ASK_CENTRE: Final = "Anh/chị đã làm thủ tục ở đâu? Gõ tên xã, phường và tỉnh, hoặc tên trung tâm."
CENTRE_UNKNOWN: Final = "Tôi chưa nhận ra nơi này. Anh/chị gõ tên xã hoặc phường, kèm tên tỉnh."
CENTRE_WHICH: Final = "Nơi nào trong các nơi này ạ?"
CENTRE_PROVINCE: Final = "Ở tỉnh này anh/chị làm tại xã, phường nào ạ?"
CENTRE_GONE: Final = "Nơi này không còn tiếp dân. Anh/chị cho biết nơi đã đến gần đây giúp tôi."
AT: Final = "Nơi được đánh giá: {centre}."
ASK_FIELD: Final = "Việc anh/chị làm thuộc lĩnh vực nào? Chọn, hoặc gõ tên việc, ví dụ: khai sinh."
FIELD_WHICH: Final = "Việc này thuộc lĩnh vực nào ạ?"
FIELD_UNKNOWN: Final = "Tôi chưa rõ lĩnh vực. Anh/chị chọn một dòng dưới đây giúp tôi."
NO_FIELD: Final = "Việc khác, không nhớ"
ASK_MONTH: Final = "Anh/chị đến đó tháng nào?"
MONTH: Final = "Tháng {month}/{year}"
MONTH_WRONG: Final = (
    "Khảo sát này hỏi về ba tháng gần đây. Anh/chị chọn một tháng dưới đây giúp tôi."
)
#: Aspect → its question.
QUESTIONS: Final[dict[str, str]] = {
    "access": "Câu 1/5. Tìm nơi làm, giờ mở cửa, lấy số, chỗ ngồi chờ có thuận tiện không?",
    "forms": "Câu 2/5. Giấy tờ, mẫu đơn và các bước có rõ ràng, đúng như đã niêm yết không?",
    "conduct": "Câu 3/5. Cán bộ tiếp anh/chị có lịch sự, tận tình, hướng dẫn dễ hiểu không?",
    "outcome": "Câu 4/5. Kết quả có đúng và trả đúng hẹn không?",
    "handling": "Câu 5/5. Khi anh/chị góp ý hoặc hỏi lại, nơi đó tiếp nhận và trả lời tốt không?",
}
#: Aspect → its name in tables.
ASPECTS: Final[dict[str, str]] = {
    "access": "Tiếp cận",
    "forms": "Giấy tờ, các bước",
    "conduct": "Cán bộ",
    "outcome": "Kết quả, thời gian",
    "handling": "Tiếp thu góp ý",
}
#: Score → its word, as the numbers stand under each question.
SCALE: Final[dict[int, str]] = {
    1: "Rất không hài lòng",
    2: "Không hài lòng",
    3: "Bình thường",
    4: "Hài lòng",
    5: "Rất hài lòng",
}
NO_REMARKS: Final = "Tôi chưa góp ý lần nào"
PRESSED: Final = "{number}/5 {label}"
SCORE_WRONG: Final = "Anh/chị chọn một số từ 1 (rất không hài lòng) đến 5 (rất hài lòng) giúp tôi."
ASK_COMMENT: Final = (
    "Anh/chị muốn nói thêm điều gì với nơi đó không? Không bắt buộc. Xin đừng ghi tên, số của ai."
)
MASKED: Final = "Tôi đã che số và địa chỉ riêng trong góp ý."
CUT: Final = "Góp ý dài quá {limit} ký tự nên tôi chỉ giữ phần đầu."
SKIP: Final = "Bỏ qua"
BACK: Final = "Quay lại"
CANCEL: Final = "Huỷ"
SEND: Final = "Đồng ý và gửi phiếu"
FIRST_STEP: Final = "Đây là câu đầu tiên rồi ạ."
CANNOT_SKIP: Final = "Câu này cần có để tính điểm; anh/chị chọn giúp tôi một mức."
CONFIRM: Final = "Anh/chị xem lại phiếu"
LINE_CENTRE: Final = "Nơi: {centre}"
LINE_FIELD: Final = "Lĩnh vực: {field}"
LINE_MONTH: Final = "Thời gian: tháng {month}/{year}"
LINE_SCORE: Final = "{aspect}: {score}/5 ({word})"
LINE_NO_SCORE: Final = "{aspect}: chưa góp ý lần nào"
LINE_COMMENT: Final = "Góp ý: {comment}"
CONSENT: Final = (
    "Phiếu không ghi tên và không gửi cho người tiếp anh/chị. "
    "Chỉ số chỉ hiện khi đủ 10 phiếu. Gõ “xoá dữ liệu của tôi” để xoá."
)
PRESS_SEND: Final = "Anh/chị bấm “Đồng ý và gửi phiếu”, “Quay lại” để sửa, hoặc “Huỷ”."
CANCELLED: Final = "Đã huỷ phiếu khảo sát. Tôi không giữ gì của phiếu này."
#: What became of a survey → what to say.
FILED: Final[dict[str, str]] = {
    "taken": "Đã nhận phiếu. Cảm ơn anh/chị: mỗi phiếu giúp nơi tiếp dân làm tốt hơn.",
    "already": (
        "Quý này anh/chị đã đánh giá nơi này về lĩnh vực này rồi. "
        "Mỗi người một phiếu để kết quả công bằng; phiếu trước vẫn được tính."
    ),
    "enough": "Anh/chị đã gửi đủ số phiếu của quý này. Cảm ơn anh/chị đã góp ý nhiều như vậy.",
    "busy": (
        "Nơi này vừa nhận nhiều phiếu từ máy dùng chung hoặc trang web. "
        "Anh/chị gửi lại sau một giờ giúp tôi."
    ),
    "gone": "Phiếu này đã được gửi hoặc đã huỷ ở thiết bị khác rồi ạ.",
}
PETITION_HINT: Final = (
    "Nếu có việc cần được giải quyết, anh/chị gõ “gửi phản ánh” để cơ quan trả lời."
)
RESUME_TITLE: Final = "Phiếu khảo sát đang làm dở"
DRAFT_WAITS: Final = (
    "Anh/chị còn một phiếu làm dở từ {day}. Gõ “tiếp tục khảo sát” hoặc “huỷ khảo sát”."
)
NO_DRAFT: Final = "Không có phiếu khảo sát nào đang làm dở. Muốn đánh giá, anh/chị gõ “khảo sát”."

# --- Figures ---------------------------------------------------------------------------------------

TOO_FEW: Final = "chưa đủ phiếu"
UNKNOWN_FIELD: Final = "Không rõ lĩnh vực"
PUBLIC_TITLE: Final = "Hài lòng sau khi đi làm thủ tục, mười hai tháng"
METHOD: Final = (
    "Điểm từ 1 đến 5 là trung bình các câu của một người; hài lòng là từ 4 điểm. "
    "Khoảng tin cậy 95%: Student cho điểm, Wilson cho tỷ lệ. "
    "Nhóm dưới {least} phiếu không hiện. Chỉ đếm người dùng tài khoản Zalo, Telegram."
)
