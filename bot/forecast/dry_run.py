"""A campaign before it runs: for each person of its audience what the first contact would be, when, and why not.

Nothing is written. The engine and the gate are asked as they would be when the campaign starts, with what is known of
everybody at this moment: what customers will do meanwhile nobody knows, and the carrier's pace is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from bot.domain.arms import arm
from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm, CampaignStatus, EnrolmentStatus
from bot.domain.contact import Denied, Reason
from bot.domain.numbers import masked
from bot.domain.people import Brand, facts_of
from bot.domain.wall_clock import zone
from bot.flow.model import Flow
from bot.flow.simulation.offered import asked_by
from bot.flow.state import State
from bot.forecast.errors import ForecastError
from bot.forecast.opening import Opening, Openings, Wish
from bot.forecast.row import Forecast, Standing
from bot.forecast.verdicts import Answer, Verdict, answer
from bot.forecast.weighing import Rules, Weighing
from bot.forecast.wording import Length, Wording
from bot.published import PublishedFlows
from bot.store import forecasting, gate
from bot.store.enrolling import Audience
from bot.store.forecasting import Candidate, Terms
from bot.store.transaction import Tx

UNDER_WAY = "under_way"
FINISHED = "finished"
TOO_LATE = "too_late"

_OVER = frozenset({CampaignStatus.FINISHED, CampaignStatus.ABORTED})
_CURRENCY = "currency"  # a text's amounts look for it without being told to


@dataclass(frozen=True, slots=True)
class Installation:
    """What holds for every campaign here."""

    flows: PublishedFlows
    rules: Rules
    brand: Brand
    guest_list: frozenset[str] | None
    default_time_zone: str | None


def forecast(
    tx: Tx, campaign: Terms, audience: Audience, at: Installation, now: datetime, *, sample: int | None = None
) -> Iterator[list[Forecast]]:
    """In batches, by customer id. The transaction should be frozen (`forecasting.freeze`). Raises ForecastError."""
    if campaign.status in _OVER:
        raise ForecastError(f"campaign {campaign.name!r} is {campaign.status}: it contacts nobody any more")
    oracle = _Oracle(tx, campaign, at, now)
    wanted = oracle.wanted()
    for batch in forecasting.candidates(tx, campaign, audience, wanted=wanted, sample=sample):
        known = oracle.weighing.facts(tx, batch)
        yield [oracle.foretell(one, dict(zip(wanted, one.wanted, strict=True)), known) for one in batch]


@dataclass(slots=True)
class _Script:
    """A flow revision, and what has been found out about it so far."""

    flow: Flow
    openings: Openings = field(init=False)
    wording: Wording = field(init=False)

    def __post_init__(self) -> None:
        self.openings, self.wording = Openings(self.flow), Wording(self.flow)


class _Oracle:
    def __init__(self, tx: Tx, campaign: Terms, at: Installation, now: datetime) -> None:
        self._campaign, self._at, self._now = campaign, at, now
        self._share = float(campaign.control_share)
        self._starts_at = max(campaign.starts_at, now)
        self.weighing = Weighing(campaign, at.rules, at.guest_list, at.default_time_zone, now)
        self._scripts = {
            revision: _Script(at.flows.get(tx, revision, campaign.offer))
            for revision in forecasting.revisions(tx, campaign)
        }

    def wanted(self) -> list[str]:
        """The factors that the flow names anywhere: no other has to be read."""
        named = (asked_by(script.flow).facts for script in self._scripts.values())
        return sorted({_CURRENCY}.union(*named))

    def foretell(self, one: Candidate, factors: Mapping[str, object], known: gate.Facts) -> Forecast:
        dealt = one.arm or arm(self._campaign.salt, one.customer_id, self._share)
        standing = _standing(one)
        if dealt == Arm.CONTROL:
            return _told(one, dealt, standing, Answer(Verdict.CONTROL, Reason.CONTROL_ARM))
        if standing is Standing.NEW and not one.active:
            return _told(one, dealt, standing, Answer(Verdict.DENIED, Reason.LEFT))
        if standing in (Standing.UNDER_WAY, Standing.FINISHED):
            return _told(one, dealt, standing, Answer(Verdict.NO_CONTACT, standing))
        script = self._scripts[one.flow_revision or self._campaign.flow_revision]
        facts = self._facts(one, factors)
        wish = self._wish(one, standing, script, facts)
        if not isinstance(wish, Wish):
            return _told(one, dealt, standing, Answer(Verdict.NO_CONTACT, wish))
        return self._weighed(one, dealt, standing, script, facts, wish, known)

    def _wish(
        self, one: Candidate, standing: Standing, script: _Script, facts: Mapping[str, object]
    ) -> Opening:
        if standing is Standing.QUEUED:
            return _queued(one)
        starts_at = max(one.wakes_at or self._now, self._now) if one.enrolment_id else self._starts_at
        return script.openings.of(facts, starts_at, one.expires_at or starts_at + script.flow.expires)

    def _weighed(
        self,
        one: Candidate,
        dealt: str,
        standing: Standing,
        script: _Script,
        facts: Mapping[str, object],
        wish: Wish,
        known: gate.Facts,
    ) -> Forecast:
        values = {**facts, **State(facts=wish.noted).values()} if wish.noted else facts
        length = script.wording.length(wish.step, wish.channel, wish.text, one.language, values)
        moment = max(wish.at, self._now)
        if wish.expires_at <= moment:
            found = Answer(Verdict.EXPIRED, TOO_LATE)
        else:
            decision = self.weighing.decide(one, wish, known, moment)
            if length is None and not isinstance(decision, Denied):
                decision = Denied(Reason.MISSING_VALUE)
            found = answer(decision, on_denied=wish.on_denied, planned=moment, expires_at=wish.expires_at)
        zones = self.weighing.zones(one)
        return _told(one, dealt, standing, found, wish, length, zones[0] if zones else None)

    def _facts(self, one: Candidate, factors: Mapping[str, object]) -> dict[str, object]:
        return facts_of(
            customer_id=one.customer_id,
            brand=self._at.brand,
            name=one.name,
            msisdn=one.msisdn,
            language=one.language,
            region=one.region,
            time_zone=one.time_zone,
            tier=one.tier,
            factors=factors,
        )


def _standing(one: Candidate) -> Standing:
    if one.enrolment_id is None:
        return Standing.NEW
    if one.status != EnrolmentStatus.ACTIVE:
        return Standing.HELD_OUT if one.status == EnrolmentStatus.HELD_OUT else Standing.FINISHED
    if one.step is None:
        return Standing.WAITING
    return Standing.UNDER_WAY if one.due_step is None else Standing.QUEUED


def _queued(one: Candidate) -> Wish:
    """The contact that waits to be made, as it was planned."""
    assert one.due_step and one.due_channel and one.due_purpose and one.due_on_denied and one.due_text
    assert one.due_at is not None and one.due_expires_at is not None
    return Wish(
        step=one.due_step,
        channel=Channel(one.due_channel),
        purpose=one.due_purpose,
        at=one.due_at,
        expires_at=one.due_expires_at,
        on_denied=one.due_on_denied,
        text=one.due_text,
        noted=one.run_facts or {},
    )


def _told(
    one: Candidate,
    dealt: str,
    standing: Standing,
    found: Answer,
    wish: Wish | None = None,
    length: Length | None = None,
    zone_name: str | None = None,
) -> Forecast:
    return Forecast(
        one.customer_id,
        one.external_id,
        masked(one.msisdn),
        str(dealt),
        standing,
        wish.step if wish else None,
        wish.channel if wish else None,
        wish.purpose if wish else None,
        one.language,
        length.characters if length else None,
        length.segments if length else None,
        wish.at if wish else None,
        found.verdict,
        found.reason,
        found.at,
        local(found.at, zone_name) if found.at is not None and zone_name is not None else None,
        zone_name if wish else one.time_zone,
        zone_name is not None and zone_name == one.time_zone,
    )


@lru_cache(maxsize=1 << 14)
def local(moment: datetime, zone_name: str) -> str:
    return moment.astimezone(zone(zone_name)).isoformat(timespec="minutes")
