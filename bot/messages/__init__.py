"""Every sentence a citizen reads that is not knowledge, in one place for officials to review.

Address people as "anh/chị", ourselves as "tôi"; say what happened, then what to do; at most twenty
words a sentence. Names in braces are filled in by the caller.
"""

from __future__ import annotations

from typing import Final

from knowledge.content import Facet, Method, Unit

# --- Meeting -------------------------------------------------------------------------------------

INTRODUCTION: Final = (
    "Tôi là trợ lý tự động (AI){of}. Thông tin tôi đưa chỉ để tham khảo, "
    "không thay quyết định của cơ quan nhà nước."
)
OF_ORGANISATION: Final = " của {organisation}"
HELLO: Final = (
    "Xin chào anh/chị. Anh/chị cần làm thủ tục gì? "
    "Cứ hỏi như nói chuyện, ví dụ: “làm giấy khai sinh cho con cần giấy tờ gì”."
)
EXAMPLES: Final = (
    "Làm giấy khai sinh cho con",
    "Đăng ký tạm trú cần gì?",
    "Thị trấn Lai Vung nay thuộc xã nào?",
)
HELP: Final = (
    "Tôi trả lời về thủ tục hành chính: cần giấy tờ gì, bao nhiêu tiền, bao lâu, nộp ở đâu.\n"
    "Tôi cũng biết tên xã, phường mới và số liệu trong các báo cáo cải cách hành chính.\n"
    "Anh/chị gõ không dấu cũng được. Xin đừng gửi số căn cước hay mật khẩu."
)
WHO_ARE_YOU: Final = (
    "Tôi là chương trình máy tính (AI), không phải cán bộ. "
    "Tôi tra thủ tục hành chính từ kho thông tin do cán bộ cập nhật, luôn kèm nguồn và ngày kiểm tra."
)
THANKS: Final = "Dạ, không có gì. Anh/chị cần hỏi thêm thủ tục nào thì cứ nhắn."
GO_ON: Final = "Dạ. Anh/chị cần hỏi thủ tục nào thì cứ nhắn."
GOODBYE: Final = "Chào anh/chị. Khi cần, anh/chị cứ nhắn lại."
STARTED_OVER: Final = "Tôi đã quên cuộc trò chuyện vừa rồi. Anh/chị muốn hỏi gì ạ?"

# --- Not sure ------------------------------------------------------------------------------------

