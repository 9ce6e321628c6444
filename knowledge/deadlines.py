"""By when an office must answer and a citizen must act, with the rule each date rests on."""

from __future__ import annotations

import calendar as months
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from knowledge.content import Confidence, ProcessingTime, Unit
from knowledge.hours import ZONE, Calendar

_DAY = timedelta(days=1)
#: No processing time is longer; a bigger number is a slip of an import.
LONGEST_YEARS = 30
#: What is handed in later is passed on the next working day.
LATE_HOUR = time(15, 0)


class Rule(StrEnum):
    """A rule of counting; `RULES` says it in words with its law."""

    COMPLETE = "complete"
    ELSEWHERE = "elsewhere"
    FIRST_DAY = "first_day"
    FROM_THE_MOMENT = "from_the_moment"
    WORKING_DAYS = "working_days"
    LAST_DAY = "last_day"
    SAME_DATE = "same_date"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a rule says, and where it is written."""

    text: str
    law: str
    confidence: Confidence = Confidence.HIGH


RULES: dict[Rule, Basis] = {
    Rule.COMPLETE: Basis(
        "Thời hạn tính từ khi hồ sơ được tiếp nhận đầy đủ, đúng quy định, ghi trên giấy tiếp nhận và hẹn "
        "trả kết quả",
        "Nghị định 118/2025/NĐ-CP, Điều 17 khoản 3 (sửa bởi Nghị định 309/2026/NĐ-CP, Điều 8)",
    ),
    Rule.ELSEWHERE: Basis(
        "Hồ sơ nộp ở nơi khác (phi địa giới): tính từ khi cơ quan có thẩm quyền nhận được hồ sơ",
        "Nghị định 118/2025/NĐ-CP, Điều 17 khoản 3 (sửa bởi Nghị định 309/2026/NĐ-CP, Điều 8)",
    ),
    Rule.FIRST_DAY: Basis(
        "Ngày đầu tiên không tính, đếm từ ngày tiếp theo",
        "Bộ luật Dân sự 91/2015/QH13, Điều 147 khoản 2",
    ),
    Rule.FROM_THE_MOMENT: Basis(
        "Thời hạn bằng giờ, phút bắt đầu từ chính thời điểm đó",
        "Bộ luật Dân sự 91/2015/QH13, Điều 147 khoản 1",
    ),
    Rule.WORKING_DAYS: Basis(
        "Chỉ đếm ngày làm việc: bỏ thứ Bảy, Chủ nhật, ngày lễ; ngày làm bù có đếm",
        "Bộ luật Lao động 45/2019/QH14, Điều 112; lịch nghỉ hoán đổi từng năm",
    ),
    Rule.LAST_DAY: Basis(
        "Ngày cuối rơi vào ngày nghỉ thì hết hạn khi hết ngày làm việc tiếp theo",
        "Bộ luật Dân sự 91/2015/QH13, Điều 148 khoản 5",
    ),
    Rule.SAME_DATE: Basis(
        "Tính bằng tháng, năm thì hết vào ngày tương ứng; tháng không có ngày ấy thì vào ngày cuối tháng",
        "Bộ luật Dân sự 91/2015/QH13, Điều 148 khoản 3 và 4",
    ),
}


class Undated(StrEnum):
    """Why no date can be given; each has its own sentence."""

    UNIT_UNKNOWN = "unit_unknown"
    AMOUNT_UNKNOWN = "amount_unknown"
    UNSURE = "unsure"
    FILED_ELSEWHERE = "filed_elsewhere"
    NOT_COMPLETE = "not_complete"


@dataclass(frozen=True, slots=True)
class Filing:
    """How a dossier was handed in."""

    at: datetime
    """When it was handed in, or will be; with a time zone."""
    complete: bool = True
    """Whether it was accepted as complete (a receipt was given)."""
    elsewhere: bool = False
    """Whether it was handed in at a centre other than the competent one's."""
    competent_at: datetime | None = None
    """When the competent body received it, if filed elsewhere and known."""


