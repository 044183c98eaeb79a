"""Messages and calls taken back from the carrier: why, and each by its SID, for an attempt may be sent again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("recalls", sa.Column("carrier_sid", sa.Text(), nullable=True))
    op.add_column("recalls", sa.Column("cause", sa.Text(), nullable=True))
    op.add_column(
        "recalls", sa.Column("put_back", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute(
        """
        UPDATE recalls r SET carrier_sid = a.carrier_sid,
            cause = CASE WHEN k.status IN ('paused', 'aborted') THEN 'stopped' ELSE 'refused' END,
            answer = CASE r.answer WHEN 'taken' THEN 'asked' ELSE r.answer END
        FROM attempts a JOIN campaigns k ON k.id = a.campaign_id WHERE a.id = r.attempt_id
        """
    )
    op.execute("DELETE FROM recalls WHERE carrier_sid IS NULL")
    op.alter_column("recalls", "carrier_sid", nullable=False)
    op.alter_column("recalls", "cause", nullable=False)
    op.drop_constraint("pk_recalls", "recalls")
    op.create_primary_key("pk_recalls", "recalls", ["carrier_sid"])
    op.create_check_constraint(
        op.f("ck_recalls_cause"), "recalls", "cause IN ('refused', 'stopped', 'closed')"
    )
    op.create_index(op.f("ix_recalls_attempt_id"), "recalls", ["attempt_id"])
    op.add_column("attempts", sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("attempts", "closes_at")
    op.drop_index(op.f("ix_recalls_attempt_id"), "recalls")
    op.drop_constraint(op.f("ck_recalls_cause"), "recalls")
    op.drop_constraint("pk_recalls", "recalls")
    # The older table knows calls alone, and each attempt once.
    op.execute(
        """
        DELETE FROM recalls r USING attempts a
        WHERE a.id = r.attempt_id AND (a.channel <> 'call' OR a.carrier_sid IS DISTINCT FROM r.carrier_sid)
        """
    )
    op.create_primary_key("pk_recalls", "recalls", ["attempt_id"])
    op.execute("UPDATE recalls SET answer = 'taken' WHERE answer IN ('asked', 'canceled')")
    for column in ("put_back", "cause", "carrier_sid"):
        op.drop_column("recalls", column)
