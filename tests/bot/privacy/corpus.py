"""Sentences with personal numbers planted in twenty written forms, beside numbers that are nobody's."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from knowledge.text import fold

Make = Callable[[random.Random], str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; `planted` must not survive, every one of `kept` must."""

    text: str
    form: str
    planted: str = ""
    kept: str = ""


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def _groups(number: str, sizes: tuple[int, ...], between: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return between.join(part for part in (*parts, number[at:]) if part)


def _phone(dice: random.Random) -> str:
    return "0" + dice.choice("35789") + _digits(dice, 8)


def _identity(dice: random.Random) -> str:
    return f"0{_digits(dice, 2)}{dice.choice('0123')}{_digits(dice, 8)}"


def _full_width(text: str) -> str:
    return "".join(chr(ord("０") + int(c)) if c.isdigit() else c for c in text)


_SPOKEN: Final = "không một hai ba bốn năm sáu bảy tám chín".split()  # noqa: SIM905
_STREETS: Final = (
    "Lê Lợi", "Nguyễn Trãi", "Trần Hưng Đạo", "Hai Bà Trưng", "Phan Đình Phùng", "Võ Văn Kiệt", "Lý Thường Kiệt",
    "Ngô Quyền", "Điện Biên Phủ", "Nguyễn Thị Minh Khai", "Hùng Vương", "Cách Mạng Tháng Tám", "30 Tháng 4",
)  # fmt: skip
_USERS: Final = ("lan.nguyen", "tranvan_b", "hoa1985", "minh-anh", "ut.muoi77", "pham.t.c")
_HOSTS: Final = ("gmail.com", "yahoo.com.vn", "vi-du.vn", "outlook.com", "thu.edu.vn")


def _email(dice: random.Random) -> str:
    return f"{dice.choice(_USERS)}@{dice.choice(_HOSTS)}"


def _plate(dice: random.Random) -> tuple[str, str, str]:
    return f"{dice.randint(11, 99)}", dice.choice("ABCDEFGHKLMNPSTUVXYZ"), _digits(dice, 5)


def _car(dice: random.Random) -> str:
    province, series, number = _plate(dice)
    return f"{province}{series}-{number[:3]}.{number[3:]}"


def _bike(dice: random.Random) -> str:
    province, series, number = _plate(dice)
    return f"{province}-{series}{dice.randint(1, 9)} {number[:3]}.{number[3:]}"


def _bare_plate(dice: random.Random) -> str:
    return "".join(_plate(dice))


def _dossier(dice: random.Random) -> str:
    month = dice.randint(1, 12)
    return (
        f"H{dice.randint(10, 63)}.{dice.randint(1, 99):02}.{dice.randint(1, 99):02}"
        f"-{dice.randint(23, 26)}{month:02}{dice.randint(1, 28):02}-{dice.randint(1, 9999):04}"
    )


def _long_dossier(dice: random.Random) -> str:
    return f"000.00.{dice.randint(1, 99):02}.{_dossier(dice)}"


def _house(dice: random.Random) -> str:
    return f"số nhà {dice.randint(1, 400)}/{dice.randint(1, 40)} đường {dice.choice(_STREETS)}"


def _plain_house(dice: random.Random) -> str:
    return f"số {dice.randint(1, 400)} đường {dice.choice(_STREETS)}"


#: Twenty written forms of what points at a person.
PLANTED: Final[dict[str, Make]] = {
    "căn cước": _identity,
    "căn cước, spaces": lambda dice: _groups(_identity(dice), (3, 3, 3), " "),
    "căn cước, dots": lambda dice: _groups(_identity(dice), (4, 4), "."),
    "căn cước, full width": lambda dice: _full_width(_identity(dice)),
    "chứng minh": lambda dice: dice.choice("123") + _digits(dice, 8),
    "phone": _phone,
    "phone, spaces": lambda dice: _groups(_phone(dice), (4, 3), " "),
    "phone, dots": lambda dice: _groups(_phone(dice), (4, 3), "."),
    "phone, dashes": lambda dice: _groups(_phone(dice), (3, 3), "-"),
    "phone, pairs": lambda dice: _groups(_phone(dice), (2, 2, 2, 2), " "),
    "phone, +84": lambda dice: "+84 " + _groups(_phone(dice)[1:], (3, 3), " "),
    "phone, brackets": lambda dice: (lambda p: f"({p[:4]}) {p[4:]}")(_phone(dice)),
    "phone, letter o": lambda dice: "o" + _phone(dice)[1:],
    "phone, spoken": lambda dice: " ".join(_SPOKEN[int(c)] for c in _phone(dice)),
    "bank card": lambda dice: _groups("9704" + _digits(dice, 12), (4, 4, 4), dice.choice(" -")),
    "email": _email,
    "email, spelled": lambda dice: (
        _email(dice).replace("@", " a còng ").replace(".com", " chấm com")
    ),
    "plate": lambda dice: dice.choice((_car, _bike, _bare_plate))(dice),
    "mã hồ sơ": lambda dice: dice.choice((_dossier, _long_dossier))(dice),
    "address": lambda dice: dice.choice((_house, _plain_house))(dice),
}

#: Numbers that look alike and are nobody's: masked, they would be lost to an editor.
KEPT: Final[dict[str, Make]] = {
    "money": lambda dice: f"{dice.randint(1, 900)}.{dice.choice(('000', '500'))}.000 đồng",
    "money, bare": lambda dice: f"{dice.randint(1, 90)}000000 đồng",
    "procedure code": lambda dice: f"{dice.randint(1, 3)}.{_digits(dice, 6)}",
    "law": lambda dice: f"Nghị định {dice.randint(1, 400)}/{dice.randint(2010, 2026)}/NĐ-CP",
    "decision": lambda dice: f"Quyết định số {dice.randint(1, 4000)}/QĐ-UBND",
    "date": lambda dice: f"ngày {dice.randint(1, 28)}/{dice.randint(1, 12)}/{dice.randint(1950, 2026)}",
    "date, dashes": lambda dice: f"{dice.randint(1, 28):02}-{dice.randint(1, 12):02}-2026",
    "years": lambda dice: f"giai đoạn {dice.randint(2010, 2020)}-{dice.randint(2021, 2030)}",
    "hotline": lambda dice: dice.choice(("19001009", "1900 1009", "1022", "113", "18001091")),
    "count": lambda dice: f"{dice.randint(1, 999)}.{_digits(dice, 3)} hồ sơ",
    "hours": lambda dice: f"từ {dice.randint(7, 8)}h30 đến {dice.randint(16, 17)}h00",
    "form": lambda dice: f"mẫu {dice.choice(('CT01', 'TK 01', 'số 04/ĐK', 'DC02'))}",
    "place": lambda dice: f"xã {dice.choice(('Hòa Long', 'Nhị Trường', 'Lai Vung', 'Cán Tỷ'))}",
    "age": lambda dice: f"con {dice.randint(1, 17)} tuổi",
    "copies": lambda dice: f"{dice.randint(1, 5)} bản sao và {dice.randint(1, 3)} ảnh 4x6",
    "floors": lambda dice: f"nhà ở {dice.randint(1, 9)} tầng rộng {dice.randint(40, 300)} m2",
    "level": lambda dice: f"mức độ {dice.randint(3, 4)}, quý {dice.randint(1, 4)} năm 2024",
}  # fmt: skip

_AROUND: Final = (
    "cho tôi hỏi {} thì làm sao",
    "tôi là {} muốn hỏi thủ tục khai sinh",
    "{} nhé",
    "anh chị xem giúp: {}, cần giấy tờ gì?",
    "Dạ {} ạ.",
    "làm thường trú, thông tin của tôi: {}",
    "hôm qua tôi gửi {} mà chưa thấy trả lời",
    "({}) có được không em",
    "nộp ở đâu vậy, {}!",
    "mẹ tôi dặn ghi {} vào đơn",
)


def sentences(count: int, *, seed: int = 20261121) -> Iterator[Sentence]:
    """Yield `count` sentences, half of them with something planted; the same ones for the same seed."""
    dice = random.Random(seed)
    for number in range(count):
        forms = PLANTED if number % 2 == 0 else KEPT
        form = dice.choice(list(forms))
        value = forms[form](dice)
        around = dice.choice(_AROUND)
        text = around.format(value)
        if dice.random() < 0.2:
            text, value = fold(text), fold(value)
        elif dice.random() < 0.2:
            text, value = text.lower(), value.lower()
        planted, kept = (value, "") if forms is PLANTED else ("", value)
        yield Sentence(text, form, planted, kept)


def survives(sentence: Sentence, masked: str) -> bool:
    """Whether any telling part of what was planted can still be read: three digits, or three words."""
    if re.search(r"\d", sentence.planted):
        return any(part in masked for part in re.findall(r"\d{3,}|\d+/\d+", sentence.planted))
    planted = sentence.planted.split()
    runs = [" ".join(planted[i : i + 3]) for i in range(max(1, len(planted) - 2))]
    return any(run in masked for run in runs)
