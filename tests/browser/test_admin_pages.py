"""The officials' pages in Chromium: by keyboard, at 320 px, without a violation axe can find."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.conftest import OFFICIAL, PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("browser"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = (
    "/admin/", "/admin/me", "/admin/me/second-step", "/admin/me/tokens", "/admin/people",
    f"/admin/people/{OFFICIAL}", "/admin/audit", "/admin/switches", "/admin/figures", "/open-data",
    "/api/admin/v1/docs",
    "/admin/surveys", "/admin/surveys/code?centre=implied-29302",
)  # fmt: skip


async def sign_in(page: Page, address: str) -> None:
    """By keyboard alone: the login is focused, Tab goes to the password, Enter sends."""
    login, password = page.get_by_label("Tên đăng nhập"), page.get_by_label("Mật khẩu", exact=True)
    await page.goto(f"{address}/admin/")
    await expect(login).to_be_focused()
    await page.keyboard.type(OFFICIAL)
    await page.keyboard.press("Tab")
    await expect(password).to_be_focused()
    await page.keyboard.type(PASSWORD)
    await expect(login).to_have_value(OFFICIAL)
    await expect(password).to_have_value(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/admin/")
    await expect(page.get_by_role("heading", name="Bàn làm việc", level=1)).to_be_visible()


async def faults(page: Page) -> list[str]:
    found = await Axe().run(page, options=RULES)
    wrong = [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found.response["violations"]
    ]
    if not await page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        wrong.append("wider than the screen")
    return wrong


async def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    page: Page, address: str
) -> None:
    await page.goto(f"{address}/admin/login")
    wrong = {"/admin/login": await faults(page)}
    await page.goto(f"{address}/admin/reset")
    wrong["/admin/reset"] = await faults(page)
    await sign_in(page, address)
    for path in PAGES:
        await page.goto(address + path)
        wrong[path] = await faults(page)
    assert {path: found for path, found in wrong.items() if found} == {}


async def test_an_official_stops_the_web_and_starts_it_again(page: Page, address: str) -> None:
    await sign_in(page, address)
    await page.get_by_role("link", name="Công tắc", exact=True).first.click()
    await page.get_by_label("Kênh", exact=True).select_option("kiosk")
    card = page.get_by_role("region", name="Một kênh")
    await card.get_by_label("Lý do (cho đồng nghiệp)").fill("Thử trong trình duyệt")
    await card.get_by_role("button", name="Tắt kênh").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã tắt")
    await card.get_by_label("Lý do bật lại Màn hình tại trung tâm").fill("Thử xong")
    await card.get_by_role("button", name="Bật lại").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã bật lại")
    await page.goto(f"{address}/admin/audit?action=switch")
    await expect(page.get_by_text("Thử trong trình duyệt").first).to_be_visible()
