"""Who has just said something is answered first: attempts that answer, and events other than a campaign's echoes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"

_ECHOES = "'sms.status', 'call.status', 'call.amd', 'attempt.denied', 'attempt.expired', 'attempt.failed'"


def upgrade() -> None:
    op.add_column(
        "attempts", sa.Column("answers", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index(
        "ix_attempts_answers",
        "attempts",
        ["campaign_id", "channel", "due_at"],
        postgresql_where=sa.text("status = 'due' AND answers"),
    )
    op.create_index(
        "ix_events_prompt",
        "events",
        ["id"],
        postgresql_where=sa.text(f"processed_at IS NULL AND kind NOT IN ({_ECHOES})"),
    )


def downgrade() -> None:
    op.drop_index("ix_events_prompt", "events")
    op.drop_index("ix_attempts_answers", "attempts")
    op.drop_column("attempts", "answers")
