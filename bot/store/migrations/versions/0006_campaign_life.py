"""The life of a campaign: checks, approval, pauses, occasions to start, and what moves do to runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

_WHEN = sa.DateTime(timezone=True)
_BEFORE = "status IN ('draft', 'running', 'paused', 'finished', 'aborted')"
_STATUSES = "status IN ('draft', 'checked', 'approved', 'scheduled', 'running', 'paused', 'draining', 'finished', 'aborted')"
_COLUMNS = (
    ("rhythm", sa.Text()),
    ("rhythm_zone", sa.Text()),
    ("next_round_at", _WHEN),
    ("again_after", sa.Interval()),
    ("series_id", sa.BigInteger()),
    ("on_event", sa.Text()),
    ("after_id", sa.BigInteger()),
    ("after_share", sa.Numeric(5, 4)),
    ("author_id", sa.BigInteger()),
    ("findings", postgresql.JSONB(none_as_null=True, astext_type=sa.Text())),
    ("checked_at", _WHEN),
    ("checked_revision", sa.Text()),
    ("approver_id", sa.BigInteger()),
    ("approved_at", _WHEN),
    ("paused_at", _WHEN),
    ("paused_from", sa.Text()),
)
_KEYS = (
    ("series_id", "campaigns"),
    ("after_id", "campaigns"),
    ("author_id", "users"),
    ("approver_id", "users"),
)
_CHECKS = (
    ("send_order", "send_order IN ('as-is', 'risk', 'value')"),
    ("one_occasion", "num_nonnulls(rhythm, on_event, after_id) <= 1"),
    ("rhythm", "(rhythm IS NULL) = (rhythm_zone IS NULL)"),
    ("after", "(after_id IS NULL) = (after_share IS NULL)"),
    ("after_share", "after_share > 0 AND after_share <= 1"),
)


def upgrade() -> None:
    for name, kind in _COLUMNS:
        op.add_column("campaigns", sa.Column(name, kind, nullable=True))
    op.add_column("campaigns", sa.Column("send_order", sa.Text(), server_default="as-is", nullable=False))
    for column, table in _KEYS:
        op.create_foreign_key(op.f(f"fk_campaigns_{column}"), "campaigns", table, [column], ["id"])
    op.create_index(
        "ix_campaigns_series", "campaigns", ["series_id"], postgresql_where=sa.text("series_id IS NOT NULL")
    )
    op.drop_constraint(op.f("ck_campaigns_status"), "campaigns", type_="check")
    op.create_check_constraint(op.f("ck_campaigns_status"), "campaigns", _STATUSES)
    for name, condition in _CHECKS:
        op.create_check_constraint(op.f(f"ck_campaigns_{name}"), "campaigns", condition)
    _move_effects()
    _trigger_calls()


def _move_effects() -> None:
    op.create_table(
        "move_effects",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", _WHEN, nullable=True),
        sa.Column("until", _WHEN, nullable=True),
        sa.Column("afterwards", sa.Text(), nullable=True),
        sa.Column("reached", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("runs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("begun_at", _WHEN, nullable=False),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.CheckConstraint(
            "kind IN ('end_all', 'end_unstarted', 'lengthen')", name=op.f("ck_move_effects_kind")
        ),
        sa.CheckConstraint(
            "(kind = 'lengthen') = (since IS NOT NULL AND until IS NOT NULL)",
            name=op.f("ck_move_effects_lengthen"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_move_effects_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_effects")),
    )
    op.create_index(
        "uq_move_effects_open",
        "move_effects",
        ["campaign_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _trigger_calls() -> None:
    op.create_table(
        "trigger_calls",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_trigger_calls_campaign_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_trigger_calls_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "event_id", name=op.f("pk_trigger_calls")),
    )


def downgrade() -> None:
    op.drop_table("trigger_calls")
    op.drop_table("move_effects")
    for name, _ in _CHECKS:
        op.drop_constraint(op.f(f"ck_campaigns_{name}"), "campaigns", type_="check")
    op.execute("UPDATE campaigns SET status = 'draft' WHERE status IN ('checked', 'approved', 'scheduled')")
    op.execute("UPDATE campaigns SET status = 'running' WHERE status = 'draining'")
    op.drop_constraint(op.f("ck_campaigns_status"), "campaigns", type_="check")
    op.create_check_constraint(op.f("ck_campaigns_status"), "campaigns", _BEFORE)
    op.drop_column("campaigns", "send_order")
    for name, _ in reversed(_COLUMNS):
        op.drop_column("campaigns", name)
