"""What officials read of an import: statuses, outcomes, and each kind of problem in a few words."""

from __future__ import annotations

from typing import Final

from bot.models import JobStatus, RowOutcome, RowState
from knowledge.importing.problems import Trap

JOB_STATUS: Final = {
    JobStatus.WAITING: "chờ đọc",
    JobStatus.READING: "đang đọc",
    JobStatus.READY: "đọc xong, chờ quyết định",
    JobStatus.SAVING: "đang nhận",
    JobStatus.DONE: "xong",
    JobStatus.FAILED: "không đọc được",
    JobStatus.CANCELLED: "đã đóng",
}
OUTCOMES: Final = {
    RowOutcome.NEW: "mới",
    RowOutcome.CHANGED: "thay đổi",
    RowOutcome.UNCHANGED: "như cũ",
    RowOutcome.REMOVED: "không còn trong tệp",
    RowOutcome.REFUSED: "bị từ chối",
}
ROW_STATES: Final = {
    RowState.OPEN: "chưa quyết định",
    RowState.TO_SAVE: "đang lưu nháp",
    RowState.TO_PUBLISH: "đang công bố",
    RowState.SAVED: "đã lưu nháp",
    RowState.PUBLISHED: "đã công bố",
    RowState.FAILED: "chưa nhận được",
}
PROBLEMS: Final = {
    Trap.NO_UNIT: "thời hạn không có đơn vị",
    Trap.NO_NUMBER: "thời hạn không có số",
    Trap.TIME_CONFLICT: "thời hạn trái với mô tả",
    Trap.SEVERAL_TIMES: "nhiều thời hạn, không rõ khi nào",
    Trap.ZERO_FEE: "phí ghi 0 đồng",
    Trap.ZERO_FEE_WITH_NOTE: "phí 0 đồng nhưng ghi chú khác",
    Trap.SMALL_FEE: "phí nhỏ bất thường",
    Trap.UNSPLIT_FEE: "nhiều khoản phí dính nhau",
    Trap.FEE_CONFLICT: "số phí trái với ghi chú",
    Trap.SEVERAL_FEES: "nhiều mức phí, không rõ khi nào",
    Trap.PROVINCIAL_FEE: "phí do tỉnh quy định",
    Trap.FEE_IN_TEXT: "phí chỉ dẫn sang văn bản",
    Trap.FEE_EXPIRED: "mức phí đã hết hạn",
    Trap.HUGE_FEE: "phí lớn bất thường",
    Trap.ABOLISHED_BODY: "nhắc cơ quan đã bỏ",
    Trap.CLOSED_PORTAL: "nhắc cổng đã đóng",
    Trap.REPEALED_LAW: "căn cứ đã hết hiệu lực",
    Trap.GARBLED_TEXT: "chữ bị hỏng",
    Trap.WRONG_DOSSIER: "hồ sơ sai đã biết",
    Trap.WRONG_DECISION: "quyết định sai đã biết",
    Trap.NO_DOSSIER: "thiếu thành phần hồ sơ",
    Trap.NO_LEVEL: "thiếu cấp thực hiện",
    Trap.PROVINCE_UNKNOWN: "không rõ của tỉnh nào",
    Trap.DUPLICATE_TITLE: "trùng tên thủ tục khác",
    Trap.SHOUTED_TITLE: "tên viết hoa toàn bộ",
    Trap.TOO_LONG: "văn bản bị cắt bớt",
    Trap.WRONG_TYPE: "sai kiểu dữ liệu",
}
