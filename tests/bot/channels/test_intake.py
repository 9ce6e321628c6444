"""What was accepted is answered once, in order, whatever the platform or the process does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot import messages as say
from bot.channels import Arrival, ArrivalKind, Outgoing, SendError, Trouble
from bot.channels.intake import Intake
from bot.conversation import Message
from bot.db import Database
from bot.dialogue import Dialogue, Sources
from bot.models import Accepted, Contact, Stage, Turn
from bot.people import find_contact
from bot.privacy.pseudonyms import Pseudonyms
from bot.settings import Settings
from knowledge.guides import Guides
from knowledge.published import Library
from tests.bot.channels.platform import Platform, arrival

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PATIENCE = 10.0


class Clock:
    """A time that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def dialogue_of(database: Database) -> Dialogue:
    """A dialogue that knows no procedure, only how to greet and thank."""
    library = Library(database.read)
    await library.refresh()
    settings = Settings(_env_file=None)
    return Dialogue(Sources(library, Guides.load(), settings, database, Pseudonyms((b"k" * 32,))))


@asynccontextmanager
async def intake_of(
    database: Database, *platforms: Platform, now: Callable[[], datetime] | None = None
) -> AsyncIterator[Intake]:
    dialogue = await dialogue_of(database)
    intake = Intake(dialogue, {one.name: one for one in platforms}, now=now or Clock())
    running = asyncio.create_task(intake.run())
    try:
        yield intake
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await intake.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - the platform tells nobody
            await asyncio.sleep(0.01)


async def rows(database: Database) -> list[Accepted]:
    async with database.read() as session:
        return list((await session.exec(select(Accepted).order_by("id"))).all())


async def until_done(database: Database, count: int) -> list[Accepted]:
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await rows(database)
            if len(found) == count and all(row.stage is Stage.DONE for row in found):
                return found
            await asyncio.sleep(0.02)


async def test_an_accepted_message_is_answered_and_its_words_are_gone(database: Database) -> None:
    platform = Platform()
    async with intake_of(database, platform) as intake:
        await intake.accept("platform", [arrival("platform", "1", "an", "cảm ơn")])
        [row] = await until_done(database, 1)

    assert platform.texts("an") == [say.THANKS]
    assert (row.key, row.address, row.message, row.reply, row.reason) == ("1", "", {}, [], "")


async def test_every_part_of_an_answer_quotes_what_it_answers(database: Database) -> None:
    platform = Platform()
    platform.capabilities = replace(platform.capabilities, text_limit=40)
    asked = replace(arrival("platform", "1", "an", "trợ giúp"), press="p", reply_to="7")
    async with intake_of(database, platform) as intake:
        await intake.accept("platform", [asked])
        await until_done(database, 1)

    sent = [outgoing for _, outgoing in platform.taken]
    assert len(sent) > 1
    assert [one.reply_to for one in sent] == ["7"] * len(sent)
    assert [one.press for one in sent] == ["p", *[""] * (len(sent) - 1)]


async def test_a_message_delivered_twice_is_answered_once(database: Database) -> None:
    platform = Platform()
    again = [arrival("platform", "1", "an", "cảm ơn")]
    async with intake_of(database, platform) as intake, intake_of(database, platform) as other:
        await asyncio.gather(*(one.accept("platform", again) for one in (intake, other) * 5))
        await until_done(database, 1)
        await intake.accept("platform", again)

    assert len(platform.taken) == 1


async def test_one_person_is_answered_in_order_and_different_people_together(
    database: Database,
) -> None:
    platform = Platform()
    platform.gate.clear()
    texts = ["chào", "cảm ơn", "tạm biệt"]
    async with intake_of(database, platform) as intake:
        for number, text in enumerate(texts):
            for person in ("an", "bình"):
                await intake.accept(
                    "platform", [arrival("platform", f"{person}{number}", person, text)]
                )
        await until(lambda: platform.tried == 2)  # nobody's second before their first is taken
        platform.gate.set()
        await until_done(database, 6)

    assert platform.texts("an") == platform.texts("bình") == [say.HELLO, say.THANKS, say.GOODBYE]


async def test_what_one_process_left_the_next_one_answers_once(database: Database) -> None:
    clock = Clock()
    dead = Platform()
    dead.gate.clear()
    dialogue = await dialogue_of(database)
    killed = Intake(dialogue, {dead.name: dead}, now=clock)
    await killed.accept("platform", [arrival("platform", "1", "an", "chào")])
    await killed.accept("platform", [arrival("platform", "2", "an", "cảm ơn")])
    await until(lambda: dead.tried == 1)
    for task in killed._tasks:
        task.cancel()

    clock.now += timedelta(minutes=1)  # its lease is over
    platform = Platform()
    async with intake_of(database, platform, now=clock):
        await until_done(database, 2)

    assert platform.texts("an") == [say.HELLO, say.THANKS]
    async with database.read() as session:
        assert len((await session.exec(select(Turn))).all()) == 2


