"""The page of one customer: who has looked at it is on record, and the lists the customer is on are told."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.store import marks
from bot.store.marks import Mark
from bot.store.models import AuditRow
from bot.store.transaction import Transaction
from tests.console_app import make_app, make_person, sign_in
from tests.db.factories import make_customer


def test_each_look_is_written_down_without_the_number(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        olga = make_person(tx, login="olga", role="operator")
        customer = make_customer(tx, msisdn="+8613800138000")
    client = make_app(transaction, now).test_client()
    sign_in(client, "olga")
    for _ in range(2):
        assert client.get(f"/customers/{customer}").status_code == 200
    client.get("/customers/999999")
    with transaction() as tx:
        looks = tx.scalars(select(AuditRow).where(AuditRow.action == "customer.viewed")).all()
    assert [(one.user_id, one.subject, one.before, one.after) for one in looks] == [
        (olga, f"customer:{customer}", None, None)
    ] * 2


def test_the_lists_that_hold_now_are_shown_and_former_ones_are_not(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        make_person(tx, login="olga", role="operator")
        customer = make_customer(tx)
        until = now + timedelta(days=3)
        marks.add(tx, [Mark(customer, "black", "crm", until), Mark(customer, "of_our_own", "crm")], now)
        marks.add(tx, [Mark(customer, "flea", "crm", now - timedelta(days=1))], now - timedelta(days=2))
    client = make_app(transaction, now).test_client()
    sign_in(client, "olga")
    page = client.get(f"/customers/{customer}").text
    assert 'data-mark="black"' in page
    assert "Black list" in page
    assert "until Nov 25, 2026 02:00" in page
    assert "Of our own" in page
    assert 'data-mark="flea"' not in page
    assert "Agrees to: Everything" in page
