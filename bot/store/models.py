"""Every table of Keepline. Statuses are held by CHECK, uniqueness by UNIQUE, due work by partial indexes."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.domain.attempts import AttemptStatus, Channel
from bot.domain.campaigns import Arm, CampaignStatus, EnrolmentStatus
from bot.domain.grants import GrantStatus
from bot.domain.work_orders import Disposition, WorkOrderStatus

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: Hot rows change status several times a minute: leave room on the page and vacuum early.
HOT = {
    "postgresql_with": {
        "fillfactor": 80,
        "autovacuum_vacuum_scale_factor": 0.02,
        "autovacuum_analyze_scale_factor": 0.05,
    }
}


class Row(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declarative idiom
        datetime: DateTime(timezone=True),
        str: Text(),
        dict[str, Any]: JSONB(none_as_null=True),
        list[str]: ARRAY(Text()),
        Decimal: Numeric(14, 2),
    }


def one_of(column: str, kinds: type[StrEnum], name: str | None = None) -> CheckConstraint:
    listed = ", ".join(f"'{kind.value}'" for kind in kinds)
    return CheckConstraint(f"{column} IN ({listed})", name=name or column)


def surrogate() -> Any:
    return mapped_column(BigInteger, Identity(), primary_key=True)


class CustomerRow(Row):
    """A subscriber. `factors` is open-ended; what the gate and the report ask for has its own column.

    `consents` lists `channel:purpose` pairs (`sms:marketing`); refusals live in `suppressions` and outweigh it.
    """

    __tablename__ = "customers"
    __table_args__ = (
        CheckConstraint(r"msisdn ~ '^\+[1-9][0-9]{6,14}$'", name="msisdn_e164"),
        CheckConstraint("tier IN ('high', 'mid', 'ordinary')", name="tier"),
        CheckConstraint("status IN ('active', 'left')", name="status"),
        {"postgresql_with": {"fillfactor": 90}},
    )

    id: Mapped[int] = surrogate()
    external_id: Mapped[str] = mapped_column(unique=True)
    msisdn: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    language: Mapped[str] = mapped_column(server_default="zh")
    time_zone: Mapped[str | None]
    region: Mapped[str | None]
    tier: Mapped[str] = mapped_column(server_default="ordinary")
    status: Mapped[str] = mapped_column(server_default="active")
    consents: Mapped[list[str]] = mapped_column(server_default="{}")
    complaint_open: Mapped[bool] = mapped_column(server_default=text("false"))
    factors: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    snapshot_at: Mapped[datetime]
    created_at: Mapped[datetime]


class UserRow(Row):
    """A person who logs in: operator, manager of customers, or administrator."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('admin', 'operator', 'manager')", name="role"),)

    id: Mapped[int] = surrogate()
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="en")
    tiers: Mapped[list[str]] = mapped_column(server_default="{}")  # tiers whose work orders the manager takes
    regions: Mapped[list[str]] = mapped_column(server_default="{}")  # empty: any region
    capacity: Mapped[int] = mapped_column(server_default="50")  # open work orders at most
    phone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    failed_logins: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ImportRow(Row):
    """One import of a file, with what became of its rows."""

    __tablename__ = "imports"

    id: Mapped[int] = surrogate()
    file_name: Mapped[str]
    file_sha256: Mapped[str]
    map_name: Mapped[str]
    rows_read: Mapped[int]
    rows_taken: Mapped[int]
    rows_rejected: Mapped[int]
    risk_list_id: Mapped[int | None] = mapped_column(ForeignKey("risk_lists.id"))
    at: Mapped[datetime]


class ImportRejectRow(Row):
    __tablename__ = "import_rejects"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    row_number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    column_name: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]


class RiskListRow(Row):
    __tablename__ = "risk_lists"
    __table_args__ = (CheckConstraint("source IN ('import', 'rules', 'model', 'synth')", name="source"),)

    id: Mapped[int] = surrogate()
    name: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    created_at: Mapped[datetime]


