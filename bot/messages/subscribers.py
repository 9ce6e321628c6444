"""The sentences about a sheet of subscribers: what is wrong with it or with a line of it."""

from __future__ import annotations

from typing import Final

# --- The file --------------------------------------------------------------------------------------

TOO_BIG: Final = "Tệp lớn hơn {limit} MB. Hãy tách thành nhiều tệp nhỏ hơn."
NOT_TEXT: Final = "Tệp không phải CSV chữ UTF-8; trong Excel hãy lưu dạng “CSV UTF-8”."
EMPTY: Final = "Tệp không có dòng nào."
MISSING_COLUMNS: Final = "Thiếu cột: {columns}. Dòng đầu phải là tên cột: {all}."
TWO_COLUMNS: Final = "Hai cột cùng là “{column}”. Bỏ bớt một cột."
TOO_MANY_COLUMNS: Final = "Tệp có {count} cột, nhiều nhất là {most}. Kiểm tra lại dấu phân cách."

# --- A line ----------------------------------------------------------------------------------------

BROKEN_LINE: Final = "không đọc được ({reason}); từ đây trở đi chưa đọc"
TOO_MANY_CELLS: Final = "có {count} ô mà chỉ có {columns} cột"
UNKNOWN_CHANNEL: Final = "không có kênh “{channel}”; có: {channels}"
BAD_ADDRESS: Final = "địa chỉ “{address}” không đúng với kênh {channel}"
NO_TOPIC: Final = "chưa ghi chủ đề"
UNKNOWN_TOPIC: Final = "không có chủ đề “{topic}”; có: {topics}"
NO_PLACE: Final = "chưa ghi nơi; muốn mọi nơi thì ghi “{everywhere}”"
NO_DATE: Final = "chưa ghi ngày đồng ý"
BAD_DATE: Final = "không hiểu ngày “{date}”; ví dụ đúng: 2026-11-21 hoặc 21/11/2026"
FUTURE_DATE: Final = "ngày đồng ý {date} chưa tới"
OLD_DATE: Final = "ngày đồng ý {date} đã quá {days} ngày; hãy hỏi lại người dân"
