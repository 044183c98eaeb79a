"""A made-up base in the store: as many as asked for, the same each time, with managers for the best."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from bot.audience.synth import synthesise
from bot.store.transaction import Transaction
from tests.db.factories import make_user


def test_at_risk_only_puts_every_customer_on_the_list(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        report = synthesise(tx, customers=300, seed=7, now=now, risk_list="demo", at_risk_only=True)

    assert (report.new, report.risk_list_size, report.rejected) == (300, 300, 0)
    with transaction() as tx:
        causes = tx.execute(text("SELECT cause, count(*) FROM risk_list_entries GROUP BY 1")).all()
        row = tx.execute(
            text(
                "SELECT count(DISTINCT msisdn), count(DISTINCT time_zone), count(DISTINCT language), "
                "count(*) FILTER (WHERE cardinality(consents) = 5), "
                "count(*) FILTER (WHERE factors ?& array['balance', 'arpu', 'sms_habit']) "
                "FROM customers"
            )
        ).one()
    assert {cause for cause, _ in causes} >= {"low_balance", "arpu_falling"}
    assert row[0] == 300
    assert row[1] >= 3
    assert row[2] == 2
    assert row[3:] == (300, 300)


def test_a_mixed_base_lists_only_those_at_risk(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        report = synthesise(tx, customers=400, seed=3, now=now, risk_list="all")

    assert report.new == 400
    assert 80 < report.risk_list_size < 240


def test_the_same_seed_again_changes_nothing_and_another_adds_others(
    transaction: Transaction, now: datetime
) -> None:
    with transaction() as tx:
        synthesise(tx, customers=100, seed=7, now=now)
    with transaction() as tx:
        again = synthesise(tx, customers=100, seed=7, now=now)
    with transaction() as tx:
        other = synthesise(tx, customers=100, seed=8, now=now)

    assert (again.new, again.updated, again.unchanged) == (0, 0, 100)
    assert other.new == 100


def test_a_customer_is_the_same_person_in_both_kinds_of_base(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        synthesise(tx, customers=200, seed=7, now=now)
    with transaction() as tx:
        report = synthesise(tx, customers=40, seed=7, now=now, at_risk_only=True)

    assert (report.new, report.updated, report.unchanged) == (0, 0, 40)


def test_high_value_customers_get_a_manager_who_takes_them(transaction: Transaction, now: datetime) -> None:
    with transaction() as tx:
        south = make_user(tx, login="south", role="manager", tiers=["high"], regions=["guangdong"])
        make_user(tx, login="ordinary", role="manager", tiers=["ordinary"])
        synthesise(tx, customers=400, seed=7, now=now)

    with transaction() as tx:
        owned = tx.execute(
            text("SELECT DISTINCT owner_id, tier, region FROM customers WHERE owner_id IS NOT NULL")
        ).all()
        missing = tx.execute(
            text(
                "SELECT count(*) FROM customers "
                "WHERE tier = 'high' AND region = 'guangdong' AND owner_id IS NULL"
            )
        ).scalar_one()
    assert owned == [(south, "high", "guangdong")]
    assert missing == 0