WHICH_ONE: Final = "Anh/chị muốn hỏi thủ tục nào ạ?"
WHICH_LEVEL: Final = "Anh/chị làm ở cấp {choices}?"
WHICH_ACT: Final = "Anh/chị muốn {choices}?"
OR: Final = " hay "
LEVELS: Final[dict[str, str]] = {
    "commune": "xã, phường",
    "province": "tỉnh, thành phố",
    "ministry": "bộ, ngành trung ương",
}
ACTS: Final[dict[str, str]] = {
    "first": "làm lần đầu",
    "again": "cấp lại vì mất, hỏng",
    "swap": "cấp đổi",
    "change": "thay đổi, sửa thông tin",
    "renew": "gia hạn",
    "pause": "tạm ngừng",
    "resume": "hoạt động trở lại",
    "end": "chấm dứt",
    "revoke": "thu hồi, trả lại",
    "copy": "xin bản sao",
    "confirm": "xin xác nhận",
    "transfer": "chuyển nhượng, sang tên",
    "move": "chuyển nơi",
    "split": "tách, nhập",
}
WHICH_QUALIFIER: Final[dict[str, str]] = {
    "foreign": "Việc này có liên quan đến người nước ngoài hoặc giấy tờ nước ngoài không?",
    "border": "Anh/chị có ở xã biên giới không?",
    "military": "Anh/chị có thuộc quân đội hoặc công an không?",
    "household": "Anh/chị hỏi cho hộ kinh doanh, hộ gia đình hay cho tổ chức, công ty?",
    "company": "Anh/chị hỏi cho cá nhân, hộ kinh doanh hay cho công ty?",
    "cooperative": "Anh/chị hỏi cho hợp tác xã hay cho cá nhân, hộ gia đình?",
    "children": "Anh/chị làm cho trẻ em hay cho người lớn?",
    "mobile": "Anh/chị làm tại trụ sở hay cần cán bộ đến tận nhà?",
    "temporary": "Anh/chị cần loại tạm thời hay chính thức?",
}
NONE_OF_THESE: Final = "Không phải các mục trên"
NOT_SURE: Final = (
    "Tôi chưa chắc mình hiểu đúng câu hỏi nên không dám trả lời bừa. "
    "Anh/chị nói rõ hơn giúp tôi: muốn làm giấy tờ gì, cho ai?"
)
NOT_SURE_AGAIN: Final = (
    "Xin lỗi, tôi vẫn chưa hiểu. Tôi đã ghi lại câu hỏi để cán bộ xem và bổ sung. "
    "Anh/chị có thể hỏi trực tiếp tại Trung tâm Phục vụ hành chính công xã, phường nơi ở{hotline}."
)
OR_CALL: Final = ", hoặc gọi {hotline}"
NOTED_MISSED: Final = "Tôi đã ghi lại câu hỏi này để cán bộ xem."
NO_CHOICE_WAITING: Final = (
    "Hiện không có câu nào đang chờ anh/chị chọn số. Anh/chị hỏi lại giúp tôi nhé."
)
CHOOSE_A_NUMBER: Final = "Anh/chị chọn một số từ 1 đến {last} giúp tôi."
WHICH_PROCEDURE: Final = "Anh/chị đang hỏi về thủ tục nào ạ? Ví dụ: “{example}”."
FACET_EXAMPLE: Final = "đăng ký khai sinh"
UNKNOWN_CODE: Final = (
    "Tôi chưa có thủ tục mã {code}. Anh/chị kiểm tra lại mã, hoặc cho tôi biết tên việc cần làm."
)
CODE_REPLACED: Final = "Mã {old} đã được thay bằng mã {new}. Dưới đây là thủ tục hiện hành."
TWO_QUESTIONS: Final = "Anh/chị hỏi hai việc, tôi trả lời lần lượt:"
EMPTY_QUESTION: Final = "Tôi chưa thấy câu hỏi. Anh/chị gõ việc cần làm giúp tôi nhé."
NO_WORDS: Final = "Anh/chị cần hỏi thủ tục nào thì gõ vài chữ cho tôi nhé."
TOO_LONG: Final = "Câu hỏi dài quá, tôi chỉ đọc được {limit} ký tự. Anh/chị viết ngắn lại giúp tôi, mỗi lần một việc."
ERROR: Final = (
    "Xin lỗi, tôi vừa gặp trục trặc nên chưa trả lời được. "
    "Anh/chị thử lại sau ít phút, hoặc hỏi nơi tiếp nhận hồ sơ."
)
NOT_READY: Final = "Tôi đang nạp kho thông tin, anh/chị chờ vài giây rồi hỏi lại giúp tôi."

# --- Out of scope: the right short reply of each kind ----------------------------------------------

