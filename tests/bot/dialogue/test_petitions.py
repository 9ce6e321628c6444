"""The petition form through the whole dialogue: drafts survive, photos are cleaned, secrets are kept."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from PIL import Image
from sqlmodel import col, func, select

from bot import petitions
from bot.conversation import Attachment, AttachmentKind, Message, Reply
from bot.dialogue import Dialogue
from bot.dialogue.memory import forget_expired
from bot.dialogue.petition_steps import happened_on
from bot.messages import petitions as words
from bot.models import Petition, PetitionDraft, PetitionPhoto, PetitionStatus
from bot.petitions import drafts
from bot.settings import Settings
from bot.wiring.knowledge import open_dialogue, prepare
from tests.conftest import NewFolder

START = datetime(2026, 11, 23, 3, tzinfo=UTC)
FORM = ("gửi phản ánh", "cán bộ không nhận hồ sơ của tôi", "bỏ qua", "bỏ qua", "bỏ qua")


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(new_data_dir: NewFolder) -> AsyncIterator[Dialogue]:
    settings = Settings(_env_file=None, data_dir=new_data_dir())
    database = await prepare(settings)
    yield await open_dialogue(settings, database)
    await database.close()


@pytest.fixture
def dialogue(made: Dialogue) -> Dialogue:
    made._now = Clock()
    made.sources.download = None
    return made


@pytest.fixture
def chat() -> str:
    return uuid4().hex


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(out, "PNG")
    return out.getvalue()


async def say(dialogue: Dialogue, chat: str, *texts: str) -> Reply:
    for text in texts:
        reply = await dialogue.reply_to(Message("telegram", chat, text))
    return reply


async def show(dialogue: Dialogue, chat: str, *attachments: Attachment) -> Reply:
    return await dialogue.reply_to(Message("telegram", chat, "", attachments=attachments))


async def newest(dialogue: Dialogue) -> Petition:
    async with dialogue.sources.database.read() as session:
        query = select(Petition).order_by(col(Petition.id).desc())
        found = (await session.exec(query)).first()
    assert found is not None
    return found


async def count(dialogue: Dialogue, table: type[PetitionDraft] | type[PetitionPhoto]) -> int:
    async with dialogue.sources.database.read() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


def codes(reply: Reply) -> tuple[str, str]:
    code = re.search(r"PA-\w{4}-\w{4}", reply.text)
    secret = re.search(r"bí mật: (\w{8})", reply.text)
    assert code is not None
    assert secret is not None
    return code[0], secret[1]


async def sent(dialogue: Dialogue, chat: str, text: str = "") -> tuple[str, str]:
    what = text or f"cán bộ không nhận hồ sơ của tôi {uuid4()}"
    form = (FORM[0], what, *FORM[2:], "bỏ qua", "bỏ qua", "đồng ý và gửi")
    return codes(await say(dialogue, chat, *form))


@pytest.mark.asyncio(loop_scope="module")
async def test_a_form_outlives_the_conversation(dialogue: Dialogue, chat: str) -> None:
    await say(dialogue, chat, *FORM[:3])
    assert isinstance(dialogue._now, Clock)
    dialogue._now.now = START + timedelta(days=3)
    await forget_expired(dialogue.sources.database, dialogue._now())
    hello = await say(dialogue, chat, "xin chào")
    back = await say(dialogue, chat, "tiếp tục phản ánh")

    assert hello.cards[-1].title == "Phản ánh đang viết dở"
    assert back.text.startswith("3/6.")


@pytest.mark.asyncio(loop_scope="module")
async def test_an_abandoned_form_is_forgotten_with_its_photos(
    dialogue: Dialogue, chat: str
) -> None:
    await say(dialogue, chat, *FORM)
    await show(dialogue, chat, Attachment(AttachmentKind.PHOTO, content=photo()))
    later = START + timedelta(days=60)
    async with dialogue.sources.database.write() as session:
        assert await drafts.forget_expired(session, later) > 0

    assert await count(dialogue, PetitionDraft) == 0
    async with dialogue.sources.database.read() as session:
        left = select(PetitionPhoto).where(col(PetitionPhoto.petition_id).is_(None))
        assert (await session.exec(left)).all() == []


@pytest.mark.asyncio(loop_scope="module")
async def test_photos_are_taken_up_to_the_limit_and_come_along(
    dialogue: Dialogue, chat: str
) -> None:
    await say(dialogue, chat, *FORM)
    for _ in range(petitions.MOST_PHOTOS):
        reply = await show(dialogue, chat, Attachment(AttachmentKind.PHOTO, content=photo()))
    too_many = await show(dialogue, chat, Attachment(AttachmentKind.PHOTO, content=photo()))
    await say(dialogue, chat, "xong", "bỏ qua", "đồng ý")
    petition = await newest(dialogue)
    async with dialogue.sources.database.read() as session:
        query = select(PetitionPhoto).where(PetitionPhoto.petition_id == petition.id)
        kept = (await session.exec(query)).all()

    assert "5/5" in reply.text
    assert "đủ số ảnh" in too_many.text
    assert len(kept) == petitions.MOST_PHOTOS
    assert all(one.content.startswith(b"\xff\xd8") for one in kept)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_photo_that_is_none_or_too_large_or_gone_is_refused_and_the_form_goes_on(
    dialogue: Dialogue, chat: str
) -> None:
    async def gone(channel: str, attachment: Attachment, *, limit: int) -> bytes:
        raise LookupError(attachment.ref)

    await say(dialogue, chat, *FORM)
    video = await show(dialogue, chat, Attachment(AttachmentKind.VIDEO, "v"))
    text = await show(dialogue, chat, Attachment(AttachmentKind.FILE, content=b"not a photo"))
    large = await show(dialogue, chat, Attachment(AttachmentKind.PHOTO, "x", size=50_000_000))
    dialogue.sources.download = gone
    lost = await show(dialogue, chat, Attachment(AttachmentKind.PHOTO, "x"))
    on = await say(dialogue, chat, "xong")

    assert "không phải ảnh" in video.text
    assert "không phải ảnh" in text.text
    assert "dưới 12 MB" in large.text
    assert "không tải được" in lost.text
    assert on.text.startswith("6/6.")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_photo_at_another_question_does_not_lose_the_form(
    dialogue: Dialogue, chat: str
) -> None:
    await say(dialogue, chat, "gửi phản ánh")
    reply = await show(dialogue, chat, Attachment(AttachmentKind.PHOTO, content=photo()))

    assert "chưa cần ảnh" in reply.text
    assert "1/6." in reply.text


@pytest.mark.asyncio(loop_scope="module")
async def test_abuse_is_taken_in_politely(dialogue: Dialogue, chat: str) -> None:
    reply = await say(dialogue, chat, "gửi phản ánh", "lũ ăn hại bắt tôi chờ cả ngày")
    assert "đang rất bực" in reply.text
    await say(dialogue, chat, "bỏ qua", "bỏ qua", "bỏ qua", "bỏ qua", "bỏ qua", "đồng ý")
    assert (await newest(dialogue)).rude


@pytest.mark.asyncio(loop_scope="module")
async def test_someone_in_danger_is_told_first_whom_to_call(dialogue: Dialogue, chat: str) -> None:
    reply = await say(dialogue, chat, "gửi phản ánh", "tôi muốn tự tử vì chuyện này")

    assert "115" in reply.text
    assert reply.cards[-1].title == "Phản ánh đang viết dở"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_denunciation_leaves_nothing_behind(dialogue: Dialogue, chat: str) -> None:
    await say(dialogue, chat, "gửi phản ánh", "tôi tố cáo cán bộ xã nhận hối lộ")
    async with dialogue.sources.database.read() as session:
        drafts_left = (
            await session.exec(select(PetitionDraft).where(PetitionDraft.address == chat))
        ).all()
        about = select(Petition).where(col(Petition.text).contains("hối lộ"))
        filed = (await session.exec(about)).all()

    assert (drafts_left, filed) == ([], [])


@pytest.mark.asyncio(loop_scope="module")
async def test_only_the_sender_or_the_secret_opens_a_petition(
    dialogue: Dialogue, chat: str
) -> None:
    code, secret = await sent(dialogue, chat)
    own = await say(dialogue, chat, code)
    stranger = uuid4().hex
    refused = await say(dialogue, stranger, f"{code} AAAACCCC")
    nothing = await say(dialogue, stranger, f"{other_code(code)} AAAACCCC")
    opened = await say(dialogue, stranger, f"{code.lower()} {secret.lower()}")

    assert f"{code}: đã tiếp nhận" in own.text
    assert refused.text.endswith(nothing.text)
    assert f"{code}: đã tiếp nhận" in opened.text


@pytest.mark.asyncio(loop_scope="module")
async def test_in_a_group_nobody_writes_a_petition_or_looks_one_up(
    dialogue: Dialogue, chat: str
) -> None:
    code, secret = await sent(dialogue, chat)
    before = await count(dialogue, PetitionDraft)
    begun = await say(dialogue, "-100", "xin chào", "phản ánh: cán bộ không nhận hồ sơ của tôi")
    asked = await say(dialogue, "-100", f"{code} {secret}")

    assert begun.text == asked.text == words.NOT_IN_GROUP
    assert await count(dialogue, PetitionDraft) == before


def other_code(code: str) -> str:
    from bot.receipts import new_code

    found = new_code("PA")
    return found if found != code else other_code(code)


@pytest.mark.asyncio(loop_scope="module")
async def test_guessing_a_secret_ends_after_five_tries_even_with_the_right_one(
    dialogue: Dialogue, chat: str
) -> None:
    code, secret = await sent(dialogue, chat)
    for guess in ("AAAAAAAA", "CCCCCCCC", "DDDDDDDD", "EEEEEEEE", "FFFFFFFF"):
        await say(dialogue, uuid4().hex, f"{code} {guess}")
    last = await say(dialogue, uuid4().hex, f"{code} {secret}")

    assert "thử nhiều lần" in last.text


@pytest.mark.asyncio(loop_scope="module")
async def test_the_citizen_says_whether_the_answer_solved_it(dialogue: Dialogue, chat: str) -> None:
    code, _ = await sent(dialogue, chat)
    early = await say(dialogue, chat, f"đã giải quyết {code}")
    petition = await newest(dialogue)
    async with dialogue.sources.database.write() as session:
        kept = await session.get(Petition, petition.id)
        assert kept is not None
        answer = await petitions.propose(session, kept, text="Đã xem.", author="a", now=START)
        await petitions.approve(session, kept, answer, judge="b", now=START)
    status = await say(dialogue, chat, code)
    reopened = await say(dialogue, chat, "2")

    assert "chưa đến bước này" in early.text
    assert "Trả lời: Đã xem." in status.text
    assert "mở lại" in reopened.text
    assert (await newest(dialogue)).status is PetitionStatus.REOPENED


@pytest.mark.asyncio(loop_scope="module")
async def test_what_happened_may_be_said_at_once(dialogue: Dialogue, chat: str) -> None:
    reply = await say(dialogue, chat, "tôi muốn phản ánh: hồ sơ trễ hẹn mười ngày chưa trả")

    assert "2/6." in reply.text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hôm qua", date(2026, 11, 22)),
        ("sáng thứ Hai", date(2026, 11, 23)),
        ("thu 6", date(2026, 11, 20)),
        ("chủ nhật vừa rồi", date(2026, 11, 22)),
        ("15/11", date(2026, 11, 15)),
        ("25/12", date(2025, 12, 25)),
        ("ngày 3 tháng 9", date(2026, 9, 3)),
        ("1/1/2030", date(2030, 1, 1)),
        ("31/2", None),
        ("lâu rồi", None),
    ],
)
def test_the_day_of_a_past_event_is_read(text: str, day: date | None) -> None:
    assert happened_on(text, date(2026, 11, 23)) == day
