"""Every kind of answer fits the schema that Twilio publishes for its operation, to the last property."""

import json
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from tests.rehearsal.stand_ins import ACCOUNT_SID, AUTH_TOKEN, ROOT, SENDER, WAIT, Product, Rehearsal

SPEC_FILE = ROOT.parent / "shared" / "data" / "twilio_api_v2010.json"
PREFIX = "/2010-04-01/Accounts/{AccountSid}"

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.timeout(60),
    pytest.mark.skipif(not SPEC_FILE.exists(), reason="../shared/data/twilio_api_v2010.json is absent"),
]


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(SPEC_FILE.read_text())
    return content


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.auth = (ACCOUNT_SID, AUTH_TOKEN)
        yield session


def with_nulls(schema: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema names the type null."""
    if isinstance(schema, list):
        return [with_nulls(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: with_nulls(value) for name, value in schema.items()}
    if inner.pop("nullable", False) is True and "type" in inner:
        inner["type"] = [inner["type"], "null"]
    return inner


def schema_of(spec: dict[str, Any], path: str, method: str, status: int) -> dict[str, Any]:
    responses = spec["paths"][PREFIX + path][method]["responses"]
    schema: dict[str, Any] = responses[str(status)]["content"]["application/json"]["schema"]
    return schema | {"components": spec["components"]}


def check(spec: dict[str, Any], path: str, method: str, response: requests.Response) -> dict[str, Any]:
    """The answer fits, and lacks nothing that the schema lists, and adds nothing to it."""
    body: dict[str, Any] = response.json()
    schema = schema_of(spec, path, method, response.status_code)
    Draft202012Validator(with_nulls(schema)).validate(body)
    resource = schema["$ref"].rpartition("/")[2] if "$ref" in schema else None
    known = spec["components"]["schemas"][resource] if resource else schema
    assert set(body) == set(known["properties"])
    for name, value in body.items():
        if name.startswith("date_") and value is not None:
            assert parsedate_to_datetime(value).tzinfo is not None
    return body


def test_every_message_answer_fits(
    spec: dict[str, Any], session: requests.Session, rehearsal: Rehearsal
) -> None:
    messages = f"{rehearsal.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages"
    for number, persona in (("+8613800000001", "silent"), ("+8613800000002", "unreachable")):
        rehearsal.register(number, persona)
        form = {"To": number, "From": SENDER, "Body": "充值满50元"}
        made = check(spec, "/Messages.json", "post", session.post(f"{messages}.json", form, timeout=WAIT))
        rehearsal.advance(minutes=5)
        one = f"{messages}/{made['sid']}.json"
        check(spec, "/Messages/{Sid}.json", "get", session.get(one, timeout=WAIT))
        check(spec, "/Messages/{Sid}.json", "post", session.post(one, {"Body": ""}, timeout=WAIT))
    service = {"To": "+8613800000003", "MessagingServiceSid": "MG" + "0a" * 16, "Body": "hi"}
    check(spec, "/Messages.json", "post", session.post(f"{messages}.json", service, timeout=WAIT))
    for query in ("", "?PageSize=1", "?PageSize=1&Page=1", "?To=%2B8613800000009"):
        listed = session.get(f"{messages}.json{query}", timeout=WAIT)
        body = check(spec, "/Messages.json", "get", listed)
        assert body["uri"].startswith("/2010-04-01/Accounts/")
    assert session.delete(one, timeout=WAIT).status_code == 204


def test_every_call_answer_fits(
    spec: dict[str, Any], session: requests.Session, rehearsal: Rehearsal, product: Product
) -> None:
    calls = f"{rehearsal.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Calls"
    product.says("/voice", "<Pause length='30'/><Dial>+8613900000000</Dial>")
    personas = ("silent", "voicemail_owner", "busy", "unreachable")
    for index, persona in enumerate(personas):
        number = f"+861380000000{index}"
        rehearsal.register(number, persona)
        form = {"To": number, "From": SENDER, "Url": product.url("/voice"), "MachineDetection": "Enable"}
        made = check(spec, "/Calls.json", "post", session.post(f"{calls}.json", form, timeout=WAIT))
        one = f"{calls}/{made['sid']}.json"
        updated = session.post(one, {"Status": "canceled"}, timeout=WAIT)
        check(spec, "/Calls/{Sid}.json", "post", updated)
        again = session.post(f"{calls}.json", form, timeout=WAIT).json()
        rehearsal.advance(minutes=10)
        check(spec, "/Calls/{Sid}.json", "get", session.get(f"{calls}/{again['sid']}.json", timeout=WAIT))
    body = check(spec, "/Calls.json", "get", session.get(f"{calls}.json", timeout=WAIT))
    statuses = {call["status"] for call in body["calls"]}
    assert {"canceled", "completed"} < statuses
    assert any(call["parent_call_sid"] for call in body["calls"])
    assert session.delete(one, timeout=WAIT).status_code == 204


def test_refusals_have_twilios_error_body(session: requests.Session, rehearsal: Rehearsal) -> None:
    url = f"{rehearsal.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    response = session.post(url, {"To": "12"}, timeout=WAIT)
    assert response.json() == {
        "code": 21211,
        "message": "The 'To' number 12 is not a valid phone number.",
        "more_info": "https://www.twilio.com/docs/errors/21211",
        "status": 400,
    }
    assert session.get(f"{url}?PageSize=many", timeout=WAIT).json()["code"] == 20001
    assert session.get(f"{url}?DateSent=someday", timeout=WAIT).json()["code"] == 20001
