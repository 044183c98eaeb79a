"""The `wait_for` step: the run rests until one of several things comes, or its deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from bot.flow.actions import WaitUntil
from bot.flow.conditions import read_condition
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import MISSING, WRONG_VALUE, Fields
from bot.flow.happenings import BusinessEvent, Happening, TimedOut
from bot.flow.model import AFTER, BUSINESS_EVENTS, RECHARGE, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.flow.reference import Field, Reference, Shape
from bot.flow.steps.asking import ASK_AGAIN, REPLY, AskingStep
from bot.flow.steps.own_texts import read_own_texts
from bot.rules.closure import Closure, compile_closure
from bot.rules.parse import Condition
from bot.rules.problems import did_you_mean
from bot.rules.yaml_source import Scalar, Series, Table, Value

OUTCOMES = Outcomes(names=("unclear",), words_after=(REPLY,), deadline=True, events=True)


@dataclass(frozen=True, slots=True)
class Demand:
    """The events that count, by a condition over `event.<field>` and all that a switch may ask."""

    condition: Condition
    holds: Closure = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitForStep(AskingStep):
    kind: ClassVar[str] = "wait_for"

    awaited: tuple[str, ...]
    where: Mapping[str, Demand]
    accept: frozenset[str]
    own_texts: Mapping[str, Texts]

    def texts(self) -> Mapping[str, Texts]:
        return self.own_texts

    def enter(self, moment: Moment) -> Leave | None:
        if moment.state.missed in self.awaited and moment.state.missed not in self.where:
            return moment.catch_up(leave(moment.state.missed))
        if RECHARGE in self.awaited and moment.state.qualified_by is not None:
            return leave(RECHARGE)  # it came before anybody waited for it
        if self.asks:
            moment.remember(last_sms=self.name)
        after = self.exits.get(AFTER)
        if after is not None and after.after is not None:
            deadline = moment.now + moment.flow.offer.duration(after.after)
            moment.do(WaitUntil(moment.state.visit, deadline))
        return None

    def react(self, moment: Moment, happening: Happening) -> Leave | None:
        del moment
        return leave(AFTER) if isinstance(happening, TimedOut) else None

    def admits(self, moment: Moment, event: BusinessEvent) -> bool | None:
        demand = self.where.get(event.name)
        if demand is None:
            return None
        about = {f"event.{name}": value for name, value in event.details.items()}
        return demand.holds({**moment.row(), **about, "event.amount": event.amount}) is True

    def leaves_queued(self, happening: Happening) -> bool:
        return (AFTER in self.exits or self.asks) and not isinstance(happening, TimedOut)


def parse(name: str, title: Texts, fields: Fields) -> WaitForStep:
    awaited = tuple(_awaited(fields))
    exits = read_exits(fields, OUTCOMES)
    for event in awaited:
        if event != REPLY and event not in exits:
            fields.problems.add(fields.place, MISSING, f"{fields.what} has no {event}: under then:")
    if REPLY in awaited and not any(named.startswith(REPLY) for named in exits):
        fields.problems.add(fields.place, MISSING, f"{fields.what} has no reply 1: under then:")
    return WaitForStep(
        name=name,
        place=fields.place,
        title=title,
        awaited=awaited,
        where=_where(fields, awaited),
        accept=fields.words("accept"),
        own_texts=read_own_texts(fields, ASK_AGAIN),
        exits=exits,
    )


def _awaited(fields: Fields) -> list[str]:
    value = fields.value("wait_for")
    items = value.items if isinstance(value, Series) else (value,) if value is not None else ()
    known = BUSINESS_EVENTS | {REPLY}
    found: list[str] = []
    for item in items:
        if not isinstance(item, Scalar) or not item.text:
            fields.wrong(item, "wait_for: needs an event or a list of them")
        elif item.text not in known:
            hint = did_you_mean(item.text, known) or f"known are {', '.join(sorted(known))}"
            fields.problems.add(item.place, WRONG_VALUE, f"there is no event {item.text!r}", hint)
        else:
            found.append(item.text)
    return found


def _where(fields: Fields, awaited: tuple[str, ...]) -> dict[str, Demand]:
    value = fields.value("where")
    if value is None:
        return {}
    events = [event for event in awaited if event != REPLY]
    written: dict[str, Value] = {}
    if isinstance(value, Table):
        for event, entry in value.entries.items():
            if event in events:
                written[event] = entry.value
            else:
                hint = did_you_mean(event, events)
                message = f"{fields.what} does not wait for {event!r}"
                fields.problems.add(entry.key_place, WRONG_VALUE, message, hint)
    elif len(events) == 1:
        written[events[0]] = value
    else:
        fields.wrong(value, "where: needs a condition per event", "{recharge: event.amount >= 50}")
    demands: dict[str, Demand] = {}
    for event, one in written.items():
        condition = read_condition(one, fields)
        if condition is not None:
            demands[event] = Demand(condition, compile_closure(condition))
    return demands


REFERENCE = Reference(
    summary="Rests until an event of the business, a reply, or its deadline; or any of several.",
    own=Field(
        "wait_for",
        Shape.WORDS,
        "What is awaited: events, and `reply` for an SMS of the customer.",
        required=True,
        choices=(*sorted(BUSINESS_EVENTS), REPLY),
    ),
    fields=(
        Field(
            "where",
            Shape.CONDITION,
            "Which of them count: `event.amount >= offer.min_recharge`; one per event where several are awaited. "
            "A recharge without a condition must reach the offer's `min_recharge`.",
        ),
        Field("accept", Shape.WORDS, "Replies that mean yes to the offer: `accept: [1]`."),
        Field("texts", Shape.MAPPING, "Own words for the polite question `ask_again`."),
    ),
    outcomes=OUTCOMES,
    outcome_meanings={
        "recharge": "it came; every awaited event needs its exit, and any other may be named",
        "reply 1": "the customer wrote 1",
        "reply other": "the customer wrote something else",
        "after 7d": "none of it for so long",
    },
    example="""\
await_recharge:
  wait_for: [recharge, reply]
  where: {recharge: event.amount >= offer.min_recharge}
  then: {recharge: confirm, reply 2: manager, unclear: manager, after offer.within: remind}
""",
)
