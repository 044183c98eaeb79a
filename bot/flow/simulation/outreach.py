"""Due contacts through the gate, as outreach does it: wait, skip or exit; then the carrier's part of an SMS."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Allowed, Contact, Decision, Past, Person, Reason
from bot.domain.segments import count_segments
from bot.domain.weighing import NotMade, PutOff, TooLate, unmade
from bot.flow.actions import Call, Send, WaitUntil
from bot.flow.happenings import Delivered, Happening, Undelivered
from bot.flow.happenings import Denied as DeniedByGate
from bot.flow.simulation import conduct
from bot.flow.simulation.invariants import engine_fault
from bot.flow.steps.asking import ASK_AGAIN
from bot.flow.text import MissingValue, sms_text, texts
from bot.flow.transcript import of_contact

if TYPE_CHECKING:
    from bot.flow.simulation.life import Life

_AT_LEAST = timedelta(seconds=1)  # a gate that defers to the past would be asked for ever
_DELIVERED_AFTER, _GIVEN_UP_AFTER = 6, 20  # seconds
_UNREACHABLE, _BLOCKED = "30003", "21610"


class Outreach:
    """The contacts of one customer that wait for their time."""

    __slots__ = ("_life", "_past", "queued")

    def __init__(self, life: Life) -> None:
        self._life = life
        self._past = list(life.customer.past)
        self.queued: list[Send | Call] = []

    def queue(self, contact: Send | Call) -> None:
        self.queued.append(contact)
        self._life.at(max(contact.not_before, self._life.now), self._weigh, contact)

    def _weigh(self, contact: Send | Call) -> None:
        life = self._life
        if contact not in self.queued:
            return
        standing = not life.state.finished and life.state.visit == contact.visit
        if contact.expires_at <= life.now:
            self._give_up(contact, "too_late", standing=standing)
            return
        decision = self._decide(contact, standing)
        life.tally.decided(decision)
        if isinstance(decision, Allowed):
            self.queued.remove(contact)
            self._make(contact)
            return
        match unmade(decision, contact.on_denied.value, contact.expires_at):
            case PutOff(until):
                self._put_off(contact, until)
            case TooLate():
                self._give_up(contact, decision.reason.value, standing=standing)
            case NotMade():
                self.queued.remove(contact)
                if standing:
                    self._deny(contact, decision.reason.value)

    def _decide(self, contact: Send | Call, standing: bool) -> Decision:
        life, customer, world = self._life, self._life.customer, self._life.world
        channel = Channel.SMS if isinstance(contact, Send) else Channel.CALL
        person = Person(
            msisdn=customer.msisdn,
            time_zone=customer.time_zone,
            active=life.active,
            consents=customer.consents,
            refusals=life.refusals,
            complaint_open=life.complaint_open,
            news_waiting=False,
            work_order_open=life.back_office.orders_open > 0,
            past=self._past,
        )
        wanted = Contact(channel, world.purposes[contact.step], Arm.TREATMENT)
        return world.gate(wanted, person, world.policy, life.now, standing)

    def _put_off(self, contact: Send | Call, until: datetime) -> None:
        self._life.at(max(until, self._life.now + _AT_LEAST), self._weigh, contact)

    def _give_up(self, contact: Send | Call, reason: str, *, standing: bool) -> None:
        self.queued.remove(contact)
        if standing:
            self._life.note(f"expired {of_contact(contact)}")
            self._tell(contact, Undelivered(contact.visit, reason))

    def _deny(self, contact: Send | Call, reason: str) -> None:
        life = self._life
        if life.trace is not None and not life.state.refused:  # a conversation knows by itself who refused
            life.trace.put(life.now, "deny", reason)
        self._tell(contact, DeniedByGate(contact.visit, reason))

    def _make(self, contact: Send | Call) -> None:
        try:
            words = self._words(contact) if isinstance(contact, Send) else self._life.phone.opening(contact)
        except MissingValue as missing:
            self._life.tally.gate[f"denied {Reason.MISSING_VALUE}"] += 1
            self._life.note(f"denied {of_contact(contact)}: missing {missing.name}")
            self._tell(contact, DeniedByGate(contact.visit, Reason.MISSING_VALUE.value))
            return
        self._record(contact)
        if isinstance(contact, Call):
            self._life.note(of_contact(contact))
            self._life.phone.ring(contact)
        else:
            self._send(contact, words)

    def _words(self, message: Send) -> str:
        life, flow = self._life, self._life.world.flow
        language = life.customer.language
        values = {**life.customer.facts, **life.state.values()}
        with engine_fault(life.now, of_contact(message)):
            words = sms_text(flow, message.step, language, values, message.text)
        life.watch.text(life.now, texts(flow, message.step, message.text, language), words, values)
        return words

    def _record(self, contact: Send | Call) -> None:
        life = self._life
        channel = Channel.SMS if isinstance(contact, Send) else Channel.CALL
        purpose = life.world.purposes[contact.step]
        if life.trace is not None:
            life.trace.made.append((life.now, purpose))
        hour = life.watch.contact(life.now, channel, purpose)
        self._past.append(Past(life.now, channel, purpose, same_campaign=True))
        life.mine.reached.add("contacted")
        life.tally.contacts[channel.value] += 1
        life.tally.hours[channel.value][hour] += 1
        if isinstance(contact, Send):
            life.mine.sms += 1
        else:
            life.mine.calls += 1

    def _send(self, message: Send, words: str) -> None:
        life = self._life
        life.note(of_contact(message), words)
        life.tally.segments += count_segments(words).segments
        if message.answer_within is not None:
            life.start_deadline(WaitUntil(message.visit, life.now + message.answer_within))
        if conduct.arrives(life.customer, life.mine.sms):
            life.after(_DELIVERED_AFTER, self._arrive, message)
        else:
            life.after(_GIVEN_UP_AFTER, self._fail, message)

    def _arrive(self, message: Send) -> None:
        life = self._life
        life.mine.reached.add("delivered")
        self._tell(message, Delivered(message.visit))
        conduct.read(life, message)

    def _fail(self, message: Send) -> None:
        life = self._life
        if life.customer.persona.blocked:
            if life.trace is not None:
                life.trace.put(life.now, "reply", "STOP")
            life.opt_out()  # the carrier knows a refusal that we never saw
        elif life.trace is not None:
            life.trace.put(life.now, "undelivered", _UNREACHABLE)
        cause = _BLOCKED if life.customer.persona.blocked else _UNREACHABLE
        self._tell(message, Undelivered(message.visit, cause))

    def _tell(self, contact: Send | Call, happening: Happening) -> None:
        """A question that is put again is extra: the run stands on the first, whatever becomes of the second."""
        if isinstance(contact, Call) or contact.text != ASK_AGAIN:
            self._life.give(happening)
