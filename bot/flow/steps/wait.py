"""The `wait` step: time passes, for a duration or until a moment on the customer's own clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar

from bot.flow.actions import WaitUntil
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import MISSING, WRONG_VALUE, Fields, read_duration
from bot.flow.happenings import Happening, TimedOut
from bot.flow.local_time import WEEKDAYS, as_date, next_time, on, read_time, zone_of
from bot.flow.model import Duration, FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.flow.reference import Field, Reference, Shape
from bot.rules.problems import Place
from bot.rules.yaml_source import Table

OUTCOMES = Outcomes(names=("done", "past", "unknown"), events=True)
MORNING = time(9, 0)

_RELATIVE = re.compile(r"([a-z][a-z0-9_.]*)(?:\s*([+-])\s*(\w+))?\Z")


@dataclass(frozen=True, slots=True)
class For:
    span: Duration

    def until(self, moment: Moment) -> datetime | None:
        return moment.now + moment.flow.offer.duration(self.span)


@dataclass(frozen=True, slots=True)
class Clock:
    """The next such time of day, on the next such weekday where one is given (0 is Monday)."""

    at: time
    weekday: int | None = None

    def until(self, moment: Moment) -> datetime | None:
        return next_time(moment.now, zone_of(moment.facts), self.at, self.weekday)


@dataclass(frozen=True, slots=True)
class Around:
    """So long before or after a date that a factor names."""

    factor: str
    shift: timedelta
    at: time
    place: Place

    def until(self, moment: Moment) -> datetime | None:
        zone = zone_of(moment.facts)
        day = as_date(moment.row().get(self.factor), zone)
        if day is None:
            return None
        try:
            return on(day + self.shift, self.at, zone)
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStep(FlowStep):
    kind: ClassVar[str] = "wait"

    wait: For | Clock | Around

    def enter(self, moment: Moment) -> Leave | None:
        until = self.wait.until(moment)
        if until is None:
            return leave("unknown", "done")
        if until <= moment.now:
            return leave("past", "done")
        moment.do(WaitUntil(moment.state.visit, until))
        return None

    def react(self, moment: Moment, happening: Happening) -> Leave | None:
        return leave("done") if isinstance(happening, TimedOut) else None

    def leaves_queued(self, happening: Happening) -> bool:
        return not isinstance(happening, TimedOut)


def parse(name: str, title: Texts, fields: Fields) -> WaitStep:
    value = fields.value("wait")
    if isinstance(value, Table):
        wait = _until(fields)
    else:
        span = fields.duration("wait")
        wait = For(span if span is not None else timedelta())
    exits = read_exits(fields, OUTCOMES)
    return WaitStep(name=name, place=fields.place, title=title, wait=wait, exits=exits)


def _until(fields: Fields) -> For | Clock | Around:
    table = fields.table("wait") or Fields.empty(fields)
    text = table.text("until", required=True) or ""
    value = table.value("until")
    written = table.text("at")
    at = read_time(written) if written is not None else MORNING
    if at is None:
        table.problems.add(table.place, WRONG_VALUE, f"at: cannot read {written!r}", 'at: "10:00"')
        at = MORNING
    table.close()
    clock = read_time(text)
    if clock is not None:
        return Clock(clock)
    if text in WEEKDAYS:
        return Clock(at, WEEKDAYS.index(text))
    found = _RELATIVE.match(text)
    shift = read_duration(found[3]) if found is not None and found[3] else timedelta()
    if found is None or shift is None or shift % timedelta(days=1):
        hint = '"10:00", mon, or contract_end - 3d'
        if value is not None:
            table.problems.add(value.place, WRONG_VALUE, f"until: cannot read {text!r}", hint)
        return For(timedelta())
    place = value.place if value is not None else table.place
    if "unknown" not in _named_exits(fields):
        fields.problems.add(
            fields.place,
            MISSING,
            f"{fields.what} does not say where to go when {found[1]} is not known",
            "unknown: end",
        )
    return Around(found[1], -shift if found[2] == "-" else shift, at, place)


def _named_exits(fields: Fields) -> frozenset[str]:
    """The names under `then:`; where one target serves all, every name counts as given."""
    then = fields.value("then")
    return frozenset(then.entries) if isinstance(then, Table) else frozenset(("done", "past", "unknown"))


REFERENCE = Reference(
    summary="Time passes. Quiet hours are the gate's care; this is for the right moment of the conversation.",
    own=Field(
        "wait",
        Shape.EITHER,
        "A duration, or a moment on the customer's own clock.",
        required=True,
        shapes=(
            Field("", Shape.DURATION, "For so long: `wait: 3d`."),
            Field(
                "",
                Shape.MAPPING,
                "Until a moment.",
                fields=(
                    Field(
                        "until",
                        Shape.WORD,
                        '`"10:00"` (the next one), a weekday (`mon`), or a date factor with days before or '
                        "after it (`contract_end - 3d`).",
                        required=True,
                    ),
                    Field("at", Shape.WORD, 'The time of that day; `"09:00"` if absent.'),
                ),
            ),
        ),
    ),
    outcomes=OUTCOMES,
    outcome_meanings={
        "done": "the moment has come",
        "past": "it was over already; without this exit `done` is taken",
        "unknown": "the customer has no such date; must be named where a factor is",
    },
    example="""\
before_the_end:
  wait: {until: contract_end - 30d, at: "10:00"}
  then: {done: invite, past: invite, unknown: end}
""",
)
