"""A campaign whose stored policy cannot be read is stopped by a brake of its own."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"

_CAUSES = (
    "'carrier_errors', 'opt_outs', 'complaints', 'spam_filter', 'stale_data', 'harm', 'spend', 'abandonment'"
)


def upgrade() -> None:
    _causes(f"{_CAUSES}, 'unreadable'")
    op.create_check_constraint(op.f("ck_campaigns_policy"), "campaigns", "jsonb_typeof(policy) = 'object'")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_campaigns_policy"), "campaigns", type_="check")
    op.execute("DELETE FROM brake_trips WHERE cause = 'unreadable'")
    _causes(_CAUSES)


def _causes(listed: str) -> None:
    name = op.f("ck_brake_trips_cause")
    op.drop_constraint(name, "brake_trips", type_="check")
    op.create_check_constraint(name, "brake_trips", f"cause IN ({listed})")
