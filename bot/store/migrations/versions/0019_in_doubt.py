"""What is in doubt: takings back whose answer nobody wrote down, sendings that the carrier failed to take."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_index(
        "ix_recalls_in_doubt", "recalls", ["asked_at"], postgresql_where=sa.text("answer IS NULL")
    )
    op.create_index(
        "ix_attempts_troubled",
        "attempts",
        ["campaign_id"],
        postgresql_where=sa.text("status IN ('unconfirmed', 'due') AND error_code IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_attempts_troubled", "attempts")
    op.drop_index("ix_recalls_in_doubt", "recalls")
