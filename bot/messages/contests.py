"""What is said about contests: in the chat, on the public pages, and to officials who write them."""

from __future__ import annotations

from typing import Final

OFFER: Final = "Thi tìm hiểu"
NOT_KEPT: Final = "Đây là câu thử nên tôi không mở bài thi."
NOT_AT_KIOSK: Final = (
    "Máy này dùng chung nên tôi không nhận bài thi. "
    "Anh/chị thi trên điện thoại của mình, bằng Zalo, Telegram hoặc trang web."
)
NOT_IN_GROUP: Final = (
    "Trong nhóm ai cũng thấy câu trả lời và mã bí mật. Anh/chị nhắn riêng cho tôi để dự thi."
)
NONE_OPEN: Final = "Hiện không có hội thi nào đang mở."
COMING: Final = "Sắp tới: {title}, mở lúc {opens}."
LAST: Final = "Hội thi gần đây: {title}, đã đóng lúc {closes}."
SEE_RESULTS: Final = "Kết quả hội thi"
SEE_ANSWERS: Final = "Đáp án hội thi"
WHICH: Final = "Đang có nhiều hội thi. Anh/chị muốn dự hội thi nào?"
ENTER: Final = "Dự thi số {number}"
INTRO: Final = "{title}\nĐóng lúc {closes}. Có {count} câu, mỗi người một bài."
RULES: Final = "Thể lệ"
PRIZES: Final = "Giải thưởng"
FAIR: Final = "Cách chấm"
HOW_SCORED: Final = (
    "Xếp theo số câu đúng, rồi đến thời gian.",
    "Mỗi câu có 15 giây không tính giờ, để mạng chậm không thiệt; sau đó tính theo nấc 5 giây.",
    "Mỗi câu tính nhiều nhất 2 phút. Dừng giữa chừng rồi làm tiếp cũng được.",
    "Bằng điểm, bằng giờ thì cùng hạng. Câu đã trả lời không sửa được.",
)
NICKNAME: Final = "Đặt biệt danh để bắt đầu"
ASK_NICKNAME: Final = (
    "Anh/chị đặt một biệt danh để hiện trên bảng xếp hạng, từ 2 đến 24 ký tự. "
    "Xin đừng dùng số điện thoại hay số giấy tờ. Gửi biệt danh là bắt đầu làm bài."
)
CONSENT: Final = (
    "Tôi giữ biệt danh và bài làm một năm để xếp hạng. Gõ “xoá dữ liệu của tôi” để xoá."
)
ON_PAGE: Final = (
    "Trên trang web, bài thi chưa được xếp hạng. "
    "Muốn xếp hạng, anh/chị gõ “liên kết kênh” để nối với Zalo hoặc Telegram, trước hay sau khi thi."
)
#: What is wrong with a nickname → what to say.
BAD_NICKNAME: Final[dict[str, str]] = {
    "length": "Biệt danh dài từ 2 đến 24 ký tự ạ. Anh/chị đặt lại giúp tôi.",
    "signs": "Biệt danh chỉ gồm chữ, số, dấu cách, chấm, gạch. Anh/chị đặt lại giúp tôi.",
    "personal": "Biệt danh này có số giống số riêng của một người. Anh/chị đặt tên khác giúp tôi.",
    "office": "Biệt danh này dễ nhầm với cơ quan hay ban tổ chức. Anh/chị đặt tên khác giúp tôi.",
    "rude": "Biệt danh này chưa phù hợp để hiện công khai. Anh/chị đặt tên khác giúp tôi.",
    "taken": "Đã có người dùng biệt danh này. Anh/chị đặt tên khác giúp tôi.",
}
QUESTION: Final = "Câu {number}/{count}. {text}"
PRESSED: Final = "câu {number}: {choice}"
CHOOSE: Final = "Anh/chị chọn một số từ 1 đến {last} giúp tôi. Câu này chưa được tính."
NO_CHANGE: Final = "Câu đã trả lời không sửa được, để công bằng cho mọi người."
NO_SKIP: Final = "Câu nào cũng cần trả lời. Không chắc thì anh/chị chọn phương án thấy hợp lý nhất."
ANSWERED_ELSEWHERE: Final = "Câu đó đã được trả lời rồi. Đây là câu đang chờ:"
PAUSE: Final = "Dừng lại"
PAUSED: Final = "Bài thi đã được giữ, còn {left} câu. Gõ “tiếp tục thi” trước {closes} để làm tiếp."
RESUME_TITLE: Final = "Bài thi đang làm dở"
RESUME: Final = "Còn {left} câu, đóng lúc {closes}. Gõ “tiếp tục thi” để làm tiếp."
CLOSED: Final = (
    "{title} đã đóng lúc {closes}, không nhận trả lời nữa. Bài chưa xong thì không xếp hạng."
)
DONE: Final = "Anh/chị đã làm xong bài thi “{title}”, biệt danh {nickname}."
ALREADY: Final = "Mỗi người một bài. Anh/chị đã làm xong bài thi “{title}”, biệt danh {nickname}."
RECEIPT: Final = "Mã bài thi: {code}\nMã bí mật: {secret}"
KEEP_RECEIPT: Final = (
    "Giữ hai mã này để in giấy chứng nhận và nhận giải. Đừng đưa mã cho người khác."
)
CERTIFICATE_AT: Final = "In giấy chứng nhận tại trang {url}."
SCORE: Final = "Đúng {score}/{count} câu, thời gian tính {seconds} giây."
PLACE: Final = "Hạng {place} trong {ranked} bài được xếp hạng."
NOT_RANKED: Final = "Bài này chưa được xếp hạng vì chưa nối với Zalo hoặc Telegram."
LATER: Final = "Điểm, bảng xếp hạng và đáp án có sau khi hội thi đóng lúc {closes}."
UNFINISHED: Final = "Anh/chị chưa làm xong bài nên không có điểm."
NO_ENTRY: Final = "Anh/chị chưa dự hội thi nào. Gõ “thi tìm hiểu” để xem hội thi đang mở."
RENEWED: Final = "Mã bí mật mới, thay mã cũ."
ANSWER_TITLE: Final = "Câu {number}. {text}"
ANSWER_RIGHT: Final = "Đáp án: {choice}"
ANSWER_YOURS: Final = "Anh/chị đã chọn: {choice}"
ANSWER_SOURCE: Final = "Nguồn: {source}"
MORE_ANSWERS: Final = "Xem tất cả câu, đáp án và giải thích tại trang {url}."
TOP: Final = "Bảng xếp hạng"
TOP_LINE: Final = "{place}. {nickname}: {score}/{count} câu, {seconds} giây"

