"""What public copies still say though it ended: district bodies, closed portals, repealed law."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from knowledge.importing.provinces import ALL_NAMES
from knowledge.text import fold
from knowledge.yaml_files import read_yaml

#: District bodies ended on 1 July 2025 (Resolution 202/2025/QH15 and the two-tier local government).
_ABOLISHED = re.compile(
    r"cấp huyện|(?:ubnd|[uủ][ỷy] ban nhân dân|công an|bảo hiểm xã hội|bhxh|toà án nhân dân|tòa án nhân dân"
    r"|viện kiểm sát nhân dân|trung tâm y tế|ban chỉ huy quân sự|văn phòng đăng ký đất đai|thuế"
    r"|phòng [^\W\d]+(?: [^\W\d]+){0,5}?)"
    r"\s+(?:các\s+)?(?:quận|huyện|thị xã)\b|\bquận,? huyện|\bhuyện,? quận|\bhuyện, (?:thị xã|thành phố)"
    r"|chi cục thuế (?:khu vực|quận|huyện)|phòng tư pháp|phòng lao động|thị trấn",
    re.IGNORECASE,
)
#: One of these stands in whatever _ABOLISHED finds; looking for them first saves half the time.
_WORDS: Final = ("huyện", "quận", "thị xã", "thị trấn", "chi cục thuế", "phòng tư", "phòng lao")
#: Provincial portals closed on 1 July 2025 (document 7260/VPCP-KSTT).
_PORTAL = re.compile(r"(?:dichvucong|dvc|motcua)\.([a-z]+)\.gov\.vn", re.IGNORECASE)

ABOLISHED_NOTICE: Final = (
    "Bản ghi trên Cổng còn nhắc cơ quan cấp huyện, đã bỏ từ 01/7/2025. "
    "Bạn hỏi nơi tiếp nhận trước khi đi."
)


@dataclass(frozen=True, slots=True)
class Ended:
    """The last day of a legal document, and what replaced it."""

    until: date
    by: str = ""

    def note(self) -> str:
        """Say when it ends or ended."""
        since = self.until + timedelta(days=1)
        said = f"hết hiệu lực từ {since.day:02d}/{since.month}/{since.year}"
        return f"{said}, thay bằng {self.by}" if self.by else said


@dataclass(frozen=True, slots=True)
class Outdated:
    """The list in outdated.yaml."""

    legal_basis: dict[str, Ended]
    wrong_records: dict[str, tuple[str, ...]]
    test_decisions: frozenset[str]


@lru_cache(maxsize=1)
def outdated() -> Outdated:
    """Return the list that lies beside this module."""
    listed: dict[str, Any] = read_yaml(Path(__file__).with_suffix(".yaml"))
    return Outdated(
        {number: Ended(**ended) for number, ended in listed["legal_basis"].items()},
        {code: tuple(parts) for code, parts in listed["wrong_records"].items()},
        frozenset(listed["test_decisions"]),
    )


def names_abolished(text: str) -> bool:
    """Whether a text names a district body."""
    lowered = text.lower()
    return any(word in lowered for word in _WORDS) and _ABOLISHED.search(text) is not None


def names_closed_portal(text: str) -> bool:
    """Whether a text sends people to a provincial portal."""
    return any(site.lower() in _provincial_sites() for site in _PORTAL.findall(text))


@lru_cache(maxsize=1)
def _provincial_sites() -> frozenset[str]:
    """Return how provinces of today and before name their sites: "hagiang", "danang"."""
    names = (fold(name).lower() for name in ALL_NAMES)
    return frozenset(re.sub(r"[^a-z]", "", name) for name in names) | {"tphcm", "hochiminhcity"}


def without_abolished(agencies: str) -> str:
    """Return a comma list of agencies less those of districts."""
    return ", ".join(name for name in agencies.split(", ") if not names_abolished(name))
