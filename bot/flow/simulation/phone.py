"""A call as it is lived: it rings, is picked up or not, says what the flow wants said, hears keys, and ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.flow.actions import Call, Dial, Hangup, Prompt, Voicemail
from bot.flow.happenings import Answered, CallEnded, CallOutcome, Pressed, Transferred
from bot.flow.simulation import conduct
from bot.flow.simulation.invariants import Broken, Invariant, engine_fault
from bot.flow.simulation.trace import OVER
from bot.flow.state import Plain
from bot.flow.text import MissingValue, spoken
from bot.flow.transcript import of_contact

if TYPE_CHECKING:
    from bot.flow.simulation.life import Life, Spoken

_RINGS = {
    CallOutcome.ANSWERED: 8,
    CallOutcome.MACHINE: 18,
    CallOutcome.BUSY: 2,
    CallOutcome.FAILED: 1,
    CallOutcome.NO_ANSWER: 28,
}
_VERBS = {CallOutcome.BUSY: "busy", CallOutcome.FAILED: "failed", CallOutcome.NO_ANSWER: "no_answer"}
_LETTERS_PER_SECOND = {"zh": 4.0, "en": 14.0}
_SILENCE_SECONDS = 5


@dataclass(slots=True, eq=False)
class Line:
    """One call that was picked up."""

    call: Call
    since: datetime
    machine: bool
    prompts: int = 0


class Phone:
    """The customer's phone, with at most one live call of ours."""

    __slots__ = ("_calls", "_kept", "_life", "_line", "_pace")

    def __init__(self, life: Life) -> None:
        self._life = life
        self._calls = 0
        self._line: Line | None = None
        self._kept: dict[tuple[type, str, str], tuple[Mapping[str, Plain], str]] = {}
        self._pace = _LETTERS_PER_SECOND["zh" if life.customer.language.startswith("zh") else "en"]

    def opening(self, call: Call) -> str:
        """Nobody is called whom the first words could not be said to. Raises MissingValue."""
        texts = self._life.world.flow.steps[call.step].texts()
        first = next((name for name in ("say", "play") if name in texts), "")
        return self._said(Prompt(call.step, call.visit, 1, first, 1)) if first else ""

    def ring(self, call: Call) -> None:
        self._calls += 1
        outcome = conduct.pickup(self._life.customer, self._calls)
        self._life.after(_RINGS[outcome], self._stop_ringing, (call, outcome))

    def note(self, action: Spoken) -> None:
        """For the trace, in the order of the flow's actions."""
        words = self._said_or_nothing(action)
        match action:
            case Prompt():
                self._life.note(f"says {action.step} {action.text}", words)
            case Voicemail():
                self._life.note(f"voicemail {action.step}", words)
            case Dial():
                self._life.note(f"transfers to {action.queue}", words)
            case Hangup():
                self._life.note(f"hangs up {action.text}".rstrip(), words)

    def _stop_ringing(self, rung: tuple[Call, CallOutcome]) -> None:
        life, (call, outcome) = self._life, rung
        picked_up = outcome in (CallOutcome.ANSWERED, CallOutcome.MACHINE)
        machine = outcome is CallOutcome.MACHINE
        if not picked_up:
            self._put(_VERBS[outcome])
            life.give(CallEnded(call.visit, outcome))
            return
        if not machine:
            life.mine.reached.add("delivered")
        self._line = Line(call, life.now, machine)
        self._put("machine" if machine else "answer")
        self._hear(self._line, life.give(Answered(call.visit, machine)))

    def _hear(self, line: Line, actions: list[Spoken]) -> None:
        """The carrier waits for words: there must be some, and of one kind."""
        life = self._life
        if len(actions) != 1:
            raise Broken(
                Invariant.SILENT_LINE, f"{len(actions)} answers for the caller of {line.call.step}", life.now
            )
        action = actions[0]
        try:
            seconds = 1 + len(self._said(action)) / self._pace
        except MissingValue as missing:
            self._cut_off(line, action, missing)
            return
        match action:
            case Prompt():
                self._ask(line, action, seconds)
            case Dial():
                connected, talked = conduct.transfer(life.customer, self._calls)
                life.after(seconds + talked, self._transferred, (line, connected))
            case Voicemail() | Hangup():
                life.after(seconds, self._hang_up, line)

    def _cut_off(self, line: Line, action: Spoken, missing: MissingValue) -> None:
        """A voicemail is simply not left; a person would hear the line go dead in the middle of a call."""
        if not isinstance(action, Voicemail):
            what = f"the caller of {line.call.step} is cut off: {missing}"
            raise Broken(Invariant.MISSING_VALUE, what, self._life.now)
        self._hang_up(line)

    def _ask(self, line: Line, prompt: Prompt, seconds: float) -> None:
        life = self._life
        line.prompts += 1
        pressed = None if line.machine else conduct.press(life, prompt, self._calls, line.prompts)
        if pressed is None:
            life.after(seconds + _SILENCE_SECONDS, self._press, (line, prompt, ""))
        elif pressed == conduct.HANGS_UP:
            life.after(seconds / 2, self._leave, line)
        else:
            life.after(seconds + 2, self._press, (line, prompt, pressed))

    def _press(self, pressed: tuple[Line, Prompt, str]) -> None:
        line, prompt, digits = pressed
        if line is not self._line:
            return
        life = self._life
        if digits:
            life.mine.reached.add("answered")
            life.watch.key(digits)
            self._put("press", digits)
        else:
            self._put("silence")
        self._hear(line, life.give(Pressed(line.call.visit, prompt.turn, digits, life.evidence())))

    def _transferred(self, how: tuple[Line, bool]) -> None:
        line, connected = how
        if line is self._line:
            self._put("transfer", "answered" if connected else "unanswered")
            self._hear(line, self._life.give(Transferred(line.call.visit, connected)))

    def _leave(self, line: Line) -> None:
        """The customer hangs up first."""
        if line is self._line:
            self._put("hang_up")
            self._hang_up(line)

    def _hang_up(self, line: Line) -> None:
        life = self._life
        self._line = None
        self._put(OVER)
        seconds = (life.now - line.since).total_seconds()
        life.tally.minutes += max(1, -int(-seconds // 60))
        life.give(CallEnded(line.call.visit, CallOutcome.MACHINE if line.machine else CallOutcome.ANSWERED))
        conduct.think_over(life, of_contact(line.call))

    def _said(self, action: Spoken) -> str:
        """Kept, because a call is tried several times, and each time its first words are tried beforehand."""
        life, facts = self._life, self._life.state.facts
        which = (type(action), action.step, "" if isinstance(action, Voicemail | Dial) else action.text)
        kept = self._kept.get(which)
        if kept is not None and kept[0] is facts:
            return kept[1]
        values = {**life.customer.facts, **life.state.values()}
        with engine_fault(life.now, f"what {action.step} says"):
            words = spoken(life.world.flow, action, life.customer.language, values)
        life.watch.words(life.now, words)
        self._kept[which] = (facts, words)
        return words

    def _said_or_nothing(self, action: Spoken) -> str:
        try:
            return self._said(action)
        except MissingValue:
            return ""

    def _put(self, verb: str, value: str = "") -> None:
        if self._life.trace is not None:
            self._life.trace.put(self._life.now, verb, value)
