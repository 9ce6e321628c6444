"""The desk in an official's chat: linked by a code, the desk's own rules, nothing for anybody else."""

from __future__ import annotations

import html
import re

import pytest
from fastapi.testclient import TestClient

from bot.conversation import Message, Reply
from bot.dialogue import Dialogue
from bot.messages import desk as words
from bot.messages import linking
from bot.models import Role
from bot.settings import Settings
from tests.bot.admin.api.conftest import Program, program
from tests.bot.admin.api.test_procedures import CONTENT, new
from tests.bot.admin.conftest import PASSWORD, Desk
from tests.bot.admin.procedures.test_desk import few_golden_questions
from tests.bot.admin.test_people import add, reset, sign_in, stranger

__all__ = ["few_golden_questions", "program"]


class Chat:
    """One chat with the running assistant."""

    def __init__(self, anyone: TestClient, address: str, channel: str = "telegram") -> None:
        self.anyone, self.address, self.channel = anyone, address, channel

    def reply(self, text: str) -> Reply:
        dialogue: Dialogue = self.anyone.app.state.dialogue  # type: ignore[attr-defined]
        assert self.anyone.portal is not None
        message = Message(self.channel, self.address, text, introduced=True)
        answer: Reply = self.anyone.portal.call(dialogue.reply_to, message)
        return answer

    def says(self, text: str) -> str:
        return self.reply(text).plain()


def code_for(client: TestClient, password: str = PASSWORD) -> str:
    answer = client.post("/admin/me/chats", data={"current": password})
    found = re.search(r"<strong><code>([\w-]+)</code>", answer.text)
    assert found, html.unescape(answer.text)
    return found[1]


def linked(anyone: TestClient, desk: Desk, role: Role, channel: str = "telegram") -> Chat:
    chat = Chat(anyone, f"chat of {role}", channel)
    said = chat.says(code_for(desk(role)).lower().replace("-", " "))
    assert said == linking.OFFICIAL_LINKED.format(name=f"Cán bộ {role}")
    return chat


def choice(said: str, label: str) -> str:
    """The number under which something is offered."""
    found = re.search(rf"^(\d)\. .*{re.escape(label)}", said, re.MULTILINE)
    assert found, said
    return found[1]


def test_a_code_links_once_in_private_and_the_desk_unlinks(anyone: TestClient, desk: Desk) -> None:
    client = desk(Role.VIEWER)
    wrong = client.post("/admin/me/chats", data={"current": "sai"})
    assert (wrong.status_code, "chưa đúng" in wrong.text) == (422, True)
    code = code_for(client)
    assert Chat(anyone, "w" * 32, "web").says(code) == linking.WRONG_CODE
    assert Chat(anyone, "-100200/7").says(code) == linking.SEEN_IN_GROUP
    assert Chat(anyone, "40").says(code) == linking.WRONG_CODE, "others have seen it"
    code = code_for(client)
    mine = Chat(anyone, "41", "zalo_oa")
    assert "tài khoản cán bộ" in mine.says(code)
    assert Chat(anyone, "42").says(code) == linking.WRONG_CODE
    assert words.TODAY in mine.says("/thongke")

    number = re.search(r"/admin/me/chats/(\d+)/unlink", client.get("/admin/me").text)
    assert number
    assert desk(Role.ADMIN).post(f"/admin/me/chats/{number[1]}/unlink").status_code == 303
    assert words.TODAY in mine.says("/thongke"), "it is nobody else's to unlink"
    client.post(f"/admin/me/chats/{number[1]}/unlink")
    assert words.TODAY not in mine.says("/thongke")
    log = desk(Role.ADMIN).get("/admin/audit.csv?actor=viewer").text
    assert "official.link_chat" in log
    assert "chat:zalo_oa" in log
    assert code not in log


@pytest.mark.parametrize("command", ["/thongke", "/duyet", "/cauhoi", "/duyet r1", "/duyệt a1 tra"])
def test_nobody_else_learns_that_there_are_commands(
    anyone: TestClient, desk: Desk, command: str
) -> None:
    viewer = Chat(anyone, f"viewer {command}")
    viewer.says(code_for(desk(Role.VIEWER)))
    ordinary = Chat(anyone, f"citizen {command}").says(command)
    assert ordinary == Chat(anyone, f"{command:<32}", "web").says(command)
    assert ordinary == Chat(anyone, f"-100/{command}").says(command)
    assert "/" not in ordinary.replace("Anh/chị", "").replace("anh/chị", "")
    assert words.TODAY not in ordinary
    if command != "/thongke":
        assert viewer.says(command) == ordinary, "a viewer approves nothing"


