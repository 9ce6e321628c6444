"""The record of processing that Luật 91/2025/QH15 asks for, written from the register itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.privacy.register import HOLDINGS, FoundBy, Holding

_HEAD: Final = """# Hồ sơ hoạt động xử lý dữ liệu cá nhân

Trang này do `motcua privacy record` sinh ra từ `bot/privacy/register.py`, nơi việc xoá theo hạn cũng đọc.
Số căn cước, số điện thoại, thư điện tử, số thẻ, mã hồ sơ, biển số và địa chỉ nhà được che trước khi ghi câu hỏi.
Người dân nhắn “dữ liệu của tôi” để xem và “xoá dữ liệu của tôi” để xoá, trên mọi kênh đã nối.
"""
_FOUND: Final = {
    FoundBy.PERSON: "người",
    FoundBy.ADDRESS: "địa chỉ kênh",
    FoundBy.PSEUDONYM: "bí danh",
    FoundBy.TURN: "lượt hỏi",
}


def as_markdown() -> str:
    """Return the record: one line for each table that is about people, then the others' names."""
    lines = [
        _HEAD,
        "| Bảng | Dữ liệu | Mục đích | Tìm theo | Giữ bao lâu |",
        "|---|---|---|---|---|",
    ]
    about = [one for one in HOLDINGS if one.found_by is not FoundBy.NOBODY]
    lines += [
        f"| `{one.table}` | {one.what} | {one.why} | {_FOUND[one.found_by]} | {_how_long(one)} |"
        for one in about
    ]
    lines += ["", "Không gắn với người dân nào:", ""]
    lines += [
        f"- `{one.table}`: {one.what} ({_how_long(one)})" for one in HOLDINGS if one not in about
    ]
    return "\n".join(lines) + "\n"


def _how_long(holding: Holding) -> str:
    if holding.keep is None:
        return holding.until
    if holding.keep == timedelta(0):
        return "tới khi hết hạn"
    return f"{holding.keep.days} ngày"
