"""The gate's answers for a batch of candidates, by the same policy and the same facts as at the moment of contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from bot.domain.arbiter import Holder, Wanting
from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Contact, Decision
from bot.domain.policy import Policy, PolicyError
from bot.domain.weighing import in_turn, may_begin
from bot.forecast.errors import ForecastError
from bot.forecast.opening import Wish
from bot.rulebook import Rulebook
from bot.store import gate
from bot.store.forecasting import Candidate, Terms
from bot.weighing import as_written, person_of, zone_guesses

_NOT_ENROLLED = 0  # no run has this number


@dataclass(slots=True)
class Weighing:
    """For one campaign at one moment."""

    campaign: Terms
    rulebook: Rulebook
    guest_list: frozenset[str] | None
    default_time_zone: str | None
    now: datetime
    _policy: str = field(init=False)

    def __post_init__(self) -> None:
        self._policy = as_written(self.campaign.policy)

    def policy_for(self, one: Candidate) -> Policy:
        """Raises ForecastError."""
        try:
            return self.rulebook.policy_for(self._policy, one.msisdn, one.region)
        except PolicyError as error:
            raise ForecastError(
                f"campaign {self.campaign.name!r}: its policy cannot be read: {error}"
            ) from None

    def guesses(self, one: Candidate) -> tuple[str, ...]:
        return zone_guesses(one, self.rulebook, self.default_time_zone)

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
        person = person_of(
            one,
            known,
            consents=_consents(one.consents),
            past=[each.seen_from(self.campaign.id) for each in past] if past else (),
            guesses=self.guesses(one),
            news_read=moment > self.now,
        )
        contact = _contact(wish.channel, wish.purpose, to_former)
        decision = may_begin(contact, person, policy, moment, guest_list=self.guest_list)
        holders = known.holders.get(one.customer_id)
        return self._in_turn(one, wish, decision, holders, moment) if holders else decision

    def _in_turn(
        self, one: Candidate, wish: Wish, decision: Decision, holders: Sequence[Holder], moment: datetime
    ) -> Decision:
        terms = self.campaign
        wanting = Wanting(one.enrolment_id or _NOT_ENROLLED, terms.priority, terms.on_conflict, wish.purpose)
        return in_turn(decision, wanting, holders, moment).decision


@lru_cache(maxsize=16)
def _contact(channel: Channel, purpose: str, to_former: bool) -> Contact:
    return Contact(channel, purpose, Arm.TREATMENT, to_former=to_former)


@lru_cache(maxsize=1024)
def _consents(listed: str) -> frozenset[str]:
    return frozenset(listed.split())