# --- The public pages ------------------------------------------------------------------------------

PUBLIC_TITLE: Final = "Hội thi tìm hiểu thủ tục và cải cách hành chính"
PUBLIC_LEAD: Final = "Thi ngay trong khung chat: gõ “thi tìm hiểu”. Mỗi người một bài."
PUBLIC_NONE: Final = "Chưa có hội thi nào."
PUBLIC_OPEN: Final = "Đang mở đến {closes}"
PUBLIC_COMING: Final = "Mở lúc {opens}"
PUBLIC_OVER: Final = "Đã đóng lúc {closes}"
PUBLIC_STOPPED: Final = "Ban tổ chức đã dừng hội thi: {note}"
PUBLIC_ENTER: Final = "Vào thi"
PUBLIC_MORE: Final = "Thể lệ, bảng xếp hạng: {title}"
PUBLIC_COUNTS: Final = "{started} người đã vào thi, {finished} người đã nộp bài."
PUBLIC_PLACE: Final = "Hạng"
PUBLIC_NICKNAME: Final = "Biệt danh"
PUBLIC_SCORE: Final = "Đúng"
PUBLIC_SECONDS: Final = "Giây"
PUBLIC_NO_RANKING: Final = "Chưa có bài nào được xếp hạng."
PUBLIC_ANSWERS: Final = "Câu hỏi, đáp án và nguồn"
PUBLIC_BACK: Final = "Về trang hỏi đáp"
PUBLIC_ALL: Final = "Mọi hội thi"
CERTIFICATE_TITLE: Final = "Giấy chứng nhận dự thi"
CERTIFICATE_LEAD: Final = (
    "Gõ hai mã nhận được khi nộp bài. Tên chỉ dùng để in ngay bây giờ, không được lưu."
)
CERTIFICATE_CODE: Final = "Mã bài thi"
CERTIFICATE_SECOND: Final = "Mã bí mật"
CERTIFICATE_NAME: Final = "Tên ghi trên giấy (bỏ trống thì ghi biệt danh)"
CERTIFICATE_SHOW: Final = "Mở giấy chứng nhận"
CERTIFICATE_WRONG: Final = "Hai mã này không khớp. Anh/chị xem lại từng ký tự giúp tôi."
CERTIFICATE_TOO_OFTEN: Final = "Mã này đã bị thử sai nhiều lần. Anh/chị thử lại sau một giờ."
CERTIFICATE_NAMED: Final = "Chứng nhận"
CERTIFICATE_TEXT: Final = "đã hoàn thành bài thi"
CERTIFICATE_DAY: Final = "Nộp bài ngày {day}. Mã bài thi {code}."
CERTIFICATE_PRINT: Final = "Dùng lệnh In của trình duyệt để in trang này."
CERTIFICATE_MACHINE: Final = (
    "Giấy do trợ lý tự động lập, không thay giấy khen hay văn bằng của cơ quan."
)
CERTIFICATE_BACK: Final = "Giấy khác"