class RiskListEntryRow(Row):
    __tablename__ = "risk_list_entries"

    risk_list_id: Mapped[int] = mapped_column(
        ForeignKey("risk_lists.id", ondelete="CASCADE"), primary_key=True
    )
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    cause: Mapped[str]
    score: Mapped[float | None]


class FlowRevisionRow(Row):
    """A flow's text at one moment; `revision` is its content hash. Never changed, never deleted."""

    __tablename__ = "flow_revisions"

    revision: Mapped[str] = mapped_column(primary_key=True)
    flow: Mapped[str] = mapped_column(index=True)
    source: Mapped[str]
    parts: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}"
    )  # texts of the flows inside it, by name
    published_at: Mapped[datetime]


class DrainRow(Row):
    """A campaign whose new runs are held until `held_until`, or until those on older revisions are over."""

    __tablename__ = "drains"
    __table_args__ = (
        Index("uq_drains_open", "campaign_id", unique=True, postgresql_where=text("drained_at IS NULL")),
    )

    id: Mapped[int] = surrogate()
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    held_until: Mapped[datetime]
    begun_at: Mapped[datetime]
    drained_at: Mapped[datetime | None]


class CampaignRow(Row):
    __tablename__ = "campaigns"
    __table_args__ = (
        one_of("status", CampaignStatus),
        CheckConstraint("control_share >= 0 AND control_share < 1", name="control_share"),
        CheckConstraint("(risk_list_id IS NULL) <> (condition IS NULL)", name="one_audience"),
        CheckConstraint("bonus_committed >= 0", name="bonus_not_negative"),
        CheckConstraint("bonus_budget IS NULL OR bonus_committed <= bonus_budget", name="bonus_budget"),
        CheckConstraint("priority BETWEEN 0 AND 9", name="priority"),
        CheckConstraint("on_conflict IN ('queue', 'skip', 'interrupt')", name="on_conflict"),
    )

    id: Mapped[int] = surrogate()
    name: Mapped[str] = mapped_column(unique=True)
    flow_revision: Mapped[str] = mapped_column(ForeignKey("flow_revisions.revision"))
    risk_list_id: Mapped[int | None] = mapped_column(ForeignKey("risk_lists.id"))
    condition: Mapped[str | None]
    offer: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    policy: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    status: Mapped[str] = mapped_column(server_default=CampaignStatus.DRAFT.value)
    control_share: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    salt: Mapped[str]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="5")  # the higher is served first
    on_conflict: Mapped[str] = mapped_column(server_default="queue")
    bonus_budget: Mapped[Decimal | None]
    bonus_committed: Mapped[Decimal] = mapped_column(server_default="0")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class EnrolmentRow(Row):
    """One customer in one campaign. `due_at` is the next moment the flow wants to be woken, if any.

    Until `holds_until` the run awaits this customer's answer to its message: it holds the floor.
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("campaign_id", "customer_id"),
        one_of("arm", Arm),
        one_of("status", EnrolmentStatus),
        CheckConstraint(
            "arm <> 'control' OR (status = 'held_out' AND due_at IS NULL AND step IS NULL)",
            name="control_untouched",
        ),
        CheckConstraint("status <> 'finished' OR (due_at IS NULL AND result IS NOT NULL)", name="finished"),
        CheckConstraint("holds_until IS NULL OR status = 'active'", name="holds_active"),
        Index("ix_enrolments_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_enrolments_customer_active", "customer_id", postgresql_where=text("status = 'active'")),
        Index("ix_enrolments_holders", "customer_id", postgresql_where=text("holds_until IS NOT NULL")),
        HOT,
    )

    id: Mapped[int] = surrogate()
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    flow_revision: Mapped[str] = mapped_column(ForeignKey("flow_revisions.revision"))
    arm: Mapped[str]
    status: Mapped[str]
    step: Mapped[str | None]
    visit: Mapped[int] = mapped_column(server_default="0")
    state: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    due_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    holds_until: Mapped[datetime | None]
    result: Mapped[str | None]
    enrolled_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class AttemptRow(Row):
    """One SMS or call that we mean to make. The id exists before anything is sent."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "visit", "try_no"),
        one_of("channel", Channel),
        one_of("status", AttemptStatus),
        CheckConstraint("on_denied IN ('wait', 'skip', 'exit')", name="on_denied"),
        CheckConstraint("text IN ('sms', 'ask_again')", name="text"),
        CheckConstraint("status <> 'sending' OR lease_until IS NOT NULL", name="sending_leased"),
        Index("ix_attempts_due", "campaign_id", "channel", "due_at", postgresql_where=text("status = 'due'")),
        Index("ix_attempts_lease", "lease_until", postgresql_where=text("lease_until IS NOT NULL")),
        Index("ix_attempts_voicemail", "id", postgresql_where=text("voicemail IN ('due', 'leaving')")),
        Index("ix_attempts_customer_taken", "customer_id", "taken_at"),
        Index("ix_attempts_campaign_status", "campaign_id", "status"),
        CheckConstraint("voicemail IN ('due', 'leaving', 'left', 'failed')", name="voicemail"),
        HOT,
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    channel: Mapped[str]
    purpose: Mapped[str]
    step: Mapped[str]
    visit: Mapped[int]
    try_no: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str] = mapped_column(server_default=AttemptStatus.DUE.value)
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answer_within: Mapped[timedelta | None]
    on_denied: Mapped[str]
    asks: Mapped[bool] = mapped_column(server_default=text("false"))  # it awaits the customer's answer
    waiting: Mapped[bool] = mapped_column(server_default=text("false"))  # put off for another run's answer
    text: Mapped[str] = mapped_column(server_default="sms")  # which of the step's texts an SMS carries
    sends: Mapped[int] = mapped_column(
        SmallInteger, server_default="0"
    )  # POSTs made, by proven absence or 429
    fence: Mapped[int] = mapped_column(server_default="0")
    # Sending: the worker's lease. Later: when to ask the carrier, should it stay silent. Settled: none.
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]  # when the POST of the current lease was about to be made
    to_number: Mapped[str | None]
    sender: Mapped[str | None]
    body: Mapped[str | None]
    language: Mapped[str | None]
    segments: Mapped[int | None] = mapped_column(SmallInteger)
    carrier_sid: Mapped[str | None] = mapped_column(unique=True)
    taken_at: Mapped[
        datetime | None
    ]  # set by the claim, cleared where the carrier took nothing; caps count it
    settled_at: Mapped[datetime | None]
    error_code: Mapped[str | None]
    answered_by: Mapped[str | None]
    duration_s: Mapped[int | None]
    voicemail: Mapped[str | None]
    reason: Mapped[str | None]  # why it was denied, expired or cancelled
    created_at: Mapped[datetime]


