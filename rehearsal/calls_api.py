"""Twilio's Calls resource over HTTP: create, fetch, list, update, delete."""

from aiohttp import web

from rehearsal.call_life import CallLife, Order
from rehearsal.carrier import Carrier
from rehearsal.faulty_answers import answer_create
from rehearsal.forms import Form
from rehearsal.listing import day_range, list_page
from rehearsal.numbers import is_e164, is_webhook_url
from rehearsal.refusals import REFUSED_CALL_RECIPIENTS, Refusal
from rehearsal.resources import Call, CallWishes, json_bytes

_REJECTIONS = (21211, 21214, 21215, 21217, 21219)
_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})


class CallsApi:
    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._lives: dict[str, CallLife] = {}

    async def create(self, request: web.Request) -> web.StreamResponse:
        form = Form.parse(await request.read())
        call = self._call_from(form)
        course = CallLife(self._carrier, call)
        self._lives[call.sid] = course
        course.begin()
        body = json_bytes(call.to_json())
        return await answer_create(self._carrier, request, course.life, call.faults, body)

    async def fetch(self, request: web.Request) -> web.Response:
        return _answer(self._find(request))

    async def list(self, request: web.Request) -> web.Response:
        query = request.query
        started_on, ended_on = day_range(query, "StartTime"), day_range(query, "EndTime")
        sender, status, parent = query.get("From"), query.get("Status"), query.get("ParentCallSid")

        def wanted(call: Call) -> bool:
            return (
                (not sender or call.from_number == sender)
                and (not status or call.status == status)
                and (not parent or call.parent_sid == parent)
                and started_on.holds(call.started_at or call.created_at)
                and ended_on.holds(call.ended_at)
            )

        return list_page(request, self._carrier.calls.newest_first(query.get("To", "")), wanted, "calls")

    async def update(self, request: web.Request) -> web.Response:
        call = self._find(request)
        form = Form.parse(await request.read())
        order = self._order_from(form, call)
        course = self._lives.get(call.sid)
        if course is None:
            raise Refusal(21220)  # a dialled leg: it lives and ends with its parent
        course.obey(order)
        return _answer(call)

    async def delete(self, request: web.Request) -> web.Response:
        call = self._find(request)
        if not call.over:
            raise Refusal(20009)
        self._carrier.calls.remove(call)
        return web.Response(status=204)

    def _find(self, request: web.Request) -> Call:
        call = self._carrier.calls.by_sid.get(request.match_info["sid"])
        if call is None:
            raise Refusal(20404, request.path)
        return call

    def _order_from(self, form: Form, call: Call) -> Order:
        status, url, twiml = form.get("Status"), form.get("Url"), form.get("Twiml")
        if call.over:
            raise Refusal(21220)
        if status:
            if status not in ("canceled", "completed"):
                raise Refusal(20001, "Status")
            if status == "canceled" and call.status == "in-progress":
                raise Refusal(21220)
            return Order(hang_up=True)
        if not url and not twiml:
            raise Refusal(20001, "Url")
        if url and not is_webhook_url(url):
            raise Refusal(21205, url)
        if call.status != "in-progress":
            raise Refusal(21220)
        return Order(url=url, method=form.get("Method", "POST"), twiml=twiml)

    def _call_from(self, form: Form) -> Call:
        carrier, now = self._carrier, self._carrier.now
        to, sender = form.get("To"), form.get("From")
        self._check_parties(to, sender)
        wishes = _wishes_from(form)
        return Call(
            sid=carrier.mint.sid("CA"),
            account_sid=carrier.options.account_sid,
            to=to,
            from_number=sender,
            wishes=wishes,
            created_at=now,
            updated_at=now,
            queued_until=carrier.slot_for_call(),
        )

    def _check_parties(self, to: str, sender: str) -> None:
        if not to:
            raise Refusal(21201)
        if not is_e164(to):
            raise Refusal(21211, to)
        if not sender:
            raise Refusal(21213)
        if not is_e164(sender):
            raise Refusal(21212, sender)
        if code := REFUSED_CALL_RECIPIENTS.get(to):
            raise Refusal(code, to)
        if self._carrier.faults.rejects(to):
            raise Refusal(self._carrier.chance.pick(_REJECTIONS, "rejection", to), to)


def _wishes_from(form: Form) -> CallWishes:
    url, twiml = form.get("Url"), form.get("Twiml")
    if not url and not twiml:
        raise Refusal(21205, "")
    for name in ("Url", "FallbackUrl", "StatusCallback", "AsyncAmdStatusCallback", "RecordingStatusCallback"):
        if form.get(name) and not is_webhook_url(form.get(name)):
            raise Refusal(21205 if name == "Url" else 21609, form.get(name))
    detection = form.get("MachineDetection")
    if detection not in ("", "Enable", "DetectMessageEnd"):
        raise Refusal(20001, "MachineDetection")
    wanted = frozenset(event for value in form.all("StatusCallbackEvent") for event in value.split())
    if wanted - _EVENTS:
        raise Refusal(20001, "StatusCallbackEvent")
    return CallWishes(
        url=url,
        method=form.get("Method", "POST").upper(),
        twiml=twiml,
        fallback_url=form.get("FallbackUrl"),
        fallback_method=form.get("FallbackMethod", "POST").upper(),
        status_callback=form.get("StatusCallback"),
        status_callback_method=form.get("StatusCallbackMethod", "POST").upper(),
        events=wanted or frozenset({"completed"}),
        ring_seconds=min(600, form.number("Timeout", 60)),
        time_limit=form.number("TimeLimit", 14_400),
        machine_detection=detection,
        async_amd=form.get("AsyncAmd") == "true",
        amd_callback=form.get("AsyncAmdStatusCallback"),
        record=form.get("Record") == "true",
        recording_callback=form.get("RecordingStatusCallback"),
    )


def _answer(call: Call) -> web.Response:
    return web.Response(body=json_bytes(call.to_json()), content_type="application/json")
