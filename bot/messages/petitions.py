"""What is said about petitions: the form, the receipt, where a petition stands, other laws' ways.

Nothing here promises what an office decides. Sentences that begin with DESK are for officials.
"""

from __future__ import annotations

from typing import Final

#: Changes whenever CONSENT changes; kept with each petition.
CONSENT_VERSION: Final = "2026-11"

# --- The form ------------------------------------------------------------------------------------

NOT_IN_GROUP: Final = (
    "Trong nhóm ai cũng đọc được phản ánh và mã của anh/chị. Anh/chị nhắn riêng cho tôi nhé."
)
START: Final = (
    "Tôi giúp anh/chị gửi phản ánh, kiến nghị: sáu câu hỏi ngắn. "
    "Gõ “quay lại”, “bỏ qua” hoặc “huỷ” lúc nào cũng được. "
    "Bản viết dở được giữ 30 ngày."
)
ASK_WHAT: Final = (
    "1/6. Chuyện gì đã xảy ra, hoặc anh/chị kiến nghị điều gì? "
    "Xin đừng ghi số căn cước, số điện thoại của ai."
)
ASK_PROCEDURE: Final = "2/6. Anh/chị đang làm thủ tục nào? Ví dụ: đăng ký khai sinh."
ASK_WHERE: Final = "3/6. Xảy ra ở xã, phường nào, tỉnh nào? Tên cũ cũng được."
ASK_WHEN: Final = "4/6. Xảy ra hôm nào? Ví dụ: hôm qua, 15/11, sáng thứ Hai."
ASK_PHOTOS: Final = (
    "5/6. Anh/chị có ảnh giấy tờ, phiếu hẹn thì gửi vào đây, nhiều nhất {most} ảnh. "
    "Không có thì bỏ qua."
)
ASK_CONTACT: Final = (
    "6/6. Anh/chị muốn để lại số điện thoại hay email để cán bộ hỏi thêm không? "
    "Không bắt buộc; trả lời vẫn gửi về đây."
)
CONFIRM: Final = "Anh/chị xem lại trước khi gửi"
CONSENT: Final = (
    "Nội dung chỉ dùng để xử lý phản ánh này và thống kê. "
    "Cán bộ xử lý đọc được; trang công khai không ghi tên, số hay ảnh. "
    "Gõ “xoá dữ liệu của tôi” để xoá."
)
SEND: Final = "Đồng ý và gửi"
SKIP: Final = "Bỏ qua"
BACK: Final = "Quay lại"
CANCEL: Final = "Huỷ"
LINE_WHAT: Final = "Nội dung: {text}"
LINE_PROCEDURE: Final = "Thủ tục: {name}"
LINE_WHERE: Final = "Nơi xảy ra: {place}"
LINE_WHEN: Final = "Thời gian: {when}"
LINE_PHOTOS: Final = "Ảnh: {count}"
LINE_CONTACT: Final = "Liên hệ: {contact}"
TOO_SHORT: Final = "Anh/chị kể rõ hơn một chút giúp tôi: ai, việc gì, ở bước nào?"
CUT: Final = "Nội dung dài quá {limit} ký tự nên tôi chỉ giữ phần đầu."
MASKED: Final = "Tôi đã che các số và địa chỉ riêng trong nội dung để giữ kín cho mọi người."
CALM: Final = "Tôi hiểu anh/chị đang rất bực và xin ghi lại đầy đủ."
CANCELLED: Final = "Tôi đã huỷ và xoá bản viết dở. Anh/chị cần gì khác cứ nhắn."
FIRST_STEP: Final = "Đây là câu đầu tiên rồi ạ."
CANNOT_SKIP: Final = "Câu này cần có để xử lý được, anh/chị trả lời giúp tôi."
PLACE_WHICH: Final = "Tên này nay có thể là nhiều nơi. Nơi nào ạ?"
PLACE_UNKNOWN: Final = "Tôi chưa nhận ra nơi này. Anh/chị gõ tên xã và tỉnh, hoặc bỏ qua."
PROCEDURE_WHICH: Final = "Có phải thủ tục này không ạ?"
PROCEDURE_AS_SAID: Final = "Cứ ghi như tôi viết"
FUTURE: Final = "Ngày này chưa tới. Anh/chị xem lại ngày giúp tôi."
PRESS_SEND: Final = "Anh/chị bấm “Đồng ý và gửi”, “Quay lại” để sửa, hoặc “Huỷ”."
PHOTO_TAKEN: Final = "Đã nhận ảnh {count}/{most}. Anh/chị gửi thêm, hoặc bấm “Xong”."
PHOTO_DONE: Final = "Xong"
ADD_PHOTO: Final = "Chọn ảnh"
PICK_PHOTO: Final = "/anh"
NO_PICKER: Final = "Trang này không mở được máy ảnh. Anh/chị bấm “Xong” để đi tiếp."
#: Why a photo was not taken → what to say.
PHOTO_REFUSED: Final[dict[str, str]] = {
    "too_large": "Ảnh này lớn quá, tôi nhận ảnh dưới 12 MB. Anh/chị chụp nhỏ hơn hoặc gửi ảnh khác.",
    "no_photo": "Tệp này không phải ảnh tôi đọc được. Anh/chị gửi ảnh JPG hoặc PNG giúp tôi.",
    "too_many": "Đã đủ số ảnh rồi ạ. Anh/chị bấm “Xong” để đi tiếp.",
    "gone": "Tôi không tải được ảnh này. Anh/chị gửi lại giúp tôi.",
}
PHOTO_NOT_NOW: Final = "Tôi chưa cần ảnh ở bước này; đến câu 5 anh/chị gửi giúp tôi."
RESUME_TITLE: Final = "Phản ánh đang viết dở"
DRAFT_WAITS: Final = (
    "Anh/chị còn một phản ánh viết dở từ {day}. Gõ “tiếp tục phản ánh” hoặc “huỷ phản ánh”."
)
NO_DRAFT: Final = "Tôi không thấy phản ánh nào viết dở. Gõ “gửi phản ánh” để bắt đầu."
NOT_KEPT: Final = "Đây là câu hỏi thử nên tôi không ghi phản ánh nào."

