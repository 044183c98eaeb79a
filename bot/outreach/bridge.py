"""A manager has picked up: a key, the gate once more, who it is, then the customer's phone; answered at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.channels.twiml import Ask, Connect, Say, Spoken, Tell, render
from bot.domain.contact import Allowed, Denied, Reason
from bot.domain.manual_calls import LONGEST, OF_DIAL, RING_FOR, ManualCallStatus, advance, ended_by, is_over
from bot.outreach.call_now import OnBehalf, may_call_now
from bot.outreach.manual_calls import as_stored
from bot.outreach.outgoing import CALL_SILENCE, Outgoing
from bot.store import events, manual_calls
from bot.store.events import NewEvent, Processed
from bot.store.manual_calls import ManualCall
from bot.store.transaction import Transaction, Tx

HANG_UP = render(Tell("", "en"))
_GO = "1"
# A key is asked for, because a manager's voicemail must never be put through to a customer. Before it no name is
# spoken, which a voicemail would keep; a number never is.
_WORDS = {
    "zh": {
        "greeting": "这里是{brand}。有一通电话等待接通。接通请按1。",
        "who": "正在为您呼叫客户{name}。",
        "somebody": "正在为您呼叫客户。",
        "no_key": "没有收到按键，本次呼叫已取消。",
        "not_now": "现在不允许联系这位客户，原因见工单页面。",
        "refused": "客户刚刚已拒绝联系，本次呼叫已取消。",
        "busy": "客户电话占线。",
        "no_answer": "客户没有接听。",
        "failed": "客户电话无法接通。",
    },
    "en": {
        "greeting": "This is {brand}. A call is waiting to be put through. To take it, press 1.",
        "who": "We are calling the customer {name}.",
        "somebody": "We are calling the customer.",
        "no_key": "No key was pressed. The call is cancelled.",
        "not_now": "This customer may not be called now. The work order says why.",
        "refused": "The customer has refused meanwhile. The call is cancelled.",
        "busy": "The customer's line is busy.",
        "no_answer": "The customer does not answer.",
        "failed": "The customer's phone cannot be reached.",
    },
}


@dataclass(frozen=True, slots=True)
class _Heard:
    """One request about one call, which is under our lock."""

    tx: Tx
    call: ManualCall
    form: Mapping[str, str]
    now: datetime

    @property
    def sid(self) -> str:
        return self.form["CallSid"]


@dataclass(frozen=True, slots=True)
class Bridge:
    """The carrier's requests about calls by hand; whatever is repeated is answered as the first time."""

    transaction: Transaction
    outgoing: Outgoing
    public_base_url: str

    def answered(self, call_id: UUID, form: Mapping[str, str], now: datetime) -> str:
        return self._once("answer", call_id, form, now, self._greet)

    def pressed(self, call_id: UUID, form: Mapping[str, str], now: datetime) -> str:
        return self._once("key", call_id, form, now, self._put_through)

    def customer_leg(self, call_id: UUID, form: Mapping[str, str], now: datetime) -> str:
        return self._once("leg", call_id, form, now, self._note_leg)

    def dialed(self, call_id: UUID, form: Mapping[str, str], now: datetime) -> str:
        return self._once("dialed", call_id, form, now, self._tell_outcome)

    def ended(self, call_id: UUID, form: Mapping[str, str], now: datetime) -> str:
        return self._once("status", call_id, form, now, self._settle)

    def _once(
        self,
        what: str,
        call_id: UUID,
        form: Mapping[str, str],
        now: datetime,
        reply: Callable[[_Heard], Spoken],
    ) -> str:
        """Stored raw, applied and answered in one transaction."""
        sid = form.get("CallSid", "")
        if not sid:
            return HANG_UP
        key = f"manual:{call_id}:{what}:{sid}:{form.get('CallStatus', '')}"
        with self.transaction() as tx:
            event = events.take(tx, NewEvent(key, f"manual.{what}", {**form, "call": str(call_id)}, now))
            if "twiml" in event.payload:
                return str(event.payload["twiml"])
            call = manual_calls.lock(tx, call_id)
            twiml = HANG_UP if call is None else render(reply(_Heard(tx, call, form, now)))
            outcome = "unmatched" if call is None else "applied"
            ids = (None, None) if call is None else (call.enrolment_id, call.customer_id)
            events.mark_answered(tx, Processed(event.id, outcome, *ids), {"twiml": twiml}, now)
            return twiml

    def _greet(self, heard: _Heard) -> Spoken:
        call = heard.call
        if advance(call.status, ManualCallStatus.ANSWERED) is None:
            return _hang_up(call)
        look_at = heard.now + CALL_SILENCE
        manual_calls.move(
            heard.tx,
            call.id,
            ManualCallStatus.ANSWERED,
            heard.now,
            over=False,
            sid=heard.sid,
            look_at=look_at,
        )
        brand = self.outgoing.brand.in_language(call.language)
        greeting = _words(call, "greeting").format(brand=brand)
        return Ask((Say(greeting),), call.language, digits=1, action=self._url("key", call.id))

    def _put_through(self, heard: _Heard) -> Spoken:
        """At this moment the customer is contacted: what the gate says now is what holds."""
        tx, call, now = heard.tx, heard.call, heard.now
        if advance(call.status, ManualCallStatus.DIALLING) is None:
            return _hang_up(call)
        if heard.form.get("Digits") != _GO:
            manual_calls.move(tx, call.id, ManualCallStatus.AWAY, now, over=True)
            return Tell(_words(call, "no_key"), call.language)
        decision = may_call_now(
            tx,
            call.customer_id,
            call.purpose,
            self.outgoing,
            now,
            on_behalf=OnBehalf(call.campaign_id, call.policy),
            at_work_order=call.order_open,
        )
        said = as_stored(decision)
        if not isinstance(decision, Allowed):
            turned = isinstance(decision, Denied)  # it was permitted when the manager asked
            status = ManualCallStatus.TAKEN_BACK if turned else ManualCallStatus.REFUSED
            manual_calls.move(tx, call.id, status, now, over=True, said=said)
            return Tell(_words(call, "refused" if _is_refusal(said.reason) else "not_now"), call.language)
        manual_calls.move(tx, call.id, ManualCallStatus.DIALLING, now, over=False, said=said)
        return Connect(
            _words(call, "who" if call.customer_name else "somebody").format(name=call.customer_name),
            call.language,
            call.msisdn,
            self.outgoing.voice_sender,
            self._url("dialed", call.id),
            RING_FOR,
            longest=LONGEST,
            told_of_leg=self._url("leg", call.id),
        )

    def _note_leg(self, heard: _Heard) -> Spoken:
        """Of the customer's leg: its SID at once, that it was picked up, and its length, whatever `dialed` says."""
        call, word = heard.call, heard.form.get("CallStatus", "")
        seconds = _whole(heard.form.get("CallDuration")) if is_over(word) else None
        manual_calls.note_legs(heard.tx, call.id, customer_sid=heard.sid, customer_s=seconds)
        if word == "in-progress" and advance(call.status, ManualCallStatus.CONNECTED) is not None:
            manual_calls.move(heard.tx, call.id, ManualCallStatus.CONNECTED, heard.now, over=False)
        elif is_over(word) and advance(call.status, OF_DIAL[word]) is not None:
            manual_calls.end(heard.tx, call, OF_DIAL[word], heard.now)
        return _hang_up(call)

    def _tell_outcome(self, heard: _Heard) -> Spoken:
        call = heard.call
        reported = OF_DIAL.get(heard.form.get("DialCallStatus", ""), ManualCallStatus.FAILED)
        manual_calls.note_legs(
            heard.tx,
            call.id,
            customer_s=_whole(heard.form.get("DialCallDuration")),
            customer_sid=heard.form.get("DialCallSid"),
        )
        if advance(call.status, reported) is not None:
            manual_calls.end(heard.tx, call, reported, heard.now)
        if reported is ManualCallStatus.CANCELED and call.recall_reason is not None:
            return Tell(
                _words(call, "refused" if _is_refusal(call.recall_reason) else "not_now"), call.language
            )
        words = _WORDS[_tongue(call)].get(reported.value, "")
        return Tell(words, call.language)

    def _settle(self, heard: _Heard) -> Spoken:
        call, word = heard.call, heard.form.get("CallStatus", "")
        if is_over(word):
            manual_calls.note_legs(heard.tx, call.id, manager_s=_whole(heard.form.get("CallDuration")) or 0)
        status = ended_by(call.status, word)
        if status is not None:
            manual_calls.end(heard.tx, call, status, heard.now, sid=heard.sid)
        return _hang_up(call)

    def _url(self, what: str, call_id: UUID) -> str:
        return f"{self.public_base_url}/twilio/manual/{what}?c={call_id}"


def _hang_up(call: ManualCall) -> Tell:
    return Tell("", call.language)


def _is_refusal(reason: str | None) -> bool:
    """Of all that rules a customer out, what they have said themselves, or somebody for them."""
    return reason == Reason.SUPPRESSED


def _words(call: ManualCall, which: str) -> str:
    return _WORDS[_tongue(call)][which]


def _tongue(call: ManualCall) -> str:
    return "zh" if call.language.startswith("zh") else "en"


def _whole(written: str | None) -> int | None:
    return int(written) if written is not None and written.isascii() and written.isdigit() else None
