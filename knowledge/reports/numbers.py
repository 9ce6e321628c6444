"""Numbers and units as Vietnamese reports print them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from knowledge.text import fold

_PLAIN = (
    r"\d{1,3}(?:\.\d{3})+(?:,\d{1,4})?(?![\d])"  # 14.471  1.234.567,8
    r"|\d{1,3}(?:,\d{3}){2,}(?!\d)"  # 1,234,567
    r"|\d{1,3}(?:[ \u00a0]\d{3})+(?![\d.,]*\d)"  # 6 679
    r"|\d+[.,]\d+(?![\d])|\d+"
)
NUMBER = re.compile(
    rf"(?<![\w.,/-])(?P<top>{_PLAIN})(?:\s?/\s?(?P<bottom>{_PLAIN}))?(?![\w/-]*[a-zà-ỹđ])",
    re.IGNORECASE,
)
_SCALES = {
    "nghìn": 1_000,
    "ngàn": 1_000,
    "triệu": 1_000_000,
    "tỷ": 1_000_000_000,
    "tỉ": 1_000_000_000,
}
SCALE = re.compile(r"\s*(nghìn|ngàn|triệu|tỷ|tỉ)\b(?!\s*lệ)", re.IGNORECASE)
QUALIFIER = re.compile(
    r"\b(trên|(?<!cao )(?<!thấp )(?<!nhiều )(?<!ít )hơn|gần|khoảng|không dưới|dưới"
    r"|tối thiểu|tối đa|ít nhất|xấp xỉ)\s*$",
    re.IGNORECASE,
)
PERCENT = re.compile(r"\s*(?:điểm\s*)?(?:%|phần trăm\b)", re.IGNORECASE)

PEOPLE = "người"
#: Canonical unit → the ways to print it. Words of one syllable are matched with their diacritics.
_UNITS: dict[str, str] = {
    "TTHC nội bộ": "thủ tục hành chính nội bộ|tthc nội bộ|thủ tục nội bộ",
    "TTHC": "thủ tục hành chính|thủ tục|tthc",
    "DVC": "dịch vụ công trực tuyến|dịch vụ công|dvctt|dvc",
    "dịch vụ": "dịch vụ",
    "phản ánh": "phản ánh kiến nghị|phản ánh, kiến nghị|kiến nghị, phản ánh|pakn|phản ánh|kiến nghị",
    "hồ sơ": "bộ hồ sơ|lượt hồ sơ|hồ sơ",
    "quyết định": "quyết định",
    "nghị quyết": "nghị quyết",
    "kế hoạch": "kế hoạch",
    "văn bản": "văn bản quy phạm pháp luật|văn bản",
    "báo cáo": "báo cáo",
    "tài liệu": "tài liệu",
    "kết quả": "kết quả giải quyết|kết quả",
    "giao dịch": "giao dịch",
    "lượt người": "lượt người|lượt công dân|lượt cán bộ|lượt khách",
    "lượt": "lượt truy cập|lượt giao dịch|lượt",
    "cuộc gọi": "cuộc gọi",
    "cuộc": "cuộc kiểm tra|cuộc họp|cuộc thi|cuộc thanh tra|cuộc",
    "lớp": "lớp tập huấn|lớp bồi dưỡng|lớp",
    "hội nghị": "hội nghị",
    "tập thể": "tập thể",
    "cá nhân": "cá nhân",
    PEOPLE: (
        "cán bộ, công chức, viên chức|cán bộ, công chức|công chức, viên chức|cán bộ|công chức|viên chức"
        "|người dân|người lao động|người|học viên|đại biểu|công dân|biên chế|cbccvc|cbcc"
    ),
    "hộ": "hộ kinh doanh|hộ gia đình|hộ dân|hộ",
    "doanh nghiệp": "doanh nghiệp|hợp tác xã",
    "tổ chức": "tổ chức",
    "cơ sở": "cơ sở nhà, đất|cơ sở nhà đất|cơ sở",
    "cơ quan, đơn vị": "cơ quan, đơn vị|đơn vị, địa phương|cơ quan, đơn vị, địa phương",
    "cơ quan": "cơ quan hành chính|cơ quan chuyên môn|cơ quan",
    "đơn vị": "đơn vị sự nghiệp|đơn vị cấp huyện|đơn vị cấp xã|đơn vị",
    "địa phương": "địa phương",
    "UBND": "ubnd cấp huyện|ubnd cấp xã|ubnd|ủy ban nhân dân|uỷ ban nhân dân",
    "sở, ngành": "sở, ban, ngành|sở, ngành|sở ngành",
    "sở": "sở",
    "xã, phường, thị trấn": "xã, phường, thị trấn|phường, xã, thị trấn",
    "xã, phường": "xã, phường|phường, xã",
    "xã, thị trấn": "xã, thị trấn",
    "xã": "xã",
    "phường": "phường",
    "huyện": "huyện, thành phố|huyện, thị xã, thành phố|huyện",
    "tỉnh": "tỉnh, thành phố|tỉnh, thành|tỉnh",
    "thôn": "thôn|ấp|khóm|bản|tổ dân phố|khu phố",
    "nhiệm vụ": "nhiệm vụ",
    "chỉ tiêu": "chỉ tiêu",
    "tiêu chí": "tiêu chí",
    "nội dung": "nội dung",
    "lĩnh vực": "lĩnh vực",
    "mô hình": "mô hình",
    "sáng kiến": "sáng kiến",
    "giải pháp": "giải pháp",
    "đề án": "đề án",
    "điểm nghẽn": "điểm nghẽn|nút thắt",
    "quy trình": "quy trình nội bộ|quy trình điện tử|quy trình",
    "chi cục": "chi cục",
    "phòng": "phòng chuyên môn|phòng, ban|phòng",
    "tổ": "tổ công nghệ số cộng đồng|tổ công nghệ số|tổ công tác|tổ",
    "đoàn": "đoàn kiểm tra|đoàn thanh tra|đoàn",
    "trung tâm": "trung tâm",
    "bộ phận": "bộ phận một cửa|bộ phận",
    "điểm": "điểm",
    "bậc": "bậc",
    "mức": "mức độ|mức",
    "tài khoản": "tài khoản",
    "chữ ký số": "chữ ký số|chứng thư số|chứng thư",
    "thẻ": "thẻ căn cước|thẻ",
    "biên lai": "biên lai điện tử|biên lai",
    "phiếu": "phiếu khảo sát|phiếu đánh giá|phiếu",
    "câu hỏi": "câu hỏi",
    "ý kiến": "ý kiến",
    "đơn": "đơn thư|đơn",
    "vụ việc": "vụ việc|vụ",
    "trường hợp": "trường hợp",
    "tin, bài": "tin, bài|tin bài",
    "chuyên mục": "chuyên mục|chuyên đề|chuyên trang",
    "bài": "bài viết|bài",
    "tin": "tin",
    "video": "video|clip|phóng sự",
    "máy": "máy tính|máy",
    "thiết bị": "thiết bị",
    "camera": "camera",
    "phần mềm": "phần mềm",
    "hệ thống": "hệ thống",
    "cơ sở dữ liệu": "cơ sở dữ liệu|csdl",
    "trang": "trang thông tin điện tử|trang",
    "chương trình": "chương trình",
    "dự án": "dự án",
    "thư xin lỗi": "thư xin lỗi",
    "giấy phép": "giấy phép|giấy chứng nhận",
    "ngày": "ngày làm việc|ngày",
    "giờ": "giờ làm việc|giờ",
    "phút": "phút",
    "tháng": "tháng",
    "đồng": "đồng|vnđ",
    "thành viên": "thành viên|hội viên|đoàn viên",
    "lần": "lần",
    "buổi": "buổi tuyên truyền|buổi",
    "đợt": "đợt kiểm tra|đợt",
    "danh mục": "danh mục",
    "giấy tờ": "giấy tờ|loại giấy tờ",
    "nhóm": "nhóm",
    "kênh": "kênh",
    "ki-ốt": "ki-ốt|kiosk|ki ốt|máy lấy số",
    "trường": "trường học|trường",
    "bệnh viện": "bệnh viện|trạm y tế|cơ sở y tế",
    "tiện ích": "tiện ích",
    "tồn tại, hạn chế": "tồn tại, hạn chế|tồn tại|hạn chế|khuyết điểm",
    "vấn đề": "vấn đề",
    "quầy": "quầy giao dịch|quầy",
    "nhân khẩu": "nhân khẩu",
    "xe": "xe",
    "chỉ số": "chỉ số thành phần|chỉ số",
    "hạng mục": "hạng mục",
    "km": "km",
    "ha": "ha",
}
#: Units that are measured, so that "1,418" is a decimal and not a count.
MEASURED = frozenset(["%", "điểm", "ngày", "giờ", "phút", "đồng", "km", "ha", "mức", "tháng"])
_CLASSES = {"dịch vụ": "DVC", "lượt người": PEOPLE, "TTHC nội bộ": "TTHC"}


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number and what it means."""

    printed: str
    amount: Decimal
    decimals: int = 0
    bottom: Decimal | None = None
    """The lower half of "26/33"."""
    corrected: str = ""
    """What was surely meant when a thousands point was typed as a comma."""

    @property
    def shown(self) -> str:
        """The number as it should be quoted."""
        return self.corrected or self.printed


