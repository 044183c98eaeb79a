"""Several runs for one customer: who holds the floor, what waits for it, and what flows tell other systems."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("on_conflict", sa.Text(), server_default="queue", nullable=False))
    op.create_check_constraint(
        op.f("ck_campaigns_on_conflict"), "campaigns", "on_conflict IN ('queue', 'skip', 'interrupt')"
    )
    _enrolments_hold_the_floor()
    _attempts_wait_for_it()
    op.alter_column("work_orders", "visit", existing_type=sa.Integer(), nullable=True)
    op.create_index(
        "uq_work_orders_open_beside",
        "work_orders",
        ["enrolment_id"],
        unique=True,
        postgresql_where=sa.text("visit IS NULL AND status <> 'closed'"),
    )
    _outgoing_events()


def _enrolments_hold_the_floor() -> None:
    op.add_column("enrolments", sa.Column("holds_until", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_enrolments_holds_active"), "enrolments", "holds_until IS NULL OR status = 'active'"
    )
    op.create_index(
        "ix_enrolments_holders",
        "enrolments",
        ["customer_id"],
        unique=False,
        postgresql_where=sa.text("holds_until IS NOT NULL"),
    )


def _attempts_wait_for_it() -> None:
    op.add_column("attempts", sa.Column("text", sa.Text(), server_default="sms", nullable=False))
    op.add_column(
        "attempts", sa.Column("asks", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "attempts", sa.Column("waiting", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_check_constraint(op.f("ck_attempts_text"), "attempts", "text IN ('sms', 'ask_again')")
    # Replies to what was sent before this column existed still find the run that asked.
    op.execute("UPDATE attempts SET asks = true WHERE channel = 'call' OR answer_within IS NOT NULL")


def _outgoing_events() -> None:
    op.create_table(
        "outgoing_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_outgoing_events_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_outgoing_events_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_outgoing_events_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_events")),
    )
    op.create_index(op.f("ix_outgoing_events_customer_id"), "outgoing_events", ["customer_id"], unique=False)


def downgrade() -> None:
    op.drop_table("outgoing_events")
    op.drop_index("uq_work_orders_open_beside", table_name="work_orders")
    op.execute(
        "DELETE FROM work_order_moves WHERE work_order_id IN (SELECT id FROM work_orders WHERE visit IS NULL)"
    )
    op.execute("DELETE FROM work_orders WHERE visit IS NULL")
    op.alter_column("work_orders", "visit", existing_type=sa.Integer(), nullable=False)
    op.drop_column("attempts", "waiting")
    op.drop_column("attempts", "asks")
    op.drop_column("attempts", "text")
    op.drop_column("enrolments", "holds_until")
    op.drop_column("campaigns", "on_conflict")
