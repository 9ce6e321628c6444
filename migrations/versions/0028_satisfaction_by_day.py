"""Count 👍 and 👎 of a span of days from the index alone: with a million turns a year's took most of the page."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Let the index by time say as well whether the answer helped."""
    op.create_index("ix_feedback_at_helpful", "feedback", ["at", "helpful"])
    op.drop_index("ix_feedback_at", "feedback")


def downgrade() -> None:
    """Go back to the index by time."""
    op.create_index("ix_feedback_at", "feedback", ["at"])
    op.drop_index("ix_feedback_at_helpful", "feedback")
