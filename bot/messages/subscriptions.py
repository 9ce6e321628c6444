"""The sentences about being told of news: asking, agreeing, listing, stopping."""

from __future__ import annotations

from typing import Final

#: Grows with any change of CONSENT; stored with each consent.
CONSENT_VERSION: Final = "2026-11-21"
CONSENT: Final = "Thông báo là tự nguyện. Tôi chỉ giữ địa chỉ nhắn tin này để gửi tin. Nhắn “DỪNG” để huỷ bất cứ lúc nào."

WHICH_TOPIC: Final = "Anh/chị muốn nhận tin về việc gì?"
WHICH_PLACE: Final = (
    "Anh/chị muốn nhận tin ở xã, phường hay tỉnh nào (tên hiện nay hay tên cũ đều được)?"
)
PLACE_UNCLEAR: Final = (
    "Tôi chưa nhận ra nơi này. Anh/chị cho biết tên xã, phường và tên tỉnh giúp tôi."
)
CHOSEN: Final = "{topic} – {place}"
EVERYWHERE: Final = "cả nước"
SUBSCRIBED: Final = "Đã đăng ký chủ đề {topic} – {place}.\nNhắn “DỪNG” để huỷ bất cứ lúc nào."
ALREADY: Final = (
    "Anh/chị đã đăng ký chủ đề {topic} – {place} rồi.\nNhắn “DỪNG” để huỷ bất cứ lúc nào."
)
AGREE: Final = "Đồng ý nhận tin"
DECLINE: Final = "Thôi"
ASK_CONSENT: Final = "Anh/chị muốn nhận tin {what}, đúng không?"
AGREED: Final = "đồng ý nhận tin"
DECLINED: Final = "Dạ, tôi không đăng ký."
DECLINING: Final = "thôi không đăng ký"

WHICH_PROCEDURE: Final = "Anh/chị muốn theo dõi thủ tục nào? Anh/chị hỏi về thủ tục đó trước, rồi nhắn “theo dõi thủ tục này”."
FOLLOWING: Final = "khi thủ tục {name} ({code}) thay đổi"
FOLLOWED: Final = "Tôi sẽ báo khi lệ phí, giấy tờ, thời hạn hay nơi nộp của thủ tục {name} thay đổi.\nNhắn “DỪNG” để huỷ."
FOLLOWED_ALREADY: Final = "Anh/chị đang theo dõi thủ tục {name} rồi. Nhắn “DỪNG” để huỷ."
UNFOLLOWED: Final = "Tôi đã thôi báo về thủ tục này."
NOTHING_FOLLOWED: Final = (
    "Anh/chị không theo dõi thủ tục này. Nhắn “tôi đang nhận gì” để xem các tin đang nhận."
)

STOPPED: Final = "Đã dừng mọi tin ({count} mục) trên mọi kênh. Tôi chỉ trả lời khi anh/chị hỏi."
STOPPED_TOPIC: Final = "Đã dừng tin về {topic}."
NOTHING_TO_STOP: Final = "Anh/chị không đăng ký nhận tin nào. Tôi chỉ trả lời khi anh/chị hỏi."
LIST: Final = "Anh/chị đang nhận tin:"
LIST_LINE: Final = "- {what}"
LIST_DAILY: Final = "- {what} (gộp mỗi ngày)"
LIST_PROCEDURE: Final = "- khi thủ tục {name} ({code}) thay đổi"
LIST_DOSSIER: Final = "- khi hồ sơ đuôi {ending} thay đổi"
LIST_HOW_TO_STOP: Final = "Nhắn “DỪNG” để huỷ hết, hoặc “DỪNG tiêm chủng” để huỷ một chủ đề."
NO_LIST: Final = "Anh/chị chưa đăng ký nhận tin nào."
TOO_MANY: Final = "Anh/chị đã đăng ký quá nhiều tin. Nhắn “tôi đang nhận gì” để xem và huỷ bớt."
NOT_HERE: Final = (
    "Ở trang này tôi không nhắn lại cho anh/chị được.\n"
    "Anh/chị nhắn câu này cho tôi trên Zalo hoặc Telegram giúp tôi."
)

# --- At once, or once a day ------------------------------------------------------------------------

GATHERED: Final = (
    "Dạ, từ nay tôi gom {what} lại, mỗi ngày gửi một lần lúc {hour} giờ. Tin khẩn và tin không đợi được thì vẫn báo ngay.\n"
    "Muốn nhận từng tin như cũ, anh/chị nhắn “báo ngay”."
)
GATHERED_ALREADY: Final = "Tôi đang gom {what}, mỗi ngày gửi một lần lúc {hour} giờ rồi ạ. Muốn nhận từng tin, nhắn “báo ngay”."
AT_ONCE: Final = (
    "Dạ, từ nay có {what} là tôi báo ngay.\nMuốn nhận gộp mỗi ngày một lần, anh/chị nhắn “gom tin”."
)
AT_ONCE_REST: Final = "Tin đã gom từ trước vẫn tới lúc {hour} giờ."
AT_ONCE_ALREADY: Final = (
    "Có {what} là tôi vẫn báo ngay ạ. Muốn nhận gộp mỗi ngày một lần, nhắn “gom tin”."
)
ALL_NEWS: Final = "tin"
TOPIC_NEWS: Final = "tin về {topic}"
NOTHING_TO_GATHER: Final = "Anh/chị chưa đăng ký nhận {what}, nên chưa có gì để gom. Muốn đăng ký, anh/chị nhắn “đăng ký nhận tin”."
LIST_ALL_DAILY: Final = "Tin được gom lại, mỗi ngày gửi một lần lúc {hour} giờ. Nhắn “báo ngay” để nhận từng tin khi có."
LIST_SOME_DAILY: Final = (
    "Chủ đề có ghi “gộp mỗi ngày” thì gửi một lần lúc {hour} giờ, còn lại báo ngay khi có."
)
LIST_AT_ONCE: Final = "Có tin là tôi báo ngay. Nhắn “gom tin” để nhận gộp mỗi ngày một lần."
