"""The gate's answers for a batch of candidates, by the same policy and the same facts as at the moment of contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from json import dumps
from typing import Protocol

from bot.domain.arbiter import LOOK_AGAIN, Go, Holder, Interrupt, Later, LeaveOut, Wanting, arbitrate
from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Allowed, Contact, Decision, Deferred, Denied, Person, Reason, may_contact
from bot.domain.policy import Policy
from bot.domain.wall_clock import is_zone
from bot.forecast.opening import Wish
from bot.store import gate
from bot.store.forecasting import Candidate, Terms
from bot.store.transaction import Tx

LAST_MOMENT = timedelta(seconds=5)  # what outreach would begin so late it puts off, and so do we
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
    _alike: dict[int, tuple[Policy, Policy]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._policy = dumps(self.campaign.policy, sort_keys=True)

    def policy_for(self, one: Candidate) -> Policy:
        """Policies that say the same are one: what is remembered of their hours is then found at once."""
        policy = self.rules.policy_for(self._policy, one.msisdn, one.region)
        known = self._alike.get(id(policy))
        if known is None:
            same = next((first for first, _ in self._alike.values() if first == policy), policy)
            known = self._alike[id(policy)] = (same, policy)  # kept, so that the id stays its own
        return known[0]

    def guesses(self, one: Candidate) -> tuple[str, ...]:
        """Where somebody without a zone may be."""
        if one.time_zone and is_zone(one.time_zone):
            return ()
        return self.rules.zone_guesses(one.msisdn, one.region, self.default_time_zone)

    def facts(self, tx: Tx, batch: Sequence[Candidate], policies: Sequence[Policy]) -> gate.Facts:
        memory = max(policy.longest_memory for policy in {id(one): one for one in policies}.values())
        return gate.facts(
            tx,
            customers=[one.customer_id for one in batch],
            numbers=[one.msisdn for one in batch],
            since=self.now - memory,
            now=self.now,
        )

    def decide(
        self,
        one: Candidate,
        wish: Wish,
        policy: Policy,
        known: gate.Facts,
        moment: datetime,
        *,
        to_former: bool,
    ) -> Decision:
        past = known.past.get(one.customer_id)
        person = Person(
            msisdn=one.msisdn,
            time_zone=one.time_zone,
            active=one.active,
            consents=_consents(one.consents),
            refusals=known.refusals.get(one.msisdn, ()),
            complaint_open=one.complaint_open,
            # News will long have been read when a later contact comes up.
            news_waiting=moment <= self.now and one.customer_id in known.news,
            work_order_open=one.customer_id in known.orders,
            past=[each.seen_from(self.campaign.id) for each in past] if past else (),
            zone_guesses=self.guesses(one),
        )
        contact = _contact(wish.channel, wish.purpose, to_former)
        decision = may_contact(contact, person, policy, moment, guest_list=self.guest_list)
        if isinstance(decision, Allowed) and decision.closes_at - moment < LAST_MOMENT:
            decision = may_contact(contact, person, policy, decision.closes_at, guest_list=self.guest_list)
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


@lru_cache(maxsize=16)
def _contact(channel: Channel, purpose: str, to_former: bool) -> Contact:
    return Contact(channel, purpose, Arm.TREATMENT, to_former=to_former)


@lru_cache(maxsize=1024)
def _consents(listed: str) -> frozenset[str]:
    return frozenset(listed.split())
