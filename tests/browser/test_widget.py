"""The widget on a hostile page of another origin: aggressive styles, the strictest policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.seeing import AT_BOTH_SIZES, violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]
STYLES = """
* { all: unset !important; font: 700 40px cursive !important; color: #fff !important;
    text-transform: uppercase !important; letter-spacing: 1em !important; direction: rtl !important }
button, input, dialog, svg, ul { display: none !important }
body { background: #ff0 !important; visibility: hidden !important }
"""
PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Trang khác</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/hostile.css">
<script src="{motcua}/widget.js" data-accent="{accent}" data-greeting="Xã Hòa Long xin chào." async></script>
</head><body><main><h1>Trang của xã</h1>{inside}</main></body></html>"""


def policy(motcua: str) -> str:
    """The strictest policy under which the docs promise that the widget works."""
    return (
        f"default-src 'none'; script-src {motcua}; connect-src {motcua}; style-src 'self';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )


@pytest.fixture(scope="module")
def host(address: str, other_sites: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Two sites with the widget; the second is not on the list."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_css = self.path.endswith(".css")
            inside = "<mot-cua-chat></mot-cua-chat>" if "inside" in self.path else ""
            accent = "#ffee00" if "bright" in self.path else "#7a1f5c"
            html = PAGE.format(motcua=address, inside=inside, accent=accent)
            self.send_response(200)
            self.send_header("Content-Type", "text/css" if is_css else "text/html")
            self.send_header("Content-Security-Policy", policy(address))
            self.end_headers()
            self.wfile.write((STYLES if is_css else html).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    servers = [
        ThreadingHTTPServer(("127.0.0.1", int(site.rpartition(":")[2])), Site)
        for site in other_sites
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield other_sites
    for server in servers:
        server.shutdown()
        server.server_close()


async def opened(page: Page, site: str) -> None:
    await page.goto(site)
    await page.get_by_role("button", name="Hỏi thủ tục").click()


async def ask(page: Page, text: str) -> None:
    await page.get_by_role("textbox").fill(text)
    await page.get_by_role("textbox").press("Enter")


@AT_BOTH_SIZES
async def test_it_answers_on_a_hostile_page(page: Page, host: tuple[str, str]) -> None:
    await opened(page, host[0])
    await expect(page.get_by_text("Xã Hòa Long xin chào.")).to_be_visible()
    await expect(page.get_by_text("Tôi là trợ lý tự động (AI)")).to_be_visible()
    await ask(page, "đăng ký kết hôn cần gì")
    await expect(page.get_by_role("heading", name="Đăng ký kết hôn")).to_be_visible()
    await page.get_by_role("button", name="Lệ phí").last.click()
    await expect(page.get_by_text("Mã thủ tục 1.000894").last).to_be_visible()

    looks = await page.get_by_role("article").first.evaluate(
        "(e) => { const s = getComputedStyle(e);"
        " return [s.fontSize, s.textTransform, s.letterSpacing, s.direction, s.color] }"
    )
    assert looks == ["17px", "none", "normal", "ltr", "rgb(27, 27, 27)"]
    box = await page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= await page.evaluate("innerWidth")


@AT_BOTH_SIZES
async def test_axe_finds_nothing_in_it(page: Page, host: tuple[str, str]) -> None:
    await opened(page, host[0])
    await ask(page, "đăng ký kết hôn cần gì")
    await expect(page.get_by_role("article")).to_be_visible()
    assert await violations(page, "mot-cua-widget") == []


async def test_a_phone_is_carried_on_to_without_images_or_markup(
    page: Page, host: tuple[str, str]
) -> None:
    await opened(page, host[0])
    await ask(page, "đăng ký kết hôn cần gì")
    await page.get_by_role("button", name="Mang sang điện thoại").click()
    await expect(page.get_by_role("img", name="Mang sang điện thoại")).to_be_visible()


async def test_focus_goes_in_and_comes_back(page: Page, host: tuple[str, str]) -> None:
    await opened(page, host[0])
    await expect(page.get_by_role("textbox")).to_be_focused()
    launcher = page.get_by_role("button", name="Hỏi thủ tục", include_hidden=True)
    await expect(launcher).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(launcher).to_be_focused()
    await expect(launcher).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Đóng").press("Enter")
    await expect(launcher).to_be_focused()


@AT_BOTH_SIZES
async def test_only_a_panel_that_covers_the_page_keeps_the_focus(
    page: Page, host: tuple[str, str]
) -> None:
    await opened(page, host[0])
    small = await page.evaluate("innerWidth < 640")
    is_modal = await page.get_by_role("dialog").evaluate("(e) => e.matches(':modal')")
    assert is_modal == small


async def test_nothing_is_remembered_until_the_citizen_says_so(
    page: Page, host: tuple[str, str]
) -> None:
    await opened(page, host[0])
    await ask(page, "đăng ký thường trú cần gì")
    await expect(page.get_by_role("article")).to_be_visible()
    assert await page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [
        0,
        0,
        "",
    ]

    remember = page.get_by_role("button", name="Nhớ cuộc trò chuyện")
    await remember.click()
    assert await page.evaluate("Object.keys(localStorage)") == ["motcua.session"]
    await opened(page, host[0])
    await expect(page.get_by_role("button", name="Nhớ cuộc", pressed=True)).to_be_visible()
    await ask(page, "thế còn lệ phí?")
    await expect(page.get_by_text("Mã thủ tục 1.004222")).to_be_visible()

    await page.get_by_role("button", name="Nhớ cuộc trò chuyện").click()
    assert await page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize(
    ("path", "colour"), [("/", "rgb(122, 31, 92)"), ("/bright", "rgb(11, 83, 148)")]
)
async def test_an_accent_too_bright_for_white_text_is_not_used(
    page: Page, host: tuple[str, str], path: str, colour: str
) -> None:
    await page.goto(host[0] + path)
    launcher = page.get_by_role("button", name="Hỏi thủ tục")
    assert await launcher.evaluate("(e) => getComputedStyle(e).backgroundColor") == colour


async def test_the_element_by_hand_stands_in_the_page_without_a_launcher(
    page: Page, host: tuple[str, str]
) -> None:
    await page.goto(host[0] + "/inside")
    await ask(page, "đăng ký kết hôn cần gì")
    await expect(page.get_by_role("article")).to_be_visible()
    await expect(page.get_by_role("button", name="Hỏi thủ tục")).to_have_count(0)


async def test_a_site_not_on_the_list_gets_nothing(
    browser: Browser, host: tuple[str, str], address: str
) -> None:
    page = await browser.new_page()
    await page.goto(host[1])
    refused = await page.evaluate(
        "(api) => fetch(api, {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: '{\"text\": \"a\"}'}).then(() => 'read', () => 'refused')",
        f"{address}/api/v1/messages",
    )
    assert refused == "refused"
    await expect(page.locator("mot-cua-widget")).to_have_count(0)
    await page.close()
