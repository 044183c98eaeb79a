"""The stages of the path on the test's own database, with a fake carrier: one customer's campaign by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select, update

from bot.channels.twilio_sms import TwilioSms
from bot.channels.twilio_voice import TwilioVoice
from bot.domain.people import Brand
from bot.domain.profiles import Profiles
from bot.flow.load import load_flow
from bot.inbound.process import Inbound
from bot.inbound.voice import Voice
from bot.outreach.bridge import Bridge
from bot.outreach.manual_calls import CallDesk
from bot.outreach.outgoing import Outgoing
from bot.outreach.pacing import Pacing
from bot.outreach.recall import Recall
from bot.outreach.recall_by_hand import RecallByHand
from bot.outreach.reconcile import Reconciler
from bot.outreach.ring_managers import ManagerCalls
from bot.outreach.send import SmsOutreach, VoiceOutreach
from bot.outreach.voicemail import VoicemailOutreach
from bot.published import PublishedFlows
from bot.rulebook import Rulebook
from bot.store import events, flow_revisions
from bot.store.events import NewEvent
from bot.store.flow_revisions import FlowText
from bot.store.models import (
    AttemptRow,
    CustomerRow,
    DecisionRow,
    EnrolmentRow,
    EventRow,
    SuppressionRow,
)
from bot.store.transaction import Transaction
from tests.db.factories import make_campaign, make_customer, make_enrolment
from tests.fakes import FakePacing, FakeSms, FakeVoice

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # a Sunday, 10:00 in Shanghai
FLOW = Path(__file__).parents[2] / "flows" / "low_balance_recharge.yaml"
#: The same as a service, which waits for nobody else's question.
AS_SERVICE = FLOW.read_text(encoding="utf-8").replace("purpose: marketing", "purpose: service")
BRAND = Brand("凯灵", "Keepline")
PUBLIC = "https://keepline.example.com"
ENVIRONMENT = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "auth-token",
    "SMS_SENDER": "+8610690000",
    "VOICE_SENDER": "+861095000",
    "BILLING_WEBHOOK_SECRET": "billing-webhook-secret",
    "PUBLIC_BASE_URL": PUBLIC,
    "SECRET_KEY": "sixteen letters!",
    "API_TOKEN": "a token for machines",
}
MANAGER_LINE = "+861095001"
_ALWAYS = {"marketing": ["00:00-24:00"], "service": ["00:00-24:00"]}
_ASKS_NOTHING = {"hours": _ALWAYS, "caps": [], "min_gap": {}, "zones": {}, "needs_consent": []}
#: No place has rules of its own: a campaign's policy alone decides.
NO_RULES = Rulebook(Profiles("none", {}, {}, {}), {"none": _ASKS_NOTHING})


@dataclass
class Parts:
    transaction: Transaction
    sms: FakeSms = field(default_factory=FakeSms)
    voice: FakeVoice = field(default_factory=FakeVoice)
    pacing: FakePacing = field(default_factory=FakePacing)
    flows: PublishedFlows = field(default_factory=PublishedFlows)
    guest_list: frozenset[str] | None = None
    manager_line: str | None = MANAGER_LINE
    rulebook: Rulebook = NO_RULES
    default_time_zone: str | None = None

    @property
    def outgoing(self) -> Outgoing:
        return Outgoing(
            "+8610690000", "+861095000", BRAND, self.guest_list, self.default_time_zone, self.rulebook
        )

    @property
    def sms_outreach(self) -> SmsOutreach:
        sms, pacing = cast(TwilioSms, self.sms), cast(Pacing, self.pacing)
        return SmsOutreach(self.transaction, self.flows, sms, pacing, self.outgoing)

    @property
    def voice_outreach(self) -> VoiceOutreach:
        voice, pacing = cast(TwilioVoice, self.voice), cast(Pacing, self.pacing)
        return VoiceOutreach(self.transaction, self.flows, voice, pacing, self.outgoing)

    @property
    def voicemail(self) -> VoicemailOutreach:
        return VoicemailOutreach(self.transaction, self.flows, cast(TwilioVoice, self.voice), self.outgoing)

    @property
    def reconciler(self) -> Reconciler:
        return Reconciler(self.transaction, cast(TwilioSms, self.sms), cast(TwilioVoice, self.voice))

    @property
    def recall(self) -> Recall:
        by_hand = RecallByHand(self.transaction, self.voice, self.outgoing)
        return Recall(self.transaction, self.sms, self.voice, by_hand)

    @property
    def inbound(self) -> Inbound:
        return Inbound(self.transaction, self.flows, BRAND, self.rulebook)

    @property
    def talk(self) -> Voice:
        line = self.manager_line
        return Voice(self.transaction, self.flows, BRAND, self.rulebook, PUBLIC, "+861095000", line)

    @property
    def call_desk(self) -> CallDesk:
        return CallDesk(self.outgoing, self.flows)

    @property
    def manager_calls(self) -> ManagerCalls:
        return ManagerCalls(self.transaction, self.voice, self.pacing, "+861095000")

    @property
    def bridge(self) -> Bridge:
        return Bridge(self.transaction, self.outgoing, PUBLIC)

    # -- a campaign of one ---------------------------------------------------------------------------

    def campaign(self, source: str | None = None, **over: Any) -> int:
        """Running, on the shipped flow or another, without caps unless `policy` sets some."""
        source = source or FLOW.read_text(encoding="utf-8")
        flow = load_flow(source, name=FLOW.stem)
        with self.transaction() as tx:
            flow_revisions.publish(tx, flow.revision, FlowText(flow.name, source, {}), NOW)
            return make_campaign(tx, **({"flow_revision": flow.revision, "policy": UNCAPPED} | over))

    def customer(self, **over: Any) -> int:
        factors = {"balance": 8.5, "arpu": 60, "sms_habit": True} | over.pop("factors", {})
        with self.transaction() as tx:
            return make_customer(tx, factors=factors, **over)

    def enrol(self, campaign: int | None = None, customer: int | None = None, now: datetime = NOW) -> int:
        """Enrolled and awake: an SMS (or a call, without the habit) is due."""
        campaign = campaign if campaign is not None else self.campaign()
        customer = customer if customer is not None else self.customer()
        with self.transaction() as tx:
            enrolment = make_enrolment(
                tx,
                campaign_id=campaign,
                customer_id=customer,
                step=None,
                visit=0,
                due_at=now,
                expires_at=now + timedelta(days=10),
            )
        self.inbound.wake_due(now)
        return enrolment

    def hear(self, kind: str, payload: Mapping[str, Any], now: datetime = NOW, **about: Any) -> None:
        """An event, stored and applied."""
        key = about.pop("key", None) or f"{kind}:{sorted(payload.items())}"
        with self.transaction() as tx:
            events.leave(tx, [NewEvent(key, kind, payload, now, **about)])
        self.inbound.process_waiting(now)

    def status(self, attempt: UUID, word: str, now: datetime = NOW, sid: str = "SM1", **more: str) -> None:
        payload = {"MessageSid": sid, "MessageStatus": word, **more}
        self.hear("sms.status", payload, now, attempt_id=attempt, key=f"sms:{sid}:{word}")

    def all_sent(self) -> None:
        """The carrier has sent every message that it held."""
        with self.transaction() as tx:
            held = AttemptRow.channel == "sms", AttemptRow.status == "accepted"
            tx.execute(update(AttemptRow).where(*held).values(status="sent"))

    def call_status(
        self, attempt: UUID, word: str, now: datetime = NOW, sid: str = "CA1", **more: str
    ) -> None:
        payload = {"CallSid": sid, "CallStatus": word, **more}
        self.hear("call.status", payload, now, attempt_id=attempt, key=f"call:{sid}:{word}")

    def reply(self, customer: int, body: str, now: datetime = NOW, sid: str = "SM-in") -> None:
        with self.transaction() as tx:
            number = tx.get_one(CustomerRow, customer).msisdn
        payload = {"MessageSid": sid, "From": number, "Body": body}
        self.hear("sms.inbound", payload, now, customer_id=customer, key=f"sms:in:{sid}")

    def topup(self, customer: int, amount: str, now: datetime = NOW, key: str = "billing:1") -> None:
        payload = {"amount": amount, "status": "completed", "topup_id": key}
        self.hear("billing.topup", payload, now, customer_id=customer, key=key)

    # -- what came of it -----------------------------------------------------------------------------

    def attempts(self, enrolment: int) -> list[AttemptRow]:
        with self.transaction() as tx:
            query = select(AttemptRow).where(AttemptRow.enrolment_id == enrolment)
            return list(tx.scalars(query.order_by(AttemptRow.visit, AttemptRow.try_no)))

    def attempt(self, enrolment: int) -> AttemptRow:
        """The newest."""
        return self.attempts(enrolment)[-1]

    def enrolment(self, enrolment: int) -> EnrolmentRow:
        with self.transaction() as tx:
            return tx.get_one(EnrolmentRow, enrolment)

    def decisions(self, attempt: UUID) -> list[tuple[str, str | None]]:
        with self.transaction() as tx:
            query = select(DecisionRow).where(DecisionRow.attempt_id == attempt).order_by(DecisionRow.id)
            return [(row.verdict, row.reason) for row in tx.scalars(query)]

    def event(self, key: str) -> EventRow | None:
        with self.transaction() as tx:
            return tx.scalars(select(EventRow).where(EventRow.key == key)).one_or_none()

    def register(self) -> list[SuppressionRow]:
        with self.transaction() as tx:
            return list(tx.scalars(select(SuppressionRow).order_by(SuppressionRow.id)))


UNCAPPED: dict[str, Any] = {"caps": [], "min_gap": {}}
