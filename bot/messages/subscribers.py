"""What may be wrong with a line of a sheet of subscribers."""

from __future__ import annotations

from typing import Final

UNKNOWN_CHANNEL: Final = "không có kênh “{channel}”; có: {channels}"
BAD_ADDRESS: Final = "địa chỉ “{address}” không đúng với kênh {channel}"
NO_TOPIC: Final = "chưa ghi chủ đề"
UNKNOWN_TOPIC: Final = "không có chủ đề “{topic}”; có: {topics}"
NO_PLACE: Final = "chưa ghi nơi; muốn mọi nơi thì ghi “{everywhere}”"
UNKNOWN_HOW: Final = (
    "cách nhận “{how}” không hiểu được; ghi “báo ngay” hoặc “gộp mỗi ngày”, hay bỏ trống"
)
NO_DATE: Final = "chưa ghi ngày đồng ý"
FUTURE_DATE: Final = "ngày đồng ý {date} chưa tới"
OLD_DATE: Final = "ngày đồng ý {date} đã quá {days} ngày; hãy hỏi lại người dân"