class DecisionRow(Row):
    """What the contact gate said, each time it was asked."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("verdict IN ('allowed', 'deferred', 'denied')", name="verdict"),
        CheckConstraint("(verdict = 'deferred') = (until IS NOT NULL)", name="deferred_until"),
        CheckConstraint("verdict = 'allowed' OR reason IS NOT NULL", name="reason"),
    )

    id: Mapped[int] = surrogate()
    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attempts.id"), index=True)
    verdict: Mapped[str]
    reason: Mapped[str | None]
    until: Mapped[datetime | None]
    at: Mapped[datetime]


class EventRow(Row):
    """Something a carrier, billing, a person or a later stage told us; stored raw, once, under `key`."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_waiting", "id", postgresql_where=text("processed_at IS NULL")),
        Index("ix_events_news", "customer_id", postgresql_where=text("processed_at IS NULL")),
        Index("ix_events_customer", "customer_id", "received_at"),
        {"postgresql_with": {"fillfactor": 90, "autovacuum_vacuum_scale_factor": 0.05}},
    )

    id: Mapped[int] = surrogate()
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    attempt_id: Mapped[uuid.UUID | None]
    enrolment_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # applied, ignored:<why>, unmatched
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # that ended in an error of ours
    retry_at: Mapped[datetime | None]


