"""What campaigns spend and may spend; brakes that stop them, and notices about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

_WHEN = sa.DateTime(timezone=True)
_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_HOT = {
    "postgresql_with": {
        "fillfactor": 80,
        "autovacuum_vacuum_scale_factor": 0.02,
        "autovacuum_analyze_scale_factor": 0.05,
    }
}
_CAUSES = (
    "cause IN ('carrier_errors', 'opt_outs', 'complaints', 'spam_filter', 'stale_data', 'harm', 'spend')"
)


def upgrade() -> None:
    _spend()
    _brakes()
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("details", _JSON, nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_notices_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
    )
    op.create_index("ix_notices_campaign_id", "notices", ["campaign_id", "id"])
    op.create_index(
        "ix_attempts_settled",
        "attempts",
        ["campaign_id", "settled_at"],
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )


def _spend() -> None:
    op.create_table(
        "spend_accounts",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_amounts(""),
        *_amounts("day_"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_spend_accounts_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_spend_accounts")),
        **_HOT,
    )
    op.create_table(
        "spend_lines",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("post", sa.SmallInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("price", sa.Numeric(12, 6), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_spend_lines_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "post", name=op.f("pk_spend_lines")),
        **_HOT,
    )
    op.create_index("ix_spend_lines_campaign_id", "spend_lines", ["campaign_id"])
    op.create_table(
        "campaign_spend",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sms", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        *_amounts(""),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_spend_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "day", name=op.f("pk_campaign_spend")),
    )


def _amounts(prefix: str) -> list[sa.Column[object]]:
    return [
        sa.Column(f"{prefix}segments", sa.BigInteger(), nullable=False),
        sa.Column(f"{prefix}minutes", sa.BigInteger(), nullable=False),
        sa.Column(f"{prefix}money", sa.Numeric(18, 6), nullable=False),
    ]


def _brakes() -> None:
    op.create_table(
        "brake_trips",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("details", _JSON, nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("carried_out_at", _WHEN, nullable=True),
        sa.Column("lifted_at", _WHEN, nullable=True),
        sa.CheckConstraint(_CAUSES, name=op.f("ck_brake_trips_cause")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_brake_trips_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brake_trips")),
    )
    op.create_index(
        "uq_brake_trips_open",
        "brake_trips",
        ["campaign_id", "cause"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_index("ix_brake_trips_lifted", "brake_trips", ["campaign_id", "cause", "lifted_at"])
    op.create_table(
        "brake_looks",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", _WHEN, nullable=False),
        sa.Column("compared_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_brake_looks_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_brake_looks")),
    )


def downgrade() -> None:
    op.drop_index("ix_attempts_settled", table_name="attempts")
    for table in ("notices", "brake_looks", "brake_trips", "campaign_spend", "spend_lines", "spend_accounts"):
        op.drop_table(table)
