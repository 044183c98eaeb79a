"""Plays TwiML to a callee in virtual time: speaks, listens for keys, fetches what comes next."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urljoin

from rehearsal.callee import HangUp, KeyPress, Question, Reaction, Speech
from rehearsal.resources import Call
from rehearsal.schedule import Life
from rehearsal.twiml import (
    Dial,
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Prompt,
    Record,
    Redirect,
    Reject,
    Say,
    Verb,
)
from rehearsal.voice_params import recording_params

Moments = AsyncGenerator[datetime, None]

_MOST_DOCUMENTS = 100  # a call that fetches more runs in a circle
_PLAYED_FILE_SECONDS = 5.0
_HAN_PER_SECOND = 4.2
_LETTERS_PER_SECOND = 14.0


@dataclass(frozen=True, slots=True)
class Document:
    url: str
    verbs: tuple[Verb, ...]


@dataclass(frozen=True, slots=True)
class DialResult:
    status: str  # completed, busy, no-answer, failed
    ring_seconds: float
    talk_seconds: float = 0.0


class CalleeOnLine(Protocol):
    @property
    def is_machine(self) -> bool: ...
    def hears(self, text: str) -> None: ...
    def answers(self, question: Question) -> Reaction: ...


class Exchange(Protocol):
    """The rest of the carrier, as a playing call needs it."""

    async def fetch(
        self, call: Call, url: str, method: str, params: dict[str, str], at: datetime
    ) -> Document | None:
        """The next document; None where it cannot be had and the call ends with an application error."""

    def dial(self, call: Call, verb: Dial, at: datetime) -> tuple[str, DialResult]:
        """The leg's SID and what becomes of it."""

    async def tell_of_pickup(self, call: Call, leg_sid: str, url: str, at: datetime) -> None: ...

    def new_sid(self, prefix: str) -> str: ...


def speaking_seconds(text: str) -> float:
    han = sum("\u3400" <= character <= "\u9fff" for character in text)
    return 0.3 + han / _HAN_PER_SECOND + (len(text) - han) / _LETTERS_PER_SECOND