MEDICAL: Final = (
    "Tôi không tư vấn y tế. Nếu sốt cao, co giật, khó thở hay đau dữ dội: "
    "gọi 115 hoặc đến cơ sở y tế gần nhất ngay. "
    "Tôi giúp được thủ tục về bảo hiểm y tế, giấy chứng sinh."
)
SELF_HARM: Final = (
    "Nghe vậy tôi rất lo cho anh/chị. Xin đừng ở một mình lúc này: hãy gọi người thân, "
    "gọi 115, hoặc đến bệnh viện gần nhất. Nếu là trẻ em, gọi 111. Anh/chị đáng được giúp đỡ."
)
CRIME: Final = (
    "Tôi không giúp làm việc trái pháp luật. "
    "Nếu có người đang gặp nguy hiểm, gọi 113 (công an) hoặc 115 (cấp cứu)."
)
DANGER: Final = (
    "Nếu đang nguy hiểm, hãy gọi ngay 113 (công an), 114 (chữa cháy) hoặc 115 (cấp cứu). "
    "Trẻ em bị xâm hại: gọi 111."
)
POLITICAL: Final = "Tôi chỉ trả lời về thủ tục hành chính, không bàn chuyện chính trị. Anh/chị cần làm giấy tờ gì ạ?"
INSULT: Final = (
    "Tôi xin lỗi nếu đã làm anh/chị bực. Anh/chị cho tôi biết cần làm giấy tờ gì, tôi sẽ cố giúp."
)
ANGRY: Final = (
    "Tôi xin lỗi vì anh/chị phải đi lại nhiều lần. "
    "Theo quy định, nơi tiếp nhận phải nêu rõ lý do và hướng dẫn đầy đủ trong một lần. "
    "[Nghị định 118/2025/NĐ-CP, sửa bởi 309/2026/NĐ-CP]\n"
    "Anh/chị cho tôi biết tên thủ tục và xã nơi nộp. Tôi chỉ cách gửi phản ánh, kiến nghị "
    "hoặc gặp lãnh đạo trung tâm."
)
INJECTION: Final = "Yêu cầu này tôi không thực hiện. Anh/chị cần hỏi thủ tục hành chính nào ạ?"
OTHER_PEOPLE: Final = (
    "Tôi không tra và không có thông tin riêng của bất kỳ ai. "
    "Người đó có thể tự tra bằng tài khoản định danh VNeID của mình."
)
HUMAN: Final = (
    "Tôi là trợ lý tự động (AI), không phải cán bộ. Anh/chị gặp cán bộ trong giờ làm việc "
    "tại Trung tâm Phục vụ hành chính công xã, phường{hotline}. "
    "Anh/chị cũng có thể để lại câu hỏi ở đây; xin đừng ghi số căn cước."
)
PORTAL_CLOSED: Final = (
    "Các tỉnh đã đóng giao diện cổng dịch vụ công riêng từ 01/7/2025. "
    "Anh/chị nộp trên Cổng Dịch vụ công quốc gia (dichvucong.gov.vn) hoặc ứng dụng VNeID.\n"
    "Nguồn: Công văn 7260/VPCP-KSTT; Nghị định 118/2025/NĐ-CP."
)
PORTAL_MERGED: Final = "{old} đã nhập vào {new} từ 01/7/2025. "

# --- Places --------------------------------------------------------------------------------------

PLACE_NOW: Final = "{old} nay thuộc {new}, {province} (từ 01/7/2025)."
PLACE_TODAY: Final = "{name} thuộc {province}."
PLACE_PROVINCE_MERGED: Final = "{old} nay thuộc {province} (từ 01/7/2025)."
PLACE_PROVINCE_TODAY: Final = "{province} là tên hiện nay; không còn cấp huyện từ 01/7/2025."
PLACE_WHICH: Final = "Tên này nay có thể là nhiều nơi. Anh/chị ở nơi nào ạ?"
PLACE_UNKNOWN: Final = (
    "Tôi chưa tìm ra nơi này. Anh/chị cho tôi tên xã, huyện, tỉnh (tên cũ cũng được)."
)
PLACE_TROUBLES: Final[dict[str, str]] = {
    "empty": "Chưa có tên nơi nào. Anh/chị gõ tên xã, huyện, tỉnh (tên cũ cũng được).",
    "too_long": "Tên nơi dài quá. Anh/chị chỉ gõ tên xã, huyện, tỉnh.",
    "unknown": "Chưa tìm ra nơi này. Anh/chị thử thêm tên huyện, tỉnh (tên cũ cũng được).",
    "abroad": "Nơi này không ở Việt Nam.",
}
PLACE_SOURCE: Final = "Nguồn: danh mục đơn vị hành chính, bản {version}."
CENTRE_UNVERIFIED: Final = (
    "Địa chỉ cụ thể của điểm tiếp nhận ở {place} tôi chưa có. Anh/chị hỏi Ủy ban nhân dân {place}."
)

# --- Centres and hours ---------------------------------------------------------------------------

