"""What persons have refused of late is found without reading the lists, and by the number that a contact went to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_BY_KIND = {"ix_suppressions_said": "list_id IS NULL", "ix_suppressions_listed": "list_id IS NOT NULL"}


def upgrade() -> None:
    for name, which in _BY_KIND.items():
        op.create_index(name, "suppressions", ["at"], postgresql_where=sa.text(which))
    op.drop_index("ix_suppressions_at", "suppressions")
    op.create_index(
        "ix_attempts_held_number",
        "attempts",
        ["to_number"],
        postgresql_where=sa.text("status IN ('accepted', 'ringing')"),
    )


def downgrade() -> None:
    op.drop_index("ix_attempts_held_number", "attempts")
    op.create_index("ix_suppressions_at", "suppressions", ["at"])
    for name in _BY_KIND:
        op.drop_index(name, "suppressions")