class TwimlPlayer:
    """One call's play. Stops at the end of the document, at a hang-up, or when `interrupted` says so."""

    def __init__(
        self,
        call: Call,
        life: Life,
        callee: CalleeOnLine,
        exchange: Exchange,
        *,
        ends_at: datetime,
        interrupted: Callable[[], bool],
    ) -> None:
        self._call = call
        self._life = life
        self._callee = callee
        self._exchange = exchange
        self._ends_at = ends_at
        self._interrupted = interrupted
        self._since_menu: list[str] = []  # what was said since the last menu
        self._url = ""  # of the document being played
        self._next: Document | None = None
        self._fetched = 0
        self.ended = False

    async def play(self, first: Document | None) -> Moments:
        self._next = first
        while self._next is not None and not self.ended:
            document, self._next = self._next, None
            self._url = document.url
            for verb in document.verbs:
                async with aclosing(self._perform(verb)) as moments:
                    async for moment in moments:
                        yield min(moment, self._ends_at)
                        if self._interrupted():
                            return
                        if self._life.at >= self._ends_at:
                            self.ended = True
                            return
                if self.ended or self._next is not None:
                    break

    async def _perform(self, verb: Verb) -> Moments:
        match verb:
            case Say() | Play() | Pause():
                moments = self._prompt(verb)
            case Gather():
                moments = self._gather(verb)
            case Dial():
                moments = self._dial(verb)
            case Record():
                moments = self._record(verb)
            case Enqueue():
                moments = self._enqueue(verb)
            case _:
                await self._act(verb)
                return
        async for moment in moments:
            yield moment

    async def _act(self, verb: Verb) -> None:
        """The verbs that take no time."""
        match verb:
            case Redirect():
                await self._follow(verb.url, verb.method, {})
            case Hangup() | Reject():
                self._call.note(self._life.at, event="hung up by us")
                self.ended = True
            case Leave():
                pass  # nobody is queued while a document of the call itself plays
            case _:
                message = f"{type(verb).__name__} is no verb of a call"
                self._call.note(self._life.at, error=12200, message=message)
                self.ended = True

    async def _prompt(self, prompt: Prompt) -> Moments:
        self._note_prompt(prompt)
        yield self._in(_duration(prompt))
        if isinstance(prompt, Say):
            self._callee.hears(prompt.text)
            self._since_menu.append(prompt.text)

    async def _gather(self, gather: Gather) -> Moments:
        for prompt in gather.prompts[:-1]:
            async for moment in self._prompt(prompt):
                yield moment
        last = gather.prompts[-1] if gather.prompts else None
        reaction = self._reaction(gather, last)
        prompt_seconds = 0.0 if last is None else _duration(last)
        if last is not None:
            self._note_prompt(last)
        if reaction is None:
            yield self._in(prompt_seconds + gather.timeout)
        else:
            yield self._in(max(0.3, prompt_seconds + reaction.after))  # below the prompt's end: barge-in
        if isinstance(last, Say):
            self._callee.hears(last.text)
        self._since_menu.clear()
        async for moment in self._answer(gather, reaction):
            yield moment

    async def _answer(self, gather: Gather, reaction: Reaction) -> Moments:
        match reaction:
            case HangUp():
                self._call.note(self._life.at, event="callee hung up")
                self.ended = True
            case Speech():
                yield self._in(speaking_seconds(reaction.words) + gather.pause)
                await self._post_speech(gather, reaction)
            case _:
                digits = "" if reaction is None else reaction.digits
                kept, complete = _gathered(gather, digits)
                if digits:
                    self._call.note(self._life.at, digits=digits)
                    if not complete:
                        yield self._in(gather.timeout)
                if kept or complete or gather.action_on_empty:
                    await self._follow(gather.action, gather.method, {"Digits": kept, "msg": "Gather End"})

    async def _post_speech(self, gather: Gather, speech: Speech) -> None:
        self._call.note(self._life.at, said=speech.words, confidence=speech.confidence)
        params = {
            "SpeechResult": speech.words,
            "Confidence": str(speech.confidence),
            "Language": gather.language,
        }
        await self._follow(gather.action, gather.method, params)

    def _reaction(self, gather: Gather, last: Prompt | None) -> Reaction:
        said = [*self._since_menu, last.text] if isinstance(last, Say) else self._since_menu
        question = Question("。".join(said), gather.num_digits, gather.takes_keys, gather.listens)
        reaction = self._callee.answers(question)
        if isinstance(reaction, KeyPress | Speech) and reaction.after > gather.timeout:
            return None
        return reaction

    async def _dial(self, dial: Dial) -> Moments:
        leg_sid, result = self._exchange.dial(self._call, dial, self._life.at)
        self._call.note(self._life.at, dial=dial.number, outcome=result.status)
        yield self._in(result.ring_seconds)
        talked = min(result.talk_seconds, dial.time_limit)
        if result.status == "completed":
            if dial.when_answered:
                await self._exchange.tell_of_pickup(self._call, leg_sid, dial.when_answered, self._life.at)
            yield self._in(talked)
        if dial.action:
            params = {"DialCallStatus": result.status, "DialCallSid": leg_sid}
            if result.status == "completed":
                params |= {"DialCallDuration": str(round(talked)), "DialBridged": "true"}
            await self._follow(dial.action, dial.method, params)

    async def _record(self, record: Record) -> Moments:
        seconds = min(record.max_length, 4.0 + record.timeout)
        sid = self._exchange.new_sid("RE")
        self._call.note(self._life.at, recording=sid, seconds=round(seconds))
        yield self._in(seconds)
        params = recording_params(self._call, sid, round(seconds))
        await self._follow(record.action, record.method, params | {"Digits": ""})

    async def _enqueue(self, enqueue: Enqueue) -> Moments:
        """Wait in a queue until somebody takes the call; the waiting music is not played."""
        leg = Dial(enqueue.queue or "queue", ring_seconds=120.0)
        _, result = self._exchange.dial(self._call, leg, self._life.at)
        self._call.note(self._life.at, enqueue=enqueue.queue, outcome=result.status)
        yield self._in(result.ring_seconds + result.talk_seconds)
        if result.status != "completed":
            self._call.note(self._life.at, event="callee left the queue")
            self.ended = True
        elif enqueue.action:
            params = {
                "QueueResult": "bridged",
                "QueueSid": self._exchange.new_sid("QU"),
                "QueueTime": str(round(result.ring_seconds)),
            }
            await self._follow(enqueue.action, enqueue.method, params)

    async def _follow(self, url: str, method: str, params: dict[str, str]) -> None:
        """Fetch the document that takes over from here; an empty URL means the present one's."""
        self._fetched += 1
        if self._fetched > _MOST_DOCUMENTS:
            self._call.note(self._life.at, error=12400, message="the call runs in a circle")
            self.ended = True
            return
        address = urljoin(self._url, url) if url else self._url
        self._next = await self._exchange.fetch(self._call, address, method, params, self._life.at)
        self.ended = self._next is None

    def _note_prompt(self, prompt: Prompt) -> None:
        listener = "machine" if self._callee.is_machine else "human"
        if isinstance(prompt, Say):
            self._call.note(self._life.at, say=prompt.text, language=prompt.language, to=listener)
        elif isinstance(prompt, Play):
            self._call.note(self._life.at, play=prompt.url or prompt.digits, to=listener)

    def _in(self, seconds: float) -> datetime:
        return self._life.at + timedelta(seconds=seconds)


def _duration(prompt: Prompt) -> float:
    match prompt:
        case Say():
            return speaking_seconds(prompt.text) * prompt.loop
        case Play():
            return (0.5 * len(prompt.digits) or _PLAYED_FILE_SECONDS) * prompt.loop
        case Pause():
            return prompt.seconds


def _gathered(gather: Gather, pressed: str) -> tuple[str, bool]:
    """The digits that count, and whether they end the gathering before its timeout."""
    kept = ""
    for key in pressed:
        if key in gather.finish_on_key:
            return kept, True
        kept += key
        if gather.num_digits == len(kept):
            return kept, True
    return kept, False
