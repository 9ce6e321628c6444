"""Officials' work from beginning to end in Chromium, and what citizens read after each step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
Sit = Callable[[str], Awaitable[Page]]
#: A procedure only this file edits.
CODE = "1.004884"
WHERE = "Nộp tại quầy số chín của phường."


async def ask(page: Page, address: str, text: str) -> None:
    """Ask as a citizen who has just come."""
    await page.goto(address)
    await page.get_by_role("textbox").fill(text)
    await page.get_by_role("textbox").press("Enter")


async def ask_until(page: Page, address: str, text: str, shown: str) -> None:
    """Ask again until the answer shows it: what is published is known within two seconds."""
    for _ in range(5):
        await ask(page, address, text)
        with suppress(AssertionError):
            await expect(page.get_by_text(shown).first).to_be_visible(timeout=3_000)
            return
    pytest.fail(f"{text!r} is never answered with {shown!r}")


async def test_an_edit_is_reviewed_published_by_another_and_rolled_back(
    page: Page, sit: Sit, address: str
) -> None:
    editor, approver = await sit("soan"), await sit("duyet")
    here = f"{address}/admin/procedures/{CODE}"
    await editor.goto(f"{here}/edit/noi-nop")
    await editor.get_by_label("Nộp ở đâu").fill(WHERE)
    await expect(editor.locator("#preview").get_by_text(WHERE).first).to_be_visible()
    await editor.get_by_role("button", name="Lưu bản nháp").click()
    await expect(editor.get_by_role("status")).to_contain_text("Đã lưu bản nháp")
    await editor.goto(f"{here}/review")
    await editor.get_by_role("button", name="Gửi duyệt").click()
    await expect(editor.get_by_role("status")).to_contain_text("Đã gửi duyệt")
    await expect(editor.get_by_role("button", name="Duyệt và công bố")).to_have_count(0)

    await approver.goto(f"{here}/review")
    await expect(approver.locator("ins").first).to_be_visible()
    await approver.get_by_role("button", name="Duyệt và công bố").click()
    await expect(approver.get_by_role("status")).to_contain_text("Đã công bố", timeout=30_000)
    await ask(page, address, CODE)
    await expect(page.get_by_role("article").get_by_text(WHERE)).to_be_visible()

    await approver.goto(f"{here}/history/1")
    await approver.get_by_label("Lý do").fill("Quầy số chín đã dời")
    await approver.get_by_role("button", name="Quay lại").click()
    await expect(approver.get_by_role("status")).to_contain_text(
        "Đã quay lại nội dung của bản 1", timeout=30_000
    )
    await ask(page, address, CODE)
    await expect(page.get_by_text(f"Mã thủ tục {CODE}")).to_be_visible()
    await expect(page.get_by_text(WHERE)).to_have_count(0)


async def test_a_small_file_is_imported_accepted_and_answered(
    page: Page, sit: Sit, address: str
) -> None:
    editor, approver = await sit("soan"), await sit("duyet")
    await editor.goto(f"{address}/admin/import")
    table = "Mã thủ tục,Tên,Lĩnh vực,Nơi nộp\n9.800001,Cấp thẻ nuôi chim yến,Thử,Quầy chim yến\n"
    await editor.get_by_label("Tệp bản chép").set_input_files(
        {"name": "yến.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    await editor.get_by_role("button", name="Tải lên và đọc").click()
    # Read by a process of its own; the page follows it.
    await expect(editor.get_by_role("checkbox", name="Chọn 9.800001")).to_be_visible(timeout=60_000)
    await approver.goto(editor.url)  # whoever brought the file does not publish it
    await approver.get_by_role("checkbox", name="Chọn 9.800001").check()
    await approver.get_by_role("button", name="Công bố").last.click()
    await expect(approver.get_by_text("đã công bố").first).to_be_visible(timeout=60_000)
    await ask_until(page, address, "9.800001 nộp ở đâu", "Quầy chim yến")


async def test_a_missed_question_becomes_an_alias_and_is_answered(
    page: Page, sit: Sit, address: str
) -> None:
    question = "tờ bùa tơ hồng lứa đôi"
    await ask(page, address, question)
    await expect(page.get_by_text("Tôi chưa chắc mình hiểu đúng").last).to_be_visible()

    editor = await sit("soan")
    await editor.goto(f"{address}/admin/questions?order=newest")
    await editor.get_by_role("link", name=question).click()
    await editor.get_by_label("Tìm bằng lời hoặc mã thủ tục").fill("đăng ký khai sinh")
    await editor.get_by_role("button", name="Tìm").click()
    await editor.get_by_role("radio", name="1.001193").check()
    await editor.get_by_role("button", name="Thêm cách gọi").click()
    await expect(editor.get_by_role("status")).to_contain_text(
        "Đã thêm cách gọi",
        timeout=30_000,  # the golden questions are asked first
    )

    await ask_until(page, address, question, "Mã thủ tục 1.001193")


async def test_a_draft_is_made_by_keyboard_alone(sit: Sit, address: str) -> None:
    page = await sit("soan")
    await page.goto(f"{address}/admin/procedures/new")
    await page.get_by_label("Mã thủ tục").focus()
    for text in ("9.800002", "Thủ tục gõ bằng bàn phím"):
        await page.keyboard.type(text)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/9.800002/edit/chung")
    await expect(page.get_by_label("Tên thủ tục")).to_have_value("Thủ tục gõ bằng bàn phím")
