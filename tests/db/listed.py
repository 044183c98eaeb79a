"""A campaign that is still a draft, and people on its list: one of each kind that the gate tells apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.store import marks
from bot.store.marks import Mark
from bot.store.models import RiskListEntryRow
from tests.db.factories import (
    make_attempt,
    make_enrolment,
    make_event,
    make_risk_list,
    make_suppression,
    make_work_order,
)
from tests.db.parts import NOW, Parts


class Listed:
    """A campaign that is still a draft, and the people on its list."""

    def __init__(self, parts: Parts, source: str | None = None, **over: Any) -> None:
        self.parts = parts
        with parts.transaction() as tx:
            self.list_id = make_risk_list(tx)
        facts = {"risk_list_id": self.list_id, "status": "draft", "control_share": 0, "policy": {}}
        self.id = parts.campaign(source, **(facts | over))

    def person(self, **over: Any) -> int:
        customer = self.parts.customer(**over)
        with self.parts.transaction() as tx:
            tx.add(RiskListEntryRow(risk_list_id=self.list_id, customer_id=customer, cause="test"))
        return customer


def crowd(listed: Listed) -> dict[str, int]:
    """One of each kind that the gate tells apart."""
    people = {
        "plain": listed.person(),
        "by call": listed.person(factors={"sms_habit": False}),
        "in English": listed.person(language="en", name="Ann"),
        "worth a manager": listed.person(tier="high", factors={"arpu": 150}),
        "without a balance": listed.person(factors={"balance": None}),
        "without consent": listed.person(consents=["call:marketing"]),
        "without any consent": listed.person(consents=[], factors={"sms_habit": False}),
        "refusing": listed.person(),
        "refusing calls only": listed.person(),
        "complaining": listed.person(complaint_open=True),
        "on the black list": listed.person(),
        "waited for": listed.person(),
        "red": listed.person(),
        "hearing no machine": listed.person(
            msisdn="+12125550124",
            time_zone="Asia/Shanghai",
            region="New York",
            factors={"sms_habit": False},
        ),
        "with a manager": listed.person(),
        "with news": listed.person(),
        "asked by another": listed.person(),
        "in New York": listed.person(msisdn="+12125550123", time_zone="America/New_York", region="New York"),
        "in China somewhere": listed.person(time_zone=None, region=None),
        "nowhere": listed.person(msisdn="+99912345678", time_zone=None, region=None),
        "contacted often": listed.person(),
        "called just now": listed.person(factors={"sms_habit": False}),
    }
    with listed.parts.transaction() as tx:
        for name, mark in (("on the black list", "black"), ("waited for", "complaint"), ("red", "red")):
            marks.add(tx, [Mark(people[name], mark, "test")], NOW)
        make_suppression(tx, customer_id=people["refusing"])
        make_suppression(tx, customer_id=people["refusing calls only"], channel="call")
        order = make_enrolment(tx, customer_id=people["with a manager"])
        make_work_order(tx, enrolment_id=order)
        make_event(tx, customer_id=people["with news"])
        make_enrolment(
            tx,
            customer_id=people["asked by another"],
            holds_until=NOW + timedelta(hours=3),
            due_at=NOW + timedelta(hours=3),
        )
        often = make_enrolment(tx, customer_id=people["contacted often"])
        for visit in (1, 2, 3):
            taken = {"status": "delivered", "taken_at": NOW - timedelta(days=visit), "visit": visit}
            make_attempt(tx, enrolment_id=often, **taken)
        called = make_enrolment(tx, customer_id=people["called just now"])
        just_now = {"status": "no_answer", "taken_at": NOW - timedelta(minutes=10), "channel": "call"}
        make_attempt(tx, enrolment_id=called, **just_now)
    return people
