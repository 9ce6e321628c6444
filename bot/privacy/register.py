"""What is kept about people, why, how long and how it is found again: one entry for each table.

Erasing, collecting, nightly deletion and the record of processing (Luật Bảo vệ dữ liệu cá nhân
91/2025/QH15) all read this list, and a test holds it equal to the tables there are. So a table added
without saying what it keeps of people does not pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class FoundBy(StrEnum):
    """How the rows about one person are found."""

    PERSON = "person_id"
    ADDRESS = "channel, address"
    PSEUDONYM = "who"
    TURN = "turn_id"
    """Through the turn it is about."""
    NOBODY = ""
    """The rows are about nobody who talks with us."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What one table keeps. `what` and `why` are read by citizens and inspectors."""

    table: str
    what: str
    why: str
    found_by: FoundBy = FoundBy.NOBODY
    keep: timedelta | None = None
    """How long; None = until it is erased or replaced, as `until` says."""
    since: str = ""
    """Column from which `keep` is counted."""
    until: str = ""
    """When the rows go, where that is no number of days."""
    or_since: str = ""
    """Column that counts while `since` is empty; "" = such rows stay."""
    counted: bool = False
    """Whether figures keep how many there were (bot.privacy.counts)."""
    hidden: tuple[str, ...] = ()
    """Columns no export shows: hashes and things of the machine."""


_DAY = timedelta(days=1)


def _machine(table: str, what: str) -> Holding:
    """Return the entry of a table about nobody who talks with us."""
    return Holding(table, what, "vận hành", until="không có dữ liệu cá nhân của người dân")


