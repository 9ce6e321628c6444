"""The sentences about a CSV file an official gives us: the file itself, and lines that cannot be read."""

from __future__ import annotations

from typing import Final

TOO_BIG: Final = "Tệp lớn hơn {limit} MB. Hãy tách thành nhiều tệp nhỏ hơn."
NOT_TEXT: Final = "Tệp không phải CSV chữ UTF-8; trong Excel hãy lưu dạng “CSV UTF-8”."
EMPTY: Final = "Tệp không có dòng nào."
MISSING_COLUMNS: Final = "Thiếu cột: {columns}. Dòng đầu phải là tên cột: {all}."
TWO_COLUMNS: Final = "Hai cột cùng là “{column}”. Bỏ bớt một cột."
TOO_MANY_COLUMNS: Final = "Tệp có {count} cột, nhiều nhất là {most}. Kiểm tra lại dấu phân cách."
BROKEN_LINE: Final = "không đọc được ({reason}); từ đây trở đi chưa đọc"
TOO_MANY_CELLS: Final = "có {count} ô mà chỉ có {columns} cột"
BAD_DATE: Final = "không hiểu ngày “{date}”; ví dụ đúng: 2026-11-21 hoặc 21/11/2026"