@dataclass(frozen=True, slots=True)
class Due:
    """The last day for an answer, or why there is none."""

    day: date | None
    at: time | None = None
    """The hour, when the time was counted in hours or minutes."""
    counted_from: date | None = None
    """The day the counting starts from (itself not counted, unless counted in hours)."""
    rules: tuple[Rule, ...] = ()
    why_not: Undated | None = None
    unsure: bool = False
    """Whether the calendar in between is not verified: the date may move."""

    @property
    def bases(self) -> tuple[Basis, ...]:
        """The rules in words."""
        return tuple(RULES[rule] for rule in self.rules)


def due_date(
    received: date, amount: int, unit: Unit, calendar: Calendar, province_code: str = ""
) -> date | None:
    """Return the last day of a period that starts on `received`; None when the unit is not known.

    The day of receipt is not counted (Civil Code 91/2015/QH13, art. 147(2)). Working days leave out
    weekends, holidays and swapped days; calendar periods that end on such a day end on the next
    working day (art. 148(5)).

    Raises:
        ValueError: `amount` is not positive, or longer than any processing time.
    """
    if unit is Unit.UNKNOWN:
        return None
    if unit in (Unit.HOUR, Unit.MINUTE):
        start = datetime.combine(received, time(), ZONE)
        return _hours(start, amount, unit, calendar, province_code).date()
    _check(amount, unit)
    return _COUNTERS[unit](received, amount, calendar, province_code)


def due(
    filing: Filing,
    amount: Decimal | int | None,
    unit: Unit,
    calendar: Calendar,
    province_code: str = "",
) -> Due:
    """Return by when the office must answer a dossier.

    Never guesses: without a unit, or filed elsewhere without the day of arrival, there is no date.

    Raises:
        ValueError: `amount` is not a positive whole number, or `filing` has no time zone.
    """
    missing = _missing(filing, amount, unit)
    if missing or amount is None:
        return Due(None, why_not=missing)
    whole = int(amount)
    if whole != amount:
        raise ValueError(f"{amount} is not a whole number")
    start = (filing.competent_at or filing.at) if filing.elsewhere else filing.at
    if start.tzinfo is None:
        raise ValueError("a filing needs a time zone")
    start = start.astimezone(ZONE)
    from_rule = Rule.ELSEWHERE if filing.elsewhere else Rule.COMPLETE
    if unit in (Unit.HOUR, Unit.MINUTE):
        end = _hours(start, whole, unit, calendar, province_code)
        rules = (from_rule, Rule.FROM_THE_MOMENT, Rule.LAST_DAY)
        unsure = calendar.is_unsure(start.date(), end.date(), province_code)
        return Due(end.date(), end.time(), start.date(), rules, unsure=unsure)
    day = due_date(start.date(), whole, unit, calendar, province_code)
    assert day is not None
    unsure = calendar.is_unsure(start.date(), day, province_code)
    return Due(day, None, start.date(), (from_rule, *_RULES_OF[unit]), unsure=unsure)


def due_for(
    filing: Filing, processing: ProcessingTime, calendar: Calendar, province_code: str = ""
) -> Due:
    """Return by when the office must answer, from a processing time as it is published."""
    if not processing.sure and processing.amount is not None:
        return Due(None, why_not=Undated.UNSURE)
    return due(filing, processing.amount, processing.unit, calendar, province_code)


def _missing(filing: Filing, amount: Decimal | int | None, unit: Unit) -> Undated | None:
    if unit is Unit.UNKNOWN:
        return Undated.UNIT_UNKNOWN
    if amount is None:
        return Undated.AMOUNT_UNKNOWN
    if not filing.complete:
        return Undated.NOT_COMPLETE
    if filing.elsewhere and filing.competent_at is None:
        return Undated.FILED_ELSEWHERE
    return None


def _check(amount: int, unit: Unit) -> None:
    per_year = {Unit.YEAR: 1, Unit.MONTH: 12, Unit.HOUR: 8_784, Unit.MINUTE: 527_040}
    if not 0 < amount <= LONGEST_YEARS * per_year.get(unit, 366):
        raise ValueError(f"{amount} {unit} is no processing time")


