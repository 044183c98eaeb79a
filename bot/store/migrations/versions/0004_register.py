"""The register of refusals: topics, lists, patterns, seals; consents line by line; named lists of customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_WHEN = sa.DateTime(timezone=True)
_CHANNEL = "channel IN ('all', 'sms', 'call')"


def upgrade() -> None:
    _do_not_call()
    _suppressions()
    _patterns()
    _consents()
    _marks()
    _recalls()


def _do_not_call() -> None:
    op.create_table(
        "do_not_call_lists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.CheckConstraint(_CHANNEL, name=op.f("ck_do_not_call_lists_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_do_not_call_lists")),
        sa.UniqueConstraint("name", name=op.f("uq_do_not_call_lists_name")),
    )
    op.create_table(
        "do_not_call_imports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("replacing", sa.Boolean(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["do_not_call_lists.id"], name=op.f("fk_do_not_call_imports_list_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_do_not_call_imports_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_do_not_call_imports")),
    )
    op.create_index(op.f("ix_do_not_call_imports_list_id"), "do_not_call_imports", ["list_id"])


def _suppressions() -> None:
    op.add_column("suppressions", sa.Column("topic", sa.Text(), server_default="all", nullable=False))
    op.add_column("suppressions", sa.Column("list_id", sa.BigInteger(), nullable=True))
    op.add_column("suppressions", sa.Column("user_id", sa.BigInteger(), nullable=True))
    op.drop_constraint(op.f("fk_suppressions_customer_id"), "suppressions", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_suppressions_customer_id"),
        "suppressions",
        "customers",
        ["customer_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_check_constraint(
        op.f("ck_suppressions_restored_by"),
        "suppressions",
        "action = 'suppress' OR source IN ('sms_reply', 'manager_restore', 'api', 'list', 'number_changed')",
    )
    op.create_check_constraint(
        op.f("ck_suppressions_evidence"),
        "suppressions",
        "source NOT IN ('manager_restore', 'api') OR evidence IS NOT NULL",
    )
    op.create_check_constraint(
        op.f("ck_suppressions_list"), "suppressions", "(source = 'list') = (list_id IS NOT NULL)"
    )
    op.create_index(
        "ix_suppressions_customer",
        "suppressions",
        ["customer_id", "id"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(
        "ix_suppressions_sealed", "suppressions", ["msisdn"], postgresql_where=sa.text("msisdn LIKE '#%'")
    )
    op.create_index(
        "uq_suppressions_api",
        "suppressions",
        ["evidence"],
        unique=True,
        postgresql_where=sa.text("source = 'api'"),
    )


def _patterns() -> None:
    op.create_table(
        "suppression_patterns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), server_default="all", nullable=False),
        sa.Column("purpose", sa.Text(), server_default="all", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.CheckConstraint(r"prefix ~ '^\+[1-9][0-9]{1,13}$'", name=op.f("ck_suppression_patterns_prefix")),
        sa.CheckConstraint(_CHANNEL, name=op.f("ck_suppression_patterns_channel")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_suppression_patterns_user_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_suppression_patterns_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression_patterns")),
    )
    op.create_index(
        "uq_suppression_patterns_open",
        "suppression_patterns",
        ["prefix", "channel", "purpose"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), server_default="all", nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", _WHEN, nullable=False),
        sa.CheckConstraint("action IN ('give', 'withdraw')", name=op.f("ck_consents_action")),
        sa.CheckConstraint("channel IN ('sms', 'call')", name=op.f("ck_consents_channel")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_consents_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_consents_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_customer", "consents", ["customer_id", "id"])


def _marks() -> None:
    op.create_table(
        "customer_marks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("since", _WHEN, nullable=False),
        sa.Column("until", _WHEN, nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_customer_marks_until")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_marks_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_marks")),
    )
    op.create_index("ix_customer_marks_customer", "customer_marks", ["customer_id", "mark"])
    op.create_index(
        "uq_customer_marks_open",
        "customer_marks",
        ["customer_id", "mark", "source"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )


def _recalls() -> None:
    op.create_table(
        "recalls",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", _WHEN, nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_recalls_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_recalls")),
    )


def downgrade() -> None:
    for table in ("recalls", "customer_marks", "consents", "suppression_patterns"):
        op.drop_table(table)
    # Older code would take them for the customer's own word; without them it refuses too much, never too little.
    op.execute("DELETE FROM suppressions WHERE action = 'restore' AND source IN ('list', 'number_changed')")
    op.drop_index("uq_suppressions_api", "suppressions")
    op.drop_index("ix_suppressions_sealed", "suppressions")
    op.drop_index("ix_suppressions_customer", "suppressions")
    for name in ("restored_by", "evidence", "list"):
        op.drop_constraint(op.f(f"ck_suppressions_{name}"), "suppressions", type_="check")
    op.drop_constraint(op.f("fk_suppressions_customer_id"), "suppressions", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_suppressions_customer_id"), "suppressions", "customers", ["customer_id"], ["id"]
    )
    for column in ("user_id", "list_id", "topic"):
        op.drop_column("suppressions", column)
    op.drop_table("do_not_call_imports")
    op.drop_table("do_not_call_lists")
