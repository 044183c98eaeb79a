"""Rows for database tests: each `make_*` inserts one with sensible facts and answers its id.

Whatever a row must point at and was not given is made as well. Keywords are column names.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.domain.ids import new_id
from bot.store import campaign_policies
from bot.store.models import (
    AttemptRow,
    CampaignRow,
    CustomerRow,
    DecisionRow,
    EnrolmentRow,
    EventRow,
    FlowRevisionRow,
    GrantRow,
    ManualCallRow,
    RiskListRow,
    Row,
    SuppressionRow,
    UserRow,
    WorkOrderRow,
)

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

FLOW = """\
flow: low_balance_recharge
title: {en: Low balance, zh: 低余额}
purpose: marketing
expires: 10d
offer: {min_recharge: 50, bonus: 10, within: 7d}
start: invite_by_sms

steps:
  invite_by_sms:
    sms:
      en: "Top up and get a bonus. Reply 1 to join, STOP to opt out"
      zh: "充值有礼，回1参加，拒收回T"
    expires: 6h
    then:
      after 24h: end
"""

_serial = itertools.count(1)


def _insert(tx: Session, row: Row) -> None:
    tx.add(row)
    tx.flush()


def make_user(tx: Session, **over: Any) -> int:
    serial = next(_serial)
    facts: dict[str, Any] = {
        "login": f"manager{serial}",
        "name": f"Manager {serial}",
        "password_hash": "not a hash: nobody logs in with it",
        "role": "manager",
        "tiers": ["high", "mid", "ordinary"],
        "created_at": NOW,
    }
    row = UserRow(**(facts | over))
    _insert(tx, row)
    return row.id


def make_customer(tx: Session, **over: Any) -> int:
    """An active subscriber in Shanghai who consents to marketing by SMS and call."""
    serial = next(_serial)
    facts: dict[str, Any] = {
        "external_id": f"C{serial:08d}",
        "msisdn": f"+86138{serial:08d}",
        "name": f"客户{serial}",
        "language": "zh",
        "time_zone": "Asia/Shanghai",
        "region": "Shanghai",
        "tier": "ordinary",
        "consents": ["sms:marketing", "call:marketing", "sms:service", "call:service"],
        "factors": {"balance": 8.5, "arpu": 60, "sms_habit": True},
        "snapshot_at": NOW,
        "created_at": NOW,
    }
    row = CustomerRow(**(facts | over))
    _insert(tx, row)
    return row.id


def make_flow_revision(tx: Session, **over: Any) -> str:
    serial = next(_serial)
    facts: dict[str, Any] = {
        "revision": f"{serial:064x}",
        "flow": "low_balance_recharge",
        "source": FLOW,
        "published_at": NOW,
    }
    row = FlowRevisionRow(**(facts | over))
    _insert(tx, row)
    return row.revision


def make_risk_list(tx: Session, **over: Any) -> int:
    row = RiskListRow(**({"name": f"list {next(_serial)}", "source": "synth", "created_at": NOW} | over))
    _insert(tx, row)
    return row.id


def make_campaign(tx: Session, **over: Any) -> int:
    """A campaign that runs since an hour ago, with its flow's offer, a tenth held out, without a budget."""
    facts: dict[str, Any] = {
        "name": f"campaign {next(_serial)}",
        "status": "running",
        "control_share": "0.1",
        "salt": "salt",
        "starts_at": NOW - timedelta(hours=1),
        "created_at": NOW - timedelta(hours=2),
        "started_at": NOW - timedelta(hours=1),
    }
    facts |= over
    if "flow_revision" not in facts:
        facts["flow_revision"] = make_flow_revision(tx)
    if facts.get("risk_list_id") is None and facts.get("condition") is None:
        facts["risk_list_id"] = make_risk_list(tx)
    row = CampaignRow(**facts)
    _insert(tx, row)
    campaign_policies.write(tx, row.id, row.policy, row.created_at, user_id=row.author_id)
    return row.id


def make_enrolment(tx: Session, **over: Any) -> int:
    """An active enrolment on its first step; with `arm="control"` one that is held out."""
    facts = dict(over)
    if "campaign_id" not in facts:
        facts["campaign_id"] = make_campaign(tx)
    if "customer_id" not in facts:
        facts["customer_id"] = make_customer(tx)
    if "flow_revision" not in facts:
        facts["flow_revision"] = tx.get_one(CampaignRow, facts["campaign_id"]).flow_revision
    control = facts.get("arm") == "control"
    usual: dict[str, Any] = {
        "arm": "treatment",
        "status": "held_out" if control else "active",
        "step": None if control else "invite_by_sms",
        "visit": 0 if control else 1,
        "enrolled_at": NOW - timedelta(hours=1),
        "expires_at": None if control else NOW + timedelta(days=10),
    }
    row = EnrolmentRow(**(usual | facts))
    _insert(tx, row)
    return row.id