def test_a_revision_is_read_sent_back_and_published(
    anyone: TestClient, desk: Desk, program: Program
) -> None:
    editor = program(Role.EDITOR)
    revision = new(editor, "9.000301", title="Đăng ký bến đò ngang", where="Nộp tại bến.")
    editor.post("/procedures/9.000301/submit", json={"revision": revision})
    chat = linked(anyone, desk, Role.APPROVER)

    listed = chat.says("/duyệt")
    shown = chat.says(choice(listed, "Đăng ký bến đò ngang"))
    assert words.FIRST in shown
    assert "+ Nộp tại bến." in shown
    assert chat.says(choice(shown, words.RETURN)) == words.GIVE_REASON
    assert chat.says("thôi") == words.LEFT
    assert chat.says(f"/duyet r{revision} tra") == words.GIVE_REASON
    sure = chat.says("Thiếu giờ chạy đò")
    assert words.SURE_RETURN.format(reason="Thiếu giờ chạy đò") in sure
    assert chat.says(choice(sure, words.YES)) == words.RETURNED
    back = editor.get("/procedures/9.000301").json()["open"]
    assert (back["status"], back["note"]) == ("draft", "Thiếu giờ chạy đò")
    assert chat.says(f"/duyet r{revision} duyet chac") == (
        "Bản này đang soạn, không duyệt được nữa."
    )

    editor.post("/procedures/9.000301/submit", json={"revision": revision})
    sure = chat.says(f"/duyet r{revision} duyet")
    assert words.SURE_PUBLISH.format(number=1, title="Đăng ký bến đò ngang") in sure
    assert chat.says(choice(sure, words.YES)) == words.PUBLISHED
    assert chat.says(choice(sure, words.YES)) != words.PUBLISHED, "an old list is over"
    assert chat.says(f"/duyet r{revision} duyet chac") == words.GONE
    assert "Nộp tại bến." in Chat(anyone, "somebody").says("đăng ký bến đò ngang ở đâu")
    log = program(Role.ADMIN).get("/audit", params={"subject": "9.000301"}).json()["entries"]
    assert [(one["action"], one["where"]) for one in log[:1]] == [
        ("procedure.publish", "chat:telegram")
    ]


def test_golden_questions_need_a_reason_here_too(
    anyone: TestClient, desk: Desk, program: Program
) -> None:
    editor = program(Role.EDITOR)
    revision = new(editor, "9.000302", title="Cấp sổ theo dõi đàn le le")
    chat = linked(anyone, desk, Role.APPROVER)
    editor.post("/procedures/9.000302/submit", json={"revision": revision})
    chat.says(f"/duyet r{revision} duyet chac")
    golden = {"question": "cấp sổ theo dõi đàn le le", "codes": ["9.000302"]}
    assert editor.post("/golden", json=golden).status_code == 201
    edit = {"content": {**CONTENT, "title": "Thuê ghe chài"}, "base": revision}
    changed = editor.put("/procedures/9.000302/draft", json=edit).json()["revision"]["id"]
    editor.post("/procedures/9.000302/submit", json={"revision": changed})

    held = chat.says(f"/duyet r{changed} duyet")
    assert "1 câu hỏi mẫu sẽ bị trả lời sai: “cấp sổ theo dõi đàn le le”" in held
    assert "Hãy ghi lý do" in chat.says(f"/duyet r{changed} duyet chac")
    chat.says(f"/duyet r{changed} duyet")
    sure = chat.says("Thủ tục đã bãi bỏ")
    assert chat.says(choice(sure, words.YES)) == words.PUBLISHED
    log = program(Role.ADMIN).get("/audit", params={"subject": "9.000302"}).json()["entries"]
    assert log[0]["reason"] == "Thủ tục đã bãi bỏ"


def test_nobody_approves_their_own_work_here_either(
    anyone: TestClient, desk: Desk, program: Program
) -> None:
    approver = program(Role.APPROVER)
    own = new(approver, "9.000303", title="Mượn loa phường")
    approver.post("/procedures/9.000303/submit", json={"revision": own})
    chat = linked(anyone, desk, Role.APPROVER)
    shown = chat.says(f"/duyet r{own}")
    assert words.OWN in shown
    assert words.APPROVE not in re.findall(r"^\d\. (.*)$", shown, re.MULTILINE)
    assert "không tự duyệt" in chat.says(f"/duyet r{own} duyet chac")