CENTRE_WHERE: Final = "Anh/chị ở xã, phường nào ạ? Tên cũ cũng được."
SHARE_LOCATION: Final = "/vitri"
NEAR_ME: Final = "Tìm nơi gần tôi"
NEAR_EXACT: Final = "Cách khoảng {km} km đường chim bay."
NEAR_MIDDLE: Final = "Cách khoảng {km} km đường chim bay, tính đến giữa xã, phường."
LOCATION_ABROAD: Final = "Vị trí này không ở Việt Nam. Anh/chị cho tôi tên xã, tỉnh giúp tôi."
UI_NO_LOCATION: Final = "Không lấy được vị trí. Anh/chị gõ tên xã, phường giúp tôi."
CENTRE_ADDRESS: Final = "Địa chỉ: {address}."
CENTRE_PHONE: Final = "Điện thoại: {phones}."
CENTRE_ADDRESS_MISSING: Final = "Địa chỉ cụ thể tôi chưa có. Anh/chị hỏi Ủy ban nhân dân {place}."
CENTRE_ADDRESS_DOUBTFUL: Final = "Địa chỉ này chưa được kiểm tra, anh/chị hỏi lại trước khi đi."
CENTRE_IMPLIED: Final = (
    "Mỗi xã, phường có một trung tâm như vậy theo quy định. Tôi chưa có chi tiết."
)
CENTRE_GONE: Final = "{name} không còn nhận hồ sơ tại đây."
CENTRE_NOW: Final = "Nay là: {name}."
CENTRE_SOURCE: Final = "Nguồn: {sources}. Kiểm tra ngày {day}."
CENTRE_SOURCE_UNDATED: Final = "Nguồn: {sources}. Chưa rõ ngày kiểm tra."
CENTRE_MAP: Final = "Xem bản đồ"
MAP_URL: Final = (
    "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
)
HOURS_OPEN: Final = "Đang mở cửa, đến {closes} thì nghỉ (còn khoảng {minutes} phút)."
HOURS_CLOSED: Final = "Lúc này không mở cửa ({why}). Mở lại: {opens}."
HOURS_CLOSED_FOR_LONG: Final = "Lúc này không mở cửa ({why})."
HOURS_DAY: Final = "{day}: {spans}."
HOURS_DAY_CLOSED: Final = "{day}: nghỉ ({why})."
HOURS_CLOSING: Final = "{day}: đóng cửa lúc {closes}."
HOURS_UNKNOWN: Final = "Giờ làm việc của {centre} tôi chưa có."
HOURS_THE_CENTRE: Final = "nơi này"
HOURS_WORKING_DAY: Final = "{day} là ngày làm việc của cơ quan nhà nước."
HOURS_MAKE_UP: Final = "{day} là ngày làm bù của cơ quan nhà nước."
HOURS_WEEKEND: Final = "{day} cơ quan nhà nước nghỉ. Vài nơi có làm sáng thứ Bảy."
HOURS_HOLIDAY: Final = "{day} là ngày nghỉ ({name})."
HOURS_NEXT_WORKING: Final = "Ngày làm việc gần nhất sau đó: {day}."
HOURS_ASK: Final = "Anh/chị gọi hỏi nơi tiếp nhận trước khi đi."
HOURS_UNVERIFIED: Final = "Lịch nghỉ ngày này chưa được xác nhận, có thể thay đổi."
WHY_CLOSED: Final[dict[str, str]] = {
    "before": "chưa đến giờ",
    "lunch": "nghỉ trưa",
    "after": "đã hết giờ",
    "closed_day": "không làm ngày này",
    "holiday": "ngày nghỉ lễ",
    "exception": "nghỉ đột xuất",
}
WEEKDAYS: Final = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")

# --- Deadlines -----------------------------------------------------------------------------------

DUE: Final = "Nộp {filed} thì hạn trả kết quả là {due}{when}."
DUE_TITLE: Final = "{name}: bao giờ có kết quả"
DUE_UNKNOWN: Final = (
    "Tôi không tính được ngày, vì nguồn không ghi rõ thời hạn. Anh/chị xem giấy hẹn."
)
DUE_UNSURE: Final = "Lịch nghỉ trong khoảng này chưa được công bố, ngày có thể xê dịch."
DUE_ELSEWHERE: Final = "Nộp ở nơi khác thì tính từ khi cơ quan có thẩm quyền nhận được hồ sơ."
DUE_NOT_WORKING: Final = "{day} không phải ngày làm việc; nộp trực tiếp thì đợi đến {next}."
DUE_PROMISE: Final = "Ngày chính thức là ngày ghi trên giấy hẹn trả kết quả."
DUE_WHICH: Final = "Anh/chị nộp hồ sơ của thủ tục nào ạ? Tôi tính ngày giúp."
CALENDAR_SUMMARY: Final = "Hạn trả kết quả: {name}"
CALENDAR_URL: Final = "{base}/api/v1/deadlines/{code}/{due}.ics"
DUE_CALENDAR: Final = "Thêm vào lịch"
OWN_DUE: Final = "Anh/chị {what} trước hết {due} ({amount} {unit} kể từ {event})."
OWN_DUE_PASSED: Final = "Hạn {what} là {due}, nay đã qua. Anh/chị vẫn làm được, nên làm sớm."
OWN_DUE_LAW: Final = "Nguồn: {law}."
LATE_TITLE: Final = "Hồ sơ trễ hẹn"
LATE_DOSSIER: Final = "Hồ sơ quá hạn thì anh/chị có quyền yêu cầu"
LATE_HOW: Final = (
    "Anh/chị mang giấy hẹn đến nơi nộp, hoặc gửi phản ánh trên Cổng Dịch vụ công quốc gia."
)

