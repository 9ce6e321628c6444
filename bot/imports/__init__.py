"""Uploaded files on their way into the knowledge, read by another process so that replies stay fast.

A job is a row; whoever holds its lease works on it, a chunk and a transaction at a time. Killed
anywhere, it goes on after the last chunk. Nothing is known to citizens before an editor decides.
"""

from __future__ import annotations

from bot.imports.deciding import Choice, cancel, choose
from bot.imports.upload import UploadError, add_job, folder_of, store
from bot.imports.watching import Runner

__all__ = [
    "Choice",
    "Runner",
    "UploadError",
    "add_job",
    "cancel",
    "choose",
    "folder_of",
    "store",
]
