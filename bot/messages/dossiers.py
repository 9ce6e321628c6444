"""What is said about a dossier's status: where its code stands, how to look it up, where it is now.

Nothing here repeats a code or a secret, and nothing promises what an office decides.
"""

from __future__ import annotations

from typing import Final

#: Changes whenever CONSENT changes; kept with each wish to be told.
CONSENT_VERSION: Final = "2026-11"

# --- Where the code is, and how to look it up ------------------------------------------------------

HOW_TITLE: Final = "Xem hồ sơ tới đâu"
WHERE_CODE: Final = (
    "Mã số hồ sơ in trên Giấy tiếp nhận hồ sơ và hẹn trả kết quả; dạng như H58.16-240315-0012."
)
ONLINE_CODE: Final = "Nộp qua mạng thì mã nằm trong thông báo tiếp nhận gửi cho anh/chị."
NOT_MINE: Final = "Tôi không tự xem hồ sơ của ai."
HOW: Final = "Anh/chị tra bằng Mã số hồ sơ"
PORTAL: Final = "Trên Cổng Dịch vụ công quốc gia, dichvucong.gov.vn"
VNEID: Final = "Trên ứng dụng VNeID"
AT_CENTRE: Final = "Hỏi tại {centre}, mang theo giấy tiếp nhận"
THE_CENTRE: Final = "Trung tâm Phục vụ hành chính công nơi đã nộp"
BY_PHONE: Final = "Gọi {hotline}"
SOURCE: Final = "Nguồn: Nghị định 309/2026/NĐ-CP, Điều 8."
CODE_RIGHT: Final = "Mã anh/chị gửi đúng dạng. Tôi không giữ mã này."
ASK_WHERE: Final = "Trung tâm ở đâu"
SEND_WHERE: Final = "trung tâm hành chính công ở đâu"
ASK_LATE: Final = "Hồ sơ trễ hẹn"
SEND_LATE: Final = "hồ sơ trễ hẹn"

# --- What is wrong with a code ---------------------------------------------------------------------

WRONG: Final = "Mã số hồ sơ này chưa đúng: {why}"
NO_AGENCY: Final = "thiếu mã cơ quan, gồm một chữ và hai số, như H58."
NO_DAY: Final = "thiếu ngày tiếp nhận, sáu số viết liền theo năm, tháng, ngày, như 240315."
BAD_DAY: Final = "sáu số ở giữa phải là ngày tiếp nhận có thật, theo năm, tháng, ngày, như 240315."
NO_SERIAL: Final = "thiếu số thứ tự ở cuối, từ bốn số trở lên, như 0012."
BAD_UNIT: Final = "các nhóm số sau mã cơ quan có hai hoặc ba số, cách nhau bằng dấu chấm."

# --- Asking for code and secret --------------------------------------------------------------------

ASK_BOTH: Final = (
    "Anh/chị nhắn mã số hồ sơ và mã tra cứu, cả hai in trên giấy tiếp nhận. "
    "Tôi chỉ dùng để tra, không giữ lại."
)
ASK_SECOND: Final = (
    "Anh/chị nhắn tiếp mã tra cứu in trên giấy tiếp nhận. Tôi chỉ dùng để tra, không giữ lại."
)
BAD_SECOND: Final = "Mã tra cứu gồm 6 đến 32 chữ và số viết liền. Anh/chị xem lại giúp tôi."
#: The same for a code that is not there and a secret that is wrong.
NOT_FOUND: Final = (
    "Tôi chưa thấy hồ sơ khớp cả hai mã. Anh/chị xem lại từng ký tự trên giấy tiếp nhận."
)
TOO_OFTEN: Final = "Anh/chị đã thử nhiều lần. Một giờ nữa thử lại, hoặc hỏi nơi đã nộp giúp tôi."
AWAY: Final = (
    "Hệ thống tra cứu hồ sơ đang không trả lời. Anh/chị thử lại sau ít phút, "
    "hoặc tra trên Cổng Dịch vụ công quốc gia."
)
NOT_IN_GROUP: Final = (
    "Trong nhóm ai cũng đọc được nên tôi không hỏi mã. "
    "Anh/chị nhắn riêng cho tôi, và xoá tin có mã nếu đã gửi."
)
NOT_KEPT: Final = "Đây là câu hỏi thử nên tôi không tra hồ sơ."

# --- Where it stands -------------------------------------------------------------------------------

