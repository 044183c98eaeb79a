"""Every table of Keepline. Statuses are held by CHECK, uniqueness by UNIQUE, due work by partial indexes."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
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
from bot.domain.brakes import Cause
from bot.domain.campaigns import Arm, CampaignStatus, EnrolmentStatus, SendOrder
from bot.domain.global_control import Period
from bot.domain.grants import GrantStatus
from bot.domain.work_orders import Disposition, WorkOrderStatus

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: Kinds of events that a campaign brings about itself, several for each contact: they wait for all others.
ECHOES = "'sms.status', 'call.status', 'call.amd', 'attempt.denied', 'attempt.expired', 'attempt.failed'"

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
        one_of("send_order", SendOrder),
        CheckConstraint("num_nonnulls(rhythm, on_event, after_id) <= 1", name="one_occasion"),
        CheckConstraint("(rhythm IS NULL) = (rhythm_zone IS NULL)", name="rhythm"),
        CheckConstraint("(after_id IS NULL) = (after_share IS NULL)", name="after"),
        CheckConstraint("after_share > 0 AND after_share <= 1", name="after_share"),
        Index("ix_campaigns_series", "series_id", postgresql_where=text("series_id IS NOT NULL")),
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
    ends_at: Mapped[datetime | None]  # from then on nobody new starts
    rhythm: Mapped[str | None]  # when it looks at its audience again
    rhythm_zone: Mapped[str | None]
    next_round_at: Mapped[datetime | None]
    again_after: Mapped[timedelta | None]  # without it, nobody is enrolled twice
    series_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))  # the first of its editions
    on_event: Mapped[str | None]  # whoever has this business event is enrolled
    after_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))  # starts once that one ...
    after_share: Mapped[Decimal | None] = mapped_column(
        Numeric(5, 4)
    )  # ... has reached so many of its people
    send_order: Mapped[str] = mapped_column(server_default=SendOrder.AS_IS.value)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    findings: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    checked_at: Mapped[datetime | None]
    checked_revision: Mapped[str | None]
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    paused_from: Mapped[str | None]  # what it becomes again
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class MoveEffectRow(Row):
    """What a campaign's move does to its runs, worked off in chunks: ended, or their time made longer by a pause."""

    __tablename__ = "move_effects"
    __table_args__ = (
        CheckConstraint("kind IN ('end_all', 'end_unstarted', 'lengthen')", name="kind"),
        CheckConstraint("(kind = 'lengthen') = (since IS NOT NULL AND until IS NOT NULL)", name="lengthen"),
        Index("uq_move_effects_open", "campaign_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[int] = surrogate()
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    kind: Mapped[str]
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    afterwards: Mapped[str | None]  # the campaign's status once all is done
    reached: Mapped[int] = mapped_column(BigInteger, server_default="0")  # the last customer worked off
    runs: Mapped[int] = mapped_column(server_default="0")
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class TriggerCallRow(Row):
    """A customer had the event that a campaign waits for, and is to be enrolled there; gone once that is done."""

    __tablename__ = "trigger_calls"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    at: Mapped[datetime]


class GlobalControlRow(Row):
    """A setting of the global control group, in force until the next one is; append-only."""

    __tablename__ = "global_controls"
    __table_args__ = (
        CheckConstraint("share >= 0 AND share <= 0.5", name="share"),
        one_of("period", Period),
    )

    id: Mapped[int] = surrogate()
    share: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    period: Mapped[str]
    in_force_from: Mapped[datetime] = mapped_column(index=True)
    set_at: Mapped[datetime]


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
        CheckConstraint("global_control_until IS NULL OR arm = 'control'", name="global_control"),
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
    global_control_until: Mapped[
        datetime | None
    ]  # held out by the global control group, whose period ends then
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
        Index(
            "ix_attempts_answers",
            "campaign_id",
            "channel",
            "due_at",
            postgresql_where=text("status = 'due' AND answers"),
        ),
        Index("ix_attempts_lease", "lease_until", postgresql_where=text("lease_until IS NOT NULL")),
        Index("ix_attempts_voicemail", "id", postgresql_where=text("voicemail IN ('due', 'leaving')")),
        Index("ix_attempts_customer_taken", "customer_id", "taken_at"),
        Index("ix_attempts_campaign_status", "campaign_id", "status"),
        Index(
            "ix_attempts_settled",
            "campaign_id",
            "settled_at",
            postgresql_where=text("settled_at IS NOT NULL"),
        ),
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
    answers: Mapped[bool] = mapped_column(server_default=text("false"))  # what the customer has just said
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
        Index(
            "ix_events_prompt",
            "id",
            postgresql_where=text(f"processed_at IS NULL AND kind NOT IN ({ECHOES})"),
        ),
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
        Index(
            "ix_suppressions_customer", "customer_id", "id", postgresql_where=text("customer_id IS NOT NULL")
        ),
        Index("ix_suppressions_sealed", "msisdn", postgresql_where=text("msisdn LIKE '#%'")),
        Index("uq_suppressions_api", "evidence", unique=True, postgresql_where=text("source = 'api'")),
    )

    id: Mapped[int] = surrogate()
    msisdn: Mapped[str]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(server_default="all")
    purpose: Mapped[str] = mapped_column(server_default="all")
    topic: Mapped[str] = mapped_column(server_default="all")
    action: Mapped[str]
    source: Mapped[str]
    # No foreign keys for these two: neither lists nor users are ever deleted, and to check them for a list of a million
    # numbers takes as long as all the rest of its import.
    list_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(BigInteger)  # who wrote it, where somebody did
    wording: Mapped[str | None]
    evidence: Mapped[str | None]  # the event's key, the import, or where the customer's request is kept
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


class SpendAccountRow(Row):
    """What a campaign with limits has used, open reservations included; `day_*` is that of `day` alone."""

    __tablename__ = "spend_accounts"
    __table_args__ = (HOT,)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    day: Mapped[date]  # in the zone of the campaign's limits
    segments: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(BigInteger)
    money: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    day_segments: Mapped[int] = mapped_column(BigInteger)
    day_minutes: Mapped[int] = mapped_column(BigInteger)
    day_money: Mapped[Decimal] = mapped_column(Numeric(18, 6))


class SpendLineRow(Row):
    """A reservation whose outcome is not known yet: of the how-manieth POST of an attempt."""

    __tablename__ = "spend_lines"
    __table_args__ = (Index("ix_spend_lines_campaign_id", "campaign_id"), HOT)

    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    post: Mapped[int] = mapped_column(SmallInteger, primary_key=True)  # as in attempts.sends
    campaign_id: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date]
    segments: Mapped[int]
    minutes: Mapped[int]
    price: Mapped[Decimal] = mapped_column(Numeric(12, 6))  # of a segment or a begun minute


