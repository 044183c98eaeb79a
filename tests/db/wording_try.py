"""A campaign that tries several wordings, and customers who came to its split."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.store.models import EnrolmentRow
from tests.db.factories import make_attempt, make_campaign, make_enrolment, make_flow_revision, make_topup

SPLIT = """\
flow: wording_try
purpose: marketing
expires: 10d
offer: {min_recharge: 50, bonus: 10, within: 7d}
start: wording

steps:
  wording:
    split: {short: 50, long: 30, friendly: 20}
    then: {short: invite, long: invite, friendly: invite}
  invite:
    sms: {en: "Top up and get a bonus. Reply STOP to opt out", zh: "充值有礼，拒收回T"}
    expires: 6h
    then:
      after 24h: end
"""


def campaign_with(tx: Session, source: str = SPLIT, **over: Any) -> int:
    return make_campaign(tx, flow_revision=make_flow_revision(tx, source=source), **over)


def go(
    tx: Session, campaign_id: int, way: str | None, customers: int, recharging: int = 0, **over: Any
) -> list[int]:
    """Treated customers of whom so many recharge; with `way`, they came to the split."""
    state = {} if way is None else {"ways": {"wording": way}}
    made = [make_enrolment(tx, campaign_id=campaign_id, state=state, **over) for _ in range(customers)]
    for enrolment_id in made[:recharging]:
        make_topup(tx, customer_of(tx, enrolment_id), "50")
    return made


def customer_of(tx: Session, enrolment_id: int) -> int:
    return tx.get_one(EnrolmentRow, enrolment_id).customer_id


def contact(
    tx: Session, customer_id: int, at: datetime, *, campaign: int | None = None, purpose: str = "marketing"
) -> None:
    """By another campaign, in which the customer is enrolled."""
    campaign = campaign or make_campaign(tx, started_at=None)
    enrolment = make_enrolment(tx, campaign_id=campaign, customer_id=customer_id)
    make_attempt(tx, enrolment_id=enrolment, status="delivered", taken_at=at, purpose=purpose)
