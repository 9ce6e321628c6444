"""The officials' pages in Chromium: by keyboard, at 320 px, without a violation axe can find."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from bot.admin.procedures.fields import SECTIONS
from tests.bot.admin.routes import ROUTES
from tests.browser.desks import EDITED, PASSWORD, PROVINCE
from tests.browser.seeing import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]
Sit = Callable[[str], Awaitable[Page]]

#: What a GET answers with something else than a page: a file, an image, events, a redirect.
NO_PAGES = frozenset({
    "/admin/announcements/{announcement_id:int}/outcomes.csv",
    "/admin/announcements/{announcement_id:int}/progress",
    "/admin/audit.csv",
    "/admin/contests/{contest_id:int}/questions.csv",
    "/admin/contests/{contest_id:int}/ranking.csv",
    "/admin/figures.csv",
    "/admin/import/export/{name}",
    "/admin/petitions/export.csv",
    "/admin/surveys.csv",
    "/admin/petitions/{petition_id:int}/photos/{photo_id:int}",
    "/admin/threads/{thread_id:int}/messages",
})  # fmt: skip
#: What stands for the parameters of a path; more than one where the pages differ.
EXAMPLES = {
    "/admin/announcements/{announcement_id:int}": ["/admin/announcements/1"],
    "/admin/centres/{key}": ["/admin/centres/ca-mau"],
    "/admin/contests/{contest_id:int}": ["/admin/contests/1", "/admin/contests/2"],
    "/admin/contests/{contest_id:int}/preview": ["/admin/contests/1/preview"],
    "/admin/contests/{contest_id:int}/questions/{question_id:int}": [
        "/admin/contests/1/questions/1"
    ],
    "/admin/dossiers/{load_id:int}": ["/admin/dossiers/1"],
    "/admin/golden/{question_id}": ["/admin/golden/1"],
    "/admin/import/{job_id}": ["/admin/import/1"],
    "/admin/import/{job_id}/rows/{row_id}": ["/admin/import/1/rows/1"],
    "/admin/people/{login}": ["/admin/people/soan"],
    "/admin/people/{login}/tokens": ["/admin/people/soan/tokens"],
    "/admin/petitions/{petition_id:int}": ["/admin/petitions/1"],
    "/admin/procedures/{key}": [f"/admin/procedures/{EDITED}"],
    "/admin/procedures/{key}/edit/{slug}": [
        *(f"/admin/procedures/{EDITED}/edit/{section.slug}" for section in SECTIONS),
        f"/admin/procedures/{EDITED}@{PROVINCE}/edit/rieng",
    ],
    "/admin/procedures/{key}/history": [f"/admin/procedures/{EDITED}/history"],
    "/admin/procedures/{key}/history/{number}": [f"/admin/procedures/{EDITED}/history/1"],
    "/admin/procedures/{key}/phrases": [f"/admin/procedures/{EDITED}/phrases"],
    "/admin/procedures/{key}/review": [f"/admin/procedures/{EDITED}/review"],
    "/admin/questions/{group_id}": ["/admin/questions/1"],
    "/admin/reports/jobs/{job_id}": ["/admin/reports/jobs/2"],
    "/admin/reports/{key}": ["/admin/reports/ca-mau-2020-q1"],
    "/admin/reports/{key}/facts/{fact_key}": ["/admin/reports/ca-mau-2020-q1/facts/CM-003"],
    "/admin/surveys/code": ["/admin/surveys/code?centre=implied-29302"],
    "/admin/threads/{thread_id:int}": ["/admin/threads/1"],
}
#: Pages that show more when they are asked for it.
ASKED = (
    "/admin/places?q=hiep+my+dong", "/admin/places/mend?kind=alias&name=Cu+Lao",
    "/admin/procedures?q=khai+sinh", "/admin/stale?show=old", "/admin/audit?action=official",
    "/api/admin/v1/docs", "/hoi-thi", "/hoi-thi/2", "/hoi-thi/giay-chung-nhan",
)  # fmt: skip


def pages() -> list[str]:
    """Every page under /admin, by the table of routes."""
    found = [*ASKED, "/open-data"]
    for method, path in ROUTES:
        if method == "GET" and path.startswith("/admin") and path not in NO_PAGES:
            found += EXAMPLES.get(path) or [path]
    return found


async def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    page: Page, sit: Sit, address: str
) -> None:
    wrong: dict[str, list[str]] = {}
    desk = await sit("quantri")
    for path in pages():
        here = page if path.startswith(("/admin/login", "/admin/reset")) else desk
        answer = await here.goto(address + path)
        assert answer is not None
        assert (answer.status, here.url.removeprefix(address)) == (200, path)
        wrong[path] = await faults(here)
    assert {path: found for path, found in wrong.items() if found} == {}


async def test_an_official_signs_in_by_keyboard_alone(
    page: Page, address: str, tokens: dict[str, str]
) -> None:
    login, password = page.get_by_label("Tên đăng nhập"), page.get_by_label("Mật khẩu", exact=True)
    await page.goto(f"{address}/admin/")
    await expect(login).to_be_focused()
    await page.keyboard.type("quantri")
    await page.keyboard.press("Tab")
    await expect(password).to_be_focused()
    await page.keyboard.type(PASSWORD)
    await expect(login).to_have_value("quantri")
    await expect(password).to_have_value(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/admin/")
    await expect(page.get_by_role("heading", name="Bàn làm việc", level=1)).to_be_visible()


async def test_an_official_stops_the_kiosk_and_starts_it_again(sit: Sit, address: str) -> None:
    page = await sit("quantri")
    await page.goto(f"{address}/admin/")
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


async def test_what_was_typed_outlives_the_session(sit: Sit, address: str) -> None:
    page = await sit("soan")
    await page.goto(f"{address}/admin/procedures/1.001193/edit/chung")
    await page.get_by_label("Tóm tắt").fill("Gõ dở\nrồi hết phiên")
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Lưu bản nháp").click()
    await expect(page.get_by_role("heading", name="Phiên đã hết")).to_be_visible()
    assert await faults(page) == []

    await page.get_by_label("Tên đăng nhập").fill("soan")
    await page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    again = page.get_by_role("button", name="Gửi lại")
    await expect(again).to_be_focused()
    await page.get_by_text("Xem lại phần đã gõ").click()
    await expect(page.get_by_text("rồi hết phiên").last).to_be_visible()
    assert await faults(page) == []

    await again.click()
    await expect(page.get_by_role("status")).to_contain_text("Đã lưu bản nháp")
    await expect(page.get_by_label("Tóm tắt")).to_have_value("Gõ dở\nrồi hết phiên")


async def test_two_officials_answer_a_petition_and_everyone_reads_it(
    sit: Sit, address: str
) -> None:
    editor, approver = await sit("soan"), await sit("duyet")
    await editor.goto(f"{address}/admin/petitions")
    await editor.get_by_role("link", name="PA-7KQ3-XN4C").click()
    await editor.get_by_label("Soạn trả lời").fill("Kết quả đã có, mời anh/chị đến nhận.")
    await editor.get_by_role("button", name="Gửi duyệt").click()
    await expect(editor.get_by_role("status")).to_contain_text("chờ người khác duyệt")
    await expect(editor.get_by_role("button", name="Duyệt và gửi")).to_have_count(0)

    await approver.goto(f"{address}/admin/petitions/1")
    assert await faults(approver) == []
    await approver.get_by_role("button", name="Duyệt và gửi").click()
    await expect(approver.get_by_role("status")).to_contain_text("Đã duyệt")
    await approver.get_by_label("Phản ánh", exact=True).fill("Một hồ sơ trả chậm.")
    assert await faults(approver) == []
    await approver.get_by_role("button", name="Lưu").click()
    await expect(approver.get_by_role("status")).to_contain_text("Đã công khai")

    await approver.goto(f"{address}/phan-anh")
    await expect(approver.get_by_text("Một hồ sơ trả chậm.")).to_be_visible()
    await expect(approver.get_by_text("Chờ lâu quá.")).to_have_count(0)
    assert await faults(approver) == []
    await approver.goto(f"{address}/du-lieu-cua-toi")
    assert await faults(approver) == []


async def test_an_official_answers_in_a_talk(sit: Sit, address: str) -> None:
    editor = await sit("soan")
    await editor.goto(f"{address}/admin/threads")
    await editor.get_by_role("table").get_by_role("link").first.click()
    await editor.get_by_label("Trả lời người dân").fill("Anh/chị mang giấy hẹn đến quầy số 2.")
    await editor.get_by_role("button", name="Gửi").click()
    await expect(editor.get_by_role("list").get_by_text("quầy số 2")).to_be_visible()
    assert await faults(editor) == []
