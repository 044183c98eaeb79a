"""The billing system after TMF654: credits once per key, buckets, signed top-up events."""

import hashlib
import hmac
import json
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from tests.rehearsal.invitations import TO, send
from tests.rehearsal.stand_ins import BILLING_SECRET, BILLING_TOKEN, ROOT, SENDER, WAIT, Product, Rehearsal

pytestmark = [pytest.mark.enable_socket, pytest.mark.timeout(60)]

BASE = "/tmf-api/prepayBalanceManagement/v4"
SPEC_FILE = ROOT.parent / "shared" / "data" / "tmf654_prepay_balance_v4.json"
CREDIT = {
    "amount": {"amount": 10.0, "units": "CNY"},
    "usageType": "monetary",
    "bucket": {"id": TO},
    "logicalResource": [{"id": TO}],
    "reason": "bonus",
}


def ask(rehearsal: Rehearsal, path: str, token: str = BILLING_TOKEN) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(rehearsal.base_url + BASE + path, headers=headers, timeout=WAIT)


def credit(rehearsal: Rehearsal, key: str = "grant-1", **body: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {BILLING_TOKEN}", "Idempotency-Key": key}
    url = f"{rehearsal.base_url}{BASE}/adjustBalance"
    return requests.post(url, json=CREDIT | body, headers=headers, timeout=WAIT)


def balance(rehearsal: Rehearsal) -> float:
    (bucket,) = ask(rehearsal, f"/bucket?logicalResource.id={TO.replace('+', '%2B')}").json()
    amount: float = bucket["remainingValue"]["amount"]
    return amount


def test_a_key_credits_once_however_often_it_is_used(rehearsal: Rehearsal) -> None:
    rehearsal.register(TO, "silent", balance=8.0)
    first, second = credit(rehearsal), credit(rehearsal)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.json()["status"] == "completed"
    assert balance(rehearsal) == 18.0
    (entry,) = rehearsal.ledger("adjustments")
    assert (entry["key"], entry["msisdn"], entry["amount"], entry["repeats"]) == ("grant-1", TO, 10.0, 1)
    assert credit(rehearsal, amount={"amount": 99, "units": "CNY"}).status_code == 409
    assert credit(rehearsal, key="grant-2").status_code == 201
    assert balance(rehearsal) == 28.0


def test_an_unknown_outcome_can_be_asked_about(rehearsal: Rehearsal) -> None:
    assert ask(rehearsal, "/adjustBalance?idempotencyKey=grant-1").json() == []
    rehearsal.set_faults(billing_lost_response=1)
    with pytest.raises(requests.ConnectionError):
        credit(rehearsal)
    rehearsal.set_faults(billing_lost_response=0)
    (found,) = ask(rehearsal, "/adjustBalance?idempotencyKey=grant-1").json()
    assert found["externalId"] == "grant-1"
    assert ask(rehearsal, f"/adjustBalance/{found['id']}").json() == found
    assert ask(rehearsal, "/adjustBalance/none").status_code == 404


def test_an_error_before_takes_nothing_and_an_error_after_has_taken_it(rehearsal: Rehearsal) -> None:
    rehearsal.set_faults(billing_error=1)
    assert credit(rehearsal).status_code == 500
    assert ask(rehearsal, "/adjustBalance?idempotencyKey=grant-1").json() == []
    rehearsal.set_faults(billing_error=0, billing_error_after_accept=1)
    assert credit(rehearsal).status_code == 500
    assert len(ask(rehearsal, "/adjustBalance?idempotencyKey=grant-1").json()) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"amount": None}, "amount: is missing"),
        ({"amount": {"amount": "much"}}, "amount.amount: is not a number"),
        ({"logicalResource": [], "bucket": None}, "logicalResource: is missing, and so is bucket"),
    ],
)
def test_a_credit_that_cannot_be_read_is_refused_by_field(
    plain_rehearsal: Rehearsal, body: dict[str, Any], reason: str
) -> None:
    response = credit(plain_rehearsal, **body)
    assert (response.status_code, response.json()["reason"]) == (400, reason)


def test_the_bearer_token_is_checked(plain_rehearsal: Rehearsal) -> None:
    assert ask(plain_rehearsal, "/bucket", token="wrong").status_code == 401


def test_a_top_up_is_told_in_tmfs_envelope_and_signed_at_the_present_moment(
    rehearsal: Rehearsal, product: Product
) -> None:
    rehearsal.register(TO, "keen", balance=8.0)
    for _ in range(5):
        send(rehearsal, From=SENDER)
        rehearsal.advance(days=8)
        if product.at("/billing"):
            break
    (request,) = product.at("/billing")
    stamp, _, mac = request.headers["X-Keepline-Signature"].partition(",v1=")
    seconds = stamp.removeprefix("t=")
    assert int(seconds) == int(rehearsal.now.timestamp())
    expected = hmac.new(BILLING_SECRET.encode(), f"{seconds}.".encode() + request.raw, hashlib.sha256)
    assert mac == expected.hexdigest()
    envelope = json.loads(request.raw)
    assert envelope["eventType"] == "TopupBalanceCreateEvent"
    topup = envelope["event"]["topupBalance"]
    assert topup["status"] == "completed"
    assert topup["logicalResource"][0]["value"] == TO
    (entry,) = rehearsal.ledger("topups")
    assert (entry["id"], entry["amount"]) == (topup["id"], topup["amount"]["amount"])
    assert entry["cause"] in ("invited", "accepted")
    assert balance(rehearsal) == 8.0 + entry["amount"]


def test_unasked_recharges_happen_without_any_contact(rehearsal: Rehearsal, product: Product) -> None:
    customers = [{"msisdn": f"+861370000{n:04d}", "persona": "self_motivated"} for n in range(40)]
    assert rehearsal.post("customers", {"horizon_days": 10, "customers": customers}).json() == {
        "registered": 40,
        "personas": {"self_motivated": 40},
    }
    rehearsal.advance(days=10)
    topups = rehearsal.ledger("topups")
    assert len(topups) == len(product.at("/billing")) > 20
    assert {topup["cause"] for topup in topups} == {"spontaneous"}
    for msisdn in {topup["msisdn"] for topup in topups}:
        times = [topup["at"] for topup in topups if topup["msisdn"] == msisdn]
        assert times == sorted(times)


@pytest.mark.skipif(not SPEC_FILE.exists(), reason="../shared/data/tmf654_prepay_balance_v4.json is absent")
def test_answers_and_events_fit_tmfs_schemas(rehearsal: Rehearsal, product: Product) -> None:
    definitions = json.loads(SPEC_FILE.read_text())["definitions"]

    def fits(name: str, body: object) -> None:
        schema = {"$ref": f"#/definitions/{name}", "definitions": definitions}
        Draft202012Validator(schema).validate(body)

    rehearsal.post(
        "customers", {"horizon_days": 60, "customers": [{"msisdn": TO, "persona": "self_motivated"}]}
    )
    fits("AdjustBalance_Create", CREDIT)
    fits("AdjustBalance", credit(rehearsal).json())
    fits("Bucket", ask(rehearsal, "/bucket").json()[0])
    fits("Error", ask(rehearsal, "/bucket", token="wrong").json())
    rehearsal.advance(days=60)
    fits("TopupBalanceCreateEvent", json.loads(product.at("/billing")[0].raw))
