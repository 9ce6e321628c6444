"""Every conversation in this folder holds, on the starter knowledge, through the whole dialogue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from bot.conversation import Message, Reply
from bot.dialogue import Dialogue
from bot.settings import Settings
from bot.wiring.knowledge import open_dialogue, prepare
from tests.bot.contests.making import held
from tests.conftest import NewFolder

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
FOLDER = Path(__file__).parent


@dataclass
class Exchange:
    """What the citizen types and what the reply must show."""

    question: str
    shown: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    action: str = ""
    code: str = ""
    channel: str = "web"


def read(path: Path) -> list[Exchange]:
    """Return the exchanges of a conversation file."""
    exchanges: list[Exchange] = []
    channel = "web"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        who, _, text = line.partition(":")
        text = text.strip()
        match who.strip():
            case "Dân":
                exchanges.append(Exchange(text, channel=channel))
            case "Kênh":
                channel = text
            case "Bot":
                exchanges[-1].shown.append(text)
            case "Không":
                exchanges[-1].absent.append(text)
            case "Việc":
                exchanges[-1].action = text
            case "Mã":
                exchanges[-1].code = text
            case _:
                pytest.fail(f"{path.name}, dòng {number}: không hiểu “{line}”")
    return exchanges


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def dialogue(new_data_dir: NewFolder) -> AsyncIterator[Dialogue]:
    settings = Settings(_env_file=None, data_dir=new_data_dir())
    database = await prepare(settings)
    made = await open_dialogue(settings, database)
    await held(database, now=NOW)
    made._now = lambda: NOW
    yield made
    await database.close()


def check(exchange: Exchange, reply: Reply) -> list[str]:
    """Return what is wrong with a reply."""
    text = reply.plain()
    wrong = [f"thiếu “{part}”" for part in exchange.shown if part not in text]
    wrong += [f"có “{part}”" for part in exchange.absent if part in text]
    if exchange.action and reply.action != exchange.action:
        wrong.append(f"việc là {reply.action.value}, không phải {exchange.action}")
    codes = [card.code for card in reply.cards]
    if exchange.code and exchange.code not in codes:
        wrong.append(f"mã là {codes}, không phải {exchange.code}")
    return wrong


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
@pytest.mark.asyncio(loop_scope="session")
async def test_conversation(path: Path, dialogue: Dialogue) -> None:
    chat_id = uuid4().hex
    for exchange in read(path):
        reply = await dialogue.reply_to(Message(exchange.channel, chat_id, exchange.question))
        wrong = check(exchange, reply)
        assert not wrong, f"Dân: {exchange.question}\n{wrong}\nBot: {reply.plain()}"
