"""Calls that a manager makes: asked of the gate, counted like any other contact."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_WHEN = sa.DateTime(timezone=True)
_STATUSES = (
    "status IN ('refused', 'due', 'sending', 'unconfirmed', 'ringing', 'answered', 'dialling', 'connected', "
    "'completed', 'busy', 'no_answer', 'failed', 'canceled', 'away')"
)
_OWNERS = ("work_order", "enrolment", "campaign", "customer", "user")


def upgrade() -> None:
    op.create_table(
        "manual_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(f"{owner}_id", sa.BigInteger(), nullable=False) for owner in _OWNERS),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("until", _WHEN, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", _WHEN, nullable=False),
        sa.Column("due_at", _WHEN, nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", _WHEN, nullable=True),
        sa.Column("started_at", _WHEN, nullable=True),
        sa.Column("to_number", sa.Text(), nullable=True),
        sa.Column("carrier_sid", sa.Text(), nullable=True),
        sa.Column("taken_at", _WHEN, nullable=True),
        sa.Column("connected_at", _WHEN, nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.CheckConstraint("way IN ('bridged', 'own_phone')", name=op.f("ck_manual_calls_way")),
        sa.CheckConstraint(_STATUSES, name=op.f("ck_manual_calls_status")),
        sa.CheckConstraint(
            "verdict IN ('allowed', 'deferred', 'denied')", name=op.f("ck_manual_calls_verdict")
        ),
        sa.CheckConstraint("verdict = 'allowed' OR reason IS NOT NULL", name=op.f("ck_manual_calls_reason")),
        sa.CheckConstraint(
            "status <> 'sending' OR lease_until IS NOT NULL", name=op.f("ck_manual_calls_sending_leased")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{owner}_id"], [f"{owner}s.id"], name=op.f(f"fk_manual_calls_{owner}_id")
            )
            for owner in _OWNERS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_calls")),
        sa.UniqueConstraint("carrier_sid", name=op.f("uq_manual_calls_carrier_sid")),
    )
    _indexes()


def _indexes() -> None:
    for who in ("customer", "user"):  # one call at a time
        op.create_index(
            f"uq_manual_calls_{who}_open",
            "manual_calls",
            [f"{who}_id"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_index(
        "ix_manual_calls_due", "manual_calls", ["due_at"], postgresql_where=sa.text("status = 'due'")
    )
    op.create_index(
        "ix_manual_calls_lease",
        "manual_calls",
        ["lease_until"],
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_index("ix_manual_calls_customer_taken", "manual_calls", ["customer_id", "taken_at"])
    for owner in ("work_order", "enrolment"):
        op.create_index(op.f(f"ix_manual_calls_{owner}_id"), "manual_calls", [f"{owner}_id"])


def downgrade() -> None:
    op.drop_table("manual_calls")
