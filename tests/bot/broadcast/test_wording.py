"""Words of a digest: whole where they fit, cut down to their links where they do not."""

from __future__ import annotations

from datetime import date

from bot.broadcast.wording import LEAST, digest_text
from bot.models import Announcement

DIGEST = Announcement(title="Bản tin gộp ngày 23/11/2026", text="", digest_on=date(2026, 11, 23))
LONG = "Lịch tiêm chủng tuần này ở các trạm y tế. " * 30


def _news(number: int, *, text: str = LONG, linked: bool = True) -> Announcement:
    url = f"https://vi-du.vn/{number}" if linked else ""
    return Announcement(id=number, title=f"Tin {number}", text=text.strip(), source_url=url)


def test_what_fits_is_whole() -> None:
    text = digest_text(DIGEST, [_news(1), _news(2)], limit=4_000)

    assert text.count(LONG.strip()) == 2


def test_what_does_not_fit_is_cut_down_to_its_link() -> None:
    text = digest_text(DIGEST, [_news(number) for number in range(1, 6)], limit=2_000)

    assert 1_700 < len(text) <= 2_000
    assert text.count("…\nNguồn: https://vi-du.vn/") == 5


def test_what_can_be_read_nowhere_else_stays_whole() -> None:
    text = digest_text(DIGEST, [_news(1), _news(2, linked=False)], limit=2_000)

    assert text.count(LONG.strip()) == 1
    assert len(text) <= 2_000


def test_many_announcements_keep_their_titles_links_and_first_words() -> None:
    text = digest_text(DIGEST, [_news(number) for number in range(1, 41)], limit=2_000)

    assert all(f"{n}. Tin {n}\n" in text for n in range(1, 41))
    assert len(text) < 40 * (LEAST + 60)
