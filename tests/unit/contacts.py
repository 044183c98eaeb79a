"""A customer with nothing against a contact, and the contacts to be weighed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Allowed, Contact, Decision, Past, Person, Reason
from bot.domain.policy import read_policy

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # a Sunday, 10:00 in Shanghai
NIGHT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
POLICY = read_policy({})
NUMBER = "+8613800000001"
PERSON = Person(
    msisdn=NUMBER,
    time_zone="Asia/Shanghai",
    active=True,
    consents=frozenset({"sms:marketing", "call:marketing"}),
    refusals=(),
    complaint_open=False,
    news_waiting=False,
    work_order_open=False,
    past=(),
)
SMS = Contact(Channel.SMS, "marketing", Arm.TREATMENT)
CALL = Contact(Channel.CALL, "marketing", Arm.TREATMENT)


def ago(channel: Channel, *, purpose: str = "marketing", here: bool = True, **span: float) -> Past:
    return Past(NOW - timedelta(**span), channel, purpose, here)


def reason_of(decision: Decision) -> Reason | None:
    return None if isinstance(decision, Allowed) else decision.reason