def _of_enrolment(tx: Session, over: dict[str, Any]) -> dict[str, Any]:
    enrolment_id = over["enrolment_id"] if "enrolment_id" in over else make_enrolment(tx)
    enrolment = tx.get_one(EnrolmentRow, enrolment_id)
    return {
        "enrolment_id": enrolment_id,
        "campaign_id": enrolment.campaign_id,
        "customer_id": enrolment.customer_id,
    }


def make_attempt(tx: Session, **over: Any) -> UUID:
    """An SMS that is due now; give `status` and what belongs to it for another moment of its life."""
    owned = _of_enrolment(tx, over)
    facts: dict[str, Any] = owned | {
        "id": new_id(NOW),
        "channel": "sms",
        "purpose": "marketing",
        "step": "invite_by_sms",
        "visit": 1,
        "try_no": 1,
        "status": "due",
        "due_at": NOW,
        "expires_at": NOW + timedelta(hours=6),
        "on_denied": "wait",
        "created_at": NOW,
    }
    row = AttemptRow(**(facts | over))
    _insert(tx, row)
    return row.id


def make_decision(tx: Session, **over: Any) -> int:
    facts: dict[str, Any] = {"verdict": "allowed", "at": NOW}
    if "attempt_id" not in over:
        facts["attempt_id"] = make_attempt(tx)
    row = DecisionRow(**(facts | over))
    _insert(tx, row)
    return row.id


def make_event(tx: Session, **over: Any) -> int:
    facts: dict[str, Any] = {
        "key": f"event:{next(_serial)}",
        "kind": "sms.inbound",
        "payload": {"Body": "1"},
        "received_at": NOW,
    }
    row = EventRow(**(facts | over))
    _insert(tx, row)
    return row.id


def make_topup(tx: Session, customer_id: int, amount: str, **over: Any) -> int:
    """A recharge as billing reports it."""
    payload = {"amount": amount, "msisdn": tx.get_one(CustomerRow, customer_id).msisdn}
    facts: dict[str, Any] = {"kind": "billing.topup", "customer_id": customer_id, "payload": payload}
    return make_event(tx, **(facts | over))


def make_grant(tx: Session, **over: Any) -> UUID:
    """A grant that is due now: accepted, qualified, to be credited."""
    owned = _of_enrolment(tx, over)
    facts: dict[str, Any] = owned | {
        "id": new_id(NOW),
        "status": "due",
        "amount": "10.00",
        "accepted_at": NOW,
        "qualified_at": NOW,
        "due_at": NOW,
        "evidence": {},
        "created_at": NOW,
    }
    row = GrantRow(**(facts | over))
    _insert(tx, row)
    return row.id


def make_work_order(tx: Session, **over: Any) -> int:
    owned = _of_enrolment(tx, over)
    facts: dict[str, Any] = owned | {
        "visit": 1,
        "queue": "retention",
        "script": "low_balance",
        "reason": "asked_for_manager",
        "priority": 5,
        "due_at": NOW + timedelta(hours=4),
        "opened_at": NOW,
    }
    row = WorkOrderRow(**(facts | over))
    _insert(tx, row)
    return row.id


def make_manual_call(tx: Session, *, order_id: int, **over: Any) -> UUID:
    """A call by hand from this order, permitted and due."""
    order = tx.get_one(WorkOrderRow, order_id)
    facts: dict[str, Any] = {
        "id": new_id(NOW),
        "work_order_id": order_id,
        "enrolment_id": order.enrolment_id,
        "campaign_id": order.campaign_id,
        "customer_id": order.customer_id,
        "way": "bridged",
        "purpose": "service",
        "verdict": "allowed",
        "status": "due",
        "asked_at": NOW,
        "due_at": NOW,
    }
    row = ManualCallRow(**(facts | over))
    _insert(tx, row)
    return row.id


def make_suppression(tx: Session, **over: Any) -> int:
    facts: dict[str, Any] = {"action": "suppress", "source": "sms_reply", "at": NOW}
    if "msisdn" not in over:
        customer_id = over.get("customer_id") or make_customer(tx)
        facts |= {"customer_id": customer_id, "msisdn": tx.get_one(CustomerRow, customer_id).msisdn}
    row = SuppressionRow(**(facts | over))
    _insert(tx, row)
    return row.id
