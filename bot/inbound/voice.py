"""The voice path: the carrier waits for words, so the event is applied in its own request and answered at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.channels.twiml import Ask, Connect, Spoken, Tell, render
from bot.domain.attempts import AttemptStatus, Channel, advance
from bot.domain.people import Brand
from bot.flow.actions import Action, Dial, Hangup, Prompt, Voicemail
from bot.flow.happenings import Answered, Happening, Pressed, Transferred
from bot.flow.text import MissingValue, spoken
from bot.inbound.batch import Batch
from bot.inbound.interpret import evidence_of
from bot.inbound.reports import MACHINE, PERSON, who_answered
from bot.inbound.run import Run
from bot.published import PublishedFlows
from bot.store import events, suppressions
from bot.store.attempts import Attempt
from bot.store.events import Event, NewEvent, Processed
from bot.store.transaction import Transaction

HANG_UP = render(Tell("", "en"))


@dataclass(frozen=True, slots=True)
class Voice:
    transaction: Transaction
    flows: PublishedFlows
    brand: Brand
    public_base_url: str
    caller_id: str
    manager_line: str | None

    def answered(self, attempt_id: UUID, form: Mapping[str, str], now: datetime) -> str:
        """TwiML for a call that was picked up. A repeated request gets the same words again."""
        sid = form.get("CallSid", "")
        return self._answer(NewEvent(f"call:{sid}:answer", "call.answer", form, now, attempt_id), now)

    def pressed(self, attempt_id: UUID, turn: int, form: Mapping[str, str], now: datetime) -> str:
        """TwiML after a key, or after none; `turn` is the prompt that it answers."""
        sid = form.get("CallSid", "")
        payload = {**form, "turn": turn}
        return self._answer(NewEvent(f"call:{sid}:key:{turn}", "call.key", payload, now, attempt_id), now)

    def transferred(self, attempt_id: UUID, form: Mapping[str, str], now: datetime) -> str:
        sid = form.get("CallSid", "")
        return self._answer(NewEvent(f"call:{sid}:dialed", "call.dialed", form, now, attempt_id), now)

    def _answer(self, incoming: NewEvent, now: datetime) -> str:
        if not incoming.payload.get("CallSid"):
            return HANG_UP
        with self.transaction() as tx:
            event = events.take(tx, incoming)
            if "twiml" in event.payload:
                return str(event.payload["twiml"])
            batch = Batch(tx, self.flows, self.brand, now)
            batch.load([event.attempt_id] if event.attempt_id else [], [], [])
            attempt = batch.attempts.get(event.attempt_id) if event.attempt_id else None
            twiml = HANG_UP if attempt is None else self._converse(batch, attempt, event)
            batch.write()
            outcome = "unmatched" if attempt is None else "applied"
            ids = (attempt.enrolment_id, attempt.customer_id) if attempt is not None else (None, None)
            events.mark_answered(tx, Processed(event.id, outcome, *ids), {"twiml": twiml}, now)
            return twiml

    def _converse(self, batch: Batch, attempt: Attempt, event: Event) -> str:
        self._note_call(batch, attempt, event)
        run = batch.runs.get(attempt.enrolment_id)
        if run is None or _refused(batch, run, attempt):
            return HANG_UP
        evidence = evidence_of(event)
        actions = batch.happen_even_if_over(run, _happening(attempt, event), evidence)
        dial = next((action for action in actions if isinstance(action, Dial)), None)
        if dial is not None and self.manager_line is None:
            # Nobody can be put through: the caller hears what follows an unanswered transfer, no promise.
            actions = batch.happen_even_if_over(run, Transferred(dial.visit, connected=False), evidence)
        return self._words(run, attempt, actions)

    def _note_call(self, batch: Batch, attempt: Attempt, event: Event) -> None:
        """The request itself proves that the call exists and was picked up; a key press, that a person did."""
        status = advance(AttemptStatus(attempt.status), AttemptStatus.IN_PROGRESS)
        verdict = str(event.payload.get("AnsweredBy", ""))
        who = PERSON if event.payload.get("Digits") else (who_answered(verdict) if verdict else None)
        batch.move(
            attempt,
            status or AttemptStatus(attempt.status),
            sid=str(event.payload.get("CallSid") or "") or None,
            answered_by=who,
            # A person is talking with us: the message meant for a machine must not cut in.
            voicemail="failed" if who == PERSON and attempt.voicemail == "due" else None,
        )

    def _words(self, run: Run, attempt: Attempt, actions: tuple[Action, ...]) -> str:
        language = run.enrolment.language
        try:
            for action in actions:
                if isinstance(action, Prompt | Voicemail | Hangup | Dial):
                    text = spoken(run.flow, action, language, run.facts)
                    return render(self._spoken(action, text, language, attempt))
        except MissingValue:
            return HANG_UP
        return HANG_UP

    def _spoken(
        self, action: Prompt | Voicemail | Hangup | Dial, text: str, language: str, attempt: Attempt
    ) -> Spoken:
        match action:
            case Prompt():
                return Ask(text, language, action.digits, self._url("key", attempt.id, f"&t={action.turn}"))
            case Dial() if self.manager_line is not None:
                url = self._url("dialed", attempt.id)
                return Connect(text, language, self.manager_line, self.caller_id, url, action.timeout)
            case _:
                return Tell(text, language)

    def _url(self, what: str, attempt_id: UUID, more: str = "") -> str:
        return f"{self.public_base_url}/twilio/voice/{what}?a={attempt_id}{more}"


def _refused(batch: Batch, run: Run, attempt: Attempt) -> bool:
    purpose = run.flow.purpose_of(attempt.step)
    return suppressions.refused(batch.tx, run.enrolment.msisdn, channel=Channel.CALL, purpose=purpose)


def _happening(attempt: Attempt, event: Event) -> Happening:
    payload = event.payload
    match event.kind:
        case "call.key":
            return Pressed(attempt.visit, int(payload["turn"]), str(payload.get("Digits", "")), event.key)
        case "call.dialed":
            return Transferred(attempt.visit, payload.get("DialCallStatus") in ("completed", "answered"))
        case _:
            machine = who_answered(str(payload.get("AnsweredBy", ""))) == MACHINE
            return Answered(attempt.visit, machine)