class GrantRow(Row):
    """The offer to one enrolment and what was credited for it; its id is billing's idempotency key."""

    __tablename__ = "grants"
    __table_args__ = (
        one_of("status", GrantStatus),
        CheckConstraint(
            "status NOT IN ('due', 'crediting', 'granted', 'reversed') "
            "OR (accepted_at IS NOT NULL AND qualified_at IS NOT NULL AND amount > 0)",
            name="earned",
        ),
        CheckConstraint(
            "status <> 'granted' OR (granted_at IS NOT NULL AND billing_ref IS NOT NULL)", name="granted"
        ),
        Index("ix_grants_due", "due_at", postgresql_where=text("status IN ('due', 'crediting')")),
        Index("ix_grants_campaign_status", "campaign_id", "status"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    status: Mapped[str]
    amount: Mapped[Decimal | None]
    accepted_at: Mapped[datetime | None]
    qualified_at: Mapped[datetime | None]
    granted_at: Mapped[datetime | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    billing_ref: Mapped[str | None] = mapped_column(unique=True)
    reserved: Mapped[bool] = mapped_column(
        server_default=text("false")
    )  # counted in campaigns.bonus_committed
    due_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    fence: Mapped[int] = mapped_column(server_default="0")
    lease_until: Mapped[datetime | None]
    reason: Mapped[str | None]
    created_at: Mapped[datetime]


class WorkOrderRow(Row):
    """`visit` is the flow's that opened it; one opened beside the flow (for a late reply) has none."""

    __tablename__ = "work_orders"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "visit"),
        one_of("status", WorkOrderStatus),
        one_of("disposition", Disposition),
        CheckConstraint(
            "(status = 'closed') = (disposition IS NOT NULL AND closed_at IS NOT NULL)", name="closed"
        ),
        Index("ix_work_orders_open", "owner_id", "due_at", postgresql_where=text("status <> 'closed'")),
        Index("ix_work_orders_customer_open", "customer_id", postgresql_where=text("status <> 'closed'")),
        Index(
            "uq_work_orders_open_beside",
            "enrolment_id",
            unique=True,
            postgresql_where=text("visit IS NULL AND status <> 'closed'"),
        ),
    )

    id: Mapped[int] = surrogate()
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    visit: Mapped[int | None]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    queue: Mapped[str]
    script: Mapped[str]
    reason: Mapped[str]
    priority: Mapped[int] = mapped_column(SmallInteger)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    status: Mapped[str] = mapped_column(server_default=WorkOrderStatus.OPEN.value)
    due_at: Mapped[datetime]
    disposition: Mapped[str | None]
    note: Mapped[str | None]
    opened_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class WorkOrderMoveRow(Row):
    """Who did what to a work order, and when; append-only."""

    __tablename__ = "work_order_moves"

    id: Mapped[int] = surrogate()
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    what: Mapped[str]
    note: Mapped[str | None]
    at: Mapped[datetime]


class OutgoingEventRow(Row):
    """What a flow told other systems, kept until they fetch it; ids grow in the order of commits."""

    __tablename__ = "outgoing_events"

    id: Mapped[int] = surrogate()
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    name: Mapped[str]
    details: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class SuppressionRow(Row):
    """The register of refusals: append-only; `domain.refusals` says which lines hold.

    With `customer_id` it is that person's word and follows them to another number; without, the number's own. After
    an erasure `msisdn` is the number's seal. Of a scope, 'all' covers everything.
    """

    __tablename__ = "suppressions"
    __table_args__ = (
        CheckConstraint("action IN ('suppress', 'restore')", name="action"),
        CheckConstraint("channel IN ('all', 'sms', 'call')", name="channel"),
        CheckConstraint(
            "action = 'suppress' OR source IN ('sms_reply', 'manager_restore', 'api', 'list', 'number_changed')",
            name="restored_by",
        ),
        CheckConstraint("source NOT IN ('manager_restore', 'api') OR evidence IS NOT NULL", name="evidence"),
        CheckConstraint("(source = 'list') = (list_id IS NOT NULL)", name="list"),
        Index("ix_suppressions_msisdn", "msisdn", "id"),
        Index("ix_suppressions_customer", "customer_id", "id", postgresql_where=text("customer_id IS NOT NULL")),
        Index("ix_suppressions_sealed", "msisdn", postgresql_where=text("msisdn LIKE '#%'")),
    )

    id: Mapped[int] = surrogate()
    msisdn: Mapped[str]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(server_default="all")
    purpose: Mapped[str] = mapped_column(server_default="all")
    topic: Mapped[str] = mapped_column(server_default="all")
    action: Mapped[str]
    source: Mapped[str]
    #: No foreign key: checking it takes as long as all the rest of an import, which holds the list's row anyway.
    list_id: Mapped[int | None] = mapped_column(BigInteger)
    wording: Mapped[str | None]
    evidence: Mapped[str | None]  # the event's key, the import, or where the customer's request is kept
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # who wrote it, where somebody did
    at: Mapped[datetime]


class DoNotCallListRow(Row):
    """A list of numbers from elsewhere, known by its name; all its lines have its scope."""

    __tablename__ = "do_not_call_lists"
    __table_args__ = (CheckConstraint("channel IN ('all', 'sms', 'call')", name="channel"),)

    id: Mapped[int] = surrogate()
    name: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    purpose: Mapped[str]
    topic: Mapped[str]
    created_at: Mapped[datetime]


class DoNotCallImportRow(Row):
    """One file taken into a list, with what became of its rows; the evidence of the lines that it wrote."""

    __tablename__ = "do_not_call_imports"

    id: Mapped[int] = surrogate()
    list_id: Mapped[int] = mapped_column(ForeignKey("do_not_call_lists.id"), index=True)
    file_name: Mapped[str]
    file_sha256: Mapped[str]
    replacing: Mapped[bool]  # whether numbers that the file lacks were taken off the list
    rows_read: Mapped[int]
    rows_rejected: Mapped[int]
    added: Mapped[int]
    removed: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]


