"""The billing system's side: top-ups that it tells us of, and bonuses that it credits once per key."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rehearsal.faults import Faults
from rehearsal.options import Options
from rehearsal.people import People, Person
from rehearsal.resources import json_bytes
from rehearsal.schedule import Schedule
from rehearsal.sids import Mint
from rehearsal.webhooks_out import WebhooksOut

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
        self,
        options: Options,
        schedule: Schedule,
        faults: Faults,
        mint: Mint,
        people: People,
        webhooks: WebhooksOut,
    ) -> None:
        self._options = options
        self._schedule = schedule
        self._faults = faults
        self._mint = mint
        self._people = people
        self._webhooks = webhooks
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
        body = json_bytes(_topup_event(event_id, topup, self._options.currency))
        times = 2 if self._faults.strikes("duplicate_topup") else 1
        for _ in range(times):
            answer = await self._webhooks.post_json(
                self._options.billing_event_url,
                body,
                {"X-Keepline-Signature": sign(self._options.billing_secret, body, self._schedule.now)},
                kind="billing",
                resource=topup.id,
                event=event_id,
                at=at,
            )
        topup.outcome = answer.outcome


def sign(secret: str, body: bytes, now: datetime) -> str:
    """`t` is the moment of sending: in a jump of the clock that is where it jumped to."""
    seconds = int(now.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},v1={digest.hexdigest()}"


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


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
