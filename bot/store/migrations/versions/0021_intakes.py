"""An audience comes into its campaign in chunks: first listed in the order of sending, then enrolled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

_WHEN = sa.DateTime(timezone=True)
_PLACE = postgresql.ARRAY(sa.Double())
_COUNTED = ("found", "listed", "treatment", "control", "global_control")


def upgrade() -> None:
    op.create_table(
        "intakes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("phase", sa.Text(), server_default="listing", nullable=False),
        sa.Column("place", _PLACE, server_default="{}", nullable=False),
        sa.Column("reached", sa.BigInteger(), server_default="0", nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in _COUNTED),
        sa.Column("begun_at", _WHEN, nullable=False),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.CheckConstraint(
            "phase IN ('listing', 'enrolling', 'clearing', 'over')", name=op.f("ck_intakes_phase")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_intakes_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intakes")),
    )
    op.create_index(
        "uq_intakes_open",
        "intakes",
        ["campaign_id"],
        unique=True,
        postgresql_where=sa.text("phase IN ('listing', 'enrolling')"),
    )
    op.create_index("ix_intakes_left", "intakes", ["id"], postgresql_where=sa.text("phase <> 'over'"))
    op.create_index(op.f("ix_intakes_campaign_id"), "intakes", ["campaign_id"])
    op.create_table(
        "intake_people",
        sa.Column("intake_id", sa.BigInteger(), nullable=False),
        sa.Column("place", _PLACE, nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("intake_id", "place", "customer_id", name=op.f("pk_intake_people")),
    )


def downgrade() -> None:
    op.drop_table("intake_people")
    op.drop_table("intakes")
