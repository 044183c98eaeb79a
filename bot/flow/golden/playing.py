"""Plays a script on its flow, and compares what came of it with what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.flow.golden.difference import Pair, align, in_lines
from bot.flow.golden.script import Expected, Input, Script, Turn
from bot.flow.golden.verbs import perform
from bot.flow.model import Flow
from bot.flow.play import Conversation, NotNow
from bot.flow.transcript import Line


@dataclass(frozen=True, slots=True)
class Check:
    """One `expect` and what had happened by then; without a turn: what nobody expected at the end."""

    turn: Turn | None
    happened: tuple[Line, ...]

    @property
    def expected(self) -> tuple[Expected, ...]:
        return self.turn.expected if self.turn is not None else ()

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return align(self.expected, self.happened)

    @property
    def kept(self) -> bool:
        return all(pair.agrees for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class Failure:
    """A conversation that went otherwise, at its first departure: `pairs` sets what was expected beside what
    happened; `stuck` says why the script could not go on."""

    file: str
    line: int
    conversation: str
    pairs: tuple[Pair, ...] = ()
    stuck: str = ""

    def __str__(self) -> str:
        lines = [self.stuck] if self.stuck else in_lines(self.pairs)
        return "\n".join(
            [f"{self.file}:{self.line}: {self.conversation}", *(f"    {line}" for line in lines)]
        )


@dataclass(frozen=True, slots=True)
class Played:
    script: Script
    conversation: Conversation
    checks: tuple[Check, ...]
    stuck_at: Turn | None = None
    stuck: str = ""

    def failure(self, file: str) -> Failure | None:
        """The first departure from the script, if there is one."""
        for check in self.checks:
            if not check.kept:
                place = check.turn.place if check.turn is not None else self.script.last_place
                return Failure(file, place.line, self.script.name, check.pairs)
        if self.stuck_at is not None:
            return Failure(file, self.stuck_at.place.line, self.script.name, stuck=self.stuck)
        return None


def play_inputs(conversation: Conversation, inputs: Sequence[Input]) -> Iterator[Input | None]:
    """Starts the conversation and plays each input; yields whenever all that it led to has happened.

    A message arrives at once, unless the next input says that it does not. A `deny` before all else stands
    for the first contact.
    """
    following = [*inputs[1:], None]
    opening = bool(inputs) and inputs[0].verb == "deny"
    if opening:
        perform(conversation, inputs[0])
    conversation.start()
    _deliver(conversation, inputs[0] if inputs else None)
    yield None
    for number, one in enumerate(inputs):
        if number or not opening:
            perform(conversation, one)
        _deliver(conversation, following[number])
        yield one


def play_script(flow: Flow, script: Script) -> Played:
    """To its end, also past the first departure; only an input that cannot happen stops it."""
    conversation = script.conversation(flow)
    checks: list[Check] = []
    progress = play_inputs(conversation, script.inputs)
    next(progress)
    seen = 0
    for turn in script.turns:
        if turn.input is None:
            checks.append(Check(turn, tuple(conversation.lines[seen:])))
            seen = len(conversation.lines)
            continue
        try:
            next(progress)
        except NotNow as error:
            return Played(script, conversation, tuple(checks), turn, f"{turn.input.verb}: {error}")
    if seen < len(conversation.lines):
        checks.append(Check(None, tuple(conversation.lines[seen:])))
    return Played(script, conversation, tuple(checks))


def _deliver(conversation: Conversation, following: Input | None) -> None:
    if following is None or following.verb != "undelivered":
        conversation.delivered()
