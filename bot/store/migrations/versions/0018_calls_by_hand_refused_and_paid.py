"""Calls by hand: taken back when the customer refuses, and paid for by their campaign; what was said lately is found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_BEFORE = (
    "status IN ('refused', 'due', 'sending', 'unconfirmed', 'ringing', 'answered', 'dialling', 'connected', "
    "'completed', 'busy', 'no_answer', 'failed', 'canceled', 'away'"
)


def upgrade() -> None:
    _statuses(f"{_BEFORE}, 'taken_back')")
    op.add_column("manual_calls", sa.Column("customer_sid", sa.Text(), nullable=True))
    op.add_column("manual_calls", sa.Column("manager_s", sa.Integer(), nullable=True))
    _recalls()
    _lines()
    op.create_index("ix_suppressions_at", "suppressions", ["at"])
    op.add_column(
        "campaign_spend", sa.Column("hand_minutes", sa.BigInteger(), server_default="0", nullable=False)
    )


def _recalls() -> None:
    op.alter_column("recalls", "attempt_id", nullable=True)
    op.add_column("recalls", sa.Column("manual_call_id", sa.Uuid(), nullable=True))
    op.add_column("recalls", sa.Column("reason", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_recalls_manual_call_id"), "recalls", "manual_calls", ["manual_call_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_recalls_of_one"), "recalls", "(attempt_id IS NULL) <> (manual_call_id IS NULL)"
    )
    op.create_index(
        "ix_recalls_by_hand",
        "recalls",
        ["manual_call_id"],
        postgresql_where=sa.text("manual_call_id IS NOT NULL"),
    )


def _lines() -> None:
    op.create_table(
        "manual_call_lines",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("price", sa.Numeric(12, 6), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=True),
        sa.Column("settled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("leg IN ('manager', 'customer')", name=op.f("ck_manual_call_lines_leg")),
        sa.ForeignKeyConstraint(["call_id"], ["manual_calls.id"], name=op.f("fk_manual_call_lines_call_id")),
        sa.PrimaryKeyConstraint("call_id", "leg", name=op.f("pk_manual_call_lines")),
    )
    op.create_index(op.f("ix_manual_call_lines_campaign_id"), "manual_call_lines", ["campaign_id"])
    op.create_index(
        "ix_manual_call_lines_unsettled",
        "manual_call_lines",
        ["campaign_id"],
        postgresql_where=sa.text("NOT settled"),
    )


def downgrade() -> None:
    op.drop_index("ix_suppressions_at", "suppressions")
    op.drop_column("campaign_spend", "hand_minutes")
    op.drop_table("manual_call_lines")
    op.execute("DELETE FROM recalls WHERE attempt_id IS NULL")
    op.drop_index("ix_recalls_by_hand", "recalls")
    op.drop_constraint(op.f("ck_recalls_of_one"), "recalls", type_="check")
    op.drop_column("recalls", "reason")
    op.drop_column("recalls", "manual_call_id")
    op.alter_column("recalls", "attempt_id", nullable=False)
    op.drop_column("manual_calls", "manager_s")
    op.drop_column("manual_calls", "customer_sid")
    op.execute("UPDATE manual_calls SET status = 'canceled' WHERE status = 'taken_back'")
    _statuses(f"{_BEFORE})")


def _statuses(check: str) -> None:
    name = op.f("ck_manual_calls_status")
    op.drop_constraint(name, "manual_calls", type_="check")
    op.create_check_constraint(name, "manual_calls", check)
