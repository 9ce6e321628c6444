"""Leaves people out: a report's facts need no one's name."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge.reports.letters import LOWER, UPPER

_SURNAMES = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Nông|Lò|Vàng|Giàng|Thào|Sùng|Hầu|Lù"
    "|Đinh|Trương|Trịnh|Lâm|Mai|Tô|Hà|Cao|Chu|Đoàn|Đào|Lương|Tạ|Quách|Thạch|Kim|Danh|Sơn|Hứa|Triệu|Bế|Hoàng|Ma|Cà"
    "|Quàng|Tòng|Vi|Lưu|Tống|Thái|Diệp|Từ|Châu|Kiều|La|Mạc|Nghiêm|Phùng|Tăng|Ung|Văn|Vương|Y|H’"
)
_PART = rf"[{UPPER}][{LOWER}]+"
_ROLE = (
    r"(?:[Đđ]ồng chí|đ/c|Đ/c|[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|(?:Phó |phó )?(?:Bí thư|Chủ tịch|Giám đốc|Chánh Văn phòng|"
    r"Trưởng phòng|Trưởng ban|Chủ nhiệm|Cục trưởng|Vụ trưởng|Bộ trưởng|Thủ tướng|Phóng viên|Tác giả|Bài|Ảnh)"
    r"(?:[^\n.;,:()]{0,60}?))[\s:]+"
)
_WITH_ROLE = re.compile(rf"({_ROLE})((?:{_SURNAMES})(?: {_PART}){{1,4}})(?=[\s,.;:()–-]|$)")
_FULL = re.compile(
    r"(?<![\w“\"])(?<!đường )(?<!phố )(?<!Đường )(?<!trường )(?<!huyện )(?<!tỉnh )(?<!xã )(?<!phường )(?<!quận )"
    r"((?:Nguyễn|Trần|Lê|Phạm|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Ngô|Trương|Trịnh|Đinh|Nông)"
    rf"(?: {_PART}){{2,3}})(?![\w])"
)
#: A line that is nothing but one to three names: the signature of an article.
_SIGNATURE = re.compile(
    rf"^\W*(?:(?:Tin|Bài|Ảnh|Tác giả|Thực hiện|Tin, ảnh|Bài, ảnh|Bài và ảnh)\s*:\s*)?{_PART}(?: {_PART}){{1,3}}"
    rf"(?:\s*[-–,&]\s*{_PART}(?: {_PART}){{1,3}}){{0,2}}\W*(?:\(.{{0,60}}\))?$"
)
LEFT_OUT = "…"


@lru_cache(maxsize=128)  # one sentence is asked for again by each of its facts
def leave_out(text: str) -> str:
    """Return `text` with the names of people as "…"; their offices stay."""
    text = _WITH_ROLE.sub(lambda match: match[1] + LEFT_OUT, text)
    return _FULL.sub(LEFT_OUT, text)


def is_signature(line: str) -> bool:
    """Whether `line` names authors and says nothing else."""
    return len(line) <= 90 and bool(_SIGNATURE.match(line.strip()))
