"""The sentences about announcements: topics, and what an official or citizen is told of them."""

from __future__ import annotations

from typing import Final

#: What a citizen may ask to be told of, by bot.models.Topic.
TOPICS: Final[dict[str, str]] = {
    "procedures": "Thay đổi thủ tục hành chính",
    "closures": "Lịch nghỉ, đổi giờ của bộ phận một cửa",
    "vaccination": "Tiêm chủng",
    "reform": "Tin nhanh CCHC",
    "storms": "Bão, lũ, thiên tai",
    "health": "Dịch bệnh, sức khoẻ cộng đồng",
    "schools": "Tuyển sinh, trường học",
    "utilities": "Lịch cắt điện, cắt nước",
    "local": "Thông báo của xã, phường",
}

# --- Whom it is for --------------------------------------------------------------------------------

PLACE_UNKNOWN: Final = "Không tìm thấy nơi “{name}”. Kiểm tra lại tên xã, phường hoặc tỉnh."
PLACE_CODE_UNKNOWN: Final = "Không có tỉnh, xã hay phường nào mang mã {code}."
PLACE_ABROAD: Final = "“{name}” không phải một nơi trong nước."
PLACE_AMBIGUOUS: Final = "“{name}” có thể là: {choices}. Ghi rõ tỉnh, hoặc dùng mã trong ngoặc."

# --- A test send -----------------------------------------------------------------------------------

TRIAL: Final = "[TIN THỬ] Tin ngay dưới đây chỉ gửi cho anh/chị để xem trước, chưa gửi cho ai khác."

# --- When it goes out ------------------------------------------------------------------------------

PAST_TIME: Final = "Giờ gửi {time} đã qua. Chọn một giờ sắp tới, hoặc bỏ trống để gửi ngay."
EXPIRES_BEFORE: Final = "Ngày hết hiệu lực phải sau giờ gửi."
TWO_REPETITIONS: Final = "Chỉ dùng một cách lặp lại: cron hoặc RRULE."
BAD_CRON: Final = (
    "Không hiểu lịch lặp “{cron}”. Cần năm phần, ví dụ “0 7 * * 1” là 7 giờ mỗi thứ Hai."
)
BAD_RRULE: Final = "Không hiểu lịch lặp “{rule}”. Ví dụ đúng: “FREQ=WEEKLY;BYDAY=MO”."
NEVER_FIRES: Final = "Lịch lặp này không bao giờ tới. Kiểm tra lại ngày và tháng."
TOO_OFTEN: Final = "Lịch lặp này dày hơn mỗi giờ một lần. Chọn lịch thưa hơn."

# --- What is written -------------------------------------------------------------------------------

NO_TEXT: Final = "Thông báo chưa có nội dung."
TEXT_TOO_LONG: Final = "Nội dung dài {length} ký tự; {channel} chỉ nhận {limit}. Rút ngắn lại, hoặc để chi tiết ở đường dẫn nguồn."
UNFILLED: Final = "Còn chỗ chưa điền trong nội dung: {places}."
BAD_SOURCE: Final = "Đường dẫn nguồn phải bắt đầu bằng http:// hoặc https://."
NO_TOPIC: Final = "Chọn một chủ đề, để biết gửi cho ai."
UNKNOWN_TOPIC: Final = "Không có chủ đề “{topic}”. Các chủ đề: {topics}."
SAME_AS: Final = "Nội dung gần như trùng với thông báo số {id} ({time})."

# --- Its life --------------------------------------------------------------------------------------