# --- Reports -------------------------------------------------------------------------------------

REPORT_SOURCE: Final = "Nguồn: {title} ({locality}, {period})."
REPORT_OLD: Final = "Đây là số liệu cũ của {locality}, không phải số hiện tại."
REPORT_DOUBT: Final = "Báo cáo nguồn có thể nhầm: {finding}"
TREND_TITLE: Final = "{subject} ({locality})"
TREND_ONE: Final = "Tôi mới có số liệu này của một kỳ, chưa so được."
TREND_SEE: Final = "Xem bảng và biểu đồ"
TREND_URL: Final = "{base}/reports/{key}/trend"
TREND_CAPTION: Final = "Số liệu theo từng kỳ báo cáo"
TREND_PERIOD: Final = "Kỳ"
TREND_VALUE: Final = "Báo cáo ghi"
TREND_REPORT: Final = "Báo cáo"
TREND_WARNING: Final = "Các kỳ dài ngắn khác nhau, chỉ đặt cạnh nhau để xem, không cộng hay trừ."
TREND_BACK: Final = "Về trang hỏi đáp"
REPORT_LISTED: Final = "Báo cáo nêu"
REPORT_KINDS: Final[dict[str, str]] = {
    "shortcoming": "Hạn chế",
    "plan": "Việc sẽ làm",
    "initiative": "Mô hình, sáng kiến",
    "system": "Hệ thống, phần mềm",
}
REPORT_NO_RANKING: Final = (
    "Tôi không so sánh các địa phương bằng những báo cáo này. Chúng khác năm, khác cấp "
    "và khác cách tính, nên xếp hạng sẽ không đúng. Tôi có thể đọc số liệu của từng nơi."
)
REPORT_UNKNOWN: Final = (
    "Tôi chưa có số liệu này trong các báo cáo đã đọc. Tôi có báo cáo của: {localities}."
)

# --- The answer card -----------------------------------------------------------------------------

FACETS: Final[dict[Facet, str]] = {
    Facet.DOCUMENTS: "Giấy tờ cần mang",
    Facet.FEE: "Lệ phí",
    Facet.TIME: "Bao lâu có kết quả",
    Facet.WHERE: "Nộp ở đâu",
    Facet.ONLINE: "Nộp trên mạng",
    Facet.FORM: "Mẫu đơn, tờ khai",
    Facet.STEPS: "Các bước làm",
    Facet.REQUIREMENTS: "Điều kiện",
    Facet.LEGAL_BASIS: "Căn cứ pháp lý",
    Facet.OUTCOME: "Kết quả nhận được",
    Facet.APPLICANT: "Ai được làm",
    Facet.DEADLINE: "Hạn phải làm",
}
#: What a follow-up button sends, as a citizen would say it.
FACET_QUESTIONS: Final[dict[Facet, str]] = {
    Facet.DOCUMENTS: "cần giấy tờ gì",
    Facet.FEE: "lệ phí bao nhiêu",
    Facet.TIME: "bao lâu có kết quả",
    Facet.WHERE: "nộp ở đâu",
    Facet.ONLINE: "nộp trên mạng được không",
    Facet.FORM: "dùng mẫu đơn nào",
    Facet.STEPS: "các bước làm thế nào",
    Facet.REQUIREMENTS: "điều kiện là gì",
    Facet.LEGAL_BASIS: "căn cứ pháp lý nào",
    Facet.OUTCOME: "kết quả nhận được là gì",
    Facet.APPLICANT: "ai được làm",
    Facet.DEADLINE: "hạn phải làm là khi nào",
}
METHODS: Final[dict[Method, str]] = {
    Method.DIRECT: "nộp trực tiếp",
    Method.ONLINE: "nộp trực tuyến",
    Method.POST: "gửi bưu điện",
}
UNITS: Final[dict[Unit, str]] = {
    Unit.MINUTE: "phút",
    Unit.HOUR: "giờ",
    Unit.DAY: "ngày",
    Unit.WORKING_DAY: "ngày làm việc",
    Unit.MONTH: "tháng",
    Unit.YEAR: "năm",
    Unit.UNKNOWN: "",
}

