"""The billing system over HTTP, after TM Forum TMF654 v4: adjustments out, buckets to read."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from rehearsal.billing import BASE_PATH, Adjustment, KeyReused
from rehearsal.carrier import Carrier
from rehearsal.faulty_answers import drop_connection
from rehearsal.moments import iso
from rehearsal.people import Person
from rehearsal.resources import json_bytes


class BillingRefusal(Exception):
    """A TMF error answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status

    def answer(self) -> web.Response:
        body = {"code": str(self.status), "reason": str(self), "status": str(self.status), "@type": "Error"}
        return web.Response(body=json_bytes(body), status=self.status, content_type="application/json")


class BillingApi:
    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    async def create_adjustment(self, request: web.Request) -> web.Response:
        faults = self._carrier.faults
        if faults.strikes("billing_error"):
            raise BillingRefusal(500, "the billing system is out of order")
        body = _object(await request.read())
        key = request.headers.get("Idempotency-Key") or str(body.get("id") or "")
        if not key:
            raise BillingRefusal(400, "Idempotency-Key: the header is missing, and so is the body's id")
        amount, units = _amount(body)
        try:
            adjustment = self._carrier.billing.adjust(
                key, _msisdn(body), amount, units, str(body.get("reason") or "")
            )
        except KeyReused as error:
            raise BillingRefusal(409, str(error)) from None
        if faults.strikes("billing_lost_response"):
            return drop_connection(request)
        if faults.strikes("billing_error_after_accept"):
            raise BillingRefusal(500, "the billing system is out of order")
        return _answer(_adjustment_json(adjustment), status=201)

    async def list_adjustments(self, request: web.Request) -> web.Response:
        """All, or those under one key: how a credit whose outcome is unknown is asked about."""
        adjustments = self._carrier.billing.adjustments
        key = request.query.get("idempotencyKey") or request.query.get("externalId")
        if key is not None:
            adjustments = {key: adjustments[key]} if key in adjustments else {}
        return _answer([_adjustment_json(adjustment) for adjustment in adjustments.values()])

    async def fetch_adjustment(self, request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        for adjustment in self._carrier.billing.adjustments.values():
            if wanted in (adjustment.id, adjustment.key):
                return _answer(_adjustment_json(adjustment))
        raise BillingRefusal(404, f"no adjustment {wanted}")

    async def list_buckets(self, request: web.Request) -> web.Response:
        query = request.query
        msisdn = next((query[name] for name in _BUCKET_FILTERS if name in query), None)
        if msisdn is None:
            people = [person for person in self._carrier.people if person.registered]
        else:
            person = self._carrier.people.find(msisdn)
            people = [] if person is None else [person]
        return _answer([self._bucket_json(person) for person in people])

    async def fetch_bucket(self, request: web.Request) -> web.Response:
        person = self._carrier.people.find(request.match_info["id"])
        if person is None:
            raise BillingRefusal(404, "no such bucket")
        return _answer(self._bucket_json(person))

    def _bucket_json(self, person: Person) -> dict[str, Any]:
        return {
            "id": person.msisdn,
            "href": f"{BASE_PATH}/bucket/{person.msisdn}",
            "name": "Main balance",
            "status": "active",
            "usageType": "monetary",
            "remainingValue": {"amount": round(person.balance, 2), "units": self._carrier.options.currency},
            "logicalResource": [_resource_ref(person.msisdn)],
            "@type": "Bucket",
        }


_BUCKET_FILTERS = ("logicalResource.id", "logicalResource.value", "logicalResource", "id")


def _adjustment_json(adjustment: Adjustment) -> dict[str, Any]:
    return {
        "id": adjustment.id,
        "href": f"{BASE_PATH}/adjustBalance/{adjustment.id}",
        "externalId": adjustment.key,
        "status": "completed",
        "adjustType": "oneTime",
        "amount": {"amount": adjustment.amount, "units": adjustment.units},
        "usageType": "monetary",
        "bucket": {"id": adjustment.msisdn, "href": f"{BASE_PATH}/bucket/{adjustment.msisdn}"},
        "logicalResource": [_resource_ref(adjustment.msisdn)],
        "reason": adjustment.reason,
        "requestedDate": iso(adjustment.at),
        "confirmationDate": iso(adjustment.at),
        "@type": "AdjustBalance",
    }


def _resource_ref(msisdn: str) -> dict[str, str]:
    return {"id": msisdn, "value": msisdn, "@referredType": "MSISDN"}


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise BillingRefusal(400, f"the body is no JSON: {error}") from None
    if not isinstance(body, dict):
        raise BillingRefusal(400, "the body is not an object")
    return body


def _amount(body: Mapping[str, Any]) -> tuple[float, str]:
    quantity = body.get("amount")
    if not isinstance(quantity, Mapping):
        raise BillingRefusal(400, "amount: is missing")
    try:
        amount = float(quantity.get("amount", ""))
    except (TypeError, ValueError):
        raise BillingRefusal(400, "amount.amount: is not a number") from None
    return amount, str(quantity.get("units") or "")


def _msisdn(body: Mapping[str, Any]) -> str:
    """Whose balance: by the resource, else by the bucket, which here goes by the number."""
    resource = body.get("logicalResource")
    first = resource[0] if isinstance(resource, list) and resource else resource
    if isinstance(first, Mapping) and (number := first.get("value") or first.get("id")):
        return str(number)
    bucket = body.get("bucket")
    if isinstance(bucket, Mapping) and bucket.get("id"):
        return str(bucket["id"])
    raise BillingRefusal(400, "logicalResource: is missing, and so is bucket")


def _answer(content: object, status: int = 200) -> web.Response:
    return web.Response(body=json_bytes(content), status=status, content_type="application/json")