# --- After it is sent ----------------------------------------------------------------------------

RECEIVED: Final = (
    "Đã nhận phản ánh của anh/chị.\n"
    "Mã tiếp nhận: {code}\n"
    "Mã bí mật: {secret}\n"
    "Anh/chị ghi lại hai mã này để tra cứu từ nơi khác."
)
DUE: Final = "Hạn trả lời là {due}. Có tin mới tôi báo ngay tại đây."
ROUTED: Final = "Đơn vị tiếp nhận: {unit}."
NOT_ROUTED: Final = "Cán bộ đầu mối sẽ chuyển đến đúng đơn vị."
NO_PROMISE: Final = "Tôi chuyển nguyên lời anh/chị; việc giải quyết do cơ quan quyết định."
AGAIN: Final = (
    "Phản ánh này anh/chị đã gửi rồi, mã {code}, hiện {status}. Tôi không tạo thêm bản mới."
)
STATUS: Final = "Phản ánh {code}: {status}."
STATUS_UNIT: Final = "Đơn vị đang xử lý: {unit}."
STATUS_DUE: Final = "Hạn trả lời: {due}."
STATUS_OVERDUE: Final = "Đã quá hạn {days} ngày làm việc; tôi đã nhắc nơi xử lý."
STATUS_ANSWER: Final = "Trả lời: {answer}"
STATUSES: Final[dict[str, str]] = {
    "received": "đã tiếp nhận",
    "forwarded": "đã chuyển đơn vị xử lý",
    "in_progress": "đang xử lý",
    "answered": "đã trả lời",
    "reopened": "mở lại, đang xử lý",
    "closed": "đã kết thúc",
    "declined": "không thuộc nơi này giải quyết",
}
WRONG_CODE: Final = "Mã này bị thiếu hoặc nhầm ký tự. Anh/chị xem lại từng ký tự giúp tôi."
#: The same for a code that is not there and a secret that is wrong.
NOT_YOURS: Final = "Tôi chưa mở được phản ánh này. Anh/chị gõ mã tiếp nhận rồi đến mã bí mật, cách nhau một dấu cách."
TOO_OFTEN: Final = "Anh/chị đã thử nhiều lần. Một giờ nữa thử lại giúp tôi."
SOLVED: Final = "Đã giải quyết"
NOT_SOLVED: Final = "Chưa giải quyết"
SAY_SOLVED: Final = "Đã giải quyết {code}"
SAY_NOT_SOLVED: Final = "Chưa giải quyết {code}"
CLOSED: Final = "Cảm ơn anh/chị đã cho biết. Tôi kết thúc phản ánh {code}."
REOPENED: Final = (
    "Tôi đã mở lại phản ánh {code} và chuyển ý kiến của anh/chị. Hạn trả lời mới là {due}."
)
NOT_ASKED: Final = "Phản ánh {code} hiện {status}, chưa đến bước này."

