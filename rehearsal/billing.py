"""The billing system's side: top-ups that it tells us of, and bonuses that it credits once per key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.moments import iso
from rehearsal.options import Options
from rehearsal.people import People, Person
from rehearsal.schedule import Schedule
from rehearsal.sids import Mint
from rehearsal.signed_events import SignedEvents

BASE_PATH = "/tmf-api/prepayBalanceManagement/v4"


@dataclass(slots=True)
class Topup:
    id: str
    msisdn: str
    amount: float
    cause: str  # spontaneous, invited or accepted
    at: datetime
    persona: str
    outcome: int | str = ""

    def for_ledger(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "msisdn": self.msisdn,
            "amount": self.amount,
            "cause": self.cause,
            "at": self.at.isoformat(),
            "persona": self.persona,
            "outcome": self.outcome,
        }


@dataclass(slots=True)
class Adjustment:
    id: str
    key: str
    msisdn: str
    amount: float
    units: str
    reason: str
    at: datetime
    repeats: int = 0

    def for_ledger(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "key": self.key,
            "msisdn": self.msisdn,
            "amount": self.amount,
            "units": self.units,
            "reason": self.reason,
            "at": self.at.isoformat(),
            "repeats": self.repeats,
        }


class KeyReused(ValueError):
    """An idempotency key that already stands for another credit."""


class Billing:
    def __init__(
        self, options: Options, schedule: Schedule, mint: Mint, people: People, events: SignedEvents
    ) -> None:
        self._options = options
        self._schedule = schedule
        self._mint = mint
        self._people = people
        self._events = events
        self.topups: list[Topup] = []
        self.adjustments: dict[str, Adjustment] = {}  # by key

    def adjust(self, key: str, msisdn: str, amount: float, units: str, reason: str) -> Adjustment:
        """Credit once per key; a repeat is counted and gives what the first one gave."""
        known = self.adjustments.get(key)
        if known is not None:
            if (known.msisdn, known.amount) != (msisdn, amount):
                raise KeyReused(f"key {key!r} already stands for another credit")
            known.repeats += 1
            return known
        adjustment = Adjustment(self._mint.token(), key, msisdn, amount, units, reason, self._schedule.now)
        self.adjustments[key] = adjustment
        self._people.at(msisdn).balance += amount
        return adjustment

    def plan_topup(self, person: Person, amount: float, cause: str, at: datetime) -> None:
        async def top_up(at: datetime) -> None:
            await self._top_up(person, amount, cause, at)

        self._schedule.put(at, person.msisdn, top_up)

    async def _top_up(self, person: Person, amount: float, cause: str, at: datetime) -> None:
        person.balance += amount
        person.days_since_recharge = 0.0
        topup = Topup(self._mint.token(), person.msisdn, amount, cause, at, person.persona.name)
        self.topups.append(topup)
        if not self._options.billing_event_url:
            return
        event_id = self._mint.token()
        topup.outcome = await self._events.tell(
            self._options.billing_event_url,
            _topup_event(event_id, topup, self._options.currency),
            event_id=event_id,
            kind="billing",
            resource=topup.id,
            at=at,
            told_twice="duplicate_topup",
        )


def _topup_event(event_id: str, topup: Topup, currency: str) -> dict[str, Any]:
    moment = iso(topup.at)
    return {
        "eventId": event_id,
        "eventTime": moment,
        "eventType": "TopupBalanceCreateEvent",
        "timeOcurred": moment,  # spelt as TMF654 v4 spells it
        "domain": "prepayBalanceManagement",
        "event": {
            "topupBalance": {
                "id": topup.id,
                "href": f"{BASE_PATH}/topupBalance/{topup.id}",
                "amount": {"amount": topup.amount, "units": currency},
                "usageType": "monetary",
                "status": "completed",
                "confirmationDate": moment,
                "requestedDate": moment,
                "channel": {"id": "app", "name": "Operator's app"},
                "logicalResource": [
                    {"id": topup.msisdn, "value": topup.msisdn, "@referredType": "MSISDN"},
                ],
                "@type": "TopupBalance",
            }
        },
    }