NOBODY: Final = "Không có ai đăng ký nhận tin này, nên không gửi được cho ai."
CONFIRM: Final = "Thông báo này tới {count} người. Gõ đúng số {count} để xác nhận."
SECOND_PERSON: Final = (
    "Thông báo tới {count} người cần một người khác duyệt. Người viết không tự duyệt được."
)
TRIAL_NEEDS_CHAT: Final = (
    "Chưa nối Zalo, Telegram nào để nhận thử. Anh/chị bấm vào tên mình để nối trước."
)
TRIAL_REFUSED: Final = "Chưa gửi thử được qua {channels}. Anh/chị xem lại kênh rồi thử lại."
TRIED: Final = "Đã gửi thử cho riêng anh/chị qua {channels}."
RECALLING: Final = (
    "Đang thu hồi. Kết quả hiện dần ở trang này; máy khởi động lại thì việc vẫn tiếp tục."
)
NOTHING_TO_RECALL: Final = "Thông báo chưa gửi cho ai, nên không có gì để thu hồi."
STOP_FIRST: Final = "Thông báo đang gửi. Hãy dừng trước rồi thu hồi."
WHY_RETURNED: Final = "Hãy ghi lý do trả lại để người viết biết cần sửa gì."
NOT_DRAFT: Final = (
    "Chỉ bản nháp mới sửa hoặc duyệt được; thông báo này đang ở trạng thái “{status}”."
)
NOT_APPROVED: Final = "Thông báo chưa được duyệt."
NOT_RUNNING: Final = "Thông báo này không đang gửi hay chờ gửi, nên không dừng được."
NOT_STOPPED: Final = "Thông báo này không bị dừng, nên không có gì để gửi tiếp."
EXPIRED_ALREADY: Final = "Thông báo đã hết hiệu lực nên không gửi nữa."
NOT_SENT: Final = "Chưa ai nhận thông báo này, nên không có gì để đính chính. Sửa bản nháp là đủ."
CORRECTION: Final = "Đính chính"
STATUSES: Final[dict[str, str]] = {
    "draft": "bản nháp",
    "approved": "đã duyệt",
    "scheduled": "chờ đến giờ",
    "sending": "đang gửi",
    "done": "đã gửi xong",
    "stopped": "đã dừng",
    "expired": "hết hiệu lực",
    "returned": "trả lại người viết",
}
MISSED: Final = (
    "Đến giờ gửi {time} thì hệ thống không chạy; đã quá {minutes} phút nên không gửi nữa."
)
SOURCE_LINE: Final = "Nguồn: {url}"
VALID_LINE: Final = "Có hiệu lực đến {time}."
STOP_LINE: Final = "Nhắn “DỪNG” để thôi nhận tin."

# --- The daily digest ------------------------------------------------------------------------------

DIGEST_TITLE: Final = "Bản tin gộp ngày {day}"
DIGEST_HEAD: Final = "{title}: {count} tin anh/chị đăng ký"
DIGEST_ITEM: Final = "{number}. {said}"
DIGEST_END: Final = "Nhắn “báo ngay” để nhận từng tin khi có, “DỪNG” để thôi nhận tin."
#: What officials read of it.
DIGEST_TEXT: Final = (
    "Mỗi người nhận gộp được một tin, gồm những thông báo mình đăng ký trong số này:\n{items}"
)
DIGEST_NAMES: Final = "- số {id}: {said}"
GATHERED: Final = "trong đó {count} người nhận gộp lúc {time}"
DIGEST_WAITING: Final = "{count} người chờ nhận trong bản tin gộp lúc {time}"
DIGEST_DELIVERED: Final = "{count} người đã nhận trong bản tin gộp"
DIGEST_MISSED: Final = "{count} người không nhận tin này trong bản tin gộp"
DIGEST_KEEPS: Final = "{count} bản nằm trong bản tin gộp, không thu hồi riêng được: thu hồi cả bản tin gộp ở trang của nó"

# --- What became of it -----------------------------------------------------------------------------

OUTCOMES: Final[dict[str, str]] = {
    "created": "chưa gửi",
    "sending": "đang gửi",
    "delivered": "đã tới",
    "temporary_failure": "lỗi tạm thời, sẽ gửi lại",
    "permanent_failure": "không gửi được",
    "skipped": "bỏ qua",
}
REASONS: Final[dict[str, str]] = {
    "outside_window": "quá hạn được nhắn trên Zalo",
    "quiet_hours": "giờ yên lặng",
    "opted_out": "đã huỷ nhận tin",
    "suppressed": "đã chặn hoặc rời kênh",
    "expired": "thông báo hết hiệu lực",
    "no_channel": "không còn kênh nào",
    "nothing_left": "bản tin gộp không còn tin nào cho người này",
    "recalled": "đã thu hồi",
    "not_recalled": "nền tảng không cho thu hồi",
}

# --- To those who follow a procedure ---------------------------------------------------------------

PROCEDURE_CHANGED: Final = "Thủ tục {name} ({code}) mà anh/chị theo dõi vừa thay đổi:"
PART_CHANGED: Final = "{part}:"
WAS: Final = "- Trước: {line}"
IS_NOW: Final = "- Nay: {line}"
AND_MORE: Final = "và {count} mục nữa"
PARTS_CHANGED: Final = "Thay đổi ở: {parts}."
ASK_FOR_MORE: Final = "Anh/chị hỏi tôi để xem đầy đủ."
RULE_ENDS: Final = "Thủ tục {name} ({code}) mà anh/chị theo dõi có quy định hết hiệu lực ngày {day}. Anh/chị hỏi tôi để xem đầy đủ."
