"""Flow revisions, campaigns, and what their moves have yet to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.campaigns import CampaignStatus, SendOrder
from bot.domain.global_control import Period
from bot.store.models.row import Row, one_of, surrogate


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
        CheckConstraint("jsonb_typeof(policy) = 'object'", name="policy"),
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


class CampaignPolicyRow(Row):
    """The policy that a campaign had since then, until its next line."""

    __tablename__ = "campaign_policies"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    policy: Mapped[dict[str, Any]]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class MoveEffectRow(Row):
    """What a move or another policy does to a campaign's runs, worked off in chunks.

    They are ended, their time is made longer by a pause, or what the gate has put off comes before it again.
    """

    __tablename__ = "move_effects"
    __table_args__ = (
        CheckConstraint("kind IN ('end_all', 'end_unstarted', 'lengthen', 'weigh_again')", name="kind"),
        CheckConstraint("(kind = 'lengthen') = (since IS NOT NULL AND until IS NOT NULL)", name="lengthen"),
        Index(
            "uq_move_effects_open",
            "campaign_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND kind <> 'weigh_again'"),
        ),
        Index(
            "uq_move_effects_weigh_again",
            "campaign_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND kind = 'weigh_again'"),
        ),
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


class IntakeRow(Row):
    """An audience on its way into its campaign: listed in the order of sending, then enrolled in that order."""

    __tablename__ = "intakes"
    __table_args__ = (
        CheckConstraint("phase IN ('listing', 'enrolling', 'clearing', 'over')", name="phase"),
        Index(
            "uq_intakes_open",
            "campaign_id",
            unique=True,
            postgresql_where=text("phase IN ('listing', 'enrolling')"),
        ),
        Index("ix_intakes_left", "id", postgresql_where=text("phase <> 'over'")),
    )

    id: Mapped[int] = surrogate()
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    phase: Mapped[str] = mapped_column(server_default="listing")
    # The last one worked off: while listing a customer, while enrolling a place and its customer.
    place: Mapped[list[float]] = mapped_column(ARRAY(Double()), server_default="{}")
    reached: Mapped[int] = mapped_column(BigInteger, server_default="0")
    found: Mapped[int] = mapped_column(server_default="0")  # the audience
    listed: Mapped[int] = mapped_column(server_default="0")  # of these, whom the flow is for and who are new
    treatment: Mapped[int] = mapped_column(server_default="0")
    control: Mapped[int] = mapped_column(server_default="0")
    global_control: Mapped[int] = mapped_column(server_default="0")
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class IntakePersonRow(Row):
    """Somebody who is listed and not enrolled yet; whoever is erased meanwhile is found no more, and not enrolled."""

    __tablename__ = "intake_people"

    intake_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    place: Mapped[list[float]] = mapped_column(ARRAY(Double()), primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


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
