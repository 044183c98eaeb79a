"""Runs that are due, and what the carrier holds, are found by their campaign; contacts say why they are put off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.drop_index("ix_enrolments_due", "enrolments")
    op.create_index(
        "ix_enrolments_due",
        "enrolments",
        ["campaign_id", "due_at"],
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(
        "ix_events_retry",
        "events",
        ["retry_at"],
        postgresql_where=sa.text("processed_at IS NULL AND retry_at IS NOT NULL"),
    )
    op.create_index(
        "ix_attempts_sending", "attempts", ["lease_until"], postgresql_where=sa.text("status = 'sending'")
    )
    held = "status IN ('accepted', 'ringing')"
    op.create_index(
        "ix_attempts_held", "attempts", ["campaign_id", "taken_at"], postgresql_where=sa.text(held)
    )
    op.create_index(
        "ix_attempts_closing",
        "attempts",
        ["closes_at"],
        postgresql_where=sa.text(f"{held} AND closes_at IS NOT NULL"),
    )
    op.execute(
        """
        UPDATE attempts a SET reason = (
            SELECT CASE WHEN d.verdict = 'deferred' THEN d.reason END FROM decisions d
            WHERE d.attempt_id = a.id ORDER BY d.id DESC LIMIT 1)
        WHERE a.status = 'due'
        """
    )


def downgrade() -> None:
    op.drop_index("ix_events_retry", "events")
    for name in ("ix_attempts_closing", "ix_attempts_held", "ix_attempts_sending"):
        op.drop_index(name, "attempts")
    op.execute("UPDATE attempts SET reason = NULL WHERE status = 'due'")
    op.drop_index("ix_enrolments_due", "enrolments")
    op.create_index(
        "ix_enrolments_due", "enrolments", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
