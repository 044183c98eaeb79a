"""The driver's side: register customers, set the clock and the faults, read state and ledger."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from rehearsal import ledger
from rehearsal.business_wishes import BadBusiness, parse_details, parse_rates, parse_wanted
from rehearsal.carrier import Carrier
from rehearsal.faults import UnknownFault
from rehearsal.moments import BadMoment, read_moment
from rehearsal.people import BadCustomer, parse_customer
from rehearsal.reactions import plan_spontaneous
from rehearsal.resources import json_bytes
from rehearsal.schedule import ClockMovesBackwards

_USUAL_HORIZON_DAYS = 10.0
_LINES_AT_ONCE = 500


class BadControl(Exception):
    """A request of the driver that cannot be followed; the message names the field."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status

    def answer(self) -> web.Response:
        return web.json_response({"error": str(self)}, status=self.status)


class ControlApi:
    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    async def register_customers(self, request: web.Request) -> web.Response:
        body = await _object(request)
        rows = body.get("customers")
        if not isinstance(rows, list):
            raise BadControl("customers: is not a list")
        horizon = _horizon(body)
        try:
            customers = [parse_customer(row, f"customers[{index}]") for index, row in enumerate(rows)]
        except BadCustomer as error:
            raise BadControl(str(error)) from None
        carrier = self._carrier
        for customer in customers:
            person, is_new = carrier.people.register(customer)
            if is_new:
                for at, amount in plan_spontaneous(carrier.chance, person, horizon, carrier.now):
                    carrier.billing.plan_topup(person, amount, "spontaneous", at)
                carrier.business.plan_for(person, horizon)
        return web.json_response({"registered": len(customers), "personas": carrier.people.persona_counts()})

    async def set_clock(self, request: web.Request) -> web.Response:
        """With `hold`, the clock moves and nothing happens yet: the driver moves the product's meanwhile."""
        body = await _object(request)
        schedule = self._carrier.schedule
        try:
            moment = read_moment("now", body.get("now"))
            if body.get("hold"):
                schedule.clock.move_to(moment)
            else:
                await schedule.advance(moment)
        except BadMoment as error:
            raise BadControl(str(error)) from None
        except ClockMovesBackwards as error:
            raise BadControl(f"now: {error}", status=409) from None
        return self._state()

    async def state(self, request: web.Request) -> web.Response:
        return self._state()

    async def set_faults(self, request: web.Request) -> web.Response:
        faults = self._carrier.faults
        try:
            faults.rates = faults.rates.changed(await _object(request))
        except UnknownFault as error:
            raise BadControl(str(error)) from None
        return web.json_response(ledger.fault_rates(faults))

    async def tell_business(self, request: web.Request) -> web.Response:
        """`events` are told once, each at its `at`; `rates` hold for everybody from now on."""
        body = await _object(request)
        business, planned = self._carrier.business, 0
        try:
            wanted = parse_wanted(body.get("events", []))
            rates, details = parse_rates(body.get("rates", {})), parse_details(body.get("details", {}))
            if "rates" in body:
                planned = business.happen_at(rates, details, _horizon(body))
            for one in wanted:
                business.tell(one)
        except BadBusiness as error:
            raise BadControl(str(error)) from None
        return web.json_response({"planned": planned + len(wanted)})

    async def ledger_summary(self, request: web.Request) -> web.Response:
        return web.json_response(ledger.summary(self._carrier))

    async def ledger_entries(self, request: web.Request) -> web.StreamResponse:
        entries = ledger.entries(self._carrier, request.match_info["kind"])
        if entries is None:
            raise BadControl(f"no ledger of that kind; known are {', '.join(ledger.KINDS)}", status=404)
        return await _stream_lines(request, entries)

    def _state(self) -> web.Response:
        carrier, schedule = self._carrier, self._carrier.schedule
        next_event_at = schedule.next_event_at
        state = {
            "now": schedule.now.isoformat(),
            "idle": schedule.idle,
            "in_flight": schedule.in_flight,
            "next_event_at": next_event_at.isoformat() if next_event_at else None,
            "accepted": {"messages": carrier.messages.accepted, "calls": carrier.calls.accepted},
            "requests_seen": carrier.requests_seen,
            "failed_webhooks": carrier.webhooks.failed,
        }
        return web.json_response(state)


def _horizon(body: Mapping[str, Any]) -> float:
    horizon = body.get("horizon_days", _USUAL_HORIZON_DAYS)
    if isinstance(horizon, bool) or not isinstance(horizon, int | float) or horizon < 0:
        raise BadControl(f"horizon_days: {horizon!r} is not a number of days")
    return float(horizon)


async def _object(request: web.Request) -> Mapping[str, Any]:
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise BadControl(f"the body is no JSON: {error}") from None
    if not isinstance(body, dict):
        raise BadControl("the body is not an object")
    return body


async def _stream_lines(request: web.Request, entries: Iterable[Mapping[str, Any]]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    lines: list[bytes] = []
    for entry in entries:
        lines.append(json_bytes(entry) + b"\n")
        if len(lines) == _LINES_AT_ONCE:
            await response.write(b"".join(lines))
            lines.clear()
    await response.write(b"".join(lines))
    await response.write_eof()
    return response
