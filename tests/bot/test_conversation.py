"""How a reply reads as plain text."""

from __future__ import annotations

from bot.conversation import Action, AttachmentKind, Button, Card, Reply, Section, SectionKind
from bot.messages.attachments import SENT


def test_a_card_reads_answer_first_and_source_last() -> None:
    card = Card(
        title="Đăng ký thử",
        lead=("Lệ phí: 5.000 đồng.",),
        sections=(
            Section("Cần mang theo", ("Đơn", "Ảnh"), SectionKind.CHECKLIST),
            Section("Các bước", ("Nộp", "Nhận"), SectionKind.STEPS),
            Section("Điều kiện", ("Đủ tuổi",)),
        ),
        notices=("Sắp đổi.",),
        primary=Button("Nộp hồ sơ", url="https://vi-du.vn/"),
        source="Nguồn: thử.",
    )

    assert Reply(Action.ANSWER, "Dạ.", (card,)).plain() == (
        "Dạ.\n\nĐăng ký thử\nLệ phí: 5.000 đồng.\n\nCần mang theo:\n☐ Đơn\n☐ Ảnh\n\n"
        "Các bước:\n1. Nộp\n2. Nhận\n\nĐiều kiện:\n- Đủ tuổi\n\nLưu ý: Sắp đổi.\n\n"
        "Nộp hồ sơ: https://vi-du.vn/\n\nNguồn: thử."
    )


def test_what_several_cards_say_alike_is_said_once_under_the_last() -> None:
    cards = tuple(
        Card(name, notices=(f"Chỉ {name}.", "Gọi hỏi trước."), source="Nguồn: thử.")
        for name in ("Một", "Hai")
    )

    assert Reply(Action.PLACE, cards=cards).plain() == (
        "Một\n\nLưu ý: Chỉ Một.\n\nHai\n\nLưu ý: Chỉ Hai.\nLưu ý: Gọi hỏi trước.\n\nNguồn: thử."
    )


def test_choices_are_numbered_so_that_typing_a_number_answers() -> None:
    reply = Reply(Action.CLARIFY, "Việc nào?", choices=(Button("Một", "x"), Button("Hai", "y")))
    assert reply.plain() == "Việc nào?\n\n1. Một\n2. Hai"


def test_every_kind_of_attachment_has_its_answer() -> None:
    assert set(SENT) == set(AttachmentKind)
