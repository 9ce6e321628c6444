"""What is said when a citizen joins two of their own channels, or takes them apart."""

from __future__ import annotations

from typing import Final

CODE: Final = (
    "Mã nối kênh của anh/chị: {code}\n"
    "Anh/chị mở kênh kia (Zalo, Telegram hoặc trang web) và gửi mã này cho tôi. "
    "Mã dùng một lần, trong {minutes} phút. Đừng đưa mã cho người khác."
)
LINKED: Final = (
    "Đã nối {here} với {there}. Tin đăng ký, phản ánh, việc theo dõi và chuyện đang hỏi nay dùng chung. "
    "Muốn thôi, anh/chị gõ “bỏ liên kết”."
)
OFFICIAL_LINKED: Final = (
    "Chào {name}. Kênh này đã nối với tài khoản cán bộ của anh/chị.\n"
    "/thongke: số liệu · /duyet: việc chờ duyệt · /cauhoi: câu chưa trả lời."
)
WRONG_CODE: Final = (
    "Mã này không đúng, đã dùng hoặc quá hạn. "
    "Anh/chị gõ “liên kết kênh” ở kênh kia để lấy mã mới giúp tôi."
)
TOO_MANY: Final = "Mã đã sai nhiều lần. Anh/chị chờ {minutes} phút rồi lấy mã mới giúp tôi."
SAME_CHAT: Final = "Mã này để gửi ở kênh kia. Lấy mã ở đâu thì anh/chị gửi mã ở kênh còn lại."
ALREADY: Final = "Hai kênh này đã nối với nhau rồi."
UNLINKED: Final = (
    "Đã tách kênh này ra riêng. Những gì đã đăng ký vẫn ở kênh kia, ở đây không còn thấy nữa."
)
NOT_LINKED: Final = "Kênh này chưa nối với kênh nào. Muốn nối, anh/chị gõ “liên kết kênh”."
NOT_HERE: Final = (
    "Ở đây tôi không nối kênh được. "
    "Anh/chị nhắn trong Zalo, Telegram hoặc trang web trên máy của mình giúp tôi."
)
CHANNELS: Final[dict[str, str]] = {
    "telegram": "Telegram",
    "zalo_oa": "Zalo",
    "zalo_bot": "Zalo Bot",
    "web": "trang web",
    "console": "máy này",
}
NOT_IN_GROUP: Final = (
    "Nối kênh chỉ làm khi trò chuyện riêng, vì trong nhóm ai cũng đọc được. "
    "Anh/chị nhắn riêng cho tôi “liên kết kênh” nhé."
)
SEEN_IN_GROUP: Final = (
    "Mã gửi trong nhóm thì người khác cũng thấy, nên tôi huỷ mã này rồi. "
    "Anh/chị nhắn riêng cho tôi “liên kết kênh” để lấy mã mới nhé."
)
