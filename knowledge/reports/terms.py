"""Terms that were renamed since a report was written, with what they are called today."""

from __future__ import annotations

import re
from functools import lru_cache

_TERMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), note)
    for pattern, note in (
        (
            r"\bmức(?:\s+độ)?\s+[34]\b",
            "“Mức độ 3, 4” nay là dịch vụ công trực tuyến một phần, toàn trình (từ Nghị định 42/2022/NĐ-CP).",
        ),
        (
            r"\b(?:cấp huyện|UBND huyện|huyện, thị xã|các huyện)\b",
            "Cấp huyện kết thúc hoạt động từ 01/7/2025; thủ tục của cấp này do xã hoặc tỉnh giải quyết.",
        ),
        (
            r"\bTrung tâm (?:Giải quyết (?:thủ tục|TTHC) )?[Hh]ành chính công\b",
            "Nay là Trung tâm Phục vụ hành chính công (Nghị định 118/2025/NĐ-CP).",
        ),
        (
            r"\b(?:985/QĐ-TTg|01/2018/TT-VPCP|61/2018/NĐ-CP|107/2021/NĐ-CP)\b",
            "Cơ chế một cửa nay theo Nghị định 118/2025/NĐ-CP.",
        ),
        (
            r"\b42/2022/NĐ-CP\b",
            "Nghị định 42/2022/NĐ-CP đã bị Nghị định 224/2026/NĐ-CP bãi bỏ từ 01/7/2026.",
        ),
        (
            r"\bBộ Thông tin và Truyền thông\b|\bBTTTT\b",
            "Bộ Thông tin và Truyền thông nay hợp nhất vào Bộ Khoa học và Công nghệ.",
        ),
        (r"\bBộ Kế hoạch và Đầu tư\b", "Bộ Kế hoạch và Đầu tư nay hợp nhất vào Bộ Tài chính."),
        (
            r"\bBộ Nông nghiệp và Phát triển nông thôn\b|\bBộ Tài nguyên và Môi trường\b",
            "Nay là Bộ Nông nghiệp và Môi trường.",
        ),
        (r"/\s?63\b", "Cả nước nay có 34 tỉnh, thành phố."),
        (
            r"\bCổng (?:dịch vụ công|DVC)(?: trực tuyến)? (?:của )?tỉnh\b",
            "Cổng dịch vụ công cấp tỉnh đã đóng giao diện từ 01/7/2025; nay dùng Cổng Dịch vụ công quốc gia.",
        ),
    )
)


@lru_cache(maxsize=128)  # one sentence is asked for again by each of its facts
def notes_on(text: str) -> tuple[str, ...]:
    """Return what to know today about the terms that `text` uses."""
    return tuple(note for pattern, note in _TERMS if pattern.search(text))
