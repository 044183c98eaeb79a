"""Four flows of the shelf over the same customers: voice first, with a survey, winback, and low balance."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from scripts.rehearsing import campaign
from scripts.rehearsing.stack import Stack
from tests.journeys.conftest import ROOT, begin
from tests.journeys.conversations import over_cap, talked_over

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]

DAYS = 9
OTHERS = {  # flow: what it brings to the rehearsal
    "complaint_callback": "voice first, with a survey as a part",
    "offnet_warning": "a survey by keypad, and the right to interrupt",
    "winback": "former customers",
}


def test_four_flows_share_their_customers_and_talk_with_each_one_at_a_time(stack: Stack) -> None:
    journey = begin(stack, customers=60, days=DAYS)
    _let_some_leave(stack)
    campaigns = {"low_balance_recharge": journey.campaign_id}
    for flow in OTHERS:
        campaigns[flow], _ = campaign.launch(stack, DAYS, path=ROOT / "flows" / f"{flow}.yaml", name=flow)
    books = journey.run(days=DAYS + 2)

    assert books.balanced, books
    contacted = _contacts_by_campaign(stack)
    assert set(contacted) == set(campaigns.values()), contacted
    assert talked_over(stack.wired.engine) == 0
    assert over_cap(stack.wired.engine, channel="sms", period="7 days", most=3) == 0
    assert over_cap(stack.wired.engine, channel="call", period="1 day", most=2) == 0
    assert _count(stack, "SELECT count(*) FROM decisions WHERE reason = 'other_conversation'") > 0
    # The winback reached those who have left, and nobody else did.
    left_contacted = (
        "SELECT count(DISTINCT a.campaign_id) FROM attempts a JOIN customers c ON c.id = a.customer_id "
        "WHERE c.external_id IN (SELECT external_id FROM gone) AND a.taken_at IS NOT NULL"
    )
    assert _count(stack, left_contacted) == 1
    assert _count(stack, "SELECT count(*) FROM outgoing_events") > 0
    assert _count(stack, "SELECT count(*) FROM events WHERE processed_at IS NULL") == 0


def _let_some_leave(stack: Stack) -> None:
    """Every fifth customer has left before the campaigns begin; a table keeps who, for the checks."""
    with stack.wired.engine.begin() as connection:
        connection.execute(text("CREATE TABLE gone AS SELECT external_id FROM customers WHERE id % 5 = 0"))
        connection.execute(text("UPDATE customers SET status = 'left' WHERE id % 5 = 0"))


def _contacts_by_campaign(stack: Stack) -> dict[int, int]:
    statement = text("SELECT campaign_id, count(*) FROM attempts WHERE taken_at IS NOT NULL GROUP BY 1")
    with stack.wired.engine.connect() as connection:
        return {row.campaign_id: row.count for row in connection.execute(statement)}


def _count(stack: Stack, statement: str) -> int:
    with stack.wired.engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())
