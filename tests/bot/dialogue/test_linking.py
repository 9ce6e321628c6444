"""Two channels become one person only by a code, once, in time, and not by guessing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.conversation import Action, Message, Reply
from bot.db import Database
from bot.dialogue import Dialogue, Sources, State, linking
from bot.dialogue.linking import ALPHABET, CHANNEL_GUESSES, CHAT_GUESSES, WORKS_FOR, link, new_code
from bot.dialogue.memory import keep_state, topic_elsewhere
from bot.dialogue.question import Question
from bot.messages import linking as words
from bot.models import LinkCode, LinkGuess
from bot.people import find_contact, heard_from
from bot.privacy.pseudonyms import Pseudonyms
from bot.settings import Settings
from knowledge.guides import Guides
from knowledge.matching import Index
from knowledge.published import Library, Published

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
TOO_MANY = words.TOO_MANY.format(minutes=10)


PUBLISHED = Published(1, Index.build([]))


class Citizen:
    """Someone who types on several channels."""

    def __init__(self, database: Database) -> None:
        library = Library(database.read)
        settings = Settings(_env_file=None)
        names = Pseudonyms((b"key",))
        self.sources = Sources(library, Guides.load(), settings, database, names)
        self.database = database

    async def types(
        self,
        text: str,
        on: str = "telegram",
        chat: str = "1",
        *,
        at: datetime = NOW,
        keeps: bool = True,
    ) -> str:
        """Return what linking answers, "" when it is none of its business."""
        question = Question(
            Message(on, chat, text), State(), self.sources, PUBLISHED, at, keeps=keeps
        )
        reply = await link(question)
        return reply.text if reply else ""

    async def person(self, on: str, chat: str = "1") -> str:
        async with self.database.read() as session:
            contact = await find_contact(session, on, chat)
        return contact.person_id if contact else ""


@pytest.fixture
def citizen(database: Database) -> Citizen:
    return Citizen(database)


@pytest.fixture(scope="module")
def anybody() -> Citizen:
    """Whoever asks where nothing is kept, so that no tables are needed."""
    return Citizen(Database("sqlite+aiosqlite://"))


def code_in(text: str) -> str:
    found = re.search(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", text)
    assert found, text
    return found[0]


async def test_a_code_typed_on_the_other_channel_joins_both(citizen: Citizen) -> None:
    code = code_in(await citizen.types("nối Zalo với Telegram"))
    answer = await citizen.types(code.lower().replace("-", " "), on="zalo_oa", chat="z")

    assert answer == words.LINKED.format(here="Zalo", there="Telegram")
    assert await citizen.person("zalo_oa", "z") == await citizen.person("telegram") != ""


async def test_a_web_session_joins_too(citizen: Citizen) -> None:
    code = code_in(await citizen.types("liên kết kênh", on="web", chat="s" * 32))
    assert "trang web" in await citizen.types(f"nối {code}")
    assert await citizen.person("web", "s" * 32) == await citizen.person("telegram")


async def test_a_code_works_once(citizen: Citizen) -> None:
    code = code_in(await citizen.types("/lienket"))
    await citizen.types(code, on="zalo_oa")
    assert await citizen.types(code, on="zalo_bot") == words.WRONG_CODE
    assert await citizen.person("zalo_bot") == ""


async def test_a_code_is_late_after_ten_minutes(citizen: Citizen) -> None:
    code = code_in(await citizen.types("/lienket"))
    assert await citizen.types(code, on="zalo_oa", at=NOW + WORKS_FOR) == words.WRONG_CODE


async def test_a_new_code_ends_the_one_before(citizen: Citizen) -> None:
    first = code_in(await citizen.types("/lienket"))
    second = code_in(await citizen.types("/lienket"))
    assert await citizen.types(first, on="zalo_oa") == words.WRONG_CODE
    assert "Đã nối" in await citizen.types(second, on="zalo_oa")


async def test_a_code_typed_where_it_was_given_is_not_spent(citizen: Citizen) -> None:
    code = code_in(await citizen.types("/lienket"))
    assert await citizen.types(code) == words.SAME_CHAT
    assert "Đã nối" in await citizen.types(code, on="zalo_oa")


async def test_two_channels_of_one_person_are_not_joined_again(citizen: Citizen) -> None:
    await citizen.types(code_in(await citizen.types("/lienket")), on="zalo_oa")
    again = code_in(await citizen.types("/lienket"))
    assert await citizen.types(again, on="zalo_oa") == words.ALREADY


async def test_only_a_slow_hash_of_a_code_is_stored(citizen: Citizen) -> None:
    code = code_in(await citizen.types("/lienket"))
    async with citizen.database.read() as session:
        stored = (await session.exec(select(LinkCode))).one()
    assert code not in stored.code_hash
    assert len(stored.code_hash) == 128


async def test_guessing_is_stopped_even_before_the_right_code(citizen: Citizen) -> None:
    code = code_in(await citizen.types("/lienket"))
    for _ in range(CHAT_GUESSES):
        assert await citizen.types("HHHH-2222", on="zalo_oa") == words.WRONG_CODE
    assert await citizen.types(code, on="zalo_oa") == TOO_MANY
    assert "Đã nối" in await citizen.types(code, on="zalo_oa", chat="another")


async def test_fresh_web_chats_do_not_help_to_guess(citizen: Citizen) -> None:
    async with citizen.database.write() as session:
        for chat in range(CHANNEL_GUESSES):
            session.add(LinkGuess(channel="web", address=str(chat), at=NOW))
    later = NOW + WORKS_FOR
    code = code_in(await citizen.types("/lienket", at=NOW + timedelta(minutes=1)))

    assert await citizen.types(code, on="web", chat="new") == TOO_MANY
    assert "Đã nối" in await citizen.types(code, on="web", chat="new", at=later)


async def test_parting_gives_a_channel_its_own_person(citizen: Citizen) -> None:
    await citizen.types(code_in(await citizen.types("/lienket")), on="zalo_oa")
    assert await citizen.types("bỏ liên kết", on="zalo_oa") == words.UNLINKED
    assert await citizen.person("zalo_oa") != await citizen.person("telegram")
    assert await citizen.types("huỷ liên kết Zalo", on="zalo_oa") == words.NOT_LINKED


async def test_a_code_typed_in_a_group_is_refused_and_ended(citizen: Citizen) -> None:
    code = code_in(await citizen.types("/lienket", on="zalo_oa"))

    assert await citizen.types(code, chat="-5/11") == words.SEEN_IN_GROUP
    assert await citizen.types(code) == words.WRONG_CODE
    assert await citizen.person("telegram", "-5/11") == ""


async def test_no_code_is_given_in_a_group(citizen: Citizen) -> None:
    assert await citizen.types("/lienket", chat="-5/11") == words.NOT_IN_GROUP
    async with citizen.database.read() as session:
        assert (await session.exec(select(LinkCode))).all() == []


async def test_no_code_where_nothing_may_be_kept(citizen: Citizen) -> None:
    assert await citizen.types("liên kết kênh", on="kiosk") == words.NOT_HERE
    assert await citizen.types("liên kết kênh", keeps=False) == words.NOT_HERE
    assert (await citizen.person("kiosk"), await citizen.person("telegram")) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "nối Zalo với Telegram",
        "noi zalo voi telegram",
        "liên kết kênh",
        "liên kết Telegram với Zalo giúp tôi",
        "kết nối với Zalo",
        "nối kênh",
        "gộp hai kênh",
        "/lienket",
        "/lien_ket",
    ],
)
async def test_ways_to_ask_for_a_code(anybody: Citizen, text: str) -> None:
    assert await anybody.types(text, keeps=False) == words.NOT_HERE


@pytest.mark.parametrize(
    "text",
    [
        "liên kết tài khoản ngân hàng để nhận trợ cấp",
        "hợp đồng liên kết đào tạo nước ngoài",
        "nối mạng điện cho hộ nghèo",
        "cho tôi số Zalo của trung tâm",
        "23467923",
        "1.004222",
        "thủ tục",
        "kết nối với cán bộ",
    ],
)
async def test_what_only_looks_like_it(anybody: Citizen, text: str) -> None:
    assert await anybody.types(text, keeps=False) == ""


def test_no_keyboard_changes_a_code_and_every_code_is_read_back() -> None:
    assert not set("AEIOUYWDSFRXJZ01LB85") & set(ALPHABET)
    for _ in range(200):
        code = new_code()
        assert linking._code_in(code.lower()) == code.replace("-", "")


@pytest.mark.asyncio(loop_scope="session")
async def test_what_is_talked_about_goes_on_at_a_linked_channel(forms: Dialogue) -> None:
    async def says(text: str, on: str) -> Reply:
        return await forms.reply_to(Message(on, "goes on", text, introduced=True))

    await says("đăng ký thường trú cần gì", "telegram")
    apart = await says("thế còn lệ phí?", "zalo_oa")
    code = code_in((await says("liên kết kênh", "telegram")).text)
    await says(code, "zalo_oa")
    linked = await says("thế còn lệ phí?", "zalo_oa")
    await says("bỏ liên kết", "zalo_oa")
    await says("bắt đầu lại", "zalo_oa")
    parted = await says("thế còn lệ phí?", "zalo_oa")

    assert [one.action for one in (apart, linked, parted)] == [
        Action.ABSTAIN, Action.ANSWER, Action.ABSTAIN,
    ]  # fmt: skip
    assert linked.candidates[0].code == "1.004222"


async def test_what_was_talked_about_elsewhere_is_forgotten_in_its_time(database: Database) -> None:
    async with database.write() as session:
        person = (await heard_from(session, "telegram", "1", now=NOW)).person_id
        linked = await heard_from(session, "zalo_oa", "1", now=NOW)
        linked.person_id = person
        spoken = Message("telegram", "1", "")
        await keep_state(session, spoken, State(topic="1.004222"), NOW, WORKS_FOR)

    async with database.read() as session:
        here = Message("zalo_oa", "1", "")
        assert await topic_elsewhere(session, here, NOW) == "1.004222"
        assert await topic_elsewhere(session, spoken, NOW) == ""
        assert await topic_elsewhere(session, here, NOW + WORKS_FOR) == ""
