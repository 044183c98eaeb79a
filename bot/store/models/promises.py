"""What was promised to customers and handed to humans: grants and work orders."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
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

from bot.domain.grants import GrantStatus
from bot.domain.work_orders import Disposition, WorkOrderStatus
from bot.store.models.row import Row, one_of, surrogate


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
    counted_on: Mapped[date | None]  # the day of its campaign's limits that it counts in
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
