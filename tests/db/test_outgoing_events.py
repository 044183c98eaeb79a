"""What flows tell other systems: left in the flow's own transaction, read on by a cursor, lost by nobody."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.store import outgoing_events
from bot.store.models import CustomerRow, EnrolmentRow, OutgoingEventRow
from bot.store.outgoing_events import NewOutgoing
from bot.store.transaction import Transaction, Tx
from tests.db.factories import make_enrolment
from tests.db.parts import ENVIRONMENT, NOW, Parts

TELLING = """\
flow: telling
title: {en: Telling, zh: 通知}
purpose: service
expires: 10d
start: note
steps:
  note:
    set: {cause: price, rounds: {add: 1}}
    then: {next: tell}
  tell:
    emit: winback_started
    with: {cause: {from: run.cause}, source: flow}
    then: {next: rest}
  rest:
    wait: 1d
    then: {done: end}
"""
TOKEN = {"Authorization": f"Bearer {ENVIRONMENT['API_TOKEN']}"}


def read(client: FlaskClient, **query: Any) -> dict[str, Any]:
    answer = client.get("/api/outgoing-events", query_string=query, headers=TOKEN)
    assert answer.status_code == 200
    assert answer.json is not None
    return dict(answer.json)


def told(parts: Parts) -> list[OutgoingEventRow]:
    with parts.transaction() as tx:
        return list(tx.scalars(select(OutgoingEventRow).order_by(OutgoingEventRow.id)))


def test_a_flow_tells_once_with_what_its_run_has_noted(client: FlaskClient, parts: Parts) -> None:
    enrolment = parts.enrol(parts.campaign(TELLING))
    parts.inbound.wake_due(NOW + timedelta(days=2))
    (row,) = told(parts)
    assert (row.enrolment_id, row.name, row.at) == (enrolment, "winback_started", NOW)
    assert row.details == {"cause": "price", "source": "flow"}


def test_others_hear_the_customers_own_id_and_nothing_else_of_the_person(
    client: FlaskClient, parts: Parts
) -> None:
    enrolment = parts.enrol(parts.campaign(TELLING))
    with parts.transaction() as tx:
        customer = tx.get_one(CustomerRow, parts.enrolment(enrolment).customer_id)
    (row,) = told(parts)
    assert read(client) == {
        "events": [
            {
                "id": row.id,
                "event": "winback_started",
                "at": "2026-11-22T02:00:00+00:00",
                "customer": {"id": customer.external_id},
                "details": {"cause": "price", "source": "flow"},
            }
        ],
        "next": row.id,
    }


def test_a_reader_goes_on_from_its_cursor_and_may_ask_again(client: FlaskClient, parts: Parts) -> None:
    campaign = parts.campaign(TELLING)
    for _ in range(5):
        parts.enrol(campaign)
    first = read(client, limit=2)
    assert read(client, limit=2) == first
    seen, cursor = [], 0
    while page := read(client, after=cursor, limit=2)["events"]:
        seen += [one["id"] for one in page]
        cursor = page[-1]["id"]
    assert seen == [row.id for row in told(parts)]
    assert read(client, after=cursor) == {"events": [], "next": cursor}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer another token!!!"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer é"},
    ],
)
def test_nobody_reads_without_the_token(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.get("/api/outgoing-events", headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": "-1"}, "after"),
        ({"after": "²"}, "after"),
        ({"after": "9" * 19}, "after"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "many"}, "limit"),
    ],
)
def test_an_odd_question_is_refused_by_its_field(
    client: FlaskClient, query: dict[str, str], field: str
) -> None:
    answer = client.get("/api/outgoing-events", query_string=query, headers=TOKEN)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["reason"].split()[0] == field


def test_no_reader_passes_over_one_that_is_still_being_written(transaction: Transaction) -> None:
    """Ids are given in the order of commits, or a cursor could pass a lower one that comes to light later."""
    with transaction() as tx:
        enrolment = make_enrolment(tx)
    written, commit = threading.Event(), threading.Event()

    def tell(name: str, *, slowly: bool) -> None:
        with transaction() as tx:
            outgoing_events.leave(tx, [NewOutgoing(enrolment, *_of(tx, enrolment), name, {})], NOW)
            if slowly:
                written.set()
                commit.wait(10)

    slow = threading.Thread(target=tell, args=("slow",), kwargs={"slowly": True})
    quick = threading.Thread(target=tell, args=("quick",), kwargs={"slowly": False})
    slow.start()
    assert written.wait(10)
    quick.start()
    quick.join(0.3)
    with transaction() as tx:
        assert outgoing_events.after(tx, 0, 10) == []  # the quick one must not be seen first
    commit.set()
    slow.join(10)
    quick.join(10)
    with transaction() as tx:
        assert [one.name for one in outgoing_events.after(tx, 0, 10)] == ["slow", "quick"]


def _of(tx: Tx, enrolment: int) -> tuple[int, int]:
    row = tx.get_one(EnrolmentRow, enrolment)
    return row.customer_id, row.campaign_id