TOLD_FORWARDED: Final = "Phản ánh {code} đã được chuyển đến {unit}."
TOLD_IN_PROGRESS: Final = "Phản ánh {code} đang được xử lý."
TOLD_ANSWERED: Final = (
    "Phản ánh {code} đã có trả lời:\n{answer}\n\nViệc của anh/chị đã được giải quyết chưa ạ?"
)
TOLD_DECLINED: Final = "Phản ánh {code} không thuộc nơi này giải quyết. Lý do và nơi gửi: {why}"

# --- Complaints and denunciations follow their own laws --------------------------------------------

COMPLAINT: Final = (
    "Khiếu nại một quyết định hay hành vi hành chính theo luật riêng, tôi không nhận thay được và không lưu nội dung này.\n"
    "Lần đầu, anh/chị gửi đơn đến chính người hoặc cơ quan đã ra quyết định. "
    "Thời hiệu là 90 ngày từ khi nhận hoặc biết quyết định. "
    "Không đồng ý thì khiếu nại lần hai lên cấp trên, hoặc khởi kiện tại Toà án.\n"
    "Nguồn: Luật Khiếu nại 02/2011/QH13, Điều 7, 9 (sửa bởi Luật 136/2025/QH15)."
)
DENUNCIATION: Final = (
    "Tố cáo hành vi vi phạm pháp luật theo luật riêng, tôi không nhận thay được và không lưu nội dung này.\n"
    "Anh/chị gửi đơn hoặc trình bày trực tiếp tại nơi tiếp công dân của cơ quan có thẩm quyền. "
    "Người tố cáo được giữ bí mật họ tên, địa chỉ. "
    "Đang nguy hiểm thì gọi 113.\n"
    "Nguồn: Luật Tố cáo 25/2018/QH14, Điều 9, 22 (sửa bởi Luật 136/2025/QH15)."
)
STILL_PETITION: Final = "Nếu chỉ muốn góp ý về cách phục vụ, anh/chị gõ “gửi phản ánh”."


# --- The officials' desk ---------------------------------------------------------------------------

DESK_NO_UNIT: Final = "Chưa ghi đơn vị nhận."
DESK_EMPTY: Final = "Nội dung đang trống."
DESK_WHY: Final = "Cần ghi lý do."
DESK_SECOND_PERSON: Final = "Người duyệt phải khác người soạn trả lời."
DESK_NOT_OWED: Final = "Phản ánh này đã trả lời hoặc đã kết thúc."
DESK_JUDGED: Final = "Bản trả lời này đã được duyệt hoặc trả lại."
DESK_REPLACED: Final = "Có bản soạn mới hơn."

# --- The public page -----------------------------------------------------------------------------

KINDS: Final[dict[str, str]] = {
    "late": "Hồ sơ trễ hạn",
    "refused": "Không nhận hồ sơ",
    "repeated": "Bắt bổ sung nhiều lần",
    "fee": "Thu phí, lệ phí",
    "conduct": "Thái độ, hành vi",
    "rule": "Quy định, thủ tục",
    "system": "Hệ thống, phần mềm",
    "other": "Việc khác",
}
PUBLIC_TITLE: Final = "Phản ánh, kiến nghị đã trả lời"
PUBLIC_LEAD: Final = (
    "Những phản ánh đã có trả lời, do cán bộ tóm tắt. Không có tên, số hay ảnh của ai."
)
PUBLIC_NONE: Final = "Chưa có phản ánh nào được công khai."
PUBLIC_ASKED: Final = "Phản ánh"
PUBLIC_ANSWER: Final = "Trả lời"
PUBLIC_ON: Final = "Trả lời ngày {day}"
PUBLIC_OLDER: Final = "Xem cũ hơn"
PUBLIC_NEWEST: Final = "Về trang mới nhất"
PUBLIC_BACK: Final = "Về trang hỏi đáp"
PUBLIC_COUNTS: Final = "Đã nhận {received}, đã trả lời {answered}, quá hạn {overdue}."