async def test_a_passing_failure_is_tried_again_not_before_the_time_named(
    database: Database,
) -> None:
    clock = Clock()
    platform = Platform()
    platform.refuse = lambda _a, _o: SendError("slow down", Trouble.RETRY, retry_after=30)
    async with intake_of(database, platform, now=clock) as intake:
        await intake.accept("platform", [arrival("platform", "1", "an", "cảm ơn")])
        await until(lambda: platform.tried == 1)
        await intake.accept("platform", [arrival("platform", "2", "an", "tạm biệt")])
        await asyncio.sleep(1.2)  # two looks for work
        assert platform.tried == 1

        platform.refuse = lambda _a, _o: None
        clock.now += timedelta(seconds=31)
        await until_done(database, 2)

    assert platform.texts("an") == [say.THANKS, say.GOODBYE]


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [(Trouble.WINDOW, "window"), (Trouble.DROP, "drop"), (Trouble.SUPPRESS, "suppressed")],
)
async def test_a_lasting_failure_ends_the_reply_with_its_reason(
    database: Database, trouble: Trouble, reason: str
) -> None:
    platform = Platform()
    platform.refuse = lambda _a, _o: SendError("no", trouble)
    async with intake_of(database, platform) as intake:
        await intake.accept("platform", [arrival("platform", "1", "an", "cảm ơn")])
        [row] = await until_done(database, 1)

    assert (row.reason, platform.tried) == (reason, 1)
    async with database.read() as session:
        contact = await find_contact(session, "platform", "an")
    assert contact is not None
    assert (contact.suppressed_at is not None) == (trouble is Trouble.SUPPRESS)


async def test_a_spent_token_is_refreshed_once_and_the_reply_sent(database: Database) -> None:
    platform = Platform()

    def refuse(_address: str, _outgoing: Outgoing) -> SendError | None:
        return None if platform.refreshed else SendError("expired", Trouble.REFRESH)

    platform.refuse = refuse
    async with intake_of(database, platform) as intake:
        await intake.accept("platform", [arrival("platform", "1", "an", "cảm ơn")])
        await until_done(database, 1)

    assert (platform.refreshed, platform.texts("an")) == (1, [say.THANKS])


async def test_a_chat_that_moved_is_followed(database: Database) -> None:
    platform = Platform()

    def refuse(address: str, _outgoing: Outgoing) -> SendError | None:
        moved = SendError("migrated", Trouble.RETRY, moved_to="-100")
        return moved if address == "-1" else None

    platform.refuse = refuse
    async with intake_of(database, platform) as intake:
        await intake.accept("platform", [arrival("platform", "1", "-1", "cảm ơn")])
        await until_done(database, 1)

    assert platform.texts("-100") == [say.THANKS]
    async with database.read() as session:
        assert (await session.exec(select(Contact.address))).all() == ["-100"]


async def test_a_platform_that_is_down_slows_no_other_and_gets_what_is_owed(
    database: Database,
) -> None:
    clock = Clock()
    down, well = Platform("down"), Platform("well")
    down.refuse = lambda _a, _o: SendError("no network", Trouble.RETRY)
    async with intake_of(database, down, well, now=clock) as intake:
        for number in range(20):
            for name in ("down", "well"):
                await intake.accept(name, [arrival(name, str(number), f"person{number}", "cảm ơn")])
        await until(lambda: len(well.taken) == 20)
        assert down.tried < 20  # one probe at a time, not everyone's

        down.refuse = lambda _a, _o: None
        clock.now += timedelta(hours=1)
        await until(lambda: len(down.taken) == 20)


async def test_what_is_owed_longer_than_the_window_is_not_sent(database: Database) -> None:
    clock = Clock()
    platform = Platform(window=timedelta(hours=48))
    platform.refuse = lambda _a, _o: SendError("slow down", Trouble.RETRY, retry_after=1)
    async with intake_of(database, platform, now=clock) as intake:
        await intake.accept("platform", [arrival("platform", "1", "an", "cảm ơn")])
        await until(lambda: platform.tried == 1)
        platform.refuse = lambda _a, _o: None
        clock.now += timedelta(hours=49)
        [row] = await until_done(database, 1)

    assert (row.reason, platform.taken) == ("expired", [])


async def test_someone_who_leaves_is_written_to_no_more_until_they_come_back(
    database: Database,
) -> None:
    platform = Platform()
    async with intake_of(database, platform) as intake:
        followed = Arrival(ArrivalKind.FOLLOWED, "1", "an")
        left = Arrival(ArrivalKind.UNFOLLOWED, "2", "an")
        await intake.accept("platform", [followed])
        await intake.accept("platform", [left])
        async with database.read() as session:
            contact = await find_contact(session, "platform", "an")
            assert contact is not None
            assert contact.suppressed_why == "unfollowed"

        await intake.accept("platform", [followed])  # the first event, delivered late once more
        async with database.read() as session:
            contact = await find_contact(session, "platform", "an")
            assert contact is not None
            assert contact.suppressed_at is not None

        await intake.accept("platform", [arrival("platform", "3", "an", "cảm ơn")])
        await until_done(database, 3)

    async with database.read() as session:
        contact = await find_contact(session, "platform", "an")
    assert contact is not None
    assert contact.suppressed_at is None


async def test_a_query_is_answered_and_nothing_is_stored(database: Database) -> None:
    platform = Platform()
    query = Arrival(
        ArrivalKind.QUERY, "", "an", Message("platform", "an", "cảm ơn"), press="query-1"
    )
    async with intake_of(database, platform) as intake:
        await intake.accept("platform", [query])
        await until(lambda: bool(platform.taken))

    assert platform.texts("query-1") == [say.THANKS]
    assert await rows(database) == []


async def test_what_is_not_done_at_a_stop_is_left_to_the_next_process(database: Database) -> None:
    platform = Platform()
    platform.gate.clear()
    async with intake_of(database, platform) as intake:
        await intake.accept("platform", [arrival("platform", "1", "an", "cảm ơn")])
        await until(lambda: platform.tried == 1)
    [row] = await rows(database)

    assert (row.stage, row.owner) == (Stage.ANSWERED, "")
