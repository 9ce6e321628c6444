"""Both code and secret, few tries for a person and for a code on every channel, the same answer to any guess."""

from __future__ import annotations

from datetime import timedelta

from bot import dossiers, people
from bot.attempts import MOST
from bot.db import Database
from bot.dossiers import Asked, Refused, Standing
from bot.privacy.pseudonyms import Pseudonyms
from tests.bot.dossiers.making import CODE, NAMES, NOW, OTHER, line, loaded

RIGHT = "7KX4913"


async def ask(
    database: Database,
    secret: str = RIGHT,
    *,
    code: str = CODE,
    on: str = "telegram",
    chat: str = "1",
    names: Pseudonyms = NAMES,
    later: timedelta = timedelta(),
) -> Standing | Refused:
    one = Asked(on, chat, code, secret)
    return await dossiers.look_up(database, names, None, one, now=NOW + later)


async def test_a_wrong_secret_and_a_wrong_code_are_answered_alike(database: Database) -> None:
    await loaded(database, line())

    assert await ask(database, "WRONG1") is Refused.NOT_FOUND
    assert await ask(database, code=OTHER) is Refused.NOT_FOUND
    assert isinstance(await ask(database), Standing)


async def test_guessing_one_code_stops_on_every_channel(database: Database) -> None:
    await loaded(database, line())
    for number in range(MOST):
        assert await ask(database, f"WRONG{number}", chat=f"a{number}") is Refused.NOT_FOUND

    assert await ask(database, on="zalo_oa", chat="z") is Refused.TOO_OFTEN
    assert isinstance(await ask(database, later=timedelta(hours=1, seconds=1)), Standing)


async def test_one_person_who_guesses_many_codes_stops_on_linked_channels_too(
    database: Database,
) -> None:
    await loaded(database, line())
    async with database.write() as session:
        here = await people.heard_from(session, "telegram", "1", now=NOW)
        there = await people.heard_from(session, "zalo_oa", "z", now=NOW)
        await people.join(session, kept=here.person_id, joined=there.person_id)
    for number in range(MOST):
        await ask(database, code=f"H58.16-261110-{number:04}9")

    assert await ask(database, on="zalo_oa", chat="z") is Refused.TOO_OFTEN
    assert isinstance(await ask(database, chat="another"), Standing)


async def test_a_right_answer_counts_against_nobody_and_clears_no_guesses(
    database: Database,
) -> None:
    await loaded(database, line())
    for _ in range(MOST + 1):
        assert isinstance(await ask(database), Standing)
    for number in range(MOST - 1):
        await ask(database, code=f"H58.16-261110-{number:04}9")
        assert isinstance(await ask(database), Standing)
    await ask(database, code="H58.16-261110-99999")

    assert await ask(database) is Refused.TOO_OFTEN


async def test_an_older_key_still_opens_what_it_sealed(database: Database) -> None:
    await loaded(database, line())
    rotated = Pseudonyms((b"n" * 32, *NAMES.keys))

    assert isinstance(await ask(database, names=rotated), Standing)
    assert await ask(database, names=Pseudonyms((b"n" * 32,))) is Refused.NOT_FOUND
