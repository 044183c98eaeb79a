"""Single lines of the register on a real database: refusals by hand and by API, patterns, consents and marks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.marks import Marked
from bot.domain.refusals import EVERYTHING, Action, Refusal, Scope, Source
from bot.register import patterns
from bot.register.errors import RegisterError
from bot.register.record import Recorded, Wish, record
from bot.register.told import wish_of
from bot.store import consents, marks, suppressions
from bot.store.marks import Mark
from bot.store.models import AuditRow, CustomerRow, SuppressionRow
from bot.store.transaction import Transaction
from tests.db.factories import NOW, make_customer
from tests.db.register_lines import A, consent, customer_under_way, held, lines, opt_outs


def wish(transaction: Transaction, action: Action = Action.SUPPRESS, **over: object) -> Recorded:
    facts: dict[str, object] = {"scope": EVERYTHING, "source": Source.OPERATOR, "msisdn": A} | over
    with transaction() as tx:
        return record(tx, Wish(action, **facts), now=NOW)  # type: ignore[arg-type]


# -- single lines ----------------------------------------------------------------------------------------------


def test_a_line_of_a_customers_number_is_the_customers(transaction: Transaction) -> None:
    customer = customer_under_way(transaction, A)

    recorded = wish(transaction, wording="no more, please", evidence="call of 2026-11-20")

    assert (recorded.masked, recorded.runs_told) == ("138****1001", True)
    assert opt_outs(transaction) == {customer: {"source": "operator", "registered": True, "purpose": "all"}}
    with transaction() as tx:
        row = tx.scalars(select(SuppressionRow)).one()
        assert (row.customer_id, row.wording, row.evidence) == (
            customer,
            "no more, please",
            "call of 2026-11-20",
        )
        assert A not in str(tx.scalars(select(AuditRow)).one().after)


def test_an_api_may_name_the_customer_as_the_operator_does(transaction: Transaction) -> None:
    customer = customer_under_way(transaction, A)
    with transaction() as tx:
        name = tx.get_one(CustomerRow, customer).external_id

    wish(
        transaction, msisdn=None, external_id=name, source=Source.API, evidence="portal:1", scope=Scope("sms")
    )

    assert held_scopes(transaction, A) == (Refusal("sms"),)
    assert opt_outs(transaction) == {}


def test_a_message_of_another_system_is_written_down_once(transaction: Transaction) -> None:
    """A late repeat of an end must not undo the refusal that came after it."""
    first = {"id": "17", "action": "restore", "msisdn": A, "wording": "subscribed again in the app"}
    with transaction() as tx:
        line = record(tx, wish_of(first), now=NOW).line
    wish(transaction)
    with transaction() as tx:
        assert record(tx, wish_of(first), now=NOW).line == line

    assert held(transaction, A) == {A}
    assert [action for _, action, _ in lines(transaction)] == ["restore", "suppress"]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ([], "body is not a JSON object"),
        ({"id": "1", "action": "stop", "msisdn": A}, "action is none of suppress, restore"),
        ({"action": "suppress", "msisdn": A}, "id is missing"),
        ({"id": "1", "action": "suppress"}, "customer_id is missing, and msisdn too"),
        ({"id": "1", "action": "suppress", "msisdn": A, "customer_id": "C1"}, "msisdn beside customer_id"),
        ({"id": "1", "action": "suppress", "msisdn": "13812341001"}, "msisdn is not an E.164 number"),
        ({"id": "1", "action": "suppress", "msisdn": A, "channel": "fax"}, "channel 'fax' is none of"),
        ({"id": "1", "action": "suppress", "msisdn": A, "topic": 5}, "topic is missing or no text"),
        ({"id": "1", "action": "suppress", "msisdn": A, "until": "x"}, "until is no field"),
    ],
)
def test_what_another_system_gets_wrong_is_named_by_its_field(told: object, message: str) -> None:
    with pytest.raises(RegisterError, match=f"^{message}"):
        wish_of(told)


def held_scopes(transaction: Transaction, number: str) -> tuple[Refusal, ...]:
    with transaction() as tx:
        return suppressions.held_against(tx, number)


def test_a_human_restores_with_the_customers_own_request_only(transaction: Transaction) -> None:
    wish(transaction)

    with pytest.raises(RegisterError, match="evidence is missing"):
        wish(transaction, Action.RESTORE, source=Source.MANAGER_RESTORE, evidence=" ")
    with pytest.raises(RegisterError, match="work_order cannot undo a refusal"):
        wish(transaction, Action.RESTORE, source=Source.WORK_ORDER, evidence="order 5")
    assert held(transaction, A) == {A}

    wish(transaction, Action.RESTORE, source=Source.MANAGER_RESTORE, evidence="letter of 2026-11-21")
    assert held(transaction, A) == set()


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"msisdn": None}, "give a number or a customer"),
        ({"external_id": "C1"}, "give a number or a customer"),
        ({"msisdn": None, "external_id": "nobody"}, "there is no customer 'nobody'"),
        ({"source": Source.API}, "evidence is missing"),
    ],
)
def test_a_line_about_nobody_is_refused(
    transaction: Transaction, over: dict[str, object], message: str
) -> None:
    with pytest.raises(RegisterError, match=message):
        wish(transaction, **over)
    assert lines(transaction) == []


def test_a_pattern_ends_the_runs_of_its_numbers(transaction: Transaction) -> None:
    customer = customer_under_way(transaction, "+8617012345678")
    customer_under_way(transaction, A)

    with transaction() as tx:
        told = patterns.add_pattern(tx, "+86170*", scope=EVERYTHING, reason="resold", now=NOW)
    assert told == 1
    assert set(opt_outs(transaction)) == {customer}
    assert held(transaction, "+8617012345678", A) == {"+8617012345678"}

    with transaction() as tx:
        patterns.end_pattern(tx, "+86170", now=NOW)
        with pytest.raises(RegisterError, match="there is no pattern"):
            patterns.end_pattern(tx, "+86170", now=NOW)
    assert held(transaction, "+8617012345678") == set()


def pairs(transaction: Transaction, customer: int) -> list[str]:
    with transaction() as tx:
        return tx.get_one(CustomerRow, customer).consents


# -- consents --------------------------------------------------------------------------------------------------


def test_consents_are_kept_line_by_line_and_the_customers_row_says_what_holds(
    transaction: Transaction,
) -> None:
    with transaction() as tx:
        customer = make_customer(tx, consents=["call:service", "sms:marketing"])
        other = make_customer(tx, consents=["sms:marketing"])
        consents.add(
            tx,
            [
                consent(customer, "withdraw"),
                consent(customer, channel="call"),
                consent(customer, "withdraw", channel="call"),
                consent(customer, channel="call"),
            ],
            NOW,
        )
    assert pairs(transaction, customer) == ["call:marketing", "call:service"]
    assert pairs(transaction, other) == ["sms:marketing"]
    with transaction() as tx:
        assert [one.action for one in consents.story(tx, customer)] == [
            "withdraw",
            "give",
            "withdraw",
            "give",
        ]


def test_a_consent_to_one_topic_is_none_to_the_rest(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx, consents=[])
        consents.add(tx, [consent(customer, topic="birthday")], NOW)
    assert pairs(transaction, customer) == []
    with transaction() as tx:
        asked = {"channel": "sms", "purpose": "marketing"}
        assert consents.holds(tx, customer, **asked, topic="birthday")
        assert not consents.holds(tx, customer, **asked, topic="roaming")
        consents.add(tx, [consent(customer, "withdraw")], NOW)
        assert not consents.holds(tx, customer, **asked, topic="birthday")
        assert consents.holds(tx, make_customer(tx), **asked, topic="roaming")  # by import, for all topics


# -- marks -----------------------------------------------------------------------------------------------------


def test_marks_hold_from_their_day_until_their_day(transaction: Transaction) -> None:
    with transaction() as tx:
        one, two = make_customer(tx), make_customer(tx)
        week = NOW + timedelta(days=7)
        assert (
            marks.add(
                tx, [Mark(one, "black", "crm"), Mark(one, "flea", "crm", week), Mark(two, "red", "crm")], NOW
            )
            == 3
        )
        assert marks.add(tx, [Mark(one, "black", "crm"), Mark(one, "flea", "crm", week)], NOW) == 0
        assert marks.add(tx, [Mark(one, "black", "legal")], NOW) == 1

        black, flea = Marked("black"), Marked("flea", week)
        assert marks.held(tx, [one, two], NOW) == {one: (black, flea, black), two: (Marked("red"),)}
        assert marks.held(tx, [one], week) == {one: (black, black)}
        assert marks.end(tx, [one, two], mark="black", source="crm", now=NOW) == 1
        assert marks.held(tx, [one], week) == {one: (black,)}  # legal still says so
        assert marks.end(tx, [one], mark="black", source="legal", now=NOW) == 1
        assert marks.held(tx, [one], week) == {}
