"""What a desk is: a place in the menu, the least role that may open it, and its routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import Role

#: How many things wait at a desk; the home page shows it.
Waiting = Callable[[AsyncSession], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Desk:
    """One file of this package, as officials find it.

    `path` has no /admin before it, and neither have the routes: the desks are mounted there.
    """

    title: str
    path: str
    role: Role
    router: APIRouter
    about: str = ""
    """One sentence for the home page."""
    waiting: Waiting | None = None
