"""One customer's run through a campaign: enrolments, attempts, and what the gate said of each."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.attempts import AttemptStatus, Channel, RecallCause
from bot.domain.campaigns import Arm, EnrolmentStatus
from bot.store.models.row import HOT, Row, one_of, surrogate


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
        Index("ix_enrolments_due", "campaign_id", "due_at", postgresql_where=text("status = 'active'")),
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
        Index("ix_attempts_sending", "lease_until", postgresql_where=text("status = 'sending'")),
        Index("ix_attempts_voicemail", "id", postgresql_where=text("voicemail IN ('due', 'leaving')")),
        Index("ix_attempts_customer_taken", "customer_id", "taken_at"),
        Index("ix_attempts_campaign_status", "campaign_id", "status"),
        # What the carrier holds, by when it took it; and calls by when their hours end.
        Index(
            "ix_attempts_held",
            "campaign_id",
            "taken_at",
            postgresql_where=text("status IN ('accepted', 'ringing')"),
        ),
        Index(
            "ix_attempts_held_number",
            "to_number",
            postgresql_where=text("status IN ('accepted', 'ringing')"),
        ),
        Index(
            "ix_attempts_closing",
            "closes_at",
            postgresql_where=text("status IN ('accepted', 'ringing') AND closes_at IS NOT NULL"),
        ),
        Index(
            "ix_attempts_settled",
            "campaign_id",
            "settled_at",
            postgresql_where=text("settled_at IS NOT NULL"),
        ),
        Index(
            "ix_attempts_calls_answered",
            "campaign_id",
            "settled_at",
            postgresql_where=text("channel = 'call' AND status = 'completed'"),
        ),
        Index(
            "ix_attempts_troubled",
            "campaign_id",
            postgresql_where=text("status IN ('unconfirmed', 'due') AND error_code IS NOT NULL"),
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
    closes_at: Mapped[datetime | None]  # of a call: the end of the hours in which it may ring
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
    reason: Mapped[str | None]  # why it was denied, expired or cancelled; while it is due, why it was put off
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


class RecallRow(Row):
    """The carrier was asked to take a message or call back: once, or until it could be asked."""

    __tablename__ = "recalls"
    __table_args__ = (
        one_of("cause", RecallCause),
        CheckConstraint("(attempt_id IS NULL) <> (manual_call_id IS NULL)", name="of_one"),
        Index("ix_recalls_by_hand", "manual_call_id", postgresql_where=text("manual_call_id IS NOT NULL")),
        Index("ix_recalls_in_doubt", "asked_at", postgresql_where=text("answer IS NULL")),
    )

    carrier_sid: Mapped[str] = mapped_column(primary_key=True)  # an attempt that was put back gets another
    attempt_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("attempts.id"), index=True)
    manual_call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("manual_calls.id"))
    cause: Mapped[str]
    reason: Mapped[str | None]  # the gate's, of a call by hand
    asked_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(SmallInteger)
    answer: Mapped[str | None]  # canceled, asked (its report will follow), or the carrier's code
    put_back: Mapped[bool] = mapped_column(server_default=text("false"))  # the attempt was made due again
