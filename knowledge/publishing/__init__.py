"""From draft to what citizens read: the only code that changes what is live.

Every function works inside the caller's transaction, so a publication happens wholly or not at
all. A revision is never changed but for its status; going back publishes an older content anew.
"""

from __future__ import annotations

from knowledge.publishing.changes import Change, Kind, Row, Segment, changes
from knowledge.publishing.codes import resolve_code
from knowledge.publishing.editing import (
    StaleError,
    Work,
    due,
    ended,
    save_edit,
    save_override_edit,
    schedule,
    work_on,
)
from knowledge.publishing.lifecycle import (
    approve,
    archive,
    discard,
    hide,
    publish,
    roll_back,
    send_back,
    submit,
    switch_field,
)
from knowledge.publishing.phrases import Phrase, add_phrases, keep_only_phrases
from knowledge.publishing.records import (
    AUTHORS,
    PublishingError,
    bump_version,
    current_version,
    find_procedure,
    lock_version,
)
from knowledge.publishing.saving import (
    Hold,
    Outcome,
    Saved,
    content_hash,
    dump,
    save_draft,
    save_drafts,
    save_override,
)

__all__ = [
    "AUTHORS",
    "Change",
    "Hold",
    "Kind",
    "Outcome",
    "Phrase",
    "PublishingError",
    "Row",
    "Saved",
    "Segment",
    "StaleError",
    "Work",
    "add_phrases",
    "approve",
    "archive",
    "bump_version",
    "changes",
    "content_hash",
    "current_version",
    "discard",
    "due",
    "dump",
    "ended",
    "find_procedure",
    "hide",
    "keep_only_phrases",
    "lock_version",
    "publish",
    "resolve_code",
    "roll_back",
    "save_draft",
    "save_drafts",
    "save_edit",
    "save_override",
    "save_override_edit",
    "schedule",
    "send_back",
    "submit",
    "switch_field",
    "work_on",
]
