"""A small journal and the evidence beside it, for the tests of the checker: honest until something is planted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bot.store.models import CustomerRow
from bot.store.transaction import Tx
from tests.db.factories import (
    make_attempt,
    make_campaign,
    make_customer,
    make_decision,
    make_enrolment,
    make_event,
)
from tests.journeys.checked_tables import Evidence, RuledBy, Subject

TEN = datetime(2026, 10, 30, 2, 0, tzinfo=UTC)  # Friday, in Shanghai
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = TEN + 10 * DAY
CONSENTS = ("sms:marketing", "call:marketing", "sms:service", "call:service")


@dataclass
class World:
    """A small journal, and the evidence beside it; honest until something is planted."""

    tx: Tx
    evidence: Evidence = field(default_factory=lambda: Evidence(now=TEN + 5 * DAY))
    sids: int = 0

    def campaign(self, name: str, rules: str = "default") -> int:
        self.evidence.ruled = [*self.evidence.ruled, RuledBy(name, rules)]
        return make_campaign(self.tx, name=name)

    def customer(self, rules: str = "cn", zones: tuple[str, ...] = ("Asia/Shanghai",), **over: Any) -> int:
        customer_id = make_customer(self.tx)
        row = self.tx.get_one(CustomerRow, customer_id)
        subject = Subject(row.external_id, row.msisdn, rules, zones, over.pop("consents", CONSENTS), **over)
        self.evidence.subjects = [*self.evidence.subjects, subject]
        return customer_id

    def run(self, campaign: int, customer: int, **over: Any) -> int:
        return make_enrolment(
            self.tx,
            campaign_id=campaign,
            customer_id=customer,
            **({"due_at": LATER, "expires_at": LATER} | over),
        )

    def contact(self, run: int, at: datetime, **over: Any) -> UUID:
        """Allowed, taken by the carrier, delivered, and known to both."""
        self.sids += 1
        channel = over.get("channel", "sms")
        status = "delivered" if channel == "sms" else "completed"
        facts = {"status": status, "carrier_sid": f"S{self.sids}", "taken_at": at, "visit": self.sids} | over
        attempt = make_attempt(self.tx, enrolment_id=run, to_number=self.number(run), **facts)
        make_decision(self.tx, attempt_id=attempt, at=at)
        self.took(attempt, f"S{self.sids}", self.number(run), at, channel=channel)
        return attempt

    def took(
        self, attempt: UUID, sid: str, number: str, at: datetime, channel: str = "sms", **more: Any
    ) -> None:
        entry = {
            "sid": sid, "to": number, "direction": "outbound-api", "created_at": at.isoformat(), "body": sid,
            "status": "delivered", "status_callback": f"https://us.example/s?a={attempt}", "transcript": [],
        }  # fmt: skip
        (self.evidence.messages if channel == "sms" else self.evidence.calls).append(entry | more)

    def number(self, run: int) -> str:
        found = text(
            "SELECT c.msisdn FROM enrolments e JOIN customers c ON c.id = e.customer_id WHERE e.id = :id"
        )
        return str(self.tx.execute(found, {"id": run}).scalar_one())

    def said(self, number: str, at: datetime, words: str = "STOP", *, heard: bool = True) -> None:
        self.evidence.inbound.append(
            {"sid": "IN1", "from": number, "at": at.isoformat(), "body": words, "intent": "opt_out"}
        )
        if heard:
            make_event(self.tx, key="sms:in:IN1", processed_at=at, outcome="opt_out")