BRING: Final = "Cần mang theo"
CASE: Final = "Trường hợp: {name}"
SHOW_ONLY: Final = "xuất trình rồi mang về"
ORIGINALS: Final = "{count} bản chính"
COPIES: Final = "{count} bản sao"
BY_FORM: Final = "theo {form}"
DOSSIER_SETS: Final = "Số bộ hồ sơ: {sets}."
MORE_PAPERS: Final = "… và {count} giấy tờ nữa, xem đủ trên Cổng Dịch vụ công quốc gia"
DOSSIER_UNSURE: Final = (
    "Danh mục giấy tờ này chưa được kiểm tra. Anh/chị hỏi lại nơi tiếp nhận trước khi đi."
)
NO_DOCUMENTS: Final = "Tôi chưa có danh mục giấy tờ của thủ tục này. Anh/chị hỏi nơi tiếp nhận."

FREE: Final = "Miễn phí{when}."
FEE_AMOUNT: Final = "{amount}{per}{when}."
FEE_PROVINCIAL: Final = (
    "{when}mức do Hội đồng nhân dân tỉnh quyết định. "
    "Tôi chưa có mức chính thức của {province}; anh/chị hỏi nơi tiếp nhận."
)
YOUR_PROVINCE: Final = "tỉnh anh/chị"
FEE_UNKNOWN: Final = (
    "Chưa có mức chính thức để tôi trả lời chắc. Anh/chị hỏi nơi tiếp nhận trước khi đi."
)
ZERO_IS_NOT_FREE: Final = "Số “0 VNĐ” trên Cổng không có nghĩa là miễn phí."
FEE_EXPIRED: Final = "Mức phí tôi có đã hết hạn ngày {day}. Anh/chị hỏi lại nơi tiếp nhận."

TIME: Final = "{amount} {unit}{when}."
TIME_FROM: Final = "Tính từ khi hồ sơ đầy đủ, đúng quy định."
TIME_UNKNOWN: Final = (
    "Nguồn không ghi rõ thời hạn, tôi không dám nói chắc. Anh/chị hỏi nơi tiếp nhận."
)

WHERE_LABEL: Final = "Nộp ở đâu: {text}"
FEE_LABEL: Final = "Lệ phí: {text}"
TIME_LABEL: Final = "Thời hạn: {text}"
DOCUMENTS_LABEL: Final = "Giấy tờ: {text}"
WHERE_COMMUNE: Final = "Nộp tại Trung tâm Phục vụ hành chính công xã, phường."
WHERE_PROVINCE: Final = (
    "Nộp tại Trung tâm Phục vụ hành chính công tỉnh, hoặc hỏi tại xã, phường nơi ở."
)
WHERE_AGENCY: Final = "Cơ quan thực hiện: {agency}."
WHERE_HERE: Final = "Nơi anh/chị hỏi nay là {place}."
WHERE_ABROAD: Final = (
    "Thủ tục trong danh mục được công bố thì nộp được ở trung tâm khác, kể cả khác tỉnh. "
    "Anh/chị hỏi nơi tiếp nhận (Nghị định 309/2026/NĐ-CP)."
)
WHERE_UNKNOWN: Final = (
    "Tôi chưa rõ nơi nhận. Anh/chị hỏi Trung tâm Phục vụ hành chính công xã, phường."
)

