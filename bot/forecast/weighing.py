"""The gate's answers for a batch of candidates, by the same policy and the same facts as at the moment of contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from json import dumps
from typing import Protocol

from bot.domain.arbiter import LOOK_AGAIN, Go, Holder, Interrupt, Later, LeaveOut, Wanting, arbitrate
from bot.domain.campaigns import Arm
from bot.domain.contact import Allowed, Contact, Decision, Deferred, Denied, Person, Reason, may_contact
from bot.domain.policy import Policy
from bot.forecast.opening import Wish
from bot.store import gate
from bot.store.forecasting import Candidate, Terms
from bot.store.transaction import Tx

_NOT_ENROLLED = 0  # no run has this number


class Rules(Protocol):
    """Whose rules hold for a customer, and where one without a zone may be: `bot.rulebook.Rulebook`."""

    def policy_for(self, campaign: str | None, msisdn: str, region: str | None) -> Policy: ...
    def zone_guesses(self, msisdn: str, region: str | None, default: str | None) -> tuple[str, ...]: ...


@dataclass(slots=True)
class Weighing:
    """For one campaign at one moment."""

    campaign: Terms
    rules: Rules
    guest_list: frozenset[str] | None
    default_time_zone: str | None
    now: datetime
    _policy: str = field(init=False)

    def __post_init__(self) -> None:
        self._policy = dumps(self.campaign.policy, sort_keys=True)

    def policy_for(self, one: Candidate) -> Policy:
        return self.rules.policy_for(self._policy, one.msisdn, one.region)

    def zones(self, one: Candidate) -> tuple[str, ...]:
        """The customer's own, or all that it may be."""
        return self.policy_for(one).candidate_zones(one.time_zone, one.msisdn, self._guesses(one))

    def _guesses(self, one: Candidate) -> tuple[str, ...]:
        if one.time_zone:
            return ()
        return self.rules.zone_guesses(one.msisdn, one.region, self.default_time_zone)

    def facts(self, tx: Tx, batch: Sequence[Candidate]) -> gate.Facts:
        policies = {id(policy): policy for policy in map(self.policy_for, batch)}
        memory = max(policy.longest_memory for policy in policies.values())
        return gate.facts(
            tx,
            customers=[one.customer_id for one in batch],
            numbers=[one.msisdn for one in batch],
            since=self.now - memory,
            now=self.now,
        )

    def decide(self, one: Candidate, wish: Wish, known: gate.Facts, moment: datetime) -> Decision:
        past = known.past.get(one.customer_id)
        person = Person(
            msisdn=one.msisdn,
            time_zone=one.time_zone,
            active=one.active,
            consents=consents(one.consents),
            refusals=known.refusals.get(one.msisdn, ()),
            complaint_open=one.complaint_open,
            # News will long have been read when a later contact comes up.
            news_waiting=moment <= self.now and one.customer_id in known.news,
            work_order_open=one.customer_id in known.orders,
            past=[each.seen_from(self.campaign.id) for each in past] if past else (),
            zone_guesses=self._guesses(one),
        )
        decision = may_contact(
            Contact(wish.channel, wish.purpose, Arm.TREATMENT),
            person,
            self.policy_for(one),
            moment,
            guest_list=self.guest_list,
        )
        holders = known.holders.get(one.customer_id)
        if holders and isinstance(decision, Allowed):
            return self._in_turn(one, wish, holders, decision, moment)
        return decision

    def _in_turn(
        self, one: Candidate, wish: Wish, holders: Sequence[Holder], allowed: Allowed, moment: datetime
    ) -> Decision:
        wanting = Wanting(
            one.enrolment_id or _NOT_ENROLLED,
            self.campaign.priority,
            self.campaign.on_conflict,
            wish.purpose,
        )
        match arbitrate(wanting, holders, moment):
            case Go():
                return allowed
            case Later(until):
                return Deferred(Reason.OTHER_CONVERSATION, until)
            case LeaveOut():
                return Denied(Reason.OTHER_CONVERSATION)
            case Interrupt():
                return Deferred(Reason.OTHER_CONVERSATION, moment + LOOK_AGAIN)


@lru_cache(maxsize=1024)
def consents(listed: str) -> frozenset[str]:
    return frozenset(listed.split())
