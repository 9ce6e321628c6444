"""The kiosk as people who stand before it use it, and what is left when they have gone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.seeing import AT_BOTH_SIZES, faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]
BIRTH = "1.001193"


async def touch_birth(page: Page) -> None:
    await page.locator(f"#tiles button[value='{BIRTH}']").first.click()
    await expect(page.get_by_text(f"Mã thủ tục {BIRTH}").first).to_be_visible()


async def is_wiped(page: Page) -> bool:
    return bool(
        await page.evaluate(
            "() => { const k = document.querySelector('mot-cua-kiosk');"
            " return !k.session && !k.input.value && !k.log.children.length"
            " && !document.querySelector('#tiles').hidden && localStorage.length === 0"
            " && sessionStorage.length === 0 && !document.cookie && history.length <= 2 }"
        )
    )


async def test_a_tile_answers_and_done_leaves_nothing_here_or_at_the_server(
    page: Page, address: str
) -> None:
    await page.goto(f"{address}/kiosk")
    assert await faults(page) == []
    await touch_birth(page)
    assert await faults(page) == []
    links = "document.querySelector('mot-cua-kiosk').shadowRoot.querySelectorAll('a').length"
    assert await page.evaluate(links) == 0
    await expect(page.get_by_role("img").first).to_be_visible()  # the link, as a code for the phone

    async with page.expect_response(lambda answer: answer.request.method == "DELETE") as gone:
        await page.get_by_role("button", name="Xong").click()
    assert (await gone.value).status == 204
    assert await is_wiped(page)
    assert page.url == f"{address}/kiosk"


@AT_BOTH_SIZES
async def test_targets_and_type_are_large(page: Page, address: str) -> None:
    await page.goto(f"{address}/kiosk")
    await touch_birth(page)
    small = await page.evaluate(
        "() => { const root = document.querySelector('mot-cua-kiosk').shadowRoot;"
        " const all = [...document.querySelectorAll('button,summary'),"
        "  ...root.querySelectorAll('button,input[type=text]')].filter((e) => e.offsetParent);"
        " return all.filter((e) => e.offsetHeight < 64 || e.offsetWidth < 64"
        "  || parseFloat(getComputedStyle(e).fontSize) < 24).map((e) => e.outerHTML) }"
    )
    assert small == []
    texts = await page.evaluate(
        "[...document.querySelector('mot-cua-kiosk').shadowRoot.querySelectorAll('p,li,h3,span')]"
        ".filter((e) => parseFloat(getComputedStyle(e).fontSize) < 24).map((e) => e.outerHTML)"
    )
    assert texts == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await expect(page.get_by_role("button", name="Xong")).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button", name="Hỏi", exact=True)).to_be_in_viewport(ratio=1)


@AT_BOTH_SIZES
async def test_the_keyboard_on_the_screen_writes_vietnamese(page: Page, address: str) -> None:
    await page.goto(f"{address}/kiosk")
    await page.get_by_role("button", name="Bàn phím").click()
    for key in (*"dd", *"aw", *"ng"):
        await page.get_by_role("button", name=key, exact=True).click()
    await page.get_by_role("button", name="Dấu cách").click()
    for key in (*"ky", "Dấu sắc"):
        await page.get_by_role("button", name=key, exact=True).click()
    assert await page.get_by_role("textbox").input_value() == "đăng ký"
    await page.get_by_role("button", name="Xoá").click()
    await expect(page.get_by_role("button", name="Xong")).to_be_in_viewport()
    await page.keyboard.type("ý kết hôn cần gì")  # a keyboard of keys works too
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Mã thủ tục 1.000894")).to_be_visible()


async def test_the_last_card_is_printed_and_nothing_else(page: Page, address: str) -> None:
    await page.goto(f"{address}/kiosk")
    await touch_birth(page)
    await page.get_by_role("button", name="Mang sang điện thoại").click()
    await expect(page.get_by_text("Quét mã bằng điện thoại để tiếp tục")).to_be_visible()
    await page.emulate_media(media="print")
    await expect(page.get_by_role("article")).to_be_visible()
    await expect(page.get_by_text("Quét mã bằng điện thoại để tiếp tục")).to_be_hidden()
    await expect(page.get_by_role("banner")).to_be_hidden()


async def test_somebodys_number_is_not_sent(page: Page, address: str) -> None:
    await page.goto(f"{address}/kiosk")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    await page.get_by_role("textbox").fill("hồ sơ của tôi 046 098 123456")
    await page.get_by_role("textbox").press("Enter")
    await expect(page.get_by_text("xin đừng gõ số giấy tờ")).to_be_visible()
    assert await page.get_by_role("textbox").input_value() == "hồ sơ của tôi"
    assert sent == []


async def test_it_warns_then_wipes_and_a_touch_stops_it(page: Page, address: str) -> None:
    await page.clock.install()
    await page.goto(f"{address}/kiosk")
    await touch_birth(page)
    await page.clock.fast_forward(91_000)
    await page.clock.run_for(1_000)
    warning = page.get_by_role("alertdialog", name="Anh/chị còn ở đây không?")
    await expect(warning).to_be_visible()
    await expect(warning.get_by_text("giây để người sau không đọc được")).to_be_visible()
    await page.get_by_role("button", name="Tôi còn ở đây").click()
    await expect(warning).to_be_hidden()
    assert not await is_wiped(page)

    await page.clock.fast_forward(111_000)
    await page.clock.run_for(1_000)
    await expect(page.locator("#tiles")).to_be_visible()
    assert await is_wiped(page)


async def test_a_question_waits_for_the_network(page: Page, address: str) -> None:
    await page.clock.install()
    await page.goto(f"{address}/kiosk")
    await page.route("**/api/v1/**", lambda route: route.abort())
    await page.locator(f"#tiles button[value='{BIRTH}']").first.click()
    await expect(page.get_by_role("alert")).to_contain_text("Mất mạng")
    await expect(page.get_by_role("alert")).to_contain_text("(“Đăng ký khai sinh”)")
    await page.unroute("**/api/v1/**")
    await page.clock.run_for(6_000)
    await expect(page.get_by_text(f"Mã thủ tục {BIRTH}").first).to_be_visible()
    await expect(page.get_by_text("Mất mạng")).to_be_hidden()


async def test_an_answer_on_its_way_is_not_shown_to_the_next(page: Page, address: str) -> None:
    await page.goto(f"{address}/kiosk")
    held = []
    await page.route("**/api/v1/messages", lambda route: held.append(route))
    async with page.expect_request("**/api/v1/messages"):
        await page.locator(f"#tiles button[value='{BIRTH}']").first.click()
    await page.get_by_role("button", name="Xong").click()
    async with page.expect_response("**/api/v1/messages"):
        await held[0].continue_()
    await page.evaluate("new Promise((done) => setTimeout(done))")
    assert await is_wiped(page)


VOICE = """
const spoken = [];
Object.defineProperty(window, "speechSynthesis", { value: Object.assign(new EventTarget(), {
  getVoices: () => [{ lang: "VOICE", localService: true, name: "x" }], speaking: false,
  speak: (words) => { spoken.push(words.text); }, cancel: () => { spoken.length = 0; } }) });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