class CampaignSpendRow(Row):
    """What a day of a campaign with limits really came to, as far as the carrier has reported."""

    __tablename__ = "campaign_spend"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    sms: Mapped[int] = mapped_column(BigInteger)
    calls: Mapped[int] = mapped_column(BigInteger)
    segments: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(BigInteger)
    money: Mapped[Decimal] = mapped_column(Numeric(18, 6))


class BrakeTripRow(Row):
    """A campaign was to be stopped for a cause; once, until a person lets it run again (`lifted_at`)."""

    __tablename__ = "brake_trips"
    __table_args__ = (
        one_of("cause", Cause),
        Index(
            "uq_brake_trips_open",
            "campaign_id",
            "cause",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index("ix_brake_trips_lifted", "campaign_id", "cause", "lifted_at"),
    )

    id: Mapped[int] = surrogate()
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    cause: Mapped[str]
    details: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    carried_out_at: Mapped[datetime | None]  # when the campaign was stopped for it
    lifted_at: Mapped[datetime | None]


class BrakeLookRow(Row):
    """When a campaign's figures were last looked at, the quick ones and those that take the whole journal."""

    __tablename__ = "brake_looks"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    counted_at: Mapped[datetime]
    compared_at: Mapped[datetime]


class NoticeRow(Row):
    """Something that an operator should know, once under its key; its words are made where it is shown."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_campaign_id", "campaign_id", "id"),)

    id: Mapped[int] = surrogate()
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    details: Mapped[dict[str, Any]]
    at: Mapped[datetime]


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
