"""A broken run as a golden conversation: what went in is written down, played, and its outcome recorded behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.attempts import Channel
from bot.domain.policy import Policy
from bot.flow.golden import Input, parse_golden, play_inputs
from bot.flow.golden.recording import record
from bot.flow.golden.saving import input_in_text
from bot.flow.golden.yaml_text import in_braces, in_text
from bot.flow.model import Purpose
from bot.flow.play import NotNow
from bot.flow.simulation.invariants import Invariant, whereabouts
from bot.flow.simulation.simulate import Found
from bot.flow.simulation.trace import OVER, Put
from bot.flow.simulation.world import World
from bot.flow.transcript import Line

FILE = "counterexample.test.yaml"
_ZONE_BY_DEFAULT = "Asia/Shanghai"
_ALWAYS = ("customer_id", "name", "language", "brand")
_NEAR = timedelta(minutes=10)  # a conversation knows no time of ringing and talking
_COMPARED = ("sms ", "call ", "says ", "accepted ", "qualified ", "grant ", "work order ", "emits ", "end ")
_BEFORE = timedelta(seconds=1)  # a script says that the gate will refuse before it is asked

Hours = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counterexample:
    """`text` is a file of golden conversations with this one in it."""

    text: str
    faithful: bool  # played, it goes as it was simulated, to the last line


@dataclass(frozen=True, slots=True)
class _Draft:
    """When contacts may be made, and the lines of the script; `agreed` lines come as they were simulated."""

    hours: Hours
    script: tuple[str, ...]
    agreed: int = 0


def counterexample(world: World, found: Found, command: str) -> Counterexample:
    """A conversation has no gate: of several ways to say when contacts may be made, the one that comes nearest."""
    zone = _zone(world.policy, found)
    script, wanted = tuple(_script(found)), _compared(found.trace.lines)
    if found.broken.invariant is Invariant.EXCEPTION:  # it would be raised again here
        text = _document(world, found, command, zone, _Draft((), script), faithful=True)
        return Counterexample(text, faithful=True)
    best: _Draft | None = None
    for hours in _ways_to_say_when(world.policy, found, zone):
        draft = _played(world, found, zone, _Draft(hours, script), wanted)
        if best is None or draft.agreed > best.agreed:
            best = draft
        if draft.agreed == len(wanted):
            break
    assert best is not None
    faithful = best.agreed == len(wanted)
    text = _document(world, found, command, zone, best, faithful=faithful)
    return Counterexample(record(world.flow, text, FILE).text, faithful)


def _played(world: World, found: Found, zone: str, draft: _Draft, wanted: Sequence[Line]) -> _Draft:
    """What cannot happen in a conversation at its moment is left out."""
    while True:
        script = parse_golden(_document(world, found, "", zone, draft, faithful=True), FILE).scripts[0]
        conversation = script.conversation(world.flow)
        done = -1
        try:
            for _ in play_inputs(conversation, script.inputs):
                done += 1
        except NotNow:
            draft = replace(draft, script=(*draft.script[:done], *draft.script[done + 1 :]))
        else:
            return replace(draft, agreed=_agreement(wanted, _compared(conversation.lines)))


def _agreement(wanted: Sequence[Line], played: Sequence[Line]) -> int:
    """How many lines, from the first on, come as they were simulated."""
    pairs = zip(wanted, played, strict=False)
    return next(
        (
            number
            for number, (one, other) in enumerate(pairs)
            if one.headline != other.headline or abs(one.at - other.at) > _NEAR
        ),
        min(len(wanted), len(played)),
    )


def _compared(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.headline.startswith(_COMPARED)]


def _ways_to_say_when(policy: Policy, found: Found, zone: str) -> Iterator[Hours]:
    yield ()
    plain = _hours_of_every_day(policy)
    if plain:
        yield plain
    minutes = {
        at.astimezone(ZoneInfo(zone)) for at, purpose in found.trace.made if purpose == Purpose.MARKETING
    }
    yield tuple(sorted({_minute(at) for at in minutes} - {""}))


def _hours_of_every_day(policy: Policy) -> Hours:
    spans = policy.timetables[Channel.SMS, Purpose.MARKETING.value][0].week[0]
    return tuple(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in spans)


def _clock(second: int) -> str:
    minute = min(second // 60, 24 * 60 - 1)
    return f"{minute // 60:02}:{minute % 60:02}"


def _minute(at: datetime) -> str:
    """The minute in which a contact was made, as a span of permitted hours."""
    start = at.hour * 60 + at.minute
    return f"{_clock(start * 60)}-{_clock(start * 60 + 60)}" if start < 24 * 60 - 1 else ""


def _zone(policy: Policy, found: Found) -> str:
    return next(iter(whereabouts(found.customer.time_zone, found.customer.msisdn, policy)), _ZONE_BY_DEFAULT)


def _document(world: World, found: Found, command: str, zone: str, draft: _Draft, *, faithful: bool) -> str:
    broken, customer = found.broken, found.customer
    local = broken.at.astimezone(ZoneInfo(zone))
    names = dict.fromkeys((*_ALWAYS, *sorted(world.asked.facts)))
    facts = {name: customer.facts[name] for name in names if customer.facts.get(name) is not None}
    head = [
        f"# Broken: {broken.invariant.value}: {broken.detail}",
        f"# at {local:%Y-%m-%d %H:%M:%S} in {zone}, customer {customer.number} of: {command}",
    ]
    if not faithful:
        head.append("# A conversation has no gate: this one departs from the simulated run on its way.")
    starts_at = customer.starts_at.astimezone(ZoneInfo(zone))
    return "\n".join(
        [
            *head,
            f"flow: {world.flow.name}",
            f"time_zone: {zone}",
            *([f"hours: [{', '.join(in_text(span) for span in draft.hours)}]"] if draft.hours else []),
            "conversations:",
            f"  - name: customer {customer.number} breaks {broken.invariant.value}",
            f"    customer: {in_braces(facts)}",
            f"    at: {starts_at:%Y-%m-%d %H:%M}",
            "    script:",
            *(f"      - {line}" for line in draft.script),
            "",
        ]
    )


def _script(found: Found) -> list[str]:
    """Every input at its time; on the line no time passes, because a script's calls take none."""
    lines: list[str] = []
    now, talking = found.customer.starts_at, False
    for put in [*_denied_before(found.trace.inputs), Put(found.broken.at, _END)]:
        if put.input.verb == OVER:
            talking = False
            continue
        at = put.at - _BEFORE if put.input.verb == "deny" else put.at
        if not talking and at > now and put.input.verb != "undelivered":
            lines.append(f"advance: {_span(at - now)}")
            now = at
        if put.input is not _END:
            lines.append(input_in_text(put.input))
        talking = talking or put.input.verb in ("answer", "machine")
    return lines or ["advance: 1m"]


def _denied_before(inputs: Sequence[Put]) -> list[Put]:
    """Denials go before all that happened at their moment: the contact is made as soon as it is asked for."""
    ordered: list[Put] = []
    for put in inputs:
        if put.input.verb != "deny":
            ordered.append(put)
            continue
        place = len(ordered)
        while place and ordered[place - 1].at == put.at and ordered[place - 1].input.verb != "deny":
            place -= 1
        ordered.insert(place, put)
    return ordered


def _span(span: timedelta) -> str:
    """`1d3h12m5s`"""
    seconds = int(span.total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, left = divmod(rest, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (left, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "1s"


_END = Input("")