ONLINE_YES: Final = "Nộp được trên Cổng Dịch vụ công quốc gia (dichvucong.gov.vn) hoặc VNeID."
ONLINE_FULL: Final = "Làm trọn trên mạng được (trực tuyến toàn trình)."
ONLINE_PARTIAL: Final = "Làm trên mạng được một phần; vẫn có bước phải đến nơi."
ONLINE_NO: Final = (
    "Nguồn không ghi cách nộp trên mạng. Anh/chị nộp trực tiếp hoặc hỏi nơi tiếp nhận."
)

FORM_NONE: Final = "Tôi chưa có mẫu đơn của thủ tục này. Anh/chị lấy mẫu tại nơi tiếp nhận."
FORM_WHERE: Final = "Lấy mẫu tại nơi tiếp nhận hoặc trên Cổng Dịch vụ công quốc gia."
STEPS_NONE: Final = "Tôi chưa có các bước của thủ tục này. Anh/chị hỏi nơi tiếp nhận."
REQUIREMENTS_NONE: Final = "Nguồn không ghi điều kiện riêng."
LEGAL_NONE: Final = "Tôi chưa có căn cứ pháp lý của thủ tục này."
DECISION: Final = "Quyết định công bố: {decision}."
OUTCOME_NONE: Final = "Tôi chưa có thông tin về kết quả của thủ tục này."
APPLICANT_NONE: Final = "Nguồn không ghi rõ ai được làm."
DEADLINE_NONE: Final = "Nguồn không ghi hạn bắt buộc cho người làm thủ tục này."

NOTICE_SOURCE: Final = "{text} [{source}]"
OF_PROVINCE: Final = "Đây là thủ tục riêng của {province}."
VALID_UNTIL: Final = " (đến hết ngày {day})"
SOURCE: Final = "Nguồn: {title}. Mã thủ tục {code}. Kiểm tra ngày {day}."
SOURCE_UNDATED: Final = "Nguồn: {title}. Mã thủ tục {code}. Chưa rõ ngày kiểm tra."
STALE: Final = (
    "Thông tin kiểm tra đã hơn {days} ngày, có thể đã đổi. Anh/chị hỏi lại nơi tiếp nhận."
)
SUBMIT_ONLINE: Final = "Nộp hồ sơ trên Cổng quốc gia"
SEE_PORTAL: Final = "Xem trên Cổng quốc gia"
PORTAL_URL: Final = "https://dichvucong.gov.vn/"

# --- The chat page ------------------------------------------------------------------------------

PAGE_TITLE: Final = "Trợ lý một cửa"
PAGE_DESCRIPTION: Final = (
    "Hỏi thủ tục hành chính: cần giấy tờ gì, bao nhiêu tiền, bao lâu, nộp ở đâu."
)
UI_LOG: Final = "Cuộc trò chuyện"
UI_LABEL: Final = "Câu hỏi của anh/chị"
UI_PLACEHOLDER: Final = "Anh/chị cần làm thủ tục gì?"
UI_SEND: Final = "Gửi"
UI_WAIT: Final = "Đang tìm câu trả lời"
UI_OFFLINE: Final = "Mất kết nối. Câu hỏi vẫn còn, anh/chị bấm Thử lại."
UI_AGAIN: Final = "Thử lại"
UI_PRINT: Final = "In"
UI_HAND_OVER: Final = "Mang sang điện thoại"
HAND_OVER: Final = "Quét mã bằng điện thoại để tiếp tục. Mã dùng một lần, trong {minutes} phút."
HAND_OVER_SPENT: Final = "Mã này đã dùng hoặc quá hạn. Anh/chị lấy mã mới giúp tôi."
HAND_OVER_DONE: Final = "Đã mang cuộc trò chuyện sang máy này. Anh/chị hỏi tiếp nhé."

# --- Web -----------------------------------------------------------------------------------------

RATE_LIMITED: Final = "Anh/chị gửi hơi nhanh. Chờ khoảng {seconds} giây rồi gửi tiếp giúp tôi."
BODY_TOO_LARGE: Final = "Nội dung hoặc ảnh gửi lên lớn quá; tôi nhận nhiều nhất {limit}."
BAD_REQUEST: Final = "Yêu cầu chưa đúng mẫu: {reason}"
NOT_FOUND: Final = "Không có trang này."
