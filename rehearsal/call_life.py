"""The life of a call: dialled, rings, picked up or not, listens to our TwiML, ends."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from rehearsal.callee import Callee
from rehearsal.carrier import Carrier
from rehearsal.exchange import CarrierExchange
from rehearsal.people import Person
from rehearsal.personas import Pickup
from rehearsal.resources import Call
from rehearsal.schedule import Life
from rehearsal.twiml_player import Document, TwimlPlayer
from rehearsal.voice_params import base_params, progress_params, recording_params

_SIP_CODES = {"busy": "486", "no-answer": "487", "failed": "404", "canceled": "487"}


@dataclass(frozen=True, slots=True)
class Order:
    """What the product asked of a call that is under way."""

    hang_up: bool = False
    url: str = ""
    method: str = "POST"
    twiml: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What answering machine detection says, and how long it took to say it."""

    answered_by: str
    seconds: float


class CallLife:
    """One call as it is lived; `obey` lets an API request change its course."""

    def __init__(self, carrier: Carrier, call: Call) -> None:
        self._carrier = carrier
        self._call = call
        self._exchange = CarrierExchange(carrier)
        self._order: Order | None = None
        self._dialled = False
        self._name = ("call", call.to, 0)
        self.life: Life

    def begin(self) -> None:
        call, carrier = self._call, self._carrier
        person = carrier.people.at(call.to)
        call.persona = person.persona.name
        call.history.append((call.status, call.created_at))
        carrier.calls.add(call)
        carrier.calls.accepted += 1
        self._name = ("call", call.to, len(carrier.calls.by_number[call.to]))
        begins_at = self._after(call.queued_until, 0.2, 1.2, "initiated")
        self.life = carrier.schedule.begin(call.to, begins_at, lambda life: self._live(person, life))

    def obey(self, order: Order) -> None:
        """Hang up or redirect: at once while the call is queued, else as the next thing in its life."""
        at = self._carrier.schedule.moment_of(self.life)
        if not self._dialled:
            self._call.ended_at = at
            self._call.move("canceled", at)
        else:
            self._order = order
        self._carrier.schedule.wake(self.life)

    async def _live(self, person: Person, life: Life) -> AsyncGenerator[datetime, None]:
        if self._call.over:
            return  # canceled while queued: Twilio sends no callback
        self._dialled = True
        await self._progress("initiated", "initiated", life.at)
        yield self._after(life.at, 0.5, 2.0, "rings")
        pickup = Pickup.NO_ANSWER
        if self._order is None:
            pickup = await self._ring(person, life.at)
            yield self._end_of_ringing(pickup, life.at)
        if self._order is not None:
            await self._finish("canceled", life.at)
        elif pickup not in (Pickup.HUMAN, Pickup.MACHINE):
            await self._finish(pickup, life.at)
        else:
            async with aclosing(self._talk(person, pickup, life)) as moments:
                async for moment in moments:
                    yield moment
            await self._finish("completed", life.at)

    async def _ring(self, person: Person, at: datetime) -> Pickup:
        self._call.move("ringing", at)
        await self._progress("ringing", "ringing", at)
        person.calls += 1
        return self._carrier.chance.weighted(person.pickup_odds, *self._name, "pickup")

    async def _talk(self, person: Person, pickup: Pickup, life: Life) -> AsyncGenerator[datetime, None]:
        call, carrier = self._call, self._carrier
        call.picked_up_by = pickup
        call.started_at = life.at
        call.move("in-progress", life.at)
        await self._progress("answered", "in-progress", life.at)
        callee = Callee(carrier.chance, person, pickup)
        leaves_at = self._leaves_at(callee, life.at)
        if verdict := self._verdict(pickup):
            if call.wishes.async_amd:
                self._report_verdict_later(verdict, life.at)
            else:
                yield life.at + timedelta(seconds=verdict.seconds)  # dead air until the verdict
                call.answered_by = verdict.answered_by
        document = None if self._order else await self._first_document(verdict, life.at)
        while True:
            if self._order is not None:
                document = await self._document_ordered(life.at)
            player = TwimlPlayer(
                call, life, callee, self._exchange, ends_at=leaves_at, interrupted=self._is_interrupted
            )
            async with aclosing(player.play(document)) as moments:
                async for moment in moments:
                    yield moment
            if self._order is None or life.at >= leaves_at:
                break
        if life.at >= leaves_at:
            call.note(life.at, event="callee hung up")
        if recharge := callee.recharges_afterwards():
            carrier.billing.plan_topup(person, recharge.amount, recharge.cause, life.at + recharge.after)

    def _is_interrupted(self) -> bool:
        return self._order is not None

    def _end_of_ringing(self, pickup: Pickup, at: datetime) -> datetime:
        low, high = {
            Pickup.HUMAN: (2.0, 14.0),
            Pickup.MACHINE: (15.0, 22.0),
            Pickup.BUSY: (0.5, 3.0),
            Pickup.FAILED: (0.2, 1.5),
        }.get(pickup, (600.0, 600.0))
        seconds = self._carrier.chance.between(low, high, *self._name, "ringing")
        return at + timedelta(seconds=min(seconds, self._call.wishes.ring_seconds))

    def _leaves_at(self, callee: Callee, at: datetime) -> datetime:
        seconds = float(self._call.wishes.time_limit)
        patience = callee.hangs_up_after
        return at + timedelta(seconds=seconds if patience is None else min(seconds, patience))

    def _verdict(self, pickup: Pickup) -> Verdict | None:
        wish = self._call.wishes.machine_detection
        if not wish:
            return None
        wrong = self._carrier.faults.strikes("wrong_amd")
        seconds = self._carrier.chance.between(2.2, 4.0, *self._name, "amd")
        if (pickup is Pickup.HUMAN) != wrong:
            return Verdict("human", seconds)
        if wish == "Enable":
            return Verdict("machine_start", seconds)
        return Verdict("machine_end_beep", seconds + 6.0)  # greetings take a while

    def _report_verdict_later(self, verdict: Verdict, at: datetime) -> None:
        async def report(at: datetime) -> None:
            call = self._call
            if call.over:
                return
            call.answered_by = verdict.answered_by
            if call.wishes.amd_callback:
                params = {
                    "AccountSid": call.account_sid,
                    "CallSid": call.sid,
                    "AnsweredBy": verdict.answered_by,
                    "MachineDetectionDuration": str(round(verdict.seconds * 1000)),
                }
                await self._exchange.post(call, call.wishes.amd_callback, params, kind="amd", at=at)

        self._carrier.schedule.put(at + timedelta(seconds=verdict.seconds), self._call.to, report)

    async def _first_document(self, verdict: Verdict | None, at: datetime) -> Document | None:
        wishes = self._call.wishes
        if not wishes.url:
            return self._exchange.read(self._call, "", wishes.twiml, at)
        params = {}
        if verdict is not None and not wishes.async_amd:
            params = {
                "AnsweredBy": verdict.answered_by,
                "MachineDetectionDuration": str(round(verdict.seconds * 1000)),
            }
        return await self._exchange.fetch(self._call, wishes.url, wishes.method, params, at)

    async def _document_ordered(self, at: datetime) -> Document | None:
        order, self._order = self._order, None
        if order is None or order.hang_up:
            self._call.note(at, event="hung up by us")
            return None
        self._call.note(at, event="redirected")
        if order.url:
            return await self._exchange.fetch(self._call, order.url, order.method, {}, at)
        return self._exchange.read(self._call, "", order.twiml, at)

    async def _finish(self, status: str, at: datetime) -> None:
        call = self._call
        call.ended_at = at
        call.move(status, at)
        params = {"CallDuration": str(call.seconds), "Duration": str(-(-call.seconds // 60))}
        if call.answered_by:
            params["AnsweredBy"] = call.answered_by
        if status in _SIP_CODES:
            params["SipResponseCode"] = _SIP_CODES[status]
        recording = self._recording(at)
        await self._progress("completed", status, at, params | recording, final=True)
        if recording and call.wishes.recording_callback:
            told = {"AccountSid": call.account_sid, "CallSid": call.sid, **recording}
            told |= {
                "RecordingStatus": "completed",
                "RecordingChannels": "1",
                "RecordingSource": "OutboundAPI",
            }
            await self._exchange.post(call, call.wishes.recording_callback, told, kind="recording", at=at)

    def _recording(self, at: datetime) -> dict[str, str]:
        call = self._call
        if not call.wishes.record or not call.seconds:
            return {}
        sid = self._exchange.new_sid("RE")
        call.note(at, recording=sid, seconds=call.seconds)
        return recording_params(call, sid, call.seconds)

    async def _progress(
        self,
        event: str,
        status: str,
        at: datetime,
        extra: dict[str, str] | None = None,
        *,
        final: bool = False,
    ) -> None:
        call = self._call
        if not call.wishes.status_callback or event not in call.wishes.events:
            return
        params = base_params(call, status) | progress_params(call, at) | (extra or {})
        call.sequence += 1
        call.faults += await self._carrier.callbacks.report(
            call.sid,
            call.to,
            call.wishes.status_callback,
            status,
            params,
            at,
            final=final,
            method=call.wishes.status_callback_method,
        )

    def _after(self, at: datetime, low: float, high: float, what: str) -> datetime:
        return at + timedelta(seconds=self._carrier.chance.between(low, high, *self._name, what))
