"""The words that mean the same in every guided form: cancel, go back, leave out, a question between."""

from __future__ import annotations

import re
from typing import Final

CANCEL: Final = re.compile(
    r"^(?:huy|huy bo|thoi|thoat|dung lai|khong gui nua|khong lam nua)"
    r"(?: (?:phan anh|khao sat|bai thi|thi))?(?: (?:di|nhe|a))*\W*$"
)
BACK: Final = re.compile(r"^(?:quay lai|lui lai|cau truoc|sua lai|tro lai)(?: (?:di|nhe|a))*\W*$")
SKIP: Final = re.compile(r"^(?:bo qua|qua cau nay|tiep|skip|khong nho)(?: (?:di|nhe|a))*\W*$")
#: A choice by its number.
NUMBER: Final = re.compile(r"^(?:so |chon )?([1-9])[.)]?$")
#: Whether the citizen asks something instead of answering.
ASKING: Final = re.compile(
    r"\?\s*$|\b(?:bao nhieu|bao lau|o dau|the nao|lam sao|la gi|can gi|gi khong|may gio|khi nao|co phai)\b"
)
#: Commands that work in the middle of a form too; the form waits.
COMMAND: Final = re.compile(
    r"^(?:/\w+|(?:\w+ ){0,3}du lieu cua (?:toi|tui|em|minh|con)"
    r"|(?:toi muon )?(?:gap|noi chuyen voi) (?:can bo|nguoi)(?: \w+){0,3}"
    r"|bat dau lai|(?:dung|ngung|huy)(?: \w+){0,2} (?:nhan tin|dang ky)|tro giup)\W*$"
)
