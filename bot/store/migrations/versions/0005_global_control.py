"""The global control group: its settings over time, and whom it held out of a campaign until when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "global_controls",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("share", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("share >= 0 AND share <= 0.5", name=op.f("ck_global_controls_share")),
        sa.CheckConstraint(
            "period IN ('month', 'quarter', 'half_year', 'year')", name=op.f("ck_global_controls_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_global_controls")),
    )
    op.create_index(
        op.f("ix_global_controls_in_force_from"), "global_controls", ["in_force_from"], unique=False
    )
    op.add_column("enrolments", sa.Column("global_control_until", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_enrolments_global_control"),
        "enrolments",
        "global_control_until IS NULL OR arm = 'control'",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_enrolments_global_control"), "enrolments", type_="check")
    op.drop_column("enrolments", "global_control_until")
    op.drop_table("global_controls")
