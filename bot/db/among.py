"""A condition on many values that is one statement however many they are.

An IN list has a statement of its own for each length. SQLite's driver keeps the last 128 of each
connection: a worker, which looks at whoever it has in hand, grew by 25 MB over a long send. PostgreSQL
keeps a plan of each.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, any_, func, literal, select
from sqlmodel.ext.asyncio.session import AsyncSession


def among(session: AsyncSession, column: Any, values: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a text column is one of `values`."""
    condition: ColumnElement[bool]
    if session.get_bind().dialect.name == "postgresql":
        condition = column == any_(literal(list(values), ARRAY(Text)))
    else:
        listed = func.json_each(json.dumps(list(values))).table_valued("value")
        condition = column.in_(select(listed.c.value))
    return condition
