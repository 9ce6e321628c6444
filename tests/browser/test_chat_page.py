"""The chat page as a citizen uses it, in Chromium: ask, follow up, choose, get stuck politely."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.seeing import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]


async def ask(page: Page, text: str) -> None:
    await page.get_by_role("textbox").fill(text)
    await page.get_by_role("textbox").press("Enter")


async def test_ask_follow_up_choose_and_get_stuck(page: Page, address: str) -> None:
    await page.goto(address)
    await ask(page, "làm giấy khai sinh cho con cần giấy tờ gì")
    await expect(
        page.get_by_role("heading", name="Đăng ký khai sinh: giấy tờ cần mang")
    ).to_be_visible()
    await page.get_by_role("checkbox").first.check()
    await page.get_by_role("button", name="Đúng ý", exact=True).click()  # in words, without 👍
    await expect(page.get_by_text("Tôi đã ghi nhận").first).to_be_visible()

    await page.get_by_role("button", name="Lệ phí").last.click()
    await expect(
        page.get_by_role("article").get_by_text("Miễn phí, nếu làm trong 60 ngày")
    ).to_be_visible()

    await ask(page, "làm lại giấy tờ bị mất")
    await page.get_by_role("button", name="Giấy khai sinh", exact=True).click()
    await page.get_by_role("button", name="Sổ gốc đã mất").click()
    await expect(page.get_by_text("Mã thủ tục 1.004884")).to_be_visible()

    await ask(page, "hôm nay ăn gì ngon")
    await expect(page.get_by_text("Tôi chưa chắc mình hiểu đúng").last).to_be_visible()


async def test_nothing_is_wider_than_the_screen(page: Page, address: str) -> None:
    await page.goto(address)
    await ask(page, "đăng ký thường trú cần gì")
    await expect(page.get_by_role("article")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    overflowing = await page.evaluate(
        "[...document.querySelector('mot-cua-chat').shadowRoot.querySelectorAll('*')]"
        ".filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML)"
    )
    assert overflowing == []


async def test_axe_finds_nothing(page: Page, address: str) -> None:
    await page.goto(address)
    assert await faults(page) == []
    await ask(page, "đăng ký kết hôn bao nhiêu tiền")
    await ask(page, "làm lại giấy tờ bị mất")
    await expect(page.get_by_role("button", name="Giấy khai sinh", exact=True)).to_be_visible()
    assert await faults(page) == []


async def test_it_works_by_keyboard_alone(page: Page, address: str) -> None:
    await page.goto(address)
    await page.keyboard.press("Tab")  # the conversation, which scrolls
    for _ in range(3):
        await page.keyboard.press("Tab")  # the three examples
    await page.keyboard.press("Tab")
    await page.keyboard.type("1.004222")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Mã thủ tục 1.004222")).to_be_visible()


async def test_a_lost_connection_keeps_the_question(page: Page, address: str) -> None:
    await page.goto(address)
    await page.route("**/messages", lambda route: route.abort())
    await ask(page, "đăng ký kết hôn cần gì")
    await expect(page.get_by_text("Mất kết nối")).to_be_visible()

    await page.unroute("**/messages")
    await page.get_by_role("button", name="Thử lại").click()
    await expect(page.get_by_role("article")).to_be_visible()


async def test_hostile_text_stays_text(page: Page, address: str) -> None:
    await page.goto(address)
    await ask(page, "<img src=x onerror=alert(1)><b>đậm</b>")
    await expect(page.get_by_text("<b>đậm</b>")).to_be_visible()


async def test_the_page_answers_without_scripts(browser: Browser, address: str) -> None:
    context = await browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    page = await context.new_page()
    await page.goto(address)
    await page.get_by_role("textbox").fill("đăng ký kết hôn cần gì")
    await page.get_by_role("button", name="Gửi").click()
    await expect(page.get_by_text("Mã thủ tục 1.000894")).to_be_visible()
    await context.close()


async def test_a_phone_goes_on_where_the_page_stood(
    page: Page, browser: Browser, address: str
) -> None:
    await page.goto(address)
    await ask(page, "đăng ký kết hôn cần gì")
    async with page.expect_response("**/hand-over") as offered:
        await page.get_by_role("button", name="Mang sang điện thoại").click()
    url = (await (await offered.value).json())["url"]
    await expect(page.get_by_role("img")).to_be_visible()

    phone = await browser.new_page()
    await phone.goto(url)
    await expect(
        phone.get_by_role("listitem").get_by_text("Đã mang cuộc trò chuyện")
    ).to_be_visible()
    await ask(phone, "thế còn lệ phí?")
    await expect(phone.get_by_text("Mã thủ tục 1.000894")).to_be_visible()
    assert "tiep" not in phone.url

    again = await browser.new_page()
    await again.goto(url)
    await expect(
        again.get_by_role("listitem").get_by_text("Mã này đã dùng hoặc quá hạn")
    ).to_be_visible()
    await phone.close()
    await again.close()


async def test_a_printed_code_opens_the_survey_of_its_centre(page: Page, address: str) -> None:
    await page.goto(f"{address}/#khao-sat=implied-29302")
    await page.get_by_role("button", name="Hộ tịch", exact=True).click()
    await page.get_by_role("button", name="Tháng").first.click()
    await page.get_by_role("button", name="Rất hài lòng", exact=True).click()
    await expect(page.get_by_label("Cuộc trò chuyện").get_by_text("Câu 2/5")).to_be_visible()
    assert page.url == f"{address}/"
