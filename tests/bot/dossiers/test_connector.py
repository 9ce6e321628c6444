"""The deployer's system is asked as agreed, over real HTTP; whatever it does wrong ends in a plain refusal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from bot import dossiers, people
from bot.db import Database
from bot.dossiers import Asked, AwayError, Connector, Refused, Standing
from bot.dossiers.connector import FAULTS, MOST_BYTES, REST_SECONDS, Breaker
from bot.models import DossierStatus
from bot.settings import Settings
from tests.bot.dossiers.making import CODE, NAMES, NOW, Office, office

FOUND = {
    "found": True,
    "status": "waiting",
    "procedure": "Đăng ký khai sinh",
    "office": "Xã Hòa Long",
    "asked": "Giấy chứng sinh, gọi 0912345678",
    "due_on": "2026-11-30",
    "watch": "w-1",
    "new": "ignored",
}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def played() -> Iterator[Office]:
    with office() as one:
        yield one


async def test_code_secret_and_token_are_sent_and_the_answer_is_read(played: Office) -> None:
    played.answer = lambda body: FOUND
    system = Connector(played.url, token="t0k3n")

    standing = await system.find(CODE, "7KX4913")

    assert played.asked == [("Bearer t0k3n", {"code": CODE, "secret": "7KX4913"})]
    assert standing is not None
    assert (standing.status, standing.due_on) == (DossierStatus.WAITING, date(2026, 11, 30))
    assert standing.asked == "Giấy chứng sinh, gọi [số]"
    assert (standing.handle, standing.watchable) == ("w-1", True)


async def test_not_found_is_an_answer(played: Office) -> None:
    assert await Connector(played.url).find(CODE, "X") is None


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, {"found": False}),
        (404, {"found": False}),
        (200, b"<html>"),
        (200, []),
        (200, {"found": True}),
        (200, {"found": True, "status": "lost"}),
        (200, {"found": True, "status": "ready", "due_on": "30/11/2026"}),
        (200, b'{"found": false, "x": "' + b"y" * MOST_BYTES + b'"}'),
    ],
    ids=["error", "gone", "html", "list", "no-status", "strange", "date", "long"],
)
async def test_a_faulty_answer_is_no_answer(played: Office, status: int, answer: object) -> None:
    played.status, played.answer = status, lambda body: answer

    with pytest.raises(AwayError) as caught:
        await Connector(played.url).find(CODE, "7KX4913")
    assert CODE not in repr(caught.value)


async def test_no_redirect_is_followed_wherever_it_leads(played: Office) -> None:
    with office() as inner:
        played.status, played.headers = 307, {"Location": inner.url}
        with pytest.raises(AwayError):
            await Connector(played.url).find(CODE, "7KX4913")
        assert inner.asked == []


async def test_a_slow_system_is_waited_for_only_so_long(played: Office) -> None:
    played.release.clear()

    with pytest.raises(AwayError):
        await Connector(played.url, timeout=0.05).find(CODE, "7KX4913")


async def test_after_faults_the_system_is_left_alone_then_tried_once(played: Office) -> None:
    clock = Clock()
    system = Connector(played.url, breaker=Breaker(clock))
    played.status = 503
    for _ in range(FAULTS + 3):
        with pytest.raises(AwayError):
            await system.find(CODE, "X")
    assert len(played.asked) == FAULTS

    clock.now += REST_SECONDS
    with pytest.raises(AwayError):
        await system.find(CODE, "X")
    with pytest.raises(AwayError):
        await system.find(CODE, "X")
    assert len(played.asked) == FAULTS + 1

    clock.now += REST_SECONDS
    played.status = 200
    assert await system.find(CODE, "X") is None
    assert await system.find(CODE, "X") is None
    assert len(played.asked) == FAULTS + 3


async def test_a_fault_counts_as_no_guess(played: Office, database: Database) -> None:
    played.status = 500
    system = Connector(played.url)
    asked = Asked("telegram", "1", CODE, "7KX4913")
    for _ in range(7):
        assert await dossiers.look_up(database, NAMES, system, asked, now=NOW) is Refused.AWAY
    played.status, played.answer = 200, lambda body: FOUND
    fresh = Connector(played.url)

    assert isinstance(await dossiers.look_up(database, NAMES, fresh, asked, now=NOW), Standing)


async def test_a_watched_dossier_is_looked_at_by_its_handle(
    played: Office, database: Database
) -> None:
    played.answer = lambda body: FOUND
    system = Connector(played.url)
    standing = await system.find(CODE, "7KX4913")
    assert standing is not None
    async with database.write() as session:
        contact = await people.heard_from(session, "telegram", "1", now=NOW)
        await dossiers.watch(
            session, contact.person_id, code_name="n", ending="0012", handle=standing.handle,
            known=standing.known, source="telegram", now=NOW,
        )  # fmt: skip
    hour = timedelta(hours=1)
    assert await dossiers.tell_changes(database, system, now=NOW + hour) == 0
    played.status = 500
    assert await dossiers.tell_changes(database, system, now=NOW + 2 * hour) == 0
    played.status, played.answer = 200, lambda body: {**FOUND, "status": "ready"}
    assert await dossiers.tell_changes(database, system, now=NOW + 3 * hour) == 1

    assert [body for _, body in played.asked[1:]] == [{"watch": "w-1"}] * 3


def test_without_an_address_there_is_no_system() -> None:
    assert Connector.of(Settings(_env_file=None)) is None
