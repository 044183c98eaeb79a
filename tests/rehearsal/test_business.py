"""Complaints, ports and other news of the operator's systems: told only where a scenario asks for them."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from rehearsal.business_wishes import BadBusiness, read_rates
from rehearsal.chance import Chance
from rehearsal.options import BadOption, read_options
from tests.rehearsal.invitations import TO
from tests.rehearsal.stand_ins import BILLING_SECRET, START, Product, Rehearsal, environment, running

needs_sockets = [pytest.mark.enable_socket, pytest.mark.timeout(60)]


def crowd(persona: str, size: int = 60) -> dict[str, Any]:
    customers = [{"msisdn": f"+861370000{number:04d}", "persona": persona} for number in range(size)]
    return {"horizon_days": 10, "customers": customers}


def told(product: Product) -> list[dict[str, Any]]:
    return [json.loads(request.raw) for request in product.at("/business")]


class TestToldToTheProduct:
    pytestmark = needs_sockets

    @pytest.fixture
    def rehearsal(self, product: Product) -> Any:
        with running("--business-event-url", product.url("/business"), "--seed", "7") as process:
            yield process

    def test_one_event_is_told_at_its_time_and_signed_as_billing_signs(
        self, rehearsal: Rehearsal, product: Product
    ) -> None:
        at = (START + timedelta(hours=3)).isoformat()
        wanted = {"type": "complaint", "msisdn": TO, "at": at, "details": {"cause": "network"}}
        response = rehearsal.post("business", {"events": [wanted]})
        assert (response.status_code, response.json()) == (200, {"planned": 1})
        rehearsal.advance(hours=2)
        assert told(product) == []
        rehearsal.advance(hours=2)
        (request,) = product.at("/business")
        event = json.loads(request.raw)
        assert event == {
            "id": event["id"],
            "type": "complaint",
            "msisdn": TO,
            "at": "2026-11-22T05:00:00.000Z",
            "details": {"cause": "network"},
        }
        stamp, _, mac = request.headers["X-Keepline-Signature"].partition(",v1=")
        seconds = stamp.removeprefix("t=")
        assert int(seconds) == int(rehearsal.now.timestamp())
        expected = hmac.new(BILLING_SECRET.encode(), f"{seconds}.".encode() + request.raw, hashlib.sha256)
        assert mac == expected.hexdigest()
        (entry,) = rehearsal.ledger("business")
        assert (entry["id"], entry["outcome"], entry["persona"]) == (event["id"], 204, "stranger")
        assert rehearsal.get("ledger/summary")["business"] == {"told": 1, "by_type": {"complaint": 1}}

    def test_an_amount_is_told_where_there_is_one(self, rehearsal: Rehearsal, product: Product) -> None:
        rehearsal.post("business", {"events": [{"type": "recharge", "msisdn": TO, "amount": 50}]})
        rehearsal.advance(seconds=1)
        assert [event["amount"] for event in told(product)] == [50]

    def test_nothing_is_told_unless_it_is_asked_for(self, rehearsal: Rehearsal, product: Product) -> None:
        rehearsal.post("customers", crowd("angry"))
        rehearsal.advance(days=10)
        assert told(product) == []

    def test_rates_hold_for_each_persona_and_for_those_who_come_later(
        self, rehearsal: Rehearsal, product: Product
    ) -> None:
        causes = [{"cause": "network"}, {"cause": "price"}]
        rates = {"angry": {"complaint": 0.2}, "*": {"contacted_care": 0.05}}
        rehearsal.post("customers", crowd("angry"))
        plan = {"rates": rates, "details": {"complaint": causes}, "horizon_days": 10}
        planned = rehearsal.post("business", plan).json()["planned"]
        rehearsal.post("customers", {"horizon_days": 10, "customers": [{"msisdn": TO, "persona": "keen"}]})
        rehearsal.advance(days=10)
        kinds = Counter(event["type"] for event in told(product))
        assert 80 < kinds["complaint"] < 160
        assert 15 < kinds["contacted_care"] < 50
        assert sum(kinds.values()) >= planned
        complaints = [event for event in told(product) if event["type"] == "complaint"]
        assert {event["details"]["cause"] for event in complaints} == {"network", "price"}
        assert TO not in {event["msisdn"] for event in complaints}
        times = [event["at"] for event in told(product) if event["msisdn"] == complaints[0]["msisdn"]]
        assert times == sorted(times)

    def test_nothing_more_is_told_of_somebody_who_has_left(
        self, rehearsal: Rehearsal, product: Product
    ) -> None:
        rehearsal.post("customers", crowd("silent", 20))
        rehearsal.post("business", {"rates": {"*": {"port_out": 1, "complaint": 2}}})
        rehearsal.advance(days=10)
        of_one: dict[str, list[str]] = {}
        for event in told(product):
            of_one.setdefault(event["msisdn"], []).append(event["type"])
        assert len(of_one) == 20
        assert all(kinds.count("port_out") == 1 and kinds[-1] == "port_out" for kinds in of_one.values())

    def test_the_same_event_may_be_told_twice(self, rehearsal: Rehearsal, product: Product) -> None:
        rehearsal.set_faults(duplicate_business_event=1)
        rehearsal.post("business", {"events": [{"type": "complaint", "msisdn": TO}]})
        rehearsal.advance(seconds=1)
        first, second = told(product)
        assert first == second

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"events": {}}, "events: is not a list"),
            ({"events": [7]}, r"events\[0\]: is not an object"),
            ({"events": [{"type": "complaint", "msisdn": "138"}]}, r"events\[0\]\.msisdn: '138' is not"),
            ({"events": [{"type": "Uh oh", "msisdn": TO}]}, r"events\[0\]\.type: 'Uh oh' is no type"),
            ({"events": [{"type": "complaint", "msisdn": TO, "at": "noon"}]}, r"events\[0\]\.at: 'noon'"),
            ({"events": [{"type": "recharge", "msisdn": TO, "amount": "5"}]}, r"events\[0\]\.amount: '5'"),
            ({"events": [{"type": "complaint", "msisdn": TO, "details": []}]}, r"events\[0\]\.details: is"),
            ({"rates": []}, "rates: is not an object"),
            ({"rates": {"grumpy": {}}}, "rates: unknown persona 'grumpy'; known are"),
            ({"rates": {"angry": {"complaint": -1}}}, r"rates\.angry\.complaint: -1 is not a number"),
            ({"rates": {"angry": 3}}, r"rates\.angry: is not an object"),
            ({"rates": {}, "details": {"complaint": {}}}, r"details\.complaint: is not a list"),
        ],
    )
    def test_a_wish_that_cannot_be_read_is_named(
        self, rehearsal: Rehearsal, body: dict[str, Any], message: str
    ) -> None:
        response = rehearsal.post("business", body)
        assert response.status_code == 400
        assert re.search(message, response.json()["error"])


@pytest.mark.enable_socket
def test_rates_at_the_start_hold_for_all_who_are_registered(product: Product) -> None:
    rates = "angry.complaint=0.5,*.contacted_care=0.1"
    with running("--business-event-url", product.url("/business"), "--business-rates", rates) as process:
        process.post("customers", crowd("angry", 20))
        process.advance(days=10)
    assert {event["type"] for event in told(product)} == {"complaint", "contacted_care"}


@pytest.mark.enable_socket
def test_events_without_an_address_are_refused(plain_rehearsal: Rehearsal) -> None:
    response = plain_rehearsal.post("business", {"events": [{"type": "complaint", "msisdn": TO}]})
    assert response.status_code == 400
    assert response.json()["error"] == "business events: --business-event-url was not given"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--business-rates", "angry.complaint=0.1"], "--business-rates: needs --business-event-url"),
        (["--business-rates", "angry.complaint=often"], "--business-rates: angry.complaint: 'often' is not"),
        (["--business-event-url", "localhost"], "--business-event-url: 'localhost' is not an http"),
    ],
)
def test_an_odd_option_is_named(arguments: list[str], message: str) -> None:
    with pytest.raises(BadOption, match=message):
        read_options(arguments, environment())


def test_a_business_event_url_needs_the_secret() -> None:
    variables = environment()
    del variables["BILLING_WEBHOOK_SECRET"]
    with pytest.raises(BadOption, match="BILLING_WEBHOOK_SECRET: is not set, yet --business-event-url"):
        read_options(["--business-event-url", "http://localhost/b"], variables)


def test_rates_are_read_by_persona_and_type() -> None:
    assert read_rates("angry.complaint=0.05, *.contacted_care=0.003") == {
        "angry": {"complaint": 0.05},
        "*": {"contacted_care": 0.003},
    }
    assert read_rates("") == {}
    with pytest.raises(BadBusiness, match="unknown persona ''"):
        read_rates("=1")


def test_arrivals_are_as_many_as_their_rate_says() -> None:
    days = [day for number in range(500) for day in Chance(1).arrivals(0.2, 10, "x", number)]
    assert 900 < len(days) < 1100
    assert all(0 < day <= 10 for day in days)
    assert list(Chance(1).arrivals(0, 10, "x")) == []