def _hours(
    start: datetime, amount: int, unit: Unit, calendar: Calendar, province_code: str
) -> datetime:
    """Count clock hours; an end on a day off moves to the same hour of the next working day."""
    _check(amount, unit)
    per = timedelta(hours=1) if unit is Unit.HOUR else timedelta(minutes=1)
    end = start + amount * per
    return datetime.combine(calendar.next_working(end.date(), province_code), end.time(), ZONE)


def _working_days(received: date, amount: int, calendar: Calendar, province_code: str) -> date:
    day = received
    for _ in range(amount):
        day = calendar.next_working(day + _DAY, province_code)
    return day


def _days(received: date, amount: int, calendar: Calendar, province_code: str) -> date:
    return calendar.next_working(received + amount * _DAY, province_code)


def _months(received: date, amount: int, calendar: Calendar, province_code: str) -> date:
    return calendar.next_working(add_months(received, amount), province_code)


def _years(received: date, amount: int, calendar: Calendar, province_code: str) -> date:
    return calendar.next_working(add_months(received, 12 * amount), province_code)


def add_months(day: date, amount: int) -> date:
    """Return the same date `amount` months later, or the last day of a month without it."""
    count = day.year * 12 + day.month - 1 + amount
    year, month = divmod(count, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


_COUNTERS: dict[Unit, Callable[[date, int, Calendar, str], date]] = {
    Unit.WORKING_DAY: _working_days,
    Unit.DAY: _days,
    Unit.MONTH: _months,
    Unit.YEAR: _years,
}
_RULES_OF: dict[Unit, tuple[Rule, ...]] = {
    Unit.WORKING_DAY: (Rule.FIRST_DAY, Rule.WORKING_DAYS),
    Unit.DAY: (Rule.FIRST_DAY, Rule.LAST_DAY),
    Unit.MONTH: (Rule.FIRST_DAY, Rule.SAME_DATE, Rule.LAST_DAY),
    Unit.YEAR: (Rule.FIRST_DAY, Rule.SAME_DATE, Rule.LAST_DAY),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """A time limit that binds the citizen."""

    key: str
    what: str
    event: str
    """What the time runs from, e.g. "ngày sinh"."""
    amount: int
    unit: Unit
    basis: Basis
    procedures: tuple[str, ...] = ()
    until: date | None = None
    """The day from which another law rules, if known."""


#: Only limits whose article was checked; an editor adds others to the procedure itself.
DUTIES: tuple[Duty, ...] = (
    Duty(
        "birth",
        "đăng ký khai sinh cho con",
        "ngày sinh",
        60,
        Unit.DAY,
        Basis(
            "Cha, mẹ đăng ký khai sinh cho con trong 60 ngày", "Luật Hộ tịch 60/2014/QH13, Điều 15"
        ),
        ("1.001193",),
        date(2027, 3, 1),
    ),
    Duty(
        "death",
        "đăng ký khai tử",
        "ngày có người chết",
        15,
        Unit.DAY,
        Basis("Khai tử trong 15 ngày", "Luật Hộ tịch 60/2014/QH13, Điều 33"),
        ("1.000656",),
        date(2027, 3, 1),
    ),
    Duty(
        "moving",
        "đăng ký thường trú tại chỗ ở mới",
        "ngày đủ điều kiện đăng ký thường trú",
        12,
        Unit.MONTH,
        Basis(
            "Người chuyển chỗ ở và đủ điều kiện thì đăng ký thường trú trong 12 tháng",
            "Luật Cư trú 68/2020/QH14, Điều 22 khoản 4",
            Confidence.MEDIUM,
        ),
        ("1.004222",),
    ),
    Duty(
        "foreign_guest",
        "khai báo tạm trú cho người nước ngoài",
        "giờ người nước ngoài đến",
        12,
        Unit.HOUR,
        Basis(
            "Cơ sở lưu trú khai báo trong 12 giờ, vùng sâu, vùng xa trong 24 giờ",
            "Luật 47/2014/QH13, Điều 33",
            Confidence.MEDIUM,
        ),
    ),
)


def own_deadline(duty: Duty, event: datetime, calendar: Calendar, province_code: str = "") -> Due:
    """Return by when the citizen must act after `event` (with a time zone).

    Hours are not moved off days off: a notice can be given at any time.

    Raises:
        ValueError: `event` has no time zone.
    """
    if event.tzinfo is None:
        raise ValueError("an event needs a time zone")
    local = event.astimezone(ZONE)
    if duty.unit in (Unit.HOUR, Unit.MINUTE):
        per = timedelta(hours=1) if duty.unit is Unit.HOUR else timedelta(minutes=1)
        end = local + duty.amount * per
        return Due(end.date(), end.time(), local.date(), (Rule.FROM_THE_MOMENT,))
    day = due_date(local.date(), duty.amount, duty.unit, calendar, province_code)
    assert day is not None
    unsure = not calendar.day(day, province_code).verified or day > calendar.announced_until
    return Due(day, None, local.date(), _RULES_OF[duty.unit], unsure=unsure)


#: What a citizen may expect when the appointed day has passed, the surest first.
LATE_ENTITLEMENTS: tuple[Basis, ...] = (
    Basis(
        "Cơ quan giải quyết gửi văn bản xin lỗi, nêu lý do quá hạn và hẹn lại ngày trả kết quả (Phiếu xin lỗi "
        "và hẹn lại ngày trả kết quả)",
        "Nghị định 118/2025/NĐ-CP (sửa bởi Nghị định 309/2026/NĐ-CP); trình tự nhiều thủ tục trên Cổng Dịch vụ "
        "công quốc gia, bản 7/2026; số điều khoản chưa đối chiếu bản gốc",
        Confidence.MEDIUM,
    ),
    Basis(
        "Việc hẹn lại chỉ được thực hiện không quá một lần",
        "Trình tự một số thủ tục trên Cổng Dịch vụ công quốc gia, bản 7/2026; chưa đối chiếu bản gốc nghị định",
        Confidence.MEDIUM,
    ),
    Basis(
        "Có quyền gửi phản ánh, kiến nghị; nơi tiếp nhận phải xử lý hoặc báo cáo cơ quan có thẩm quyền và "
        "chuyển lại ý kiến giải trình",
        "Nghị định 118/2025/NĐ-CP, Điều 9 khoản 2 điểm đ (sửa bởi Nghị định 309/2026/NĐ-CP, Điều 4)",
    ),
)


_ONCE = Basis(
    "Hồ sơ thiếu thì nơi tiếp nhận hướng dẫn bổ sung một lần, nêu rõ lý do",
    "Nghị định 118/2025/NĐ-CP, Điều 17 (sửa bởi Nghị định 309/2026/NĐ-CP)",
)
_DATA = Basis(
    "Không được đòi giấy tờ mà dữ liệu đã có trong cơ sở dữ liệu đã công bố",
    "Nghị định 118/2025/NĐ-CP (sửa bởi Nghị định 309/2026/NĐ-CP)",
)
_HEARD = LATE_ENTITLEMENTS[-1]
#: What holds when a dossier is not taken in.
REFUSED_RULES: tuple[Basis, ...] = (_ONCE, _HEARD)
#: What holds when a citizen is sent back for more papers again and again.
REPEATED_RULES: tuple[Basis, ...] = (_ONCE, _DATA, _HEARD)


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a dossier is."""

    late: bool
    working_days: int
    """Working days after the appointed day, today included."""
    entitlements: tuple[Basis, ...]


def lateness(appointed: date, today: date, calendar: Calendar, province_code: str = "") -> Lateness:
    """Return how late a dossier is that should have been ready on `appointed`, and what follows.

    The appointed day itself, and days off after it, are not yet late.
    """
    passed = calendar.working_days(appointed + _DAY, today, province_code)
    late = today > appointed and passed > 0
    return Lateness(late, passed if late else 0, LATE_ENTITLEMENTS if late else ())


def passed_on(received: datetime, calendar: Calendar, province_code: str = "") -> date:
    """Return the day a dossier handed in at a counter is passed on.

    The same working day, or the next when received after 15:00: NĐ 118/2025/NĐ-CP, art. 18(2), as
    amended by NĐ 309/2026/NĐ-CP, art. 9.
    """
    local = received.astimezone(ZONE)
    day = calendar.next_working(local.date(), province_code)
    if day == local.date() and local.time() > LATE_HOUR:
        return calendar.next_working(day + _DAY, province_code)
    return day