def test_an_announcement_is_read_sent_back_and_sent(
    anyone: TestClient, desk: Desk, program: Program, settings: Settings
) -> None:
    sender, admin = linked(anyone, desk, Role.SENDER), program(Role.ADMIN)
    given = {"title": "Thử loa", "text": "Sáng mai thử loa.", "topic": "storms"}
    number = admin.post("/announcements", json=given).json()["id"]
    shown = sender.says(choice(sender.says("/duyet"), "Thử loa"))
    assert "Sáng mai thử loa." in shown
    sender.says(choice(shown, words.RETURN))
    sure = sender.says("Thiếu giờ")
    assert sender.says(choice(sure, words.YES)) == words.RETURNED
    assert admin.get(f"/announcements/{number}").json()["announcement"]["status"] == "returned"
    page = html.unescape(desk(Role.ADMIN).get(f"/admin/announcements/{number}").text)
    assert "sender trả lại" in page
    assert "Thiếu giờ" in page
    assert sender.says(f"/duyet a{number} duyet chac") == words.GONE
    assert admin.post(f"/announcements/{number}/approve", json={}).status_code == 409
    again = admin.put(f"/announcements/{number}", json=given).json()
    assert again["status"] == "draft"
    assert sender.says(f"/duyet a{number} duyet chac").startswith(
        ("Đã duyệt. Thông báo sẽ tới", "Không có ai đăng ký")
    )
    assert sender.says("/duyet r1") == words.GONE, "a sender approves no procedure"


def test_a_missed_question_is_taught_and_another_put_out_of_scope(
    anyone: TestClient, desk: Desk
) -> None:
    citizen = Chat(anyone, "e" * 32, "web")
    for _ in range(6):
        citizen.says("xin thả đèn trời rằm nguyên tiêu")
    for _ in range(5):
        citizen.says("bao giờ vịt trời bay về đầm")
    chat = linked(anyone, desk, Role.EDITOR)
    shown = chat.says(choice(chat.says("/cauhoi"), "thả đèn trời"))
    assert "6 lần" in shown
    group = re.findall(r"/cauhoi (\d+)", str(chat.reply("/cauhoi").choices))[0]
    sure = chat.says(f"/cauhoi {group} la 1.001193")
    assert "Thêm cách gọi “xin thả đèn trời rằm nguyên tiêu” cho thủ tục" in sure
    assert chat.says(choice(sure, words.YES)) == words.TAUGHT.format(
        text="xin thả đèn trời rằm nguyên tiêu", code="1.001193"
    )
    assert chat.says(f"/cauhoi {group}") == words.GONE
    shown = chat.says(choice(chat.says("/cauhoi"), "vịt trời"))
    sure = chat.says(choice(shown, words.OUTSIDE))
    assert chat.says(choice(sure, words.YES)) == words.CLOSED.format(count=1)


def test_an_ordinary_question_in_between_is_answered_and_ends_what_was_offered(
    anyone: TestClient, desk: Desk
) -> None:
    chat = linked(anyone, desk, Role.APPROVER)
    chat.says("/duyet")
    asked = chat.reply("đăng ký khai sinh cần giấy gì")
    assert [card.code for card in asked.cards] == ["1.001193"]
    assert chat.says("1") != words.GONE


def test_a_lost_password_or_a_shut_account_ends_the_link(anyone: TestClient, desk: Desk) -> None:
    admin, client = desk(Role.ADMIN), stranger(anyone)
    reset(client, "vinh", add(admin, "vinh", "viewer"))
    sign_in(client, "vinh")
    chat = Chat(anyone, "77")
    password = "tám cái thuyền nan"
    chat.says(code_for(client, password))
    assert words.TODAY in chat.says("/thongke")
    code = re.search(r"<strong><code>([\w-]+)", admin.post("/admin/people/vinh/code").text)
    assert code
    reset(stranger(anyone), "vinh", code[1], "mười hai bến nước")
    assert words.TODAY not in chat.says("/thongke")

    fresh = stranger(anyone)
    sign_in(fresh, "vinh", "mười hai bến nước")
    chat.says(code_for(fresh, "mười hai bến nước"))
    assert words.TODAY in chat.says("/thongke")
    admin.post("/admin/people/vinh/disable")
    assert words.TODAY not in chat.says("/thongke")
    admin.post("/admin/people/vinh/enable")
    assert words.TODAY not in chat.says("/thongke")


def test_officials_commands_are_no_questions_of_citizens(
    anyone: TestClient, desk: Desk, program: Program
) -> None:
    chat, admin = linked(anyone, desk, Role.VIEWER), program(Role.ADMIN)
    before = admin.get("/figures").json()["channels"].get("telegram", 0)
    chat.says("/thongke")
    assert admin.get("/figures").json()["channels"].get("telegram", 0) == before