#: One entry a table, in the order they are erased: what points at others goes first.
HOLDINGS: Final[tuple[Holding, ...]] = (
    Holding(
        "accepted",
        "Tin nhắn vừa nhận, đang chờ trả lời",
        "không mất, không trả lời hai lần",
        until="lời nhắn bị xóa ngay khi đã trả lời; mã chống trùng không gắn với ai, giữ 48 giờ",
    ),
    Holding(
        "data_ticket",
        "Mã lấy dữ liệu của chính mình",
        "trả dữ liệu cho người yêu cầu",
        FoundBy.ADDRESS,
        timedelta(0),
        "expires_at",
        hidden=("code_hash",),
    ),
    Holding(
        "link_code",
        "Mã nối các kênh của một người",
        "nối kênh khi người dân yêu cầu",
        FoundBy.PERSON,
        timedelta(0),
        "expires_at",
        hidden=("code_hash",),
    ),
    Holding(
        "link_guess",
        "Lần gõ sai mã nối kênh",
        "không cho dò mã của người khác",
        FoundBy.ADDRESS,
        timedelta(hours=1),
        "at",
    ),
    Holding(
        "delivery",
        "Tin đã gửi tới kênh nào, lúc nào, có tới nơi không",
        "không gửi trùng, gửi lại khi lỗi, báo kết quả",
        FoundBy.PERSON,
        180 * _DAY,
        "done_at",
        hidden=("lease_until", "owner"),
    ),
    Holding(
        "gathered",
        "Tin gom lại cho bản tin gộp trong ngày, đã gửi trong bản tin nào",
        "gửi mỗi ngày một tin như đã xin; đính chính tới đúng người đã nhận",
        FoundBy.PERSON,
        180 * _DAY,
        "at",
    ),
    Holding(
        "subscription",
        "Chủ đề và nơi đã đăng ký nhận tin, báo ngay hay gộp mỗi ngày, kèm lời đồng ý",
        "gửi tin đã đăng ký; chứng minh sự đồng ý",
        FoundBy.PERSON,
        730 * _DAY,
        "ended_at",
    ),
    Holding(
        "procedure_follow",
        "Thủ tục đang theo dõi, kèm lời đồng ý",
        "báo khi thủ tục thay đổi; chứng minh sự đồng ý",
        FoundBy.PERSON,
        730 * _DAY,
        "ended_at",
    ),
    Holding(
        "dossier_watch",
        "Hồ sơ được yêu cầu báo khi thay đổi (bốn số cuối, mã băm), kèm lời đồng ý",
        "báo khi hồ sơ thay đổi; chứng minh sự đồng ý",
        FoundBy.PERSON,
        730 * _DAY,
        "ended_at",
        hidden=("code_name", "handle", "known"),
    ),
    Holding(
        "notice",
        "Tin báo riêng: trả lời phản ánh, lời cán bộ, hồ sơ thay đổi",
        "gửi tin mà người dân đang chờ, không gửi trùng",
        FoundBy.PERSON,
        90 * _DAY,
        "created_at",
    ),
    Holding(
        "thread_message",
        "Lời người dân và cán bộ nói với nhau, đã che số riêng",
        "trả lời đúng việc; xem lại khi có thắc mắc",
        until="cùng lúc với cuộc nói chuyện",
    ),
    Holding(
        "thread",
        "Cuộc nói chuyện với cán bộ: lúc nào, nơi nào, ai nhận",
        "chuyển lời hai bên",
        FoundBy.PERSON,
        180 * _DAY,
        "last_at",
    ),
    Holding(
        "petition_photo",
        "Ảnh kèm phản ánh, đã bỏ nơi chụp và máy chụp",
        "xử lý phản ánh",
        until="cùng lúc với phản ánh hoặc bản viết dở",
        hidden=("content",),
    ),
    Holding(
        "petition_event",
        "Các bước xử lý và ghi chú nội bộ của phản ánh",
        "quy trách nhiệm xử lý",
        until="cùng lúc với phản ánh",
    ),
    Holding(
        "petition_answer",
        "Các bản trả lời phản ánh do cán bộ soạn, duyệt",
        "trả lời có người duyệt",
        until="cùng lúc với phản ánh",
    ),
    Holding(
        "petition_draft",
        "Phản ánh đang viết dở",
        "viết tiếp khi bị ngắt giữa chừng",
        FoundBy.ADDRESS,
        timedelta(0),
        "expires_at",
    ),
    Holding(
        "petition",
        "Phản ánh, kiến nghị đã gửi (số riêng đã che), liên hệ nếu để lại, kết quả xử lý",
        "xử lý và trả lời phản ánh; thống kê",
        FoundBy.PERSON,
        1_095 * _DAY,
        "closed_at",
        or_since="due_on",
        counted=True,
        hidden=("secret_hash", "fingerprint"),
    ),
    Holding(
        "survey_draft",
        "Phiếu khảo sát đang làm dở",
        "làm tiếp khi bị ngắt giữa chừng",
        FoundBy.ADDRESS,
        timedelta(0),
        "expires_at",
    ),
    Holding(
        "survey_answer",
        "Điểm hài lòng sau lần đi làm thủ tục: nơi, lĩnh vực, tháng, góp ý đã che số riêng",
        "chỉ số hài lòng; mỗi người một phiếu",
        FoundBy.PERSON,
        1_095 * _DAY,
        "at",
        hidden=("who",),
    ),
    Holding(
        "contest_entry",
        "Bài dự thi: biệt danh, câu đã trả lời, thời gian làm, điểm",
        "chấm điểm, xếp hạng, in giấy chứng nhận; mỗi người một bài",
        FoundBy.PERSON,
        365 * _DAY,
        "started_at",
        hidden=("who", "seed", "secret_hash"),
    ),
    Holding(
        "feedback",
        "Đánh giá 👍/👎 một câu trả lời, lý do và góp ý đã che số riêng",
        "sửa câu trả lời sai",
        FoundBy.TURN,
        730 * _DAY,
        "at",
    ),
    Holding(
        "turn",
        "Câu hỏi đã che số riêng, dưới bí danh, và việc trả lời ra sao",
        "sửa câu trả lời sai, thống kê",
        FoundBy.PSEUDONYM,
        365 * _DAY,
        "at",
        hidden=("who",),
    ),
    Holding(
        "chat",
        "Chủ đề, nơi ở (xã, tỉnh) và lựa chọn đang nói dở",
        "hiểu câu hỏi tiếp theo",
        FoundBy.ADDRESS,
        timedelta(0),
        "expires_at",
    ),
    Holding(
        "contact",
        "Địa chỉ trên kênh nhắn tin và lần nhắn gần nhất",
        "gửi câu trả lời và tin đã đăng ký",
        FoundBy.PERSON,
        730 * _DAY,
        "last_seen_at",
    ),
    Holding(
        "person",
        "Số hiệu nội bộ nối các kênh của một người",
        "giữ đăng ký và phản ánh của người dân chung một chỗ",
        FoundBy.PERSON,
        until="khi người dân yêu cầu xoá, hoặc khi không còn kênh nào",
    ),
    Holding(
        "hand_over",
        "Cuộc trò chuyện đang chuyển sang máy khác bằng mã QR",
        "tiếp tục trên điện thoại",
        keep=timedelta(0),
        since="expires_at",
    ),
    Holding(
        "dossier",
        "Tình trạng hồ sơ cơ quan nạp lên; mã hồ sơ và mã tra cứu chỉ giữ dạng băm",
        "trả lời người có cả hai mã in trên giấy tiếp nhận",
        keep=timedelta(0),
        since="expires_at",
        hidden=("code_name", "secret_seal"),
    ),
    Holding(
        "dossier_load",
        "Mỗi lần nạp tình trạng hồ sơ: tên tệp, ai nạp, bao nhiêu dòng",
        "quy trách nhiệm, biết dữ liệu cũ mới",
        keep=180 * _DAY,
        since="expires_at",
    ),
    Holding(
        "missed_question",
        "Câu chưa trả lời được, đã che số riêng, không kèm ai hỏi",
        "bổ sung kiến thức",
        keep=365 * _DAY,
        since="last_at",
    ),
    Holding(
        "erasure",
        "Ngày xoá và số dòng đã xoá; không ghi của ai",
        "chứng minh đã xoá",
        until="giữ lại làm bằng chứng",
    ),
    Holding(
        "retention_run",
        "Số dòng xoá mỗi đêm",
        "báo cáo việc xoá định kỳ",
        keep=1_095 * _DAY,
        since="at",
    ),
    Holding(
        "official_session",
        "Phiên đăng nhập của cán bộ: địa chỉ mạng, trình duyệt",
        "cán bộ đăng nhập; đóng phiên lạ",
        keep=timedelta(0),
        since="expires_at",
        hidden=("token_hash",),
    ),
    Holding(
        "api_token",
        "Mã để chương trình làm việc thay cán bộ: quyền, hạn, lần dùng gần nhất từ địa chỉ mạng nào",
        "cán bộ cho chương trình làm thay; thu hồi mã lạ",
        keep=365 * _DAY,
        since="expires_at",
        hidden=("secret_hash",),
    ),
    Holding(
        "official_chat",
        "Kênh nhắn tin mà cán bộ đã nối để làm việc",
        "cán bộ xem số liệu, duyệt bài trong tin nhắn",
        FoundBy.ADDRESS,
        timedelta(0),
        "expires_at",
    ),
    Holding(
        "official_chat_code",
        "Mã nối kênh của cán bộ, chỉ giữ dạng băm",
        "nối kênh khi cán bộ yêu cầu",
        keep=timedelta(0),
        since="expires_at",
        hidden=("code_hash",),
    ),
    Holding(
        "login_failure",
        "Số lần sai mật khẩu của một tài khoản hay địa chỉ mạng",
        "chặn dò mật khẩu",
        keep=_DAY,
        since="last_at",
    ),
    Holding(
        "official",
        "Tên đăng nhập, họ tên, vai trò của cán bộ; mật khẩu chỉ giữ dạng băm",
        "phân quyền và quy trách nhiệm",
        until="cán bộ thôi việc thì khóa, tên còn trong nhật ký",
        hidden=("password_hash", "totp_secret", "recovery_hashes", "reset_hash"),
    ),
    Holding(
        "audit_entry",
        "Cán bộ nào làm gì, lúc nào, từ đâu, trước và sau",
        "quy trách nhiệm; chỉ ghi thêm, không sửa xóa được",
        until="không xóa: xóa một dòng là đứt chuỗi băm",
    ),
    Holding(
        "attempt",
        "Số lần thử mã bí mật, chỉ giữ dạng băm",
        "chặn dò mã",
        keep=timedelta(0),
        since="until",
    ),
    _machine("petition_route", "Đơn vị nhận phản ánh theo nơi và lĩnh vực"),
    _machine("contest_question", "Câu hỏi, đáp án của hội thi"),
    _machine("contest", "Hội thi do cán bộ soạn và duyệt"),
    _machine(
        "daily_count", "Số câu hỏi mỗi ngày theo giờ, kênh, tỉnh, thủ tục; số phản ánh đã xoá"
    ),
    _machine("kill_switch", "Kênh đang tạm ngừng và câu báo cho người dân"),
    _machine("announcement", "Thông báo do cán bộ viết và duyệt"),
    _machine("feed", "Nguồn tin của cổng thông tin được đọc"),
    _machine("run", "Mỗi lần gửi một thông báo"),
    _machine("chunk", "Phần việc của một lần gửi"),
    _machine("recall", "Thông báo đang thu hồi, thu hồi được bao nhiêu"),
    _machine("rate_limit", "Nhịp gửi cho phép của mỗi kênh"),
    _machine("chat_turn", "Lúc mỗi cuộc trò chuyện được nhắn tiếp, vài phút rồi xoá"),
    _machine("scheduled_job", "Việc hẹn giờ đã chạy"),
    _machine("zalo_token", "Khóa truy cập Zalo của cơ quan"),
    _machine("import_row", "Từng dòng của tệp thủ tục đã nạp, chờ cán bộ quyết định"),
    _machine("import_job", "Tệp thủ tục, báo cáo cán bộ tải lên và kết quả đọc"),
    _machine("leader", "Tiến trình đang giữ việc hẹn giờ"),
)
