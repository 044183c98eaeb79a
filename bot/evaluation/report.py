"""A campaign's result: the funnel of the treated, where customers were lost, and what it was worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.campaigns import Arm
from bot.domain.experiments import Experiment, Way, evaluate
from bot.domain.uplift import ArmOutcome, Uplift
from bot.evaluation.contamination import Contamination, contamination
from bot.evaluation.splits import counted, experiments
from bot.flow.model import Flow
from bot.published import PublishedFlows
from bot.store import evaluation
from bot.store.evaluation import CampaignFacts, Fact, Tally
from bot.store.transaction import Tx

ARMS = "arms"  # the experiment that the campaign itself is


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
    """`min_recharge` is what counts as recharged, alike in all arms and ways; `attempts`: what the carrier took."""

    campaign_id: int
    campaign: str
    status: str
    since: datetime
    until: datetime | None
    min_recharge: Decimal
    arms: Experiment  # the campaign's own control, and treatment beside it
    global_control: ArmOutcome  # held out of all marketing, and so no part of the comparison
    splits: tuple[Experiment, ...]
    contamination: Contamination
    funnel: Funnel
    results: Mapping[str, int]
    denied: Mapping[str, int]
    never_contacted: Mapping[str, int]
    attempts: Mapping[str, int]
    replies: int
    keypresses: int
    costs: Costs

    @property
    def treatment(self) -> ArmOutcome:
        return self.arms.ways[1].outcome

    @property
    def control(self) -> ArmOutcome:
        return self.arms.ways[0].outcome

    @property
    def uplift(self) -> Uplift:
        return self.arms.comparisons[0].uplift

    @property
    def enrolled(self) -> int:
        return self.arms.customers + self.global_control.customers

    @property
    def harmful(self) -> bool:
        """The treated do worse than the control arm, beyond doubt."""
        return self.uplift.harmful

    @property
    def arms_uneven(self) -> bool:
        """The arms' sizes cannot be chance: do not trust the comparison."""
        return self.arms.uneven

    @property
    def control_contacted(self) -> int:
        """Must be 0."""
        return self.contamination.control_contacted.customers


def report(tx: Tx, campaign_id: int, flows: PublishedFlows | None = None) -> Report:
    """Raises KeyError for an unknown campaign. Give `flows` to reuse what was already read."""
    flows = flows or PublishedFlows()
    facts = evaluation.campaign(tx, campaign_id)
    # What the offer asks for; where it asks for nothing, any recharge counts.
    minimum = flows.get(tx, facts.flow_revision, facts.offer).offer.min_recharge or Decimal(0)
    tallies = evaluation.tallies(tx, facts, minimum)
    treated = [one for one in tallies if one.arm == Arm.TREATMENT]
    control = [one for one in tallies if one.arm == Arm.CONTROL and not one.held_globally]
    effort = evaluation.effort(tx, campaign_id)
    return Report(
        campaign_id=facts.id,
        campaign=facts.name,
        status=facts.status,
        since=facts.since,
        until=facts.until,
        min_recharge=minimum,
        arms=_arms(facts, treated, control),
        global_control=_outcome([one for one in tallies if one.held_globally]),
        splits=experiments(_revisions(tx, flows, facts, treated), tallies),
        contamination=contamination(tallies),
        funnel=_funnel(treated),
        results=_results(treated),
        denied=evaluation.denied(tx, campaign_id),
        never_contacted=evaluation.never_contacted(tx, campaign_id),
        attempts={"sms": effort.sms, "call": effort.call},
        replies=sum(one.replies for one in tallies),
        keypresses=sum(one.keypresses for one in tallies),
        costs=Costs(effort.segments, effort.call_minutes, evaluation.bonus(tx, campaign_id)),
    )


def _revisions(
    tx: Tx, flows: PublishedFlows, facts: CampaignFacts, treated: Sequence[Tally]
) -> dict[str, Flow]:
    """Those that the treated are on, the campaign's own first."""
    others = sorted({one.flow_revision for one in treated} - {facts.flow_revision})
    return {revision: flows.get(tx, revision) for revision in (facts.flow_revision, *others)}


def _arms(facts: CampaignFacts, treated: Sequence[Tally], control: Sequence[Tally]) -> Experiment:
    return evaluate(
        ARMS,
        [
            _arm(Arm.CONTROL, facts.control_share, control),
            _arm(Arm.TREATMENT, 1 - facts.control_share, treated),
        ],
    )


def _arm(arm: Arm, share: float, tallies: Sequence[Tally]) -> Way:
    return Way(
        name=arm.value,
        share=share,
        outcome=_outcome(tallies),
        accepted=counted(tallies, Fact.ACCEPTED),
        granted=counted(tallies, Fact.GRANTED),
        opted_out=counted(tallies, Fact.OPTED_OUT),
    )


def _outcome(tallies: Sequence[Tally]) -> ArmOutcome:
    return ArmOutcome(sum(one.customers for one in tallies), counted(tallies, Fact.RECHARGED))


def _funnel(treated: Sequence[Tally]) -> Funnel:
    targeted = sum(one.customers for one in treated)
    refused = counted(treated, Fact.REFUSED) - counted(treated, Fact.REFUSED | Fact.PLANNED)
    return Funnel(
        targeted=targeted,
        eligible=targeted - refused,
        contacted=counted(treated, Fact.CONTACTED),
        delivered=counted(treated, Fact.DELIVERED),
        replied=counted(treated, Fact.ANSWERED),
        accepted=counted(treated, Fact.ACCEPTED),
        recharged=counted(treated, Fact.RECHARGED),
        granted=counted(treated, Fact.GRANTED),
        escalated=counted(treated, Fact.ESCALATED),
        opted_out=counted(treated, Fact.OPTED_OUT),
    )


def _results(treated: Sequence[Tally]) -> dict[str, int]:
    """How the treated enrolments ended, by the name of the end; the most frequent first."""
    found = Counter[str]()
    for one in treated:
        if one.result is not None:
            found[one.result] += one.customers
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
