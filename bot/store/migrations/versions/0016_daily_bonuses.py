"""Bonuses count in what a campaign may spend, and in each of its days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_MONEY = sa.Numeric(18, 6)


def upgrade() -> None:
    for table, column in (
        ("spend_accounts", "bonuses"),
        ("spend_accounts", "day_bonuses"),
        ("campaign_spend", "bonuses"),
    ):
        op.add_column(table, sa.Column(column, _MONEY, server_default="0", nullable=False))
    op.add_column("grants", sa.Column("counted_on", sa.Date(), nullable=True))
    op.execute(
        "UPDATE spend_accounts s SET bonuses = k.bonus_committed, money = s.money + k.bonus_committed "
        "FROM campaigns k WHERE k.id = s.campaign_id"
    )


def downgrade() -> None:
    op.execute("UPDATE spend_accounts SET money = money - bonuses, day_money = day_money - day_bonuses")
    op.execute("UPDATE campaign_spend SET money = money - bonuses")
    op.drop_column("grants", "counted_on")
    op.drop_column("campaign_spend", "bonuses")
    op.drop_column("spend_accounts", "day_bonuses")
    op.drop_column("spend_accounts", "bonuses")