@cache
def _unit_pattern() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    plain: dict[str, str] = {}
    for unit, ways in _UNITS.items():
        for way in ways.split("|"):
            plain[way] = unit
    ordered = sorted(plain, key=len, reverse=True)
    accented = "|".join(re.escape(way) for way in ordered)
    folded = "|".join(re.escape(fold(way)) for way in ordered if " " in way)
    table = {fold(way): unit for way, unit in plain.items() if " " in way} | plain
    return re.compile(rf"\s*({accented})\b", re.IGNORECASE), re.compile(rf"\s*({folded})\b"), table


def unit_at(text: str, start: int) -> tuple[str, int, str] | None:
    """Return (unit, end, as printed) of the unit that begins at `start`, or None.

    Words of several syllables are known without their diacritics too ("dịch vu").
    """
    accented, folded, table = _unit_pattern()
    window = text[start : start + 60].lower()
    match = accented.match(window) or folded.match(fold(window))
    if match is None:
        return None
    printed = text[start + match.start(1) : start + match.end(1)]
    return table[match[1]], start + match.end(1), printed


def more_units(text: str, end: int) -> int:
    """Return the end of ", mô hình" after "3 sáng kiến", or `end`."""
    comma = re.compile(r"\s*,\s*(?=\D)").match(text, end)
    if comma:
        found = unit_at(text, comma.end())
        if found and not re.match(r"\s*\d", text[found[1] : found[1] + 3]):
            return found[1]
    return end


