"""Calls that managers make by hand, asked of the gate and counted like any other contact."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.manual_calls import Leg, ManualCallStatus, Way
from bot.store.models.row import Row, one_of


class ManualCallRow(Row):
    """One wish to call a customer from a work order, with what the gate said of it and what came of it."""

    __tablename__ = "manual_calls"
    __table_args__ = (
        one_of("way", Way),
        one_of("status", ManualCallStatus),
        CheckConstraint("verdict IN ('allowed', 'deferred', 'denied')", name="verdict"),
        CheckConstraint("verdict = 'allowed' OR reason IS NOT NULL", name="reason"),
        CheckConstraint("status <> 'sending' OR lease_until IS NOT NULL", name="sending_leased"),
        Index(
            "uq_manual_calls_customer_open",
            "customer_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("uq_manual_calls_user_open", "user_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_manual_calls_due", "due_at", postgresql_where=text("status = 'due'")),
        Index("ix_manual_calls_lease", "lease_until", postgresql_where=text("lease_until IS NOT NULL")),
        Index("ix_manual_calls_customer_taken", "customer_id", "taken_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    way: Mapped[str]
    purpose: Mapped[str]
    verdict: Mapped[str]  # the gate's last word: when asked, and again before the customer's phone rings
    reason: Mapped[str | None]
    until: Mapped[datetime | None]
    status: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    fence: Mapped[int] = mapped_column(server_default="0")
    # Sending: the worker's lease. Later: when to ask the carrier, should it stay silent; none once the end of the
    # manager's leg is known.
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]  # when the POST of the current lease was about to be made
    to_number: Mapped[str | None]  # the manager's phone
    carrier_sid: Mapped[str | None] = mapped_column(unique=True)  # of the manager's leg
    customer_sid: Mapped[str | None]  # of the customer's, once it is dialled
    taken_at: Mapped[datetime | None]  # when the customer's phone was to ring; caps count it
    connected_at: Mapped[datetime | None]
    duration_s: Mapped[int | None]  # that the two talked
    manager_s: Mapped[int | None]  # that the manager's leg lasted; 0 where it was not picked up
    ended_at: Mapped[datetime | None]
    error_code: Mapped[str | None]


class ManualCallLineRow(Row):
    """What one leg of a call by hand counts in its campaign's account: a bound until it is over, then its minutes.

    It stays, so that a length that is told later than the end corrects what was booked.
    """

    __tablename__ = "manual_call_lines"
    __table_args__ = (
        one_of("leg", Leg),
        Index("ix_manual_call_lines_campaign_id", "campaign_id"),
        Index("ix_manual_call_lines_unsettled", "campaign_id", postgresql_where=text("NOT settled")),
    )

    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("manual_calls.id"), primary_key=True)
    leg: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date]
    minutes: Mapped[int]  # in the account now
    price: Mapped[Decimal] = mapped_column(Numeric(12, 6))  # of a begun minute
    booked: Mapped[int | None]  # of them in the days' spending; none before the first settlement
    settled: Mapped[bool] = mapped_column(server_default=text("false"))
