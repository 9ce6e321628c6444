"""What a citizen reads about their own data: what is kept, how to see it, how to have it erased."""

from __future__ import annotations

from typing import Final

ABOUT: Final = (
    "Tôi chỉ giữ câu hỏi đã che số riêng, dưới một bí danh, nhiều nhất {days} ngày.\n"
    "Tôi không cần số căn cước, số điện thoại hay địa chỉ nhà của anh/chị.\n"
    "Nhắn “dữ liệu của tôi” để xem, “xoá dữ liệu của tôi” để xoá hết."
)
NOTHING: Final = "Tôi chưa lưu gì về anh/chị."
STORED: Final = "Tôi đang lưu về anh/chị:"
STORED_LINE: Final = "- {what}: {count}"
COLLECT: Final = (
    "Muốn xem từng dòng, anh/chị mở {url} và nhập mã {code}.\n"
    "Mã dùng được một lần, trong {minutes} phút. Xin đừng đưa mã cho ai."
)
MAY_ERASE: Final = "Anh/chị có thể nhắn “xoá dữ liệu của tôi”."
CONFIRM_ERASE: Final = (
    "Tôi sẽ xoá mọi điều đã lưu về anh/chị, trên mọi kênh đã nối: cuộc trò chuyện, đăng ký nhận tin, phản ánh đã gửi.\n"
    "Việc này không lấy lại được. Anh/chị có chắc không?"
)
ERASE: Final = "Xoá hết"
KEEP: Final = "Thôi, giữ lại"
CONFIRMATION: Final = "đồng ý xoá dữ liệu của tôi"
KEPT: Final = "Dạ, tôi giữ nguyên, không xoá gì."
KEEPING: Final = "thôi giữ lại dữ liệu"
ERASED: Final = (
    "Tôi đã xoá xong {count} mục về anh/chị. Mã xác nhận: {receipt}.\n"
    "Mã này chỉ chứng minh việc xoá, không cho biết anh/chị là ai."
)
PAGE_TITLE: Final = "Dữ liệu của tôi"
PAGE_CODE: Final = "Mã lấy dữ liệu"
PAGE_GET: Final = "Lấy dữ liệu"
PAGE_HELP: Final = "Nhắn “dữ liệu của tôi” cho trợ lý để nhận mã."
CODE_SPENT: Final = (
    "Mã này không đúng, đã dùng, hoặc đã hết hạn. Anh/chị nhắn “dữ liệu của tôi” để nhận mã mới."
)
