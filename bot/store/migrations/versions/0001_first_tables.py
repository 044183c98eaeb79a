"""The first tables: every noun of the path."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("key", name=op.f("uq_events_key")),
        postgresql_with={"fillfactor": 90, "autovacuum_vacuum_scale_factor": 0.05},
    )
    op.create_index("ix_events_customer", "events", ["customer_id", "received_at"], unique=False)
    op.create_index(op.f("ix_events_enrolment_id"), "events", ["enrolment_id"], unique=False)
    op.create_index(
        "ix_events_news",
        "events",
        ["customer_id"],
        unique=False,
        postgresql_where=sa.text("processed_at IS NULL"),
    )
    op.create_index(
        "ix_events_waiting", "events", ["id"], unique=False, postgresql_where=sa.text("processed_at IS NULL")
    )
    op.create_table(
        "flow_revisions",
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_flow_revisions")),
    )
    op.create_index(op.f("ix_flow_revisions_flow"), "flow_revisions", ["flow"], unique=False)
    op.create_table(
        "risk_lists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('import', 'rules', 'model', 'synth')", name=op.f("ck_risk_lists_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_lists")),
        sa.UniqueConstraint("name", name=op.f("uq_risk_lists_name")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("tiers", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("regions", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("capacity", sa.Integer(), server_default="50", nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("failed_logins", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'operator', 'manager')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_audit_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("flow_revision", sa.Text(), nullable=False),
        sa.Column("risk_list_id", sa.BigInteger(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column(
            "offer",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column(
            "policy",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("control_share", sa.Numeric(precision=5, scale=4), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="5", nullable=False),
        sa.Column("bonus_budget", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("bonus_committed", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'running', 'paused', 'finished', 'aborted')",
            name=op.f("ck_campaigns_status"),
        ),
        sa.CheckConstraint(
            "(risk_list_id IS NULL) <> (condition IS NULL)", name=op.f("ck_campaigns_one_audience")
        ),
        sa.CheckConstraint(
            "bonus_budget IS NULL OR bonus_committed <= bonus_budget", name=op.f("ck_campaigns_bonus_budget")
        ),
        sa.CheckConstraint("bonus_committed >= 0", name=op.f("ck_campaigns_bonus_not_negative")),
        sa.CheckConstraint(
            "control_share >= 0 AND control_share < 1", name=op.f("ck_campaigns_control_share")
        ),
        sa.CheckConstraint("priority BETWEEN 0 AND 9", name=op.f("ck_campaigns_priority")),
        sa.ForeignKeyConstraint(
            ["flow_revision"], ["flow_revisions.revision"], name=op.f("fk_campaigns_flow_revision")
        ),
        sa.ForeignKeyConstraint(["risk_list_id"], ["risk_lists.id"], name=op.f("fk_campaigns_risk_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("name", name=op.f("uq_campaigns_name")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("msisdn", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), server_default="zh", nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), server_default="ordinary", nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("consents", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("complaint_open", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "factors",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("snapshot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("msisdn ~ '^\\+[1-9][0-9]{6,14}$'", name=op.f("ck_customers_msisdn_e164")),
        sa.CheckConstraint("status IN ('active', 'left')", name=op.f("ck_customers_status")),
        sa.CheckConstraint("tier IN ('high', 'mid', 'ordinary')", name=op.f("ck_customers_tier")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_customers_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("external_id", name=op.f("uq_customers_external_id")),
        sa.UniqueConstraint("msisdn", name=op.f("uq_customers_msisdn")),
        postgresql_with={"fillfactor": 90},
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("map_name", sa.Text(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_taken", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.Column("risk_list_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["risk_list_id"], ["risk_lists.id"], name=op.f("fk_imports_risk_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "enrolments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("flow_revision", sa.Text(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("visit", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "state",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "arm <> 'control' OR (status = 'held_out' AND due_at IS NULL AND step IS NULL)",
            name=op.f("ck_enrolments_control_untouched"),
        ),
        sa.CheckConstraint("arm IN ('treatment', 'control')", name=op.f("ck_enrolments_arm")),
        sa.CheckConstraint(
            "status <> 'finished' OR (due_at IS NULL AND result IS NOT NULL)",
            name=op.f("ck_enrolments_finished"),
        ),
        sa.CheckConstraint("status IN ('active', 'held_out', 'finished')", name=op.f("ck_enrolments_status")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_enrolments_campaign_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_enrolments_customer_id")),
        sa.ForeignKeyConstraint(
            ["flow_revision"], ["flow_revisions.revision"], name=op.f("fk_enrolments_flow_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("campaign_id", "customer_id", name=op.f("uq_enrolments_campaign_id_customer_id")),
        postgresql_with={
            "fillfactor": 80,
            "autovacuum_vacuum_scale_factor": 0.02,
            "autovacuum_analyze_scale_factor": 0.05,
        },
    )
    op.create_index(
        "ix_enrolments_customer_active",
        "enrolments",
        ["customer_id"],
        unique=False,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(op.f("ix_enrolments_customer_id"), "enrolments", ["customer_id"], unique=False)
    op.create_index(
        "ix_enrolments_due",
        "enrolments",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "import_rejects",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_rejects_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "row_number", "column_name", name=op.f("pk_import_rejects")),
    )
    op.create_table(
        "risk_list_entries",
        sa.Column("risk_list_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_risk_list_entries_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["risk_list_id"],
            ["risk_lists.id"],
            name=op.f("fk_risk_list_entries_risk_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("risk_list_id", "customer_id", name=op.f("pk_risk_list_entries")),
    )
    op.create_table(
        "suppressions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("msisdn", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), server_default="all", nullable=False),
        sa.Column("purpose", sa.Text(), server_default="all", nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("action IN ('suppress', 'restore')", name=op.f("ck_suppressions_action")),
        sa.CheckConstraint("channel IN ('all', 'sms', 'call')", name=op.f("ck_suppressions_channel")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_suppressions_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
    )
    op.create_index("ix_suppressions_msisdn", "suppressions", ["msisdn", "id"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("try_no", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="due", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_within", sa.Interval(), nullable=True),
        sa.Column("on_denied", sa.Text(), nullable=False),
        sa.Column("sends", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("to_number", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("segments", sa.SmallInteger(), nullable=True),
        sa.Column("carrier_sid", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("voicemail", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('sms', 'call')", name=op.f("ck_attempts_channel")),
        sa.CheckConstraint("on_denied IN ('wait', 'skip', 'exit')", name=op.f("ck_attempts_on_denied")),
        sa.CheckConstraint(
            "status <> 'sending' OR lease_until IS NOT NULL", name=op.f("ck_attempts_sending_leased")
        ),
        sa.CheckConstraint(
            "status IN ('due', 'sending', 'unconfirmed', 'accepted', 'sent', 'ringing', 'in_progress', 'delivered', 'undelivered', 'completed', 'busy', 'no_answer', 'failed', 'canceled', 'denied', 'expired')",
            name=op.f("ck_attempts_status"),
        ),
        sa.CheckConstraint(
            "voicemail IN ('due', 'leaving', 'left', 'failed')", name=op.f("ck_attempts_voicemail")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_attempts_campaign_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_attempts_customer_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_attempts_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("carrier_sid", name=op.f("uq_attempts_carrier_sid")),
        sa.UniqueConstraint(
            "enrolment_id", "visit", "try_no", name=op.f("uq_attempts_enrolment_id_visit_try_no")
        ),
        postgresql_with={
            "fillfactor": 80,
            "autovacuum_vacuum_scale_factor": 0.02,
            "autovacuum_analyze_scale_factor": 0.05,
        },
    )
    op.create_index("ix_attempts_campaign_status", "attempts", ["campaign_id", "status"], unique=False)
    op.create_index("ix_attempts_customer_taken", "attempts", ["customer_id", "taken_at"], unique=False)
    op.create_index(
        "ix_attempts_due",
        "attempts",
        ["campaign_id", "channel", "due_at"],
        unique=False,
        postgresql_where=sa.text("status = 'due'"),
    )
    op.create_index(
        "ix_attempts_lease",
        "attempts",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_index(
        "ix_attempts_voicemail",
        "attempts",
        ["id"],
        unique=False,
        postgresql_where=sa.text("voicemail IN ('due', 'leaving')"),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("qualified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "evidence",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("billing_ref", sa.Text(), nullable=True),
        sa.Column("reserved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'granted' OR (granted_at IS NOT NULL AND billing_ref IS NOT NULL)",
            name=op.f("ck_grants_granted"),
        ),
        sa.CheckConstraint(
            "status IN ('accepted', 'qualified', 'due', 'crediting', 'granted', 'refused', 'reversed', 'expired')",
            name=op.f("ck_grants_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('due', 'crediting', 'granted', 'reversed') OR (accepted_at IS NOT NULL AND qualified_at IS NOT NULL AND amount > 0)",
            name=op.f("ck_grants_earned"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_grants_campaign_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_grants_customer_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_grants_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint("billing_ref", name=op.f("uq_grants_billing_ref")),
        sa.UniqueConstraint("enrolment_id", name=op.f("uq_grants_enrolment_id")),
    )
    op.create_index("ix_grants_campaign_status", "grants", ["campaign_id", "status"], unique=False)
    op.create_index(op.f("ix_grants_customer_id"), "grants", ["customer_id"], unique=False)
    op.create_index(
        "ix_grants_due",
        "grants",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('due', 'crediting')"),
    )
    op.create_table(
        "work_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'closed') = (disposition IS NOT NULL AND closed_at IS NOT NULL)",
            name=op.f("ck_work_orders_closed"),
        ),
        sa.CheckConstraint(
            "disposition IN ('saved', 'recharged', 'call_back', 'not_reached', 'refused', 'do_not_contact')",
            name=op.f("ck_work_orders_disposition"),
        ),
        sa.CheckConstraint("status IN ('open', 'in_progress', 'closed')", name=op.f("ck_work_orders_status")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_work_orders_campaign_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_work_orders_customer_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_work_orders_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_work_orders_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_orders")),
        sa.UniqueConstraint("enrolment_id", "visit", name=op.f("uq_work_orders_enrolment_id_visit")),
    )
    op.create_index(op.f("ix_work_orders_campaign_id"), "work_orders", ["campaign_id"], unique=False)
    op.create_index(
        "ix_work_orders_customer_open",
        "work_orders",
        ["customer_id"],
        unique=False,
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_index(
        "ix_work_orders_open",
        "work_orders",
        ["owner_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(verdict = 'deferred') = (until IS NOT NULL)", name=op.f("ck_decisions_deferred_until")
        ),
        sa.CheckConstraint("verdict = 'allowed' OR reason IS NOT NULL", name=op.f("ck_decisions_reason")),
        sa.CheckConstraint("verdict IN ('allowed', 'deferred', 'denied')", name=op.f("ck_decisions_verdict")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_decisions_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_attempt_id"), "decisions", ["attempt_id"], unique=False)
    op.create_table(
        "work_order_moves",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("work_order_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_work_order_moves_user_id")),
        sa.ForeignKeyConstraint(
            ["work_order_id"], ["work_orders.id"], name=op.f("fk_work_order_moves_work_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order_moves")),
    )
    op.create_index(
        op.f("ix_work_order_moves_work_order_id"), "work_order_moves", ["work_order_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_work_order_moves_work_order_id"), table_name="work_order_moves")
    op.drop_table("work_order_moves")
    op.drop_index(op.f("ix_decisions_attempt_id"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(
        "ix_work_orders_open", table_name="work_orders", postgresql_where=sa.text("status <> 'closed'")
    )
    op.drop_index(
        "ix_work_orders_customer_open",
        table_name="work_orders",
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.drop_index(op.f("ix_work_orders_campaign_id"), table_name="work_orders")
    op.drop_table("work_orders")
    op.drop_index(
        "ix_grants_due", table_name="grants", postgresql_where=sa.text("status IN ('due', 'crediting')")
    )
    op.drop_index(op.f("ix_grants_customer_id"), table_name="grants")
    op.drop_index("ix_grants_campaign_status", table_name="grants")
    op.drop_table("grants")
    op.drop_index(
        "ix_attempts_voicemail",
        table_name="attempts",
        postgresql_where=sa.text("voicemail IN ('due', 'leaving')"),
    )
    op.drop_index(
        "ix_attempts_lease", table_name="attempts", postgresql_where=sa.text("lease_until IS NOT NULL")
    )
    op.drop_index("ix_attempts_due", table_name="attempts", postgresql_where=sa.text("status = 'due'"))
    op.drop_index("ix_attempts_customer_taken", table_name="attempts")
    op.drop_index("ix_attempts_campaign_status", table_name="attempts")
    op.drop_table("attempts")
    op.drop_index("ix_suppressions_msisdn", table_name="suppressions")
    op.drop_table("suppressions")
    op.drop_table("risk_list_entries")
    op.drop_table("import_rejects")
    op.drop_index(
        "ix_enrolments_due", table_name="enrolments", postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.drop_index(op.f("ix_enrolments_customer_id"), table_name="enrolments")
    op.drop_index(
        "ix_enrolments_customer_active",
        table_name="enrolments",
        postgresql_where=sa.text("status = 'active'"),
    )
    op.drop_table("enrolments")
    op.drop_table("imports")
    op.drop_table("customers")
    op.drop_table("campaigns")
    op.drop_table("audit")
    op.drop_table("users")
    op.drop_table("risk_lists")
    op.drop_index(op.f("ix_flow_revisions_flow"), table_name="flow_revisions")
    op.drop_table("flow_revisions")
    op.drop_index("ix_events_waiting", table_name="events", postgresql_where=sa.text("processed_at IS NULL"))
    op.drop_index("ix_events_news", table_name="events", postgresql_where=sa.text("processed_at IS NULL"))
    op.drop_index(op.f("ix_events_enrolment_id"), table_name="events")
    op.drop_index("ix_events_customer", table_name="events")
    op.drop_table("events")
