"""Customers, the users of the console, and what users have done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.roles import Role
from bot.store.models.row import Row, one_of, surrogate


class CustomerRow(Row):
    """A subscriber. `factors` is open-ended; what the gate and the report ask for has its own column.

    `consents` lists `bot.domain.consents` (`sms:marketing`); refusals live in `suppressions` and outweigh it.
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
    """A person who logs in; what each role may do is in `bot.domain.roles`."""

    __tablename__ = "users"
    __table_args__ = (one_of("role", Role),)

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
