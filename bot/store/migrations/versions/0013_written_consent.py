"""Consent to a machine-made voice, in writing: a third kind beside SMS and calls."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    _channels("channel IN ('sms', 'call', 'voice')")


def downgrade() -> None:
    # The older program knows no such consent and asks for none: its lines say nothing to it.
    op.execute("DELETE FROM consents WHERE channel = 'voice'")
    op.execute("UPDATE customers SET consents = array_remove(consents, 'voice:marketing')"
               " WHERE 'voice:marketing' = ANY(consents)")  # fmt: skip
    _channels("channel IN ('sms', 'call')")


def _channels(condition: str) -> None:
    op.drop_constraint(op.f("ck_consents_channel"), "consents", type_="check")
    op.create_check_constraint(op.f("ck_consents_channel"), "consents", condition)
