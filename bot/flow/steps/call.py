"""The `call` step: what a call says, which keys it understands, and when it is tried again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import ClassVar, Self

from bot.flow.actions import Call, CancelQueued, Hangup, OptOut, Prompt, Voicemail
from bot.flow.happenings import Answered, CallEnded, CallOutcome, Denied, Happening, Pressed, Undelivered
from bot.flow.model import END, NEXT, OPT_OUT, RECHARGE, REPEAT, Duration, Edge, Leave, Texts, inner, leave
from bot.flow.moment import Moment
from bot.flow.steps.contact import ContactStep
from bot.rules.problems import Place

MISTAKES_ALLOWED = 2
PROMPTS_PER_CALL = 12  # "repeat" is no way to hold a line for ever


@dataclass(frozen=True, slots=True)
class Retry:
    """Total tries, and how long to wait after each cause; a cause without a delay is not tried again."""

    times: int = 1
    delays: Mapping[CallOutcome, Duration] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Confirm:
    key: str
    twice: bool


@dataclass(frozen=True, slots=True)
class Gather:
    """A number of so many digits that the customer enters, noted as `run.<name>`."""

    digits: int
    name: str


@dataclass(frozen=True, slots=True)
class Key:
    digits: str
    target: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep(ContactStep):
    kind: ClassVar[str] = "call"
    in_call: ClassVar[bool] = True

    say: Texts
    play: Texts  # addresses of recordings, instead of `say`
    keys: Mapping[str, Key]
    accept: frozenset[str]  # keys that mean yes to the offer
    confirm: Confirm | None
    gather: Gather | None
    speech: bool  # the customer may say it, where the carrier listens
    voicemail: Texts
    retry: Retry
    own_texts: Mapping[str, Texts]  # closing and built-in sentences in the step's own words

    @property
    def digits(self) -> int:
        keys = [*self.keys, *([self.confirm.key] if self.confirm else [])]
        most = self.gather.digits if self.gather is not None else 0
        return max([most, *(len(key) for key in keys)])

    @property
    def question(self) -> str:
        """Which text asks: the words or the recording."""
        return "play" if self.play else "say"

    def texts(self) -> Mapping[str, Texts]:
        voicemail = {"voicemail": self.voicemail} if self.voicemail else {}
        return {self.question: self.play or self.say, **voicemail, **self.own_texts}

    def moved_into(self, outer: str) -> Self:
        moved = ContactStep.moved_into(self, outer)
        keys = {digits: replace(key, target=inner(outer, key.target)) for digits, key in self.keys.items()}
        return replace(moved, keys=keys)

    def edges(self) -> Iterator[Edge]:
        for key in self.keys.values():
            if key.target not in (REPEAT, OPT_OUT):
                yield Edge(f"key {key.digits}", key.target, key.place)
        yield from ContactStep.edges(self)

    def refuses(self, digits: str) -> bool:
        return digits in self.keys and self.keys[digits].target == OPT_OUT

    def leaves_queued(self, happening: Happening) -> bool:
        return not isinstance(happening, CallEnded | Denied | Undelivered | Answered | Pressed)

    def enter(self, moment: Moment) -> Leave | None:
        if moment.live:
            self._prompt(moment, self.question)
        else:
            self._call(moment, timedelta())
        return None

    def react(self, moment: Moment, happening: Happening) -> Leave | None:
        match happening:
            case Answered():
                return self._answered(moment, happening)
            case Pressed():
                return self._pressed(moment, happening)
            case CallEnded():
                return self._ended(moment, happening.outcome)
            case Denied():
                return self.denied(happening, "unreached")
            case Undelivered():
                return leave("unreached")  # it expired before anybody could be called
            case _:
                return None

    def _answered(self, moment: Moment, answered: Answered) -> Leave | None:
        moment.remember(call_visit=answered.visit, last_call=self.name)
        if answered.machine and not moment.state.proven_person:
            self._machine(moment)
        elif moment.state.mistakes or moment.state.confirming or moment.state.proven_person:
            self._prompt_again(moment)
        else:
            self._prompt(moment, self.question)
        return None

    def _machine(self, moment: Moment) -> None:
        if self.voicemail:
            moment.do(Voicemail(self.name, moment.state.visit))
        else:
            moment.do(Hangup(self.name, ""))

    def _pressed(self, moment: Moment, pressed: Pressed) -> Leave | None:
        if pressed.turn != moment.state.turn:
            self._prompt_again(moment)  # a repeated callback: say again what we wait for
            return None
        moment.remember(call_visit=moment.state.call_visit or pressed.visit)
        if self.confirm is not None and pressed.digits == self.confirm.key:
            return self._confirmed(moment, pressed)
        key = self.keys.get(pressed.digits)
        if key is None and self.gather is not None and _is_number(pressed.digits, self.gather.digits):
            moment.remember(proven_person=True)
            moment.note(self.gather.name, pressed.digits)
            return self._go_on(moment, "gathered", self._target("gathered"), "goodbye")
        if key is None:
            return self._mistaken(moment, "wrong_key" if pressed.digits else "no_key")
        moment.remember(proven_person=True)
        return self._keyed(moment, pressed, key)

    def _confirmed(self, moment: Moment, pressed: Pressed) -> Leave | None:
        moment.remember(proven_person=True)
        if self.confirm is not None and self.confirm.twice and not moment.state.confirming:
            moment.remember(confirming=True, mistakes=0)
            self._prompt(moment, "confirm")
            return None
        moment.accept(pressed.evidence, self.name)
        self._hang_up(moment, "accepted")
        return leave("confirmed")

    def _keyed(self, moment: Moment, pressed: Pressed, key: Key) -> Leave | None:
        if key.target == REPEAT:
            self._prompt(moment, "confirm" if moment.state.confirming else self.question)
            return None
        if key.target == OPT_OUT:
            moment.do(OptOut(pressed.evidence, "call"))
            self._hang_up(moment, "opted_out")
            moment.do(CancelQueued())
            return moment.refusal()
        accepted = pressed.digits in self.accept
        if accepted:
            moment.accept(pressed.evidence, self.name)
        return self._go_on(moment, f"key {key.digits}", key.target, "accepted" if accepted else "")

    def _go_on(self, moment: Moment, way: str, target: str, closing: str) -> Leave:
        """In the same call, where the next step talks as well; else the caller hears a closing text."""
        following = moment.flow.steps.get(target)
        if following is None or not following.in_call:
            self._hang_up(moment, closing or (following.farewell if following is not None else "goodbye"))
        return Leave((way,), target)

    def _target(self, exit_name: str) -> str:
        exit_ = self.exits.get(exit_name) or self.exits.get(NEXT)
        return exit_.target if exit_ is not None else END

    def _mistaken(self, moment: Moment, text: str) -> Leave | None:
        moment.remember(mistakes=moment.state.mistakes + 1)
        if moment.state.mistakes <= MISTAKES_ALLOWED:
            self._prompt(moment, f"{text}+{'confirm' if moment.state.confirming else self.question}")
            return None
        if self.confirm is not None:
            self._hang_up(moment, "declined")
            return leave("declined")
        moment.do(Hangup(self.name, "goodbye"))
        return None  # the end of the call comes next, and takes the exit

    def _ended(self, moment: Moment, outcome: CallOutcome) -> Leave | None:
        if moment.state.proven_person:
            outcome = CallOutcome.ANSWERED
        moment.remember(call_visit=0, proven_person=False, confirming=False, mistakes=0)
        delay = self.retry.delays.get(outcome)
        if outcome is not CallOutcome.ANSWERED and delay and moment.state.try_no < self.retry.times:
            self._call(moment, moment.flow.offer.duration(delay))
            return None
        if moment.state.qualified_by is not None and RECHARGE in self.exits:
            return leave(RECHARGE)  # it came in during the call
        return leave("no_key", "unreached") if outcome is CallOutcome.ANSWERED else leave("unreached")

    def _call(self, moment: Moment, delay: timedelta) -> None:
        moment.remember(try_no=moment.state.try_no + 1)
        not_before = moment.now + delay
        moment.do(
            Call(
                step=self.name,
                visit=moment.state.visit,
                try_no=moment.state.try_no,
                not_before=not_before,
                expires_at=self.expires_at(moment, not_before),
                on_denied=self.on_denied,
            )
        )

    def _prompt(self, moment: Moment, text: str) -> None:
        moment.remember(turn=moment.state.turn + 1)
        if moment.state.turn % PROMPTS_PER_CALL == 0:
            moment.do(Hangup(self.name, "goodbye"))
        else:
            self._ask(moment, text)

    def _prompt_again(self, moment: Moment) -> None:
        self._ask(moment, "confirm" if moment.state.confirming else self.question)

    def _ask(self, moment: Moment, text: str) -> None:
        moment.do(Prompt(self.name, moment.state.visit, moment.state.turn, text, self.digits, self.speech))

    def _hang_up(self, moment: Moment, text: str) -> None:
        moment.do(Hangup(self.name, text))
        moment.remember(call_visit=0, proven_person=False)


def _is_number(digits: str, length: int) -> bool:
    return len(digits) == length and digits.isdecimal()
