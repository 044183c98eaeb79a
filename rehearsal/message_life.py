"""The life of a text: queued, sent, delivered or not, read, answered."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

from rehearsal.carrier import Carrier
from rehearsal.inbound import InboundText
from rehearsal.numbers import place_params
from rehearsal.people import Person
from rehearsal.reactions import Recharge, Reply, react_to_text
from rehearsal.resources import API_VERSION, Message
from rehearsal.schedule import Life
from rehearsal.segments import count_segments
from rehearsal.twiml import TextBack, TwimlError, parse_twiml

_INITIAL_STATUSES = ("accepted", "scheduled")


def accept_message(carrier: Carrier, message: Message) -> Life:
    """Enter an accepted text in the books and let its life begin."""
    person = carrier.people.at(message.to)
    message.persona = person.persona.name
    message.history.append((message.status, message.created_at))
    carrier.messages.add(message)
    carrier.messages.accepted += message.direction == "outbound-api"
    texts_before = len(carrier.messages.by_number[message.to])
    seconds = carrier.chance.between(0.3, 2.5, "sent", message.to, texts_before)
    begins_at = (message.send_at or message.created_at) + timedelta(seconds=seconds)
    return carrier.schedule.begin(message.to, begins_at, lambda life: _live(carrier, message, person, life))


async def _live(
    carrier: Carrier, message: Message, person: Person, life: Life
) -> AsyncGenerator[datetime, None]:
    name = ("text", message.to, len(carrier.messages.by_number[message.to]))
    if message.status == "canceled":
        return
    if message.status in _INITIAL_STATUSES:
        message.from_number = message.from_number or carrier.options.pool_sender
        await _progress(carrier, message, "queued", life.at)
        yield life.at + timedelta(seconds=carrier.chance.between(0.1, 1.0, *name, "chosen"))
        if message.status == "canceled":
            return
    message.sent_at = life.at
    await _progress(carrier, message, "sent", life.at)
    undelivered = person.persona.undelivered
    fails = bool(undelivered) and carrier.chance.happens(0.9, *name, "fails")
    low, high = (8.0, 90.0) if fails else (1.0, 12.0)
    yield life.at + timedelta(seconds=carrier.chance.between(low, high, *name, "arrives"))
    if fails:
        message.error_code = carrier.chance.pick(undelivered, *name, "code")
        await _progress(carrier, message, "undelivered", life.at)
        return
    await _progress(carrier, message, "delivered", life.at)
    if message.direction != "outbound-reply":  # a courtesy is read, and nothing is said to it
        _let_person_react(carrier, person, message, life.at)


async def _progress(carrier: Carrier, message: Message, status: str, at: datetime) -> None:
    message.move(status, at)
    if not message.status_callback:
        return
    message.faults += await carrier.callbacks.report(
        message.sid,
        message.to,
        message.status_callback,
        status,
        _status_params(message, at),
        at,
        final=status in ("delivered", "undelivered"),
    )


def _status_params(message: Message, at: datetime) -> dict[str, str]:
    params = {
        "AccountSid": message.account_sid,
        "ApiVersion": API_VERSION,
        "From": message.from_number or "",
        "MessageSid": message.sid,
        "MessageStatus": message.status,
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "To": message.to,
    }
    if message.service_sid:
        params["MessagingServiceSid"] = message.service_sid
    if message.error_code is not None:
        params["ErrorCode"] = str(message.error_code)
    if message.status in ("delivered", "undelivered"):
        params["RawDlrDoneDate"] = at.strftime("%y%m%d%H%M")
    return params


def _let_person_react(carrier: Carrier, person: Person, message: Message, at: datetime) -> None:
    for reaction in react_to_text(carrier.chance, person, message.body):
        match reaction:
            case Recharge():
                carrier.billing.plan_topup(person, reaction.amount, reaction.cause, at + reaction.after)
            case Reply():
                _plan_reply(carrier, person, message.from_number or "", reaction, at + reaction.after)


def _plan_reply(carrier: Carrier, person: Person, recipient: str, reply: Reply, at: datetime) -> None:
    async def send(at: datetime) -> None:
        text = InboundText(
            sid=carrier.mint.sid("SM"),
            sender=person.msisdn,
            recipient=recipient,
            body=reply.body,
            at=at,
            persona=person.persona.name,
            intent=reply.intent,
        )
        await receive_text(carrier, text)

    carrier.schedule.put(at, person.msisdn, send)


async def receive_text(carrier: Carrier, text: InboundText) -> None:
    """Take a person's text: obey its keyword, pass it on, and send back what we are told to, each time we ask."""
    carrier.inbound.append(text)
    carrier.blocklist.obey(text)
    if not carrier.options.inbound_sms_url:
        return
    times = 2 if carrier.faults.strikes("duplicate_inbound") else 1
    for _ in range(times):
        answer = await carrier.webhooks.post_form(
            carrier.options.inbound_sms_url,
            _inbound_params(carrier.options.account_sid, text),
            kind="inbound",
            resource=text.sid,
            event="received",
            token=carrier.mint.token(),
            at=text.at,
        )
        text.outcome = answer.outcome
        if answer.ok and answer.body.strip():
            _send_back(carrier, text, answer.body)


def _inbound_params(account_sid: str, text: InboundText) -> dict[str, str]:
    params = {
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
        "Body": text.body,
        "From": text.sender,
        "MessageSid": text.sid,
        "NumMedia": "0",
        "NumSegments": str(count_segments(text.body)),
        "SmsMessageSid": text.sid,
        "SmsSid": text.sid,
        "SmsStatus": "received",
        "To": text.recipient,
    }
    return params | place_params("From", text.sender) | place_params("To", text.recipient)


def _send_back(carrier: Carrier, text: InboundText, twiml: str) -> None:
    try:
        verbs = parse_twiml(twiml)
    except TwimlError as error:
        text.outcome = f"{error.code}: {error}"
        return
    for verb in verbs:
        if isinstance(verb, TextBack) and not carrier.blocklist.blocks(text.sender, text.recipient):
            message = Message(
                sid=carrier.mint.sid("SM"),
                account_sid=carrier.options.account_sid,
                to=text.sender,
                from_number=text.recipient,
                service_sid=None,
                body=verb.body,
                segments=count_segments(verb.body),
                status="queued",
                created_at=text.at,
                updated_at=text.at,
                status_callback="",
                direction="outbound-reply",
            )
            accept_message(carrier, message)


def report_canceled(carrier: Carrier, message: Message) -> None:
    """A text that is taken back is reported like any other end."""

    async def report(at: datetime) -> None:
        if message.status_callback:
            message.faults += await carrier.callbacks.report(
                message.sid,
                message.to,
                message.status_callback,
                "canceled",
                _status_params(message, at),
                at,
                final=True,
            )

    carrier.schedule.put(carrier.now, message.to, report)
