"""The database with what is known, and the dialogue over it."""

from __future__ import annotations

from typing import Final

from bot.db import Database, migrate
from bot.dialogue import Dialogue, Sources
from bot.dossiers import Connector
from bot.privacy.pseudonyms import Pseudonyms
from bot.settings import Settings
from knowledge import golden
from knowledge.guides import Guides
from knowledge.importing import centres, facts, units
from knowledge.importing.starter import load_starter
from knowledge.published import Library

#: What comes with the program besides procedures and their phrases.
STARTER_PARTS: Final = (units.load, centres.load, facts.load, golden.load)


async def prepare(settings: Settings) -> Database:
    """Return the database, migrated and holding the starter knowledge."""
    database = Database(settings.url)
    async with database.alone():
        await migrate(database)
        await load_starter(database.write, parts=STARTER_PARTS)
    return database


async def open_dialogue(settings: Settings, database: Database) -> Dialogue:
    """Return the dialogue over what is published now."""
    library = Library(database.read)
    await library.refresh()
    names, system = Pseudonyms.load(settings), Connector.of(settings)
    return Dialogue(Sources(library, Guides.load(), settings, database, names, dossiers=system))
