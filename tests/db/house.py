"""Campaigns made and moved on a real database, with the stages of the path beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from bot.domain.campaigns import CampaignMove, CampaignStatus
from bot.domain.checks import Finding
from bot.enrolment.check import Ground
from bot.enrolment.create import Audience, ConditionAudience, create_campaign
from bot.enrolment.effects import work_off
from bot.enrolment.move import move_campaign, start_campaign
from bot.enrolment.tend import take_in_waiting, tend_campaigns
from bot.flow.load import load_flow
from bot.rules.catalogue import load_catalogue
from bot.store import campaigns
from bot.store.campaigns import Campaign
from tests.db.parts import FLOW, NOW, Parts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CATALOGUE = load_catalogue(FLOW.parent / "factors.yaml")
GROUND = Ground(CATALOGUE)
LOW = ConditionAudience("balance < 10")
MOVE, STATUS = CampaignMove, CampaignStatus


@dataclass
class House:
    """The stages, and the moves of campaigns beside them."""

    parts: Parts

    def create(self, audience: Audience = LOW, **over: Any) -> int:
        flow = load_flow(FLOW)
        facts: dict[str, Any] = {
            "name": "november",
            "flow": flow,
            "flow_source": FLOW.read_text(encoding="utf-8"),
            "control_share": 0,
            "starts_at": NOW,
            "bonus_budget": Decimal(1000),
            "policy": {"caps": [], "min_gap": {}},
            "now": NOW,
            "catalogue": CATALOGUE,
        }
        with self.parts.transaction() as tx:
            return create_campaign(tx, audience=audience, **(facts | over))

    def move(self, campaign: int, move: CampaignMove, now: datetime = NOW, **more: Any) -> list[Finding]:
        with self.parts.transaction() as tx:
            moved = move_campaign(tx, campaign, move, now, ground=GROUND, **more)
        return list(moved.findings)

    def start(self, campaign: int, now: datetime = NOW) -> int:
        with self.parts.transaction() as tx:
            enrolled = start_campaign(tx, campaign, now, ground=GROUND).enrolled
        self.parts.inbound.wake_due(now)
        return enrolled

    def resume(self, campaign: int, now: datetime) -> None:
        self.move(campaign, MOVE.RESUME, now)
        self.work_off(now)

    def work_off(self, now: datetime, **more: Any) -> int:
        return work_off(self.parts.transaction, now, flows=self.parts.flows, **more)

    def tend(self, now: datetime = NOW) -> None:
        """What the sweep does, and then whoever enrols."""
        self.sweep(now)
        self.take_in(now)

    def sweep(self, now: datetime = NOW, ground: Ground = GROUND) -> None:
        tend_campaigns(self.parts.transaction, self.parts.flows, ground, now)

    def take_in(
        self, now: datetime = NOW, *, chunks: int = 1000, ground: Ground = GROUND, **more: Any
    ) -> int:
        return take_in_waiting(self.parts.transaction, self.parts.flows, ground, now, chunks=chunks, **more)

    def status(self, campaign: int) -> CampaignStatus:
        return self.campaign(campaign).status

    def campaign(self, campaign: int) -> Campaign:
        with self.parts.transaction() as tx:
            found = campaigns.get(tx, campaign)
        assert found is not None
        return found

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.parts.transaction() as tx:
            return list(tx.execute(text(statement), values))

    def enrolled(self, campaign: int) -> list[int]:
        rows = self.rows("SELECT customer_id FROM enrolments WHERE campaign_id = :id ORDER BY 1", id=campaign)
        return [row.customer_id for row in rows]
