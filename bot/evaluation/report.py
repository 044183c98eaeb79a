"""A campaign's result: the funnel of the treated, where customers were lost, and what it was worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.domain.campaigns import Arm
from bot.domain.uplift import SRM_ALARM, ArmOutcome, Uplift, sample_ratio_p, uplift
from bot.published import PublishedFlows
from bot.store import evaluation
from bot.store.evaluation import CampaignFacts
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Funnel:
    """Customers of the treatment arm, each counted once a line."""

    targeted: int
    eligible: int  # the gate has not refused every contact with them
    contacted: int
    delivered: int
    replied: int
    accepted: int
    recharged: int
    granted: int
    escalated: int
    opted_out: int


@dataclass(frozen=True, slots=True)
class Costs:
    segments: int
    call_minutes: int
    bonus: Decimal


@dataclass(frozen=True, slots=True)
class Report:
    """`min_recharge` is what counts as recharged, alike in both arms; `attempts`: what the carrier took."""

    campaign_id: int
    campaign: str
    status: str
    since: datetime
    until: datetime | None
    min_recharge: Decimal
    treatment: ArmOutcome
    control: ArmOutcome
    funnel: Funnel
    uplift: Uplift
    sample_ratio_p: float
    control_contacted: int  # must be 0
    results: Mapping[str, int]
    denied: Mapping[str, int]
    never_contacted: Mapping[str, int]
    attempts: Mapping[str, int]
    replies: int
    keypresses: int
    costs: Costs

    @property
    def enrolled(self) -> int:
        return self.treatment.customers + self.control.customers

    @property
    def harmful(self) -> bool:
        """The treated do worse than the control arm, beyond doubt."""
        return self.uplift.harmful

    @property
    def arms_uneven(self) -> bool:
        """The arms' sizes cannot be chance: do not trust the comparison."""
        return self.sample_ratio_p < SRM_ALARM


def report(tx: Tx, campaign_id: int, flows: PublishedFlows | None = None) -> Report:
    """Raises KeyError for an unknown campaign. Give `flows` to reuse what was already read."""
    facts = evaluation.campaign(tx, campaign_id)
    minimum = _min_recharge(tx, facts, flows or PublishedFlows())
    recharged = evaluation.recharged(tx, facts, minimum)
    treatment = ArmOutcome(facts.treatment, recharged[Arm.TREATMENT])
    control = ArmOutcome(facts.control, recharged[Arm.CONTROL])
    reached = evaluation.reached(tx, campaign_id)
    heard = evaluation.heard(tx, facts)
    promises = evaluation.promises(tx, campaign_id)
    effort = evaluation.effort(tx, campaign_id)
    return Report(
        campaign_id=facts.id,
        campaign=facts.name,
        status=facts.status,
        since=facts.since,
        until=facts.until,
        min_recharge=minimum,
        treatment=treatment,
        control=control,
        funnel=Funnel(
            targeted=facts.treatment,
            eligible=facts.treatment - reached.barred,
            contacted=reached.contacted,
            delivered=reached.delivered,
            replied=heard.replied,
            accepted=promises.accepted,
            recharged=treatment.successes,
            granted=promises.granted,
            escalated=evaluation.escalated(tx, campaign_id),
            opted_out=evaluation.opted_out(tx, facts),
        ),
        uplift=uplift(treatment, control),
        sample_ratio_p=sample_ratio_p(facts.treatment, facts.control, facts.control_share),
        control_contacted=reached.control_contacted,
        results=evaluation.results(tx, campaign_id),
        denied=evaluation.denied(tx, campaign_id),
        never_contacted=evaluation.never_contacted(tx, campaign_id),
        attempts={"sms": effort.sms, "call": effort.call},
        replies=heard.replies,
        keypresses=heard.keypresses,
        costs=Costs(effort.segments, effort.call_minutes, promises.bonus),
    )


def to_json(report: Report) -> dict[str, Any]:
    """For a file or another program: moments in ISO 8601, money as text."""
    return {
        **{name: _plain(value) for name, value in asdict(report).items()},
        "enrolled": report.enrolled,
        "harmful": report.harmful,
        "arms_uneven": report.arms_uneven,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _min_recharge(tx: Tx, facts: CampaignFacts, flows: PublishedFlows) -> Decimal:
    """What the offer asks for; where it asks for nothing, any recharge counts."""
    return flows.get(tx, facts.flow_revision, facts.offer).offer.min_recharge or Decimal(0)
