"""The HTTP server: its routes, and who may use each."""

import asyncio
import hmac
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from rehearsal.billing import BASE_PATH
from rehearsal.billing_api import BillingApi, BillingRefusal
from rehearsal.calls_api import CallsApi
from rehearsal.carrier import Carrier, open_carrier
from rehearsal.control_api import BadControl, ControlApi
from rehearsal.messages_api import MessagesApi
from rehearsal.options import Options
from rehearsal.refusals import Refusal

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LARGEST_BODY = 512 * 1024 * 1024  # a registration of millions of customers


class Doors:
    """Checks who asks, counts requests in flight, and turns refusals into answers."""

    def __init__(self, carrier: Carrier) -> None:
        options = carrier.options
        self._carrier = carrier
        credentials = f"{options.account_sid}:{options.auth_token}".encode()
        self._basic = "Basic " + b64encode(credentials).decode()
        self._billing = f"Bearer {options.billing_token}" if options.billing_token else ""
        self._control = f"Bearer {options.rehearsal_token}" if options.rehearsal_token else ""

    def twilio(self, answer: Answering) -> Answering:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization") != self._basic:
                raise Refusal(20003)
            faults = self._carrier.faults
            if faults.limits_rate():
                raise Refusal(20429)
            if seconds := faults.slowness():
                await asyncio.sleep(seconds)
            return await answer(request)

        return self._counted(guarded)

    def billing(self, answer: Answering) -> Answering:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if self._billing and not _same(request, self._billing):
                raise BillingRefusal(401, "the bearer token is missing or wrong")
            return await answer(request)

        return self._counted(guarded)

    def control(self, answer: Answering) -> Answering:
        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                if self._control and not _same(request, self._control):
                    raise BadControl("the bearer token is missing or wrong", status=401)
                return await answer(request)
            except BadControl as refusal:
                return refusal.answer()

        return guarded

    def _counted(self, guarded: Answering) -> Answering:
        carrier, schedule = self._carrier, self._carrier.schedule

        async def counted(request: web.Request) -> web.StreamResponse:
            carrier.requests_seen += 1
            schedule.request_began()
            try:
                return await guarded(request)
            except (Refusal, BillingRefusal) as refusal:
                return refusal.answer()
            finally:
                schedule.request_ended()

        return counted


def _same(request: web.Request, expected: str) -> bool:
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode(), expected.encode())


@asynccontextmanager
async def serving(options: Options) -> AsyncIterator[int]:
    """A rehearsal that answers at the port which is yielded, until the context is left."""
    carrier = open_carrier(options)
    runner = web.AppRunner(build_app(carrier), access_log=None, shutdown_timeout=2.0)
    try:
        await runner.setup()
        await web.TCPSite(runner, options.host, options.port, backlog=1024).start()
        yield runner.addresses[0][1]
    finally:
        await carrier.close()
        await runner.cleanup()


def build_app(carrier: Carrier) -> web.Application:
    app = web.Application(client_max_size=_LARGEST_BODY)
    doors = Doors(carrier)
    _add_twilio(app, doors, carrier)
    _add_billing(app, doors, BillingApi(carrier))
    _add_control(app, doors, ControlApi(carrier))
    return app


def _add_twilio(app: web.Application, doors: Doors, carrier: Carrier) -> None:
    account = (
        f"/2010-04-01/Accounts/{carrier.options.account_sid}"  # whole, so that aiohttp need not match it
    )
    for name, api in (("Messages", MessagesApi(carrier)), ("Calls", CallsApi(carrier))):
        app.router.add_post(f"{account}/{name}.json", doors.twilio(api.create))
        app.router.add_get(f"{account}/{name}.json", doors.twilio(api.list))
        app.router.add_get(f"{account}/{name}/{{sid}}.json", doors.twilio(api.fetch))
        app.router.add_post(f"{account}/{name}/{{sid}}.json", doors.twilio(api.update))
        app.router.add_delete(f"{account}/{name}/{{sid}}.json", doors.twilio(api.delete))

    async def not_found(request: web.Request) -> web.StreamResponse:
        raise Refusal(20404, request.path)

    app.router.add_route("*", "/2010-04-01/{tail:.*}", doors.twilio(not_found))


def _add_billing(app: web.Application, doors: Doors, api: BillingApi) -> None:
    app.router.add_post(f"{BASE_PATH}/adjustBalance", doors.billing(api.create_adjustment))
    app.router.add_get(f"{BASE_PATH}/adjustBalance", doors.billing(api.list_adjustments))
    app.router.add_get(f"{BASE_PATH}/adjustBalance/{{id}}", doors.billing(api.fetch_adjustment))
    app.router.add_get(f"{BASE_PATH}/bucket", doors.billing(api.list_buckets))
    app.router.add_get(f"{BASE_PATH}/bucket/{{id}}", doors.billing(api.fetch_bucket))


def _add_control(app: web.Application, doors: Doors, api: ControlApi) -> None:
    app.router.add_post("/rehearsal/customers", doors.control(api.register_customers))
    app.router.add_post("/rehearsal/clock", doors.control(api.set_clock))
    app.router.add_get("/rehearsal/state", doors.control(api.state))
    app.router.add_post("/rehearsal/business", doors.control(api.tell_business))
    app.router.add_post("/rehearsal/faults", doors.control(api.set_faults))
    app.router.add_get("/rehearsal/ledger/summary", doors.control(api.ledger_summary))
    app.router.add_get("/rehearsal/ledger/{kind}", doors.control(api.ledger_entries))