STANDS_TITLE: Final = "Hồ sơ đuôi {ending}: {status}"
STATUSES: Final[dict[str, str]] = {
    "received": "đã tiếp nhận",
    "processing": "đang xử lý",
    "waiting": "chờ bổ sung",
    "ready": "đã có kết quả, chờ anh/chị đến nhận",
    "returned": "đã trả kết quả",
    "refused": "không giải quyết",
    "withdrawn": "đã rút hoặc dừng xử lý",
}
PROCEDURE: Final = "Thủ tục: {name}"
OFFICE: Final = "Nơi giải quyết: {office}"
ASKED: Final = "Cần bổ sung: {asked}"
ASK_WHAT: Final = "Nơi tiếp nhận chưa ghi cần bổ sung gì; anh/chị hỏi lại nơi đã nộp."
DUE: Final = "Hẹn trả: {day}."
OVERDUE: Final = "Hẹn trả {day}, đến nay quá {days} ngày làm việc."
REFUSED_HOW: Final = "Anh/chị đề nghị nơi giải quyết ghi rõ lý do bằng văn bản."
AS_OF: Final = "Theo dữ liệu cơ quan cập nhật {day}."
RULE: Final = "Quy định nói"
NO_PROMISE: Final = "Tôi chỉ đọc lại dữ liệu của cơ quan; việc giải quyết do cơ quan quyết định."

# --- Being told of changes -------------------------------------------------------------------------

CONSENT: Final = (
    "Muốn được báo khi hồ sơ thay đổi, anh/chị bấm nút dưới. "
    "Tôi chỉ giữ địa chỉ nhắn tin này và mã băm của hồ sơ; nhắn “DỪNG” để thôi."
)
WATCH: Final = "Báo tôi khi thay đổi"
SEND_WATCH: Final = "báo tôi khi hồ sơ này thay đổi"
WATCHING: Final = (
    "Tôi sẽ báo khi hồ sơ đuôi {ending} thay đổi. "
    "Tôi tự thôi khi hồ sơ xong, hoặc {days} ngày không có gì mới. Nhắn “DỪNG” để thôi."
)
WATCHING_ALREADY: Final = "Tôi đang theo dõi hồ sơ đuôi {ending} rồi. Nhắn “DỪNG” để thôi."
LOOK_FIRST: Final = "Anh/chị tra hồ sơ trước, rồi bấm “Báo tôi khi thay đổi”."
WATCHES_ENOUGH: Final = "Anh/chị đang theo dõi nhiều hồ sơ rồi. Nhắn “thôi theo dõi hồ sơ” để bớt."
UNWATCHED: Final = "Tôi đã thôi theo dõi hồ sơ ({count})."
NOTHING_WATCHED: Final = "Anh/chị không theo dõi hồ sơ nào."
TOLD: Final = "Hồ sơ đuôi {ending} vừa thay đổi: {status}."
TOLD_FINISHED: Final = "Hồ sơ đã xong nên tôi thôi theo dõi."
TOLD_HOW_TO_STOP: Final = "Nhắn “DỪNG” để thôi nhận."
TOLD_ENDED: Final = (
    "Đã {days} ngày hồ sơ đuôi {ending} không có gì mới nên tôi thôi theo dõi. "
    "Anh/chị tra lại để theo dõi tiếp."
)

# --- Loading an export -----------------------------------------------------------------------------

NO_CODE: Final = "chưa ghi mã hồ sơ"
NO_SECOND: Final = "chưa ghi mã tra cứu"
SHEET_SECOND: Final = "mã tra cứu phải là 6–32 chữ và số viết liền, có ít nhất một chữ số"
NO_STATUS: Final = "chưa ghi trạng thái"
UNKNOWN_STATUS: Final = "không có trạng thái “{status}”; có: {statuses}"
TWICE: Final = "mã hồ sơ trùng với dòng {line}"
SECOND_IN_CODE: Final = "mã tra cứu trùng với số trong mã hồ sơ nên ai cũng đoán được"
LINE: Final = "dòng {line}: {why}"
BAD_SPAN: Final = "Hạn dùng phải từ 1 đến {most} ngày, ví dụ 7d."
NOTHING_GOOD: Final = "Không dòng nào dùng được."
NO_LOAD: Final = "Không có bản nạp này."
NO_PREVIEW: Final = "Bản xem trước này không còn. Anh/chị tải lại tệp."
HALF: Final = "Bản này nạp dở dang. Anh/chị tải lại tệp."
WITHDRAWN: Final = "Bản này đã thu hồi rồi."