window.spoken = spoken;
"""


@pytest.mark.parametrize(("lang", "offered"), [("vi-VN", 1), ("en-US", 0)])
async def test_it_reads_aloud_only_with_a_vietnamese_voice(
    page: Page, address: str, lang: str, offered: int
) -> None:
    await page.add_init_script(VOICE.replace("VOICE", lang))
    await page.goto(f"{address}/kiosk")
    await touch_birth(page)
    read = page.get_by_role("button", name="Đọc to")
    await expect(read).to_have_count(offered)
    await expect(page.get_by_role("button", name="Nói", exact=True)).to_have_count(0)
    if offered:
        await read.click()
        said = " ".join(await page.evaluate("spoken"))
        assert "Đăng ký khai sinh" in said
        assert "Kiểm tra ngày" in said
        await page.get_by_role("button", name="Dừng đọc").click()
        assert await page.evaluate("spoken") == []


async def test_it_answers_without_scripts_and_knows_where_it_stands(
    browser: Browser, address: str
) -> None:
    context = await browser.new_context(
        java_script_enabled=False, viewport={"width": 768, "height": 1024}
    )
    page = await context.new_page()
    await page.goto(f"{address}/kiosk?xa=30208")
    await page.locator("#tiles button").first.click()
    await expect(page.get_by_text("Kiểm tra ngày").first).to_be_visible()
    await page.get_by_role("button", name="Xong").click()
    await expect(page.locator("#tiles")).to_be_visible()
    assert page.url == f"{address}/kiosk?xa=30208"
    await context.close()


#: Telex as it is struck, and what must stand there.
STRUCK = """ddawng=đăng hoaf=hòa hoafn=hoàn hoanf=hoàn thuys=thúy quys=quý giaf=già gif=gì gieengs=giếng
thuowr=thuở thuowngf=thường truwowngf=trường truongwf=trường dduowngf=đường muaw=mưa quas=quá
khuyeens=khuyến aaa=aa ddd=dd w=ư ass=as aws=ắ hoawcj=hoặc nguwowif=người nguoiwf=người ruouwj=rượu
khoer=khỏe xooong=xoong dienej=diện ngoeof=ngoèo did=đi afz=a cuar=của giuwax=giữa DDAWNG=ĐĂNG Ddeef=Đề"""


async def test_telex_composes_as_people_expect(browser: Browser, address: str) -> None:
    page = await browser.new_page()
    await page.goto(f"{address}/healthz")
    pairs = [pair.split("=") for pair in STRUCK.split()]
    written = await page.evaluate(
        "async (words) => { const { compose } = await import('/static/keyboard.js');"
        " return words.map((keys) => [...keys].reduce(compose, '')) }",
        [keys for keys, _ in pairs],
    )
    erased = await page.evaluate(
        "async () => { const { erase } = await import('/static/keyboard.js');"
        " return ['hoàn', 'đ', 'a ', ''].map(erase) }"
    )
    await page.close()
    assert written == [word for _, word in pairs]
    assert erased == ["hòa", "", "a", ""]
