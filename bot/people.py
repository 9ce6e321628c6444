"""Who we talk with: their contacts, when they were last heard, whether they may be written to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    RowMapping,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    tuple_,
)
from sqlalchemy import delete as sa_delete
from sqlalchemy import exists as sa_exists
from sqlalchemy import insert as sa_insert
from sqlalchemy import select as sa_select
from sqlalchemy import update as sa_update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import OPEN, Contact, Delivery, DeliveryStatus, Gathered, Person
from bot.models.people import new_person_id
from knowledge.columns import table_of

_CONTACTS: Final = table_of(Contact)
# Written once: building a statement costs more than running it.
_KNOWN: Final = sa_select(_CONTACTS.c.id, _CONTACTS.c.channel, _CONTACTS.c.address).where(
    tuple_(_CONTACTS.c.channel, _CONTACTS.c.address).in_(bindparam("addresses", expanding=True))
)
_SEEN: Final = (
    sa_update(_CONTACTS)
    .where(_CONTACTS.c.id.in_(bindparam("ids", expanding=True)))
    .values(last_seen_at=bindparam("now"), suppressed_at=None, suppressed_why="")
)


async def find_contact(session: AsyncSession, channel: str, address: str) -> Contact | None:
    """Return the contact of an address, or None when it has never been heard."""
    query = select(Contact).where(Contact.channel == channel, Contact.address == address)
    return (await session.exec(query)).first()


async def heard_from(
    session: AsyncSession, channel: str, address: str, *, now: datetime
) -> Contact:
    """Note that a citizen did something, and return their contact; a new one makes a new person.

    Whoever writes to us may be written to again, so a suppression ends here.
    """
    contact = await told_of(session, channel, address, seen_at=now, now=now)
    contact.last_seen_at = now
    contact.suppressed_at = None
    contact.suppressed_why = ""
    session.add(contact)
    await session.flush()
    return contact


async def told_of(
    session: AsyncSession, channel: str, address: str, *, seen_at: datetime, now: datetime
) -> Contact:
    """Return the contact of an address somebody else named to us; a new one makes a new person.

    The citizen did nothing just now: a known contact stays as it is, with its suppression.
    """
    contact = await find_contact(session, channel, address)
    if contact is None:
        person = Person(created_at=now)
        session.add(person)
        await session.flush()
        contact = Contact(
            channel=channel, address=address, person_id=person.id, last_seen_at=seen_at
        )
        session.add(contact)
        await session.flush()
    return contact


async def suppress(
    session: AsyncSession, channel: str, address: str, *, why: str, now: datetime
) -> bool:
    """Write to an address no more until it writes to us; False when it is unknown or was so already."""
    done = await session.exec(
        update(Contact)
        .where(
            col(Contact.channel) == channel,
            col(Contact.address) == address,
            col(Contact.suppressed_at).is_(None),
        )
        .values(suppressed_at=now, suppressed_why=why)
    )
    return done.rowcount == 1


async def contacts_of(session: AsyncSession, person_id: str) -> Sequence[Contact]:
    """Return every address of a person."""
    query = select(Contact).where(Contact.person_id == person_id).order_by(col(Contact.id))
    return (await session.exec(query)).all()


async def join(session: AsyncSession, *, kept: str, joined: str) -> None:
    """Make two people one: everything that belongs to `joined`, in any table, becomes `kept`'s.

    Where both own the same thing (a subscription to one topic), the later word of the citizen counts:
    that row stays, and what hangs on the other moves to it. Both people are locked, in one order.
    """
    pair = select(Person.id).where(col(Person.id).in_((kept, joined))).order_by(col(Person.id))
    await session.exec(pair.with_for_update())
    await session.flush()
    await _absorb(await session.connection(), table_of(Person), kept, joined)
    await _move_deliveries(session, kept, joined)
    await _move_gathered(session, kept, joined)
    again = select(Contact).where(Contact.person_id == kept)
    await session.exec(again.execution_options(populate_existing=True))


async def part(session: AsyncSession, channel: str, address: str, *, now: datetime) -> bool:
    """Give an address a person of its own again; False when it shares one with no other.

    What was owned together cannot be told apart and stays with the others.
    """
    contact = await find_contact(session, channel, address)
    if contact is None or len(await contacts_of(session, contact.person_id)) == 1:
        return False
    alone = Person(created_at=now)
    session.add(alone)
    await session.flush()
    contact.person_id = alone.id
    session.add(contact)
    return True


async def forget_address(session: AsyncSession, channel: str, address: str) -> None:
    """Delete an address, and the person too when nothing else is theirs."""
    contact = await find_contact(session, channel, address)
    if contact is None:
        return
    person_id = contact.person_id
    await session.delete(contact)
    await session.flush()
    connection = await session.connection()
    for table, column in _pointing_to(table_of(Person)):
        owned = sa_select(column).select_from(table).where(column == person_id).limit(1)
        if (await connection.execute(owned)).first() is not None:
            return
    await session.exec(delete(Person).where(col(Person.id) == person_id))


async def _move_deliveries(session: AsyncSession, kept: str, joined: str) -> None:
    """Move the copies of announcements too, which have no foreign key to be found by.

    One being sent is left to its sender; one still open stays where the kept person has a copy of the
    same run, because the run counts it.
    """
    theirs = aliased(Delivery)
    twice = sa_exists().where(col(theirs.run_id) == Delivery.run_id, col(theirs.person_id) == kept)
    mine = (col(Delivery.person_id) == joined, col(Delivery.status) != DeliveryStatus.SENDING)
    quiet = {"synchronize_session": False}
    await session.exec(
        delete(Delivery)
        .where(*mine, col(Delivery.status).not_in(OPEN), twice)
        .execution_options(**quiet)
    )
    await session.exec(
        update(Delivery).where(*mine, ~twice).values(person_id=kept).execution_options(**quiet)
    )


async def _move_gathered(session: AsyncSession, kept: str, joined: str) -> None:
    """Move what waits for a daily digest or was told in one: of two about one run, one taken stays."""
    quiet = {"synchronize_session": False}

    def mine(person: str, twin_of: str, *twin_is: ColumnElement[bool]) -> tuple[Any, ...]:
        twin = sa_exists().where(
            col(theirs.run_id) == Gathered.run_id, col(theirs.person_id) == twin_of, *twin_is
        )
        return col(Gathered.person_id) == person, twin

    theirs = aliased(Gathered)
    waits = col(Gathered.digest_run_id).is_(None)
    taken = col(theirs.digest_run_id).is_not(None)
    for which in ((*mine(kept, joined, taken), waits), mine(joined, kept)):
        await session.exec(delete(Gathered).where(*which).execution_options(**quiet))
    moved = update(Gathered).where(col(Gathered.person_id) == joined).values(person_id=kept)
    await session.exec(moved.execution_options(**quiet))


# --- Moving what is owned --------------------------------------------------------------------------


def _pointing_to(table: Table) -> list[tuple[Table, Column[Any]]]:
    """Return every column of every table that holds a key of `table`."""
    return [
        (child, key.parent)
        for child in SQLModel.metadata.sorted_tables
        for key in child.foreign_keys
        if key.column.table is table
    ]


async def _absorb(connection: AsyncConnection, table: Table, kept: Any, lost: Any) -> None:
    """Let the row `kept` take over all that points to the row `lost`, and delete `lost`."""
    for child, column in _pointing_to(table):
        rows = await connection.execute(sa_select(child).where(column == lost))
        for row in rows.mappings().all():
            await _move(connection, child, column, row, kept)
    (key,) = table.primary_key.columns
    await connection.execute(sa_delete(table).where(key == lost))


async def _move(
    connection: AsyncConnection, child: Table, column: Column[Any], row: RowMapping, kept: Any
) -> None:
    """Point one row to `kept`; if such a row stands already, the one touched last absorbs the other."""
    moved = sa_update(child).where(_same(child, row)).values({column: kept})
    try:
        async with connection.begin_nested():
            await connection.execute(moved)
    except IntegrityError:
        twin = await _twin(connection, child, column, row, kept)
        if twin is None:
            raise
    else:
        return
    newer = _touched(row) > _touched(twin)
    stays, goes = (row, twin) if newer else (twin, row)
    keys = list(child.primary_key.columns)
    if len(keys) == 1:
        await _absorb(connection, child, stays[keys[0]], goes[keys[0]])
    else:
        await connection.execute(sa_delete(child).where(_same(child, goes)))
    if newer:
        await connection.execute(moved)


def _same(table: Table, row: RowMapping) -> ColumnElement[bool]:
    return and_(*(key == row[key] for key in table.primary_key.columns))


def _touched(row: RowMapping) -> datetime:
    """Return the latest moment a row speaks of: when it was begun, changed or ended."""
    moments = [value for value in row.values() if isinstance(value, datetime)]
    return max(moments, default=datetime.min.replace(tzinfo=UTC))


async def _twin(
    connection: AsyncConnection, child: Table, column: Column[Any], row: RowMapping, kept: Any
) -> RowMapping | None:
    """Return the row of `kept` that a unique rule of the table lets stand beside no other."""
    rules = [one.columns for one in child.constraints if isinstance(one, UniqueConstraint)]
    rules += [child.primary_key.columns]
    rules += [index.columns for index in child.indexes if index.unique]
    for columns in rules:
        if column.name not in columns:
            continue
        same = (one == (kept if one is column else row[one]) for one in columns)
        found = (await connection.execute(sa_select(child).where(*same))).mappings().first()
        if found is not None:
            return found
    return None


async def heard_from_all(
    session: AsyncSession, addresses: Collection[tuple[str, str]], *, now: datetime
) -> None:
    """Note that citizens did something: `heard_from` for many (channel, address) at once."""
    if not addresses:
        return
    rows = await session.exec(_KNOWN, params={"addresses": list(addresses)})  # type: ignore[call-overload]
    known = {(channel, address): id_ for id_, channel, address in rows}
    if known:
        seen = {"ids": list(known.values()), "now": now}
        await session.exec(_SEEN, params=seen)
    new = sorted(set(addresses) - known.keys())
    if new:
        people = [{"id": new_person_id(), "created_at": now} for _ in new]
        contacts = [
            {"channel": channel, "address": address, "person_id": person["id"], "last_seen_at": now,
             "suppressed_at": None, "suppressed_why": ""}
            for (channel, address), person in zip(new, people, strict=True)
        ]  # fmt: skip
        await session.exec(sa_insert(table_of(Person)), params=people)
        await session.exec(sa_insert(table_of(Contact)), params=contacts)


async def move(session: AsyncSession, channel: str, old: str, new: str) -> None:
    """Follow a chat to its new address, unless that one is known already."""
    if await find_contact(session, channel, new) is None:
        await session.exec(
            update(Contact)
            .where(col(Contact.channel) == channel, col(Contact.address) == old)
            .values(address=new)
        )