def unit_class(unit: str) -> str:
    """Return what `unit` counts, so that parts can be added to wholes."""
    return _CLASSES.get(unit, unit)


def read_number(printed: str, unit: str, scale: str = "") -> Number:
    """Return the meaning of a `printed` number before `unit`.

    A comma and three digits before something counted is a thousands point mistyped: "1,418 hồ sơ".
    """
    text = re.sub(r"[ \u00a0]", "", printed)
    corrected = ""
    measured = unit in MEASURED or bool(scale)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", text) and not (
        unit == "%" and _over_100(text)
    ):
        value = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(?:,\d{3}){2,}", text) or (
        re.fullmatch(r"[1-9]\d{0,2},\d{3}", text) and unit and not measured
    ):
        value = text.replace(",", "")
        corrected = text.replace(",", ".")
    else:
        value = text.replace(",", ".")
    decimals = len(value.partition(".")[2])
    amount = Decimal(value[:30]) * _SCALES.get(scale.lower(), 1)
    return Number(f"{printed} {scale}".strip(), amount, decimals, None, corrected)


def _over_100(text: str) -> bool:
    return Decimal(text.replace(".", "").replace(",", ".")) > 100


def vietnamese(amount: Decimal, decimals: int = 0) -> str:
    """Return `amount` as a report prints it: 14.471, 33,62."""
    text = f"{amount:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))
