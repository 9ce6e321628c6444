"""Contests about procedures and reform: written and approved at the desk, entered in the chat."""

from __future__ import annotations

from typing import Final

#: How a receipt code of an entry begins.
PREFIX: Final = "HT"
