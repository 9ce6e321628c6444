"""From edit to publication and back, in the browser's terms: nothing is lost, nothing slips through."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, update

from bot.channels import telegram, zalo_oa
from bot.conversation import Message
from bot.db import Database
from bot.dialogue import State
from bot.models import Role
from bot.settings import Settings
from knowledge.models import GoldenQuestion
from tests.bot.admin.conftest import Desk

CODE = "1.000894"  # Đăng ký kết hôn
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"


@pytest.fixture(scope="module", autouse=True)
def few_golden_questions(anyone: TestClient, settings: Settings) -> None:
    """Leave twenty of ours: asking all two hundred at each publication is for the benchmark."""

    async def leave() -> None:
        database = Database(settings.url)
        async with database.write() as session:
            await session.exec(
                update(GoldenQuestion).where(col(GoldenQuestion.id) > 20).values(active=False)
            )
        await database.close()

    asyncio.run(leave())


def text(answer: Any) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def fields(answer: Any, form: str = "edit") -> dict[str, list[str]]:
    """What a browser would send for one form of a page, without its buttons."""
    body = re.search(rf'<form[^>]*id="{form}".*?</form>', answer.text, re.DOTALL)
    assert body is not None
    found: dict[str, list[str]] = {}
    for tag in re.finditer(
        r"<input([^>]*)>|<textarea([^>]*)>\n(.*?)</textarea>|<select([^>]*)>(.*?)</select>",
        body[0],
        re.DOTALL,
    ):
        attributes = tag[1] or tag[2] or tag[4]
        named = re.search(r'name="([^"]*)"', attributes)
        assert named is not None
        if tag[1] is not None:
            if 'type="checkbox"' in attributes and " checked" not in attributes:
                continue
            value = re.search(r'value="([^"]*)"', attributes)
            given = unescape(value[1]) if value else ""
        elif tag[2] is not None:
            given = unescape(tag[3])
        else:
            chosen = re.search(r'<option value="([^"]*)" selected', tag[5])
            given = unescape(chosen[1]) if chosen else ""
        found.setdefault(unescape(named[1]), []).append(given)
    return found


def hidden(answer: Any, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="(\d+)"', answer.text)
    assert found is not None, text(answer)
    return found[1]


def new(client: TestClient, code: str, title: str = "Mượn sách thư viện xã") -> None:
    answer = client.post("/admin/procedures/new", data={"code": code, "title": title})
    assert answer.status_code == 303, text(answer)


def save(client: TestClient, key: str, slug: str, **changed: str) -> Any:
    """Open a page of the form, change fields and save."""
    given: dict[str, Any] = fields(client.get(f"/admin/procedures/{key}/edit/{slug}"))
    given |= {name.replace("__", "."): value for name, value in changed.items()}
    return client.post(f"/admin/procedures/{key}/edit/{slug}", data={**given, "do": "save"})


def send_for_review(client: TestClient, key: str, **times: str) -> str:
    revision = hidden(client.get(f"/admin/procedures/{key}/review"), "revision")
    answer = client.post(f"/admin/procedures/{key}/submit", data={"revision": revision, **times})
    assert answer.status_code == 303, text(answer)
    return revision


def publish(desk: Desk, code: str) -> None:
    revision = send_for_review(desk(Role.EDITOR), code)
    answer = desk(Role.APPROVER).post(
        f"/admin/procedures/{code}/approve", data={"revision": revision}
    )
    assert answer.status_code == 303, text(answer)


def ask(anyone: TestClient, question: str) -> str:
    return str(anyone.post("/api/v1/messages", json={"text": question}).json())


def test_a_draft_is_reviewed_published_answered_and_rolled_back(
    desk: Desk, anyone: TestClient
) -> None:
    editor, approver = desk(Role.EDITOR), desk(Role.APPROVER)
    new(editor, "9.000101", "Đăng ký nuôi chim bồ câu đưa thư")
    save(editor, "9.000101", "noi-nop", where="Nộp tại trạm chim của xã.")
    assert "trạm chim" not in ask(anyone, "9.000101")
    publish(desk, "9.000101")
    assert "Nộp tại trạm chim của xã." in ask(anyone, "đăng ký nuôi chim bồ câu đưa thư ở đâu")

    save(editor, "9.000101", "noi-nop", where="Nộp tại trạm thú y của xã.")
    review = approver.get("/admin/procedures/9.000101/review")
    assert "Nộp tại trạm <del>chim</del><ins>thú y</ins> của xã." in review.text
    publish(desk, "9.000101")
    assert "trạm thú y" in ask(anyone, "9.000101")

    refused = approver.post("/admin/procedures/9.000101/roll-back", data={"number": "2"})
    assert "Hãy ghi lý do quay lại bản cũ." in text(refused)
    approver.post(
        "/admin/procedures/9.000101/roll-back", data={"number": "2", "reason": "nhầm nơi nộp"}
    )
    assert "trạm chim" in ask(anyone, "9.000101")


def test_nobody_approves_their_own_work(desk: Desk) -> None:
    approver = desk(Role.APPROVER)
    new(approver, "9.000102")
    revision = send_for_review(approver, "9.000102")

    page = approver.get("/admin/procedures/9.000102/review")
    forced = approver.post("/admin/procedures/9.000102/approve", data={"revision": revision})

    assert "cần một người khác duyệt" in text(page)
    assert "Người soạn không tự duyệt bài của mình" in text(forced)


def test_of_two_approvals_one_wins_and_the_other_is_told(desk: Desk) -> None:
    new(desk(Role.EDITOR), "9.000103")
    revision = send_for_review(desk(Role.EDITOR), "9.000103")
    given = {"revision": revision}

    first = desk(Role.APPROVER).post("/admin/procedures/9.000103/approve", data=given)
    second = desk(Role.ADMIN).post("/admin/procedures/9.000103/approve", data=given)

    assert (first.status_code, second.status_code) == (303, 303)
    told = desk(Role.ADMIN)
    told.cookies.update(second.cookies)
    assert "Bản này đã có người xử lý" in text(told.get("/admin/procedures/9.000103"))


def test_an_editor_may_not_approve_even_by_hand(desk: Desk) -> None:
    new(desk(Role.EDITOR), "9.000104")
    revision = send_for_review(desk(Role.EDITOR), "9.000104")

    forged = desk(Role.EDITOR).post(
        "/admin/procedures/9.000104/approve", data={"revision": revision, "role": "approver"}
    )

    assert forged.status_code == 403


def test_a_stale_save_shows_both_and_loses_nothing(desk: Desk) -> None:
    editor, other = desk(Role.EDITOR), desk(Role.ADMIN)
    new(editor, "9.000105")
    mine: dict[str, Any] = fields(editor.get("/admin/procedures/9.000105/edit/noi-nop"))
    save(other, "9.000105", "noi-nop", where="Nộp ở tỉnh.")

    mine["where"] = ["Nộp ở xã."]
    refused = editor.post("/admin/procedures/9.000105/edit/noi-nop", data={**mine, "do": "save"})

    assert refused.status_code == 409
    assert "admin đã lưu bản 2 trong lúc anh/chị sửa" in text(refused)
    assert "<del>tỉnh</del><ins>xã</ins>" in refused.text
    assert fields(refused)["where"] == ["Nộp ở xã."]
    again = editor.post(
        "/admin/procedures/9.000105/edit/noi-nop", data={**fields(refused), "do": "save"}
    )
    assert again.status_code == 303


def test_markup_typed_anywhere_is_shown_as_text(desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    new(editor, "9.000106", f"Mượn {EVIL}")
    save(editor, "9.000106", "noi-nop", where=EVIL, agencies__receiving=EVIL)
    save(editor, "9.000106", "cac-buoc", steps__0=EVIL)
    save(
        editor,
        "9.000106",
        "le-phi",
        fees__0__kind="see_note",
        fees__0__text=EVIL,
        note=EVIL,
    )
    editor.post("/admin/procedures/9.000106/phrases", data={"phrases": EVIL, "reason": EVIL})
    pages = [f"edit/{slug}" for slug in ("chung", "noi-nop", "cac-buoc", "le-phi")]
    for page in ("", *(f"/{one}" for one in (*pages, "review", "history", "history/2", "phrases"))):
        shown = editor.get(f"/admin/procedures/9.000106{page}")
        assert shown.status_code == 200, page
        assert "<script>alert" not in shown.text, page
        assert "<img src=x" not in shown.text, page
    listed = editor.get("/admin/procedures", params={"q": EVIL, "field": EVIL})
    assert "<script>alert" not in listed.text


def test_what_is_wrong_is_said_at_the_field_and_everything_typed_stays(desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    new(editor, "9.000107")
    long = "ă" * 100_000
    answer = save(editor, "9.000107", "noi-nop", where=long, agencies__competent="UBND xã")

    assert answer.status_code == 422
    assert "Dài 100.000 ký tự; nhiều nhất 20.000. Hãy rút gọn." in text(answer)
    assert 'id="where-problem"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert fields(answer)["where"] == [long]
    assert fields(answer)["agencies.competent"] == ["UBND xã"]


def test_rows_move_without_scripts_and_nothing_is_saved_by_it(desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    new(editor, "9.000108")
    path = "/admin/procedures/9.000108/edit/cac-buoc"
    first = editor.post(path, data={"do": "add:steps", "base": "1"})
    given: dict[str, Any] = {**fields(first), "steps.0": "Lấy số"}
    second = editor.post(path, data={**given, "do": "add:steps"})
    given = {**fields(second), "steps.1": "Nộp hồ sơ"}
    third = editor.post(path, data={**given, "do": "up:steps.1"})

    kept = fields(third)
    assert (kept["steps.0"], kept["steps.1"]) == (["Nộp hồ sơ"], ["Lấy số"])
    assert "Chưa có bước nào" in text(editor.get(path))


def test_a_preview_saves_nothing(desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    new(editor, "9.000109")
    given: dict[str, Any] = fields(editor.get("/admin/procedures/9.000109/edit/noi-nop"))
    given["where"] = ["Nộp tại trạm y tế."]

    shown = editor.post("/admin/procedures/9.000109/edit/noi-nop", data={**given, "do": "preview"})

    assert "Nộp tại trạm y tế." in shown.text.split('id="preview"')[1]
    again = fields(editor.get("/admin/procedures/9.000109/edit/noi-nop"))
    assert again["where"] == [""]


def test_what_somebody_removed_comes_back_to_copy(desk: Desk) -> None:
    answer = desk(Role.EDITOR).post(
        "/admin/procedures/9.999999/edit/noi-nop", data={"where": "Nộp tại xã.", "do": "save"}
    )

    assert answer.status_code == 404
    assert "Những gì anh/chị đã gõ còn nguyên" in text(answer)
    assert "Nộp tại xã." in text(answer)


def test_an_edit_of_what_was_just_archived_becomes_a_draft(desk: Desk, anyone: TestClient) -> None:
    editor, approver = desk(Role.EDITOR), desk(Role.APPROVER)
    new(editor, "9.000110", "Đăng ký thả diều sáo")
    publish(desk, "9.000110")
    given: dict[str, Any] = fields(editor.get("/admin/procedures/9.000110/edit/noi-nop"))
    approver.post(
        "/admin/procedures/9.000110/hide", data={"do": "archive", "reason": "hết hiệu lực"}
    )
    given["where"] = ["Nộp ở xã."]

    saved = editor.post("/admin/procedures/9.000110/edit/noi-nop", data={**given, "do": "save"})

    assert saved.status_code == 303
    assert "Nộp ở xã." not in ask(anyone, "9.000110")
    assert fields(editor.get("/admin/procedures/9.000110/edit/noi-nop"))["where"] == ["Nộp ở xã."]


def test_hiding_is_immediate_and_needs_a_reason(desk: Desk, anyone: TestClient) -> None:
    approver = desk(Role.APPROVER)
    new(desk(Role.EDITOR), "9.000111", "Đăng ký đánh trống đồng")
    publish(desk, "9.000111")
    path = "/admin/procedures/9.000111/hide"

    approver.post(path, data={"do": "hide", "reason": " "})
    assert "9.000111" in ask(anyone, "đăng ký đánh trống đồng")
    approver.post(path, data={"do": "hide", "reason": "sai phí"})
    assert "Đăng ký đánh trống đồng" not in ask(anyone, "9.000111")
    approver.post(path, data={"do": "show", "reason": "đã sửa"})
    assert "Đăng ký đánh trống đồng" in ask(anyone, "9.000111")


def test_a_broken_golden_question_holds_a_publication_until_a_reason_is_given(
    desk: Desk, anyone: TestClient
) -> None:
    editor, approver = desk(Role.EDITOR), desk(Role.APPROVER)
    new(editor, "9.000112", "Đăng ký nuôi ong lấy mật")
    publish(desk, "9.000112")
    question = "đăng ký nuôi ong lấy mật"
    editor.post("/admin/golden", data={"question": question, "codes": "9.000112"})
    save(editor, "9.000112", "chung", title="Thủ tục số bảy")
    revision = send_for_review(editor, "9.000112")

    review = approver.get("/admin/procedures/9.000112/review")
    held = approver.post("/admin/procedures/9.000112/approve", data={"revision": revision})
    assert question in text(review)
    assert "sau thay đổi sẽ sai" in text(review)
    assert held.status_code == 409
    assert "Hãy ghi lý do nếu vẫn công bố." in text(held)

    passed = approver.post(
        "/admin/procedures/9.000112/approve", data={"revision": revision, "reason": "tên mới"}
    )
    assert passed.status_code == 303
    assert "Vẫn công bố vì: tên mới" in text(approver.get("/admin/procedures/9.000112/history"))
    assert question in text(editor.get("/admin/golden/run"))


def test_nobody_waits_for_the_golden_questions_to_be_asked(desk: Desk, anyone: TestClient) -> None:
    assert anyone.portal is not None
    state = anyone.app.state  # type: ignore[attr-defined]

    async def being_asked() -> None:
        state.asking = asyncio.get_running_loop().create_future()

    async def answered() -> None:
        state.asking.set_result(())

    anyone.portal.call(being_asked)
    waits = desk(Role.VIEWER).get("/admin/golden/run")
    anyone.portal.call(answered)
    told = desk(Role.VIEWER).get("/admin/golden/run")

    assert (waits.status_code, "data-again" in waits.text) == (200, True)
    assert ("data-again" in told.text) is False


def test_a_form_of_200_papers_stays_light_and_gives_them_all_back(desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    new(editor, "9.000116")
    names = [f"Giấy tờ số {number} theo quy định của pháp luật" * 4 for number in range(200)]
    papers = {f"cases__0__components__{n}__name": name for n, name in enumerate(names)}
    assert save(editor, "9.000116", "giay-to", cases__0__name="Mọi người", **papers).is_redirect
    path = "/admin/procedures/9.000116/edit/giay-to"
    light = editor.get(path)
    again = save(editor, "9.000116", "giay-to", dossier_sets="2")

    assert len(light.content) <= 150_000
    assert again.is_redirect
    kept = text(editor.get("/admin/procedures/9.000116/review"))
    assert all(f"số {number} theo" in kept for number in range(200))


def test_a_revision_is_sent_back_with_what_to_mend(desk: Desk) -> None:
    editor, approver = desk(Role.EDITOR), desk(Role.APPROVER)
    new(editor, "9.000113")
    revision = send_for_review(editor, "9.000113")
    path = "/admin/procedures/9.000113/send-back"

    without = approver.post(path, data={"revision": revision, "reason": ""})
    approver.post(path, data={"revision": revision, "reason": "Thiếu nơi nộp."})

    assert "Hãy ghi lý do trả lại" in text(without)
    assert "Thiếu nơi nộp." in text(editor.get("/admin/procedures/9.000113"))


def test_times_are_kept_and_shown(desk: Desk) -> None:
    new(desk(Role.EDITOR), "9.000114")
    revision = hidden(desk(Role.EDITOR).get("/admin/procedures/9.000114/review"), "revision")
    past = desk(Role.EDITOR).post(
        "/admin/procedures/9.000114/submit", data={"revision": revision, "publish_on": "2020-01-01"}
    )
    assert "Giờ hẹn công bố đã qua" in text(past)
    send_for_review(
        desk(Role.EDITOR), "9.000114",
        publish_on="31/12/2099", publish_time="08:00", ends_on="2100-01-31",
    )  # fmt: skip

    desk(Role.APPROVER).post("/admin/procedures/9.000114/approve", data={"revision": revision})

    shown = text(desk(Role.VIEWER).get("/admin/procedures/9.000114"))
    assert "Đã duyệt, tự công bố lúc 31/12/2099 08:00" in shown
    assert "Hết hiệu lực lúc 01/02/2100 00:00" in shown


def test_a_province_sets_its_own_terms(desk: Desk, anyone: TestClient) -> None:
    editor = desk(Role.EDITOR)
    started = editor.post(f"/admin/procedures/{CODE}/provinces", data={"province": "80"})
    assert started.headers["location"] == f"/admin/procedures/{CODE}@80/edit/rieng"
    save(editor, f"{CODE}@80", "rieng", where="Nộp tại quầy số ba của tỉnh.")
    publish(desk, f"{CODE}@80")

    assert "quầy số ba" not in ask(anyone, CODE)
    assert "quầy số ba" in text(editor.get(f"/admin/procedures/{CODE}@80"))
    wrong = editor.post(f"/admin/procedures/{CODE}/provinces", data={"province": "xx"})
    assert wrong.headers["location"] == f"/admin/procedures/{CODE}"


def test_a_wording_is_understood_as_soon_as_it_is_added(desk: Desk, anyone: TestClient) -> None:
    editor = desk(Role.EDITOR)
    new(editor, "9.000115", "Đăng ký biểu diễn múa rối nước")
    publish(desk, "9.000115")
    path = "/admin/procedures/9.000115/phrases"

    editor.post(path, data={"phrases": "tễu lên sân khấu\nTỄU LÊN SÂN KHẤU", "kind": "alias"})
    assert "múa rối nước" in ask(anyone, "tễu lên sân khấu")

    alias = re.search(r'name="remove" value="(\d+)"', editor.get(path).text)
    assert alias is not None
    editor.post(path, data={"remove": alias[1]})
    assert "Chưa có cách gọi nào" in text(editor.get(path))
    empty = editor.post(path, data={"phrases": "", "remove": "abc"})
    assert "Hãy gõ ít nhất một cách gọi" in text(empty)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("dang ky ket hon", "Đăng ký kết hôn"),
        ("làm giấy khai sih cho con", "Đăng ký khai sinh"),
        ("1.000894", "Đăng ký kết hôn"),
    ],
)
def test_officials_search_as_citizens_do(desk: Desk, query: str, first: str) -> None:
    page = desk(Role.VIEWER).get("/admin/procedures", params={"q": query})

    found = re.search(r'<ul class="found">.*?<a [^>]*>([^<]*)</a>', page.text, re.DOTALL)
    assert found is not None
    assert unescape(found[1]) == first


@pytest.mark.parametrize(
    "query",
    ["status=nope&page=-1&level=x", "page=99999999999", "province=%00&q=%00", "status=draft&stale=1",
     "status=brought&unsure=1&unnamed=1", "level=commune&page=2", "q=" + "a" * 5000],
)  # fmt: skip
def test_any_filter_gives_a_page(desk: Desk, query: str) -> None:
    assert desk(Role.VIEWER).get(f"/admin/procedures?{query}").status_code == 200


def test_golden_questions_are_kept(desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    bad = [("ab", CODE), ("kết hôn ở đâu vậy", "không phải mã!"), ("kết hôn ở đâu vậy", "9.123456")]
    for question, codes in bad:
        answer = editor.post("/admin/golden", data={"question": question, "codes": codes})
        assert answer.status_code == 422
        assert question in answer.text
    given = {"question": "cưới xong đăng ký chỗ mô", "codes": CODE}
    assert editor.post("/admin/golden", data=given).status_code == 303
    assert editor.post("/admin/golden", data=given).status_code == 422
    page = editor.get("/admin/golden", params={"q": "cuoi xong dang ky"})
    one = re.search(r'href="(/admin/golden/\d+)"', page.text)
    assert one is not None
    editor.post(one[1], data={"do": "remove"})
    assert "0 câu" in text(editor.get("/admin/golden", params={"q": "cuoi xong dang ky"}))
    assert editor.get(one[1]).status_code == 404


def test_the_preview_is_what_telegram_and_zalo_would_get(desk: Desk, anyone: TestClient) -> None:
    page = unescape(desk(Role.VIEWER).get("/admin/procedures/1.001193").text)
    dialogue = cast("FastAPI", anyone.app).state.dialogue
    question = Message("telegram", "preview", "1.001193", introduced=True)
    assert anyone.portal is not None
    reply = anyone.portal.call(dialogue.answer_fresh, question, State())

    for sent in (*telegram.render(reply), *zalo_oa.render(reply, with_buttons=False)):
        assert sent.text in page
    labels = [one.label for one in telegram.render(reply)[-1].buttons[0]]
    assert f"[{'] ['.join(labels)}]" in page
