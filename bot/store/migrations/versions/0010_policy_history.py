"""Which policy a campaign had when; and a change of it brings what the old one put off before the gate again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"

_KINDS = "kind IN ('end_all', 'end_unstarted', 'lengthen'"
_OPEN = "ended_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "campaign_policies",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy", JSONB(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_policies_campaign_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_campaign_policies_user_id")),
        sa.PrimaryKeyConstraint("campaign_id", "since", name=op.f("pk_campaign_policies")),
    )
    op.execute(
        "INSERT INTO campaign_policies (campaign_id, since, policy, user_id) "
        "SELECT id, created_at, policy, author_id FROM campaigns"
    )
    _replace_kinds(f"{_KINDS}, 'weigh_again')")
    _replace_open_index(f"{_OPEN} AND kind <> 'weigh_again'")
    op.create_index(
        "uq_move_effects_weigh_again",
        "move_effects",
        ["campaign_id"],
        unique=True,
        postgresql_where=sa.text(f"{_OPEN} AND kind = 'weigh_again'"),
    )


def downgrade() -> None:
    op.drop_index("uq_move_effects_weigh_again", "move_effects")
    op.execute("DELETE FROM move_effects WHERE kind = 'weigh_again'")
    _replace_open_index(_OPEN)
    _replace_kinds(f"{_KINDS})")
    op.drop_table("campaign_policies")


def _replace_kinds(condition: str) -> None:
    name = op.f("ck_move_effects_kind")
    op.drop_constraint(name, "move_effects", type_="check")
    op.create_check_constraint(name, "move_effects", condition)


def _replace_open_index(where: str) -> None:
    op.drop_index("uq_move_effects_open", "move_effects")
    op.create_index(
        "uq_move_effects_open", "move_effects", ["campaign_id"], unique=True, postgresql_where=sa.text(where)
    )