# --- For officials ---------------------------------------------------------------------------------

STATUSES: Final[dict[str, str]] = {
    "draft": "bản nháp",
    "in_review": "chờ duyệt",
    "approved": "đã duyệt",
    "stopped": "đã dừng",
}
PARTS: Final[dict[str, str]] = {
    "text": "Câu hỏi",
    "choice": "Phương án",
    "explanation": "Giải thích",
    "source": "Nguồn",
}
NO_TITLE: Final = "Hãy đặt tên hội thi."
NO_RULES: Final = "Hãy ghi thể lệ."
CLOSES_FIRST: Final = "Giờ đóng phải sau giờ mở."
CLOSES_PAST: Final = "Giờ đóng đã qua. Hãy chọn giờ khác."
TOO_LONG_OPEN: Final = "Hội thi mở quá sáu tháng. Hãy xem lại năm."
BAD_MOMENT: Final = "{what} “{said}” không đúng. Ví dụ: 2026-12-01T08:00."
NO_QUESTIONS: Final = "Chưa có câu hỏi nào."
IN_QUESTION: Final = "Câu {number}: {why}"
IN_ROW: Final = "Dòng {number}: {why}"
SAME_QUESTIONS: Final = "Có hai câu hỏi giống nhau."
NO_TEXT: Final = "Hãy ghi câu hỏi."
CHOICES_COUNT: Final = "Cần từ {least} đến {most} phương án, không để trống ở giữa."
SAME_CHOICES: Final = "Có phương án trùng nhau hoặc để trống."
NO_RIGHT: Final = "Hãy chọn đáp án đúng trong các phương án."
NO_EXPLANATION: Final = "Hãy ghi giải thích cho đáp án."
NO_SOURCE: Final = "Hãy ghi nguồn: văn bản, điều, khoản."
TOO_LONG: Final = "{part} dài quá {limit} ký tự."
TOO_MANY_QUESTIONS: Final = "Một hội thi có nhiều nhất {most} câu."
EMPTY_FILE: Final = "Tệp không có câu hỏi nào dưới dòng tiêu đề."
NO_HEADINGS: Final = "Không thấy dòng tiêu đề. Cần các cột: {columns}."
NOT_NOW: Final = "Không làm được: hội thi đang ở trạng thái {status}."
NOT_OPEN: Final = "Chỉ dừng được hội thi đang mở."
NO_REASON: Final = "Hãy ghi lý do."
SECOND_PERSON: Final = "Người soạn không tự duyệt. Hãy nhờ người khác có vai trò duyệt."
