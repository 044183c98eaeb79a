"""The voice path: the carrier waits for words, so the event is applied in its own request and answered at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.channels.twiml import Ask, Connect, Play, Say, Spoken, Tell, render
from bot.domain.attempts import AttemptStatus, Channel, advance
from bot.domain.people import Brand
from bot.flow.actions import Action, Dial, Hangup, Prompt, Voicemail
from bot.flow.happenings import Answered, Happening, OptedOut, Pressed, Transferred
from bot.flow.model import FlowStep
from bot.flow.steps.call import CallStep
from bot.flow.text import MissingValue, Recording, Utterance, spoken, utterances
from bot.inbound.batch import Batch
from bot.inbound.outcome import evidence_of
from bot.inbound.reports import MACHINE, PERSON, who_answered
from bot.inbound.run import Run
from bot.inbound.speech import Heard, hear, likely_words
from bot.published import PublishedFlows
from bot.rulebook import Rulebook
from bot.store import events, suppressions
from bot.store.attempts import Attempt
from bot.store.events import Event, NewEvent, Processed
from bot.store.suppressions import Entry
from bot.store.transaction import Transaction

HANG_UP = render(Tell("", "en"))


@dataclass(frozen=True, slots=True)
class Voice:
    transaction: Transaction
    flows: PublishedFlows
    brand: Brand
    rulebook: Rulebook
    public_base_url: str
    caller_id: str
    manager_line: str | None

    def answered(self, attempt_id: UUID, form: Mapping[str, str], now: datetime) -> str:
        """TwiML for a call that was picked up. A repeated request gets the same words again."""
        sid = form.get("CallSid", "")
        return self._answer(NewEvent(f"call:{sid}:answer", "call.answer", form, now, attempt_id), now)

    def pressed(self, attempt_id: UUID, turn: int, form: Mapping[str, str], now: datetime) -> str:
        """TwiML after a key, a word, or neither; `turn` is the prompt that it answers."""
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
            batch = Batch(tx, self.flows, self.brand, self.rulebook, now)
            batch.load([event.attempt_id] if event.attempt_id else [], [], [])
            attempt = batch.attempts.get(event.attempt_id) if event.attempt_id else None
            run = batch.runs.get(attempt.enrolment_id) if attempt is not None else None
            heard = hear(event.payload, _asking(run)) if event.kind == "call.key" else Heard()
            twiml = HANG_UP if attempt is None else self._converse(batch, attempt, event, heard)
            batch.write()
            outcome = "unmatched" if attempt is None else "applied"
            ids = (attempt.enrolment_id, attempt.customer_id) if attempt is not None else (None, None)
            answer = {"twiml": twiml, **heard.facts()}
            events.mark_answered(tx, Processed(event.id, outcome, *ids), answer, now)
            return twiml

    def _converse(self, batch: Batch, attempt: Attempt, event: Event, heard: Heard) -> str:
        self._note_call(batch, attempt, event, heard)
        run = batch.runs.get(attempt.enrolment_id)
        if run is None or _refused(batch, run, attempt):
            return HANG_UP
        evidence = {**evidence_of(event), **heard.facts()}
        if heard.refusal:
            closing = Hangup(run.state.step or attempt.step, "opted_out")
            _register_refusal(batch, run, event, heard)
            batch.happen_even_if_over(run, OptedOut(event.key), evidence)
            return self._words(run, attempt, (closing,))
        actions = batch.happen_even_if_over(run, _happening(attempt, event, heard), evidence)
        dial = next((action for action in actions if isinstance(action, Dial)), None)
        if dial is not None and self.manager_line is None:
            # Nobody can be put through: the caller hears what follows an unanswered transfer, no promise.
            actions = batch.happen_even_if_over(run, Transferred(dial.visit, connected=False), evidence)
        return self._words(run, attempt, actions)

    def _note_call(self, batch: Batch, attempt: Attempt, event: Event, heard: Heard) -> None:
        """The request itself proves that the call exists and was picked up; an answer, that a person did.

        Words that are no answer prove nothing: a machine's greeting is speech as well.
        """
        status = advance(AttemptStatus(attempt.status), AttemptStatus.IN_PROGRESS)
        verdict = str(event.payload.get("AnsweredBy", ""))
        who = PERSON if heard.from_person else (who_answered(verdict) if verdict else None)
        batch.move(
            attempt,
            status or AttemptStatus(attempt.status),
            sid=str(event.payload.get("CallSid") or "") or None,
            answered_by=who,
            # A person is talking with us: the message meant for a machine must not cut in.
            voicemail="failed" if who == PERSON and attempt.voicemail == "due" else None,
        )

    def _words(self, run: Run, attempt: Attempt, actions: tuple[Action, ...]) -> str:
        try:
            for action in actions:
                if isinstance(action, Prompt | Voicemail | Hangup | Dial):
                    return render(self._spoken(run, attempt, action))
        except MissingValue:
            return HANG_UP
        return HANG_UP

    def _spoken(self, run: Run, attempt: Attempt, action: Prompt | Voicemail | Hangup | Dial) -> Spoken:
        language = run.enrolment.language
        values = {**run.facts, **run.state.values()}
        if isinstance(action, Prompt):
            parts = utterances(run.flow, action, language, values)
            return self._question(action, run.flow.steps[action.step], parts, language, attempt)
        text = spoken(run.flow, action, language, values)
        if isinstance(action, Dial) and self.manager_line is not None:
            url = self._url("dialed", attempt.id)
            return Connect(text, language, self.manager_line, self.caller_id, url, action.timeout)
        return Tell(text, language)

    def _question(
        self, prompt: Prompt, step: FlowStep, parts: tuple[Utterance, ...], language: str, attempt: Attempt
    ) -> Ask:
        keys = _keys_of(step)
        return Ask(
            parts=tuple(Play(part.url) if isinstance(part, Recording) else Say(part.text) for part in parts),
            language=language,
            digits=prompt.digits,
            action=self._url("key", attempt.id, f"&t={prompt.turn}"),
            hash_ends=prompt.digits > 1 and not any("#" in key for key in keys),
            hints=likely_words(keys, language) if prompt.speech else (),
        )

    def _url(self, what: str, attempt_id: UUID, more: str = "") -> str:
        return f"{self.public_base_url}/twilio/voice/{what}?a={attempt_id}{more}"


def _asking(run: Run | None) -> FlowStep | None:
    """The step whose question the caller has just heard."""
    return run.flow.steps.get(run.state.step or "") if run is not None else None


def _keys_of(step: FlowStep) -> frozenset[str]:
    if not isinstance(step, CallStep):
        return frozenset()
    return frozenset(step.keys) | ({step.confirm.key} if step.confirm is not None else set())


def _refused(batch: Batch, run: Run, attempt: Attempt) -> bool:
    purpose = run.flow.purpose_of(attempt.step)
    return suppressions.refused(batch.tx, run.enrolment.msisdn, channel=Channel.CALL, purpose=purpose)


def _register_refusal(batch: Batch, run: Run, event: Event, heard: Heard) -> None:
    """As by keypad: the register at once; the customer's other runs by an event, for want of their locks."""
    customer_id, enrolment_id = run.enrolment.customer_id, run.enrolment.id
    batch.refuse(Entry(customer_id, "suppress", source="speech", evidence=event.key, wording=heard.refusal))
    others = NewEvent(
        key=f"{event.key}:opt_out",
        kind="opt_out",
        payload={"source": "speech", "registered": True},
        received_at=batch.now,
        enrolment_id=enrolment_id,
        customer_id=customer_id,
    )
    events.leave(batch.tx, [others])


def _happening(attempt: Attempt, event: Event, heard: Heard) -> Happening:
    payload = event.payload
    match event.kind:
        case "call.key":
            return Pressed(attempt.visit, int(payload["turn"]), heard.digits, event.key)
        case "call.dialed":
            return Transferred(attempt.visit, payload.get("DialCallStatus") in ("completed", "answered"))
        case _:
            machine = who_answered(str(payload.get("AnsweredBy", ""))) == MACHINE
            return Answered(attempt.visit, machine)