class SuppressionPatternRow(Row):
    """Numbers that begin like this are refused, whosever they are; never deleted, only ended."""

    __tablename__ = "suppression_patterns"
    __table_args__ = (
        CheckConstraint(r"prefix ~ '^\+[1-9][0-9]{1,13}$'", name="prefix"),
        CheckConstraint("channel IN ('all', 'sms', 'call')", name="channel"),
        Index(
            "uq_suppression_patterns_open",
            "prefix",
            "channel",
            "purpose",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = surrogate()
    prefix: Mapped[str]
    channel: Mapped[str] = mapped_column(server_default="all")
    purpose: Mapped[str] = mapped_column(server_default="all")
    reason: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]


class ConsentRow(Row):
    """A consent given or withdrawn; append-only. What holds now stands in `customers.consents` as well."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("action IN ('give', 'withdraw')", name="action"),
        CheckConstraint("channel IN ('sms', 'call')", name="channel"),
        Index("ix_consents_customer", "customer_id", "id"),
    )

    id: Mapped[int] = surrogate()
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    channel: Mapped[str]
    purpose: Mapped[str]
    topic: Mapped[str] = mapped_column(server_default="all")
    action: Mapped[str]
    source: Mapped[str]
    wording: Mapped[str | None]  # what the customer was shown or told, and agreed to
    evidence: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]


class CustomerMarkRow(Row):
    """A customer on a named list (red, black, flea, complaint ...); what that means, the policy's `marks` say."""

    __tablename__ = "customer_marks"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="until"),
        Index("ix_customer_marks_customer", "customer_id", "mark"),
        Index(
            "uq_customer_marks_open",
            "customer_id",
            "mark",
            "source",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
    )

    id: Mapped[int] = surrogate()
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    mark: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    source: Mapped[str]  # who put the customer there: two may, and each takes only its own word back


class RecallRow(Row):
    """The carrier was asked to drop a call whose customer had refused: once, or until it could be asked."""

    __tablename__ = "recalls"

    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    asked_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(SmallInteger)
    answer: Mapped[str | None]  # taken, or the carrier's code; None while it is being asked


class AuditRow(Row):
    """What people did in the console or on the command line: who, when, what, before and after."""

    __tablename__ = "audit"

    id: Mapped[int] = surrogate()
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str]
    subject: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]
