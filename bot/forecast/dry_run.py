"""A campaign before it runs: for each person of its audience what the first contact would be, when, and why not.

Nothing is written. The engine and the gate are asked as they would be when the campaign starts, with what is known of
everybody at this moment: what customers will do meanwhile nobody knows, and the carrier's pace is not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from json import loads
from typing import Any

from bot.domain.arms import BUCKETS
from bot.domain.attempts import Channel
from bot.domain.campaigns import OVER, Arm, EnrolmentStatus
from bot.domain.contact import Denied, Reason
from bot.domain.global_control import ControlGroup
from bot.domain.people import Brand, facts_of
from bot.domain.policy import Policy
from bot.flow.model import Flow, Reach
from bot.flow.simulation.offered import asked_by
from bot.flow.state import State
from bot.forecast.errors import ForecastError
from bot.forecast.opening import Opening, Openings, Wish
from bot.forecast.reasons import Beside
from bot.forecast.row import Forecast, Standing, told
from bot.forecast.verdicts import Answer, Verdict, answer
from bot.forecast.weighing import Weighing
from bot.forecast.wording import Length, Wording
from bot.published import PublishedFlows
from bot.rulebook import Rulebook
from bot.store import drains, forecasting, gate
from bot.store.enrolling import Audience
from bot.store.forecasting import Candidate, Slice, Terms
from bot.store.transaction import Tx
from bot.weighing import facts_about

_COLUMNS = facts_of(
    customer_id=0, brand=Brand("", ""), name=None, msisdn="", language="", region=None, time_zone=None, tier="",
    factors={},
).keys()  # fmt: skip
_CURRENCY = "currency"  # a text's amounts look for it without being told to


@dataclass(frozen=True, slots=True)
class Installation:
    """What holds for every campaign here."""

    flows: PublishedFlows
    rulebook: Rulebook
    brand: Brand
    guest_list: frozenset[str] | None
    default_time_zone: str | None


@dataclass(slots=True)
class _Script:
    """A flow revision, and what has been found out about it so far."""

    flow: Flow
    openings: Openings = field(init=False)
    wording: Wording = field(init=False)

    def __post_init__(self) -> None:
        self.openings, self.wording = Openings(self.flow), Wording(self.flow)

    def length(self, wish: Wish, language: str, facts: Mapping[str, object]) -> Length | None:
        values = {**facts, **State(facts=wish.noted).values()} if wish.noted else facts
        return self.wording.length(wish.step, wish.channel, wish.text, language, values)


class Oracle:
    """Knows what a campaign would do; keeps what it has found out, so one of it serves for all slices.

    `held_out` is the global control group, where the campaign leaves it in peace. Raises ForecastError for a
    campaign that is over.
    """

    def __init__(
        self,
        tx: Tx,
        campaign: Terms,
        at: Installation,
        now: datetime,
        *,
        held_out: ControlGroup | None = None,
    ) -> None:
        if campaign.status in OVER:
            raise ForecastError(
                f"campaign {campaign.name!r} is {campaign.status}: it contacts nobody any more"
            )
        self._campaign, self._brand, self._now = campaign, at.brand, now
        self._control_below, self._held_out = round(float(campaign.control_share) * BUCKETS), held_out
        self._starts_at = max(campaign.starts_at, drains.held_until(tx, campaign.id) or now, now)
        self._weighing = Weighing(campaign, at.rulebook, at.guest_list, at.default_time_zone, now)
        self._scripts = {
            revision: _Script(at.flows.get(tx, revision, campaign.offer))
            for revision in forecasting.revisions(tx, campaign)
        }
        self._to_former = self._scripts[campaign.flow_revision].flow.to is Reach.FORMER
        self._wanted = self._named()

    def forecasts(self, tx: Tx, audience: Audience, part: Slice) -> list[Forecast]:
        """By customer id. The transaction should be a frozen one (`forecasting.freeze`)."""
        salt = self._held_out.salt if self._held_out else ""
        batch = forecasting.candidates(
            tx, self._campaign, audience, part, wanted=self._wanted, global_salt=salt, now=self._now
        )
        policies = [self._weighing.policy_for(one) for one in batch]
        known = facts_about(tx, batch, policies, self._now)
        return [self._foretell(one, policy, known) for one, policy in zip(batch, policies, strict=True)]

    def _named(self) -> list[str]:
        """The factors that the flow names anywhere: no other has to be read."""
        named = (asked_by(script.flow).facts for script in self._scripts.values())
        return sorted({_CURRENCY}.union(*named) - _COLUMNS)

    def _foretell(self, one: Candidate, policy: Policy, known: gate.Facts) -> Forecast:
        standing = _standing(one)
        dealt, because = self._dealt(one)
        settled = self._settled(one, standing, because)
        if settled is not None:
            return told(one, dealt, standing, settled)
        script = self._scripts[one.flow_revision or self._campaign.flow_revision]
        facts = self._facts(one)
        wish = _queued(one.due, one.run_facts or {}) if one.due else self._opening(one, script, facts)
        if not isinstance(wish, Wish):
            return told(one, dealt, standing, Answer(Verdict.NO_CONTACT, wish))
        length = script.length(wish, one.language, facts)
        found = self._weighed(one, script.flow, wish, length, policy, known)
        zones = policy.candidate_zones(one.time_zone, one.msisdn, self._weighing.guesses(one))
        return told(one, dealt, standing, found, wish, length, zones)

    def _dealt(self, one: Candidate) -> tuple[Arm, str | None]:
        """As it was dealt, or would be now; and why somebody is held out."""
        if one.arm is not None:
            why = Beside.GLOBAL_CONTROL if one.globally_held_out else Reason.CONTROL_ARM
            return Arm(one.arm), why if one.arm == Arm.CONTROL else None
        if self._held_out is not None and one.global_bucket < self._held_out.below:
            return Arm.CONTROL, Beside.GLOBAL_CONTROL
        held_out = one.bucket < self._control_below
        return (Arm.CONTROL, Reason.CONTROL_ARM) if held_out else (Arm.TREATMENT, None)

    def _settled(self, one: Candidate, standing: Standing, held_out: str | None) -> Answer | None:
        """What no gate has to be asked for."""
        if standing is Standing.NEW and one.active is self._to_former:
            # Enrolment leaves them out, whatever their arm would have been.
            return Answer(Verdict.DENIED, Reason.RETURNED if self._to_former else Reason.LEFT)
        if held_out is not None:
            return Answer(Verdict.CONTROL, held_out)
        if standing in (Standing.UNDER_WAY, Standing.FINISHED):
            return Answer(Verdict.NO_CONTACT, standing)
        return None

    def _opening(self, one: Candidate, script: _Script, facts: Mapping[str, object]) -> Opening:
        starts_at = max(one.wakes_at or self._now, self._now) if one.enrolment_id else self._starts_at
        return script.openings.of(facts, starts_at, one.expires_at or starts_at + script.flow.expires)

    def _weighed(
        self,
        one: Candidate,
        flow: Flow,
        wish: Wish,
        length: Length | None,
        policy: Policy,
        known: gate.Facts,
    ) -> Answer:
        moment = max(wish.at, self._now)
        if wish.expires_at <= moment:
            return Answer(Verdict.EXPIRED, Beside.TOO_LATE)
        to_former = flow.reach_of(wish.step) is Reach.FORMER
        decision = self._weighing.decide(one, wish, policy, known, moment, to_former=to_former)
        if length is None and not isinstance(decision, Denied):
            decision = Denied(Reason.MISSING_VALUE)
        return answer(decision, on_denied=wish.on_denied, planned=moment, expires_at=wish.expires_at)

    def _facts(self, one: Candidate) -> dict[str, object]:
        return facts_of(
            customer_id=one.customer_id,
            brand=self._brand,
            name=one.name,
            msisdn=one.msisdn,
            language=one.language,
            region=one.region,
            time_zone=one.time_zone,
            tier=one.tier,
            factors=dict(zip(self._wanted, loads(one.wanted), strict=True)),
        )


def _standing(one: Candidate) -> Standing:
    if one.enrolment_id is None:
        return Standing.NEW
    if one.status != EnrolmentStatus.ACTIVE:
        return Standing.HELD_OUT if one.status == EnrolmentStatus.HELD_OUT else Standing.FINISHED
    if one.step is None:
        return Standing.WAITING
    return Standing.UNDER_WAY if one.due is None else Standing.QUEUED


def _queued(due: Mapping[str, Any], noted: Mapping[str, Any]) -> Wish:
    """The contact that waits to be made, as it was planned."""
    return Wish(
        step=due["step"],
        channel=Channel(due["channel"]),
        purpose=due["purpose"],
        at=datetime.fromisoformat(due["due_at"]),
        expires_at=datetime.fromisoformat(due["expires_at"]),
        on_denied=due["on_denied"],
        text=due["text"],
        noted=noted,
    )
