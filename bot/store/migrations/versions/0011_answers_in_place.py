"""What was answered at once to a message: one confirmation of a refusal, help. Abandoned calls are a brake."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_CAUSES = "'carrier_errors', 'opt_outs', 'complaints', 'spam_filter', 'stale_data', 'harm', 'spend'"


def upgrade() -> None:
    op.create_table(
        "courtesies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("msisdn", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('opt_out', 'opt_in', 'help')", name=op.f("ck_courtesies_kind")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_courtesies_event_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_courtesies_customer_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courtesies")),
        sa.UniqueConstraint("event_id", name=op.f("uq_courtesies_event_id")),
    )
    op.create_index("ix_courtesies_msisdn", "courtesies", ["msisdn", "at"])
    op.create_index("ix_courtesies_customer_id", "courtesies", ["customer_id"])
    op.create_index(  # among the messages of a campaign, its few calls would be looked for long
        "ix_attempts_calls_answered",
        "attempts",
        ["campaign_id", "settled_at"],
        postgresql_where=sa.text("channel = 'call' AND status = 'completed'"),
    )
    _causes(f"{_CAUSES}, 'abandonment'")


def downgrade() -> None:
    op.execute("DELETE FROM brake_trips WHERE cause = 'abandonment'")
    _causes(_CAUSES)
    op.drop_index("ix_attempts_calls_answered", "attempts")
    op.drop_table("courtesies")


def _causes(listed: str) -> None:
    name = op.f("ck_brake_trips_cause")
    op.drop_constraint(name, "brake_trips", type_="check")
    op.create_check_constraint(name, "brake_trips", f"cause IN ({listed})")
