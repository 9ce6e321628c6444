"""From draft to what citizens read: the only code that changes what is live.

Every function works inside the caller's transaction, so a publication happens wholly or not at
all. A revision is never changed but for its status; going back publishes an older content anew.
"""

from __future__ import annotations

from knowledge.publishing.codes import resolve_code
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
from knowledge.publishing.records import AUTHORS, PublishingError, bump_version, current_version
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
    "Hold",
    "Outcome",
    "Phrase",
    "PublishingError",
    "Saved",
    "add_phrases",
    "approve",
    "archive",
    "bump_version",
    "content_hash",
    "current_version",
    "discard",
    "dump",
    "hide",
    "keep_only_phrases",
    "publish",
    "resolve_code",
    "roll_back",
    "save_draft",
    "save_drafts",
    "save_override",
    "send_back",
    "submit",
    "switch_field",
]
