"""The operator's other systems: they tell of complaints, ports and the like where a scenario asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rehearsal.business_wishes import EVERYBODY, BadBusiness, Details, Rates, Wanted
from rehearsal.chance import Chance
from rehearsal.moments import iso
from rehearsal.options import Options
from rehearsal.people import People, Person
from rehearsal.schedule import Schedule
from rehearsal.sids import Mint
from rehearsal.signed_events import SignedEvents

FINAL = frozenset({"port_out", "disconnected"})  # nothing is told of somebody who has left


@dataclass(slots=True)
class Told:
    id: str
    type: str
    msisdn: str
    at: datetime
    amount: float | None
    details: Details
    persona: str
    outcome: int | str = ""

    def body(self) -> dict[str, Any]:
        amount = {} if self.amount is None else {"amount": self.amount}
        facts = {"id": self.id, "type": self.type, "msisdn": self.msisdn, "at": iso(self.at)}
        return {**facts, **amount, "details": dict(self.details)}

    def for_ledger(self) -> dict[str, Any]:
        return {**self.body(), "persona": self.persona, "outcome": self.outcome}


class Business:
    def __init__(
        self,
        options: Options,
        schedule: Schedule,
        chance: Chance,
        mint: Mint,
        people: People,
        events: SignedEvents,
    ) -> None:
        self._options = options
        self._schedule = schedule
        self._chance = chance
        self._mint = mint
        self._people = people
        self._events = events
        self._rates: Rates = options.business_rates
        self._details: Mapping[str, Sequence[Details]] = {}
        self._plans = 0
        self.told: list[Told] = []

    def happen_at(self, rates: Rates, details: Mapping[str, Sequence[Details]], days: float) -> int:
        """From now on events of these types happen at these rates, to those who are registered later, too."""
        self._demand_url()
        self._rates, self._details = rates, details
        self._plans += 1
        return sum(self.plan_for(person, days) for person in self._people if person.registered)

    def plan_for(self, person: Person, days: float) -> int:
        rates = {**self._rates.get(EVERYBODY, {}), **self._rates.get(person.persona.name, {})}
        planned = 0
        for day, kind in self._arrivals(person, rates, days):
            name = ("business details", kind, person.msisdn, day)
            choices = self._details.get(kind, ())
            details = self._chance.pick(choices, *name) if choices else {}
            at = self._schedule.now + timedelta(days=day)
            self.tell(Wanted(kind, person.msisdn, at, details=details))
            planned += 1
            if kind in FINAL:
                break
        return planned

    def tell(self, wanted: Wanted) -> None:
        self._demand_url()

        async def post(at: datetime) -> None:
            await self._post(wanted, at)

        at = max(wanted.at or self._schedule.now, self._schedule.now)
        self._schedule.put(at, wanted.msisdn, post)

    def _arrivals(self, person: Person, rates: Mapping[str, float], days: float) -> list[tuple[float, str]]:
        arrivals = [
            (day, kind)
            for kind, per_day in rates.items()
            for day in self._chance.arrivals(per_day, days, "business", kind, self._plans, person.msisdn)
        ]
        return sorted(arrivals)

    async def _post(self, wanted: Wanted, at: datetime) -> None:
        person = self._people.at(wanted.msisdn)
        told = Told(
            self._mint.token(),
            wanted.type,
            wanted.msisdn,
            at,
            wanted.amount,
            wanted.details,
            person.persona.name,
        )
        self.told.append(told)
        told.outcome = await self._events.tell(
            self._options.business_event_url,
            told.body(),
            event_id=told.id,
            kind="business",
            resource=told.id,
            at=at,
            told_twice="duplicate_business_event",
        )

    def _demand_url(self) -> None:
        if not self._options.business_event_url:
            raise BadBusiness("business events: --business-event-url was not given")
