"""What a playing call needs of the carrier: documents from our webhooks, and legs to other phones."""

from datetime import datetime, timedelta

from rehearsal.carrier import Carrier
from rehearsal.overrides import split_overrides
from rehearsal.personas import Pickup
from rehearsal.resources import Call, CallWishes
from rehearsal.twiml import Dial, TwimlError, parse_twiml
from rehearsal.twiml_player import DialResult, Document
from rehearsal.voice_params import base_params, progress_params
from rehearsal.webhooks_out import WebhookAnswer

_STAFF = ((Pickup.HUMAN, 0.8), (Pickup.NO_ANSWER, 0.15), (Pickup.BUSY, 0.05))
_MAILBOX_ANSWERS_AFTER = 18.0  # seconds


class CarrierExchange:
    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    def new_sid(self, prefix: str) -> str:
        return self._carrier.mint.sid(prefix)

    async def post(
        self,
        call: Call,
        url: str,
        params: dict[str, str],
        *,
        kind: str,
        at: datetime,
        method: str = "POST",
    ) -> WebhookAnswer:
        return await self._carrier.webhooks.post_form(
            url,
            params,
            kind=kind,
            resource=call.sid,
            event=kind,
            token=self._carrier.mint.token(),
            at=at,
            method=method,
        )

    async def fetch(
        self, call: Call, url: str, method: str, params: dict[str, str], at: datetime
    ) -> Document | None:
        """Fetch TwiML, else that of the fallback URL; None where neither is to be had."""
        everything = base_params(call, "in-progress") | params
        answer = await self.post(call, url, everything, kind="twiml", at=at, method=method)
        document = self._document(call, url, answer, at)
        fallback = call.wishes.fallback_url
        if document is not None or not fallback:
            return document
        code = str(call.transcript[-1]["error"])
        told = everything | {"ErrorCode": code, "ErrorUrl": split_overrides(url)[0]}
        method = call.wishes.fallback_method
        answer = await self.post(call, fallback, told, kind="twiml", at=at, method=method)
        return self._document(call, fallback, answer, at)

    def read(self, call: Call, url: str, twiml: str, at: datetime) -> Document | None:
        try:
            return Document(url, parse_twiml(twiml))
        except TwimlError as error:
            call.note(at, error=error.code, message=str(error), event="application error")
            return None

    def dial(self, call: Call, verb: Dial, at: datetime) -> tuple[str, DialResult]:
        """A customer lifts the phone as for any call. Whoever else it is, is ours to invent: most pick up."""
        carrier = self._carrier
        customer = carrier.people.find(verb.number)
        if customer is not None:
            customer.calls += 1
        odds = _STAFF if customer is None else customer.pickup_odds
        name = ("dial", call.to, len(call.transcript))
        result = self._result(carrier.chance.weighted(odds, *name), verb, name)
        leg = Call(
            sid=carrier.mint.sid("CA"),
            account_sid=call.account_sid,
            to=verb.number,
            from_number=verb.caller_id or call.from_number,
            wishes=CallWishes(),
            created_at=at,
            updated_at=at,
            queued_until=at,
            direction="outbound-dial",
            parent_sid=call.sid,
        )
        leg.move(result.status, at)
        leg.started_at = at + timedelta(seconds=result.ring_seconds)
        leg.ended_at = leg.started_at + timedelta(seconds=result.talk_seconds)
        carrier.calls.add(leg)
        return leg.sid, result

    def _result(self, pickup: Pickup, verb: Dial, name: tuple[object, ...]) -> DialResult:
        chance = self._carrier.chance
        match pickup:
            case Pickup.HUMAN:
                ring, talk = chance.between(3, 12, *name, "ring"), chance.between(40, 300, *name, "talk")
                return DialResult("completed", ring, talk)
            case Pickup.MACHINE if verb.ring_seconds > _MAILBOX_ANSWERS_AFTER:
                return DialResult("completed", _MAILBOX_ANSWERS_AFTER, chance.between(5, 20, *name, "talk"))
            case Pickup.BUSY:
                return DialResult("busy", 2.0)
            case Pickup.FAILED:
                return DialResult("failed", 0.5)
            case _:
                return DialResult("no-answer", verb.ring_seconds)

    async def tell_of_pickup(self, call: Call, leg_sid: str, url: str, at: datetime) -> None:
        leg = self._carrier.calls.by_sid[leg_sid]
        params = base_params(leg, "in-progress") | progress_params(leg, at)
        leg.sequence += 1
        call.faults += await self._carrier.callbacks.report(
            leg.sid, call.to, url, "in-progress", params, at, final=False
        )

    def _document(self, call: Call, url: str, answer: WebhookAnswer, at: datetime) -> Document | None:
        if not answer.ok:
            failed_to_connect = isinstance(answer.outcome, str)
            code = 11205 if failed_to_connect else 11200
            message = f"TwiML could not be had: {answer.outcome}"
            call.note(at, error=code, message=message, event="application error")
            return None
        return self.read(call, split_overrides(url)[0], answer.body, at)
