"""What campaigns spend, the brakes that stop them, and what operators are told."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.brakes import Cause
from bot.store.models.row import HOT, Row, one_of, surrogate


class SpendAccountRow(Row):
    """What a campaign with limits has used, open reservations included; `day_*` is that of `day` alone."""

    __tablename__ = "spend_accounts"
    __table_args__ = (HOT,)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    day: Mapped[date]  # in the zone of the campaign's limits
    segments: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(BigInteger)
    money: Mapped[Decimal] = mapped_column(Numeric(18, 6))  # bonuses included
    day_segments: Mapped[int] = mapped_column(BigInteger)
    day_minutes: Mapped[int] = mapped_column(BigInteger)
    day_money: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    bonuses: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    day_bonuses: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")


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
    """What a day of a campaign with limits really came to, as far as carrier and billing have reported."""

    __tablename__ = "campaign_spend"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    sms: Mapped[int] = mapped_column(BigInteger)
    calls: Mapped[int] = mapped_column(BigInteger)
    segments: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(BigInteger)
    money: Mapped[Decimal] = mapped_column(Numeric(18, 6))  # bonuses included
    bonuses: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    hand_minutes: Mapped[int] = mapped_column(BigInteger, server_default="0")  # of `minutes`, calls by hand


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
    __table_args__ = (
        Index("ix_notices_campaign_id", "campaign_id", "id"),
        Index("ix_notices_unread", "id", postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[int] = surrogate()
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    details: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
