"""What axe-core finds on a page, and what is wider than it; one load serves every width."""

from __future__ import annotations

from typing import Final

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

PHONE: Final = (320, 640)
DESKTOP: Final = (1280, 800)
#: For a test whose page behaves differently where there is room.
AT_BOTH_SIZES = pytest.mark.parametrize(
    "page", [PHONE, DESKTOP], indirect=True, ids=["phone", "desktop"]
)
OPTIONS: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,
}
_RUN: Final = """([within, options]) => axe.run(within ?? document, options).then((found) =>
  found.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`))"""


async def violations(page: Page, within: str | None = None) -> list[str]:
    """Everything axe finds wrong on the page as it stands, or in one element of it."""
    if await page.evaluate("typeof axe === 'undefined'"):
        await page.evaluate(Axe().axe_script)
    return list(await page.evaluate(_RUN, [within, OPTIONS]))


async def faults(page: Page) -> list[str]:
    """What is wrong with the page on a phone and on a desktop."""
    found = []
    for width, height in (PHONE, DESKTOP):
        await page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px, {one}" for one in await violations(page)]
        if not await page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found.append(f"{width} px, wider than the screen")
    return found
