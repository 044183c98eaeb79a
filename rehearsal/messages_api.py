"""Twilio's Messages resource over HTTP: create, fetch, list, update, delete."""

from datetime import datetime, timedelta

from aiohttp import web

from rehearsal.carrier import Carrier
from rehearsal.faulty_answers import answer_create
from rehearsal.forms import Form
from rehearsal.listing import day_range, list_page
from rehearsal.message_life import accept_message, report_canceled
from rehearsal.numbers import is_e164, is_sender, is_webhook_url
from rehearsal.refusals import REFUSED_TEXT_RECIPIENTS, Refusal
from rehearsal.resources import Message, json_bytes
from rehearsal.segments import count_segments

_LONGEST_BODY = 1600
_REJECTIONS = (21211, 21614, 21612, 21408, 21608)
_GIVEN_BACK = {
    "scheduled": frozenset({"scheduled"}),
    "queued": frozenset({"scheduled", "accepted", "queued"}),
}
_FINAL = frozenset({"delivered", "undelivered", "failed", "canceled"})


class MessagesApi:
    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    async def create(self, request: web.Request) -> web.StreamResponse:
        form = Form.parse(await request.read())
        message = self._message_from(form)
        life = accept_message(self._carrier, message)
        body = json_bytes(message.to_json())  # as it stands now, whatever is heard of it before the answer
        return await answer_create(self._carrier, request, life, message.faults, body)

    async def fetch(self, request: web.Request) -> web.Response:
        return _answer(self._find(request))

    async def list(self, request: web.Request) -> web.Response:
        query = request.query
        sender, sent_on = query.get("From"), day_range(query, "DateSent")

        def wanted(message: Message) -> bool:
            return (not sender or message.from_number == sender) and sent_on.holds(message.sent_at)

        resources = self._carrier.messages.newest_first(query.get("To", ""))
        return list_page(request, resources, wanted, "messages")

    async def update(self, request: web.Request) -> web.Response:
        message = self._find(request)
        form = Form.parse(await request.read())
        if "Status" in form:
            if form.get("Status") != "canceled":
                raise Refusal(20001, "Status")
            if message.status not in _GIVEN_BACK[self._carrier.options.gives_back]:
                raise Refusal(30409)
            message.move("canceled", self._carrier.now)
            report_canceled(self._carrier, message)
        if "Body" in form:
            if form.get("Body"):
                raise Refusal(20001, "Body")
            if message.status not in _FINAL:
                raise Refusal(20009)
            message.redacted = True
        return _answer(message)

    async def delete(self, request: web.Request) -> web.Response:
        message = self._find(request)
        if message.status not in _FINAL:
            raise Refusal(20009)
        self._carrier.messages.remove(message)
        return web.Response(status=204)

    def _find(self, request: web.Request) -> Message:
        message = self._carrier.messages.by_sid.get(request.match_info["sid"])
        if message is None:
            raise Refusal(20404, request.path)
        return message

    def _message_from(self, form: Form) -> Message:
        carrier, now = self._carrier, self._carrier.now
        to, sender, service = form.get("To"), form.get("From"), form.get("MessagingServiceSid")
        self._check_parties(to, sender, service)
        body, callback = form.get("Body"), form.get("StatusCallback")
        _check_content(form, body, callback)
        send_at = _send_at(form, service, now)
        self._check_recipient(to, sender or carrier.options.pool_sender)
        return Message(
            sid=carrier.mint.sid("SM"),
            account_sid=carrier.options.account_sid,
            to=to,
            from_number=sender or None,
            service_sid=service or None,
            body=body,
            segments=count_segments(body),
            status="scheduled" if send_at else "accepted" if service else "queued",
            created_at=now,
            updated_at=now,
            status_callback=callback,
            send_at=send_at,
        )

    def _check_parties(self, to: str, sender: str, service: str) -> None:
        if not to:
            raise Refusal(21604)
        if not is_e164(to):
            raise Refusal(21211, to)
        if not sender and not service:
            raise Refusal(21603)
        if sender and not is_sender(sender):
            raise Refusal(21212, sender)
        if sender == to:
            raise Refusal(21266, to)
        if service and not (len(service) == 34 and service.startswith("MG")):
            raise Refusal(20001, "MessagingServiceSid")

    def _check_recipient(self, to: str, sender: str) -> None:
        carrier = self._carrier
        if code := REFUSED_TEXT_RECIPIENTS.get(to):
            raise Refusal(code, to)
        if carrier.people.at(to).persona.blocked or carrier.blocklist.blocks(to, sender):
            raise Refusal(21610)
        if carrier.faults.rejects(to):
            raise Refusal(carrier.chance.pick(_REJECTIONS, "rejection", to), to)


def _check_content(form: Form, body: str, callback: str) -> None:
    if not body and "MediaUrl" not in form and "ContentSid" not in form:
        raise Refusal(21602)
    if len(body) > _LONGEST_BODY:
        raise Refusal(21617)
    if callback and not is_webhook_url(callback):
        raise Refusal(21609, callback)
    if "ValidityPeriod" in form and not 1 <= form.number("ValidityPeriod", 0) <= 36_000:
        raise Refusal(20001, "ValidityPeriod")


def _send_at(form: Form, service: str, now: datetime) -> datetime | None:
    """When a scheduled text leaves."""
    if form.get("ScheduleType") != "fixed":
        return None
    if not service:
        raise Refusal(35118)
    try:
        send_at = datetime.fromisoformat(form.get("SendAt"))
    except ValueError:
        raise Refusal(35114) from None
    if send_at.tzinfo is None or not timedelta(minutes=15) <= send_at - now <= timedelta(days=35):
        raise Refusal(35114)
    return send_at


def _answer(message: Message) -> web.Response:
    return web.Response(body=json_bytes(message.to_json()), content_type="application/json")
