"""An announcement is taken back where the platform allows it, and the count is honest."""

from __future__ import annotations

import pytest

from bot.broadcast import recall as recalling
from bot.broadcast.recall import Recalled, StillSendingError, recall
from bot.channels import Capabilities, SendError, Trouble
from bot.db import Database
from bot.models import Announcement, Delivery, DeliveryStatus, Run, RunStatus
from tests.bot.broadcast.fake import FakeChannel, NoPace
from tests.bot.broadcast.making import NOW, add_run


class _Telegram(FakeChannel):
    """Forbids the message "old" and answers nothing about "lost" the first time."""

    lost = True

    async def recall(self, address: str, message_id: str) -> bool:
        if message_id == "lost" and self.lost:
            self.lost = False
            raise SendError("bad gateway", Trouble.RETRY)
        await super().recall(address, message_id)
        return message_id != "old"


class _Zalo(FakeChannel):
    capabilities = Capabilities(text_limit=2_000)


async def _sent(database: Database, copies: dict[str, str], status: RunStatus) -> int:
    """Return the announcement whose run left `copies`: message ids by person."""
    async with database.write() as session:
        announcement = Announcement(text="x", topic="storms")
        run_id = await add_run(session, announcement)
        (await session.get_one(Run, run_id)).status = status
        for person, message_id in copies.items():
            channel = "zalo_oa" if person.startswith("z") else "telegram"
            state = DeliveryStatus.SENDING if person == "t-way" else DeliveryStatus.DELIVERED
            session.add(
                Delivery(
                    run_id=run_id, person_id=person, channel=channel, address=person, chunk=0,
                    status=state, message_id=message_id,
                )
            )  # fmt: skip
        return announcement.id or 0


async def test_what_can_be_taken_back_is_and_the_rest_is_counted(database: Database) -> None:
    many = {f"t{n:04}": f"m{n}" for n in range(recalling.PAGE)}
    copies = many | {"t-two": "a,b", "t-old": "old", "t-lost": "lost", "t-none": "-",
                     "t-way": "c", "t-unsent": "", "z1": "z"}  # fmt: skip
    number = await _sent(database, copies, RunStatus.STOPPED)
    channels = {"telegram": _Telegram(), "zalo_oa": _Zalo("zalo_oa")}

    first = await recall(database, channels, NoPace(), number, now=NOW)
    again = await recall(database, channels, NoPace(), number, now=NOW)

    assert first == Recalled(taken=recalling.PAGE + 1, refused=3, failed=1, on_the_way=1)
    assert again == Recalled(taken=1, refused=3, on_the_way=1)
    telegram = channels["telegram"].recalled
    assert [telegram.count(("t-two", part)) for part in "ab"] == [1, 1]
    assert channels["zalo_oa"].recalled == []


async def test_what_is_being_sent_must_be_stopped_first(database: Database) -> None:
    number = await _sent(database, {"t1": "m"}, RunStatus.SENDING)

    with pytest.raises(StillSendingError):
        await recall(database, {"telegram": _Telegram()}, NoPace(), number, now=NOW)
