"""Supervisors, who may settle what the gate holds back; and who has read which notice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_BEFORE = "role IN ('admin', 'operator', 'manager')"
_ROLES = "role IN ('admin', 'operator', 'supervisor', 'manager')"


def upgrade() -> None:
    _roles(_ROLES)
    op.add_column("notices", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("reader_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_notices_reader_id"), "notices", "users", ["reader_id"], ["id"])
    op.create_index("ix_notices_unread", "notices", ["id"], postgresql_where=sa.text("read_at IS NULL"))


def downgrade() -> None:
    op.drop_index("ix_notices_unread", table_name="notices")
    op.drop_column("notices", "reader_id")
    op.drop_column("notices", "read_at")
    # The older program knows no such role: whoever had it may not log in until somebody decides.
    op.execute("UPDATE users SET role = 'manager', active = false WHERE role = 'supervisor'")
    _roles(_BEFORE)


def _roles(condition: str) -> None:
    op.drop_constraint(op.f("ck_users_role"), "users", type_="check")
    op.create_check_constraint(op.f("ck_users_role"), "users", condition)
