"""Calls that a manager makes: asked of the gate, counted like any other contact."""

from __future__ import annotations

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
