"""The verbs of a script: what a customer, the carrier, billing or a manager does, by one word each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from bot.domain.wall_clock import zone
from bot.flow.fields import read_duration
from bot.flow.golden.script import Input
from bot.flow.happenings import CallOutcome, GrantResult
from bot.flow.local_time import WEEKDAYS, next_time, on, read_time
from bot.flow.model import BUSINESS_EVENTS, RECHARGE
from bot.flow.play import Conversation, NotNow

_DIGITS = re.compile(r"[0-9*#]{1,20}\Z")
_ANSWERED = {"answered": True, "unanswered": False}


@dataclass(frozen=True, slots=True)
class Verb:
    """`fits` says whether the value can be read; `wants` says in words what it should be."""

    act: Callable[[Conversation, Input], object]
    wants: str = ""
    fits: Callable[[str], bool] = lambda _: True


def perform(conversation: Conversation, one: Input) -> None:
    """NotNow when it cannot happen at this moment. The value must fit its verb."""
    VERBS[one.verb].act(conversation, one)


def read_amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def next_moment(text: str, now: datetime, zone_name: str) -> datetime | None:
    """`10:00`, `mon 10:00` or `2026-03-05 10:00` of the customer's clock, the next one after `now`."""
    day, _, clock = text.strip().lower().rpartition(" ")
    at = read_time(clock.zfill(5))
    if at is None:
        return None
    if not day or day in WEEKDAYS:
        return next_time(now, zone(zone_name), at, WEEKDAYS.index(day) if day else None)
    try:
        return on(date.fromisoformat(day), at, zone(zone_name))
    except ValueError:
        return None


def _event(conversation: Conversation, one: Input) -> None:
    amount = one.details.get("amount")
    others = {name: value for name, value in one.details.items() if name != "amount"}
    conversation.event(one.value, None if amount is None else Decimal(str(amount)), others)


def _advance(conversation: Conversation, one: Input) -> None:
    try:
        conversation.advance(read_duration(one.value) or timedelta())
    except OverflowError as error:
        raise NotNow(f"{one.value} is too far ahead") from error


def _until(conversation: Conversation, one: Input) -> None:
    moment = next_moment(one.value, conversation.now, conversation.customer.time_zone)
    conversation.advance_to(moment or conversation.now)


def _end(outcome: CallOutcome) -> Verb:
    return Verb(lambda talk, _: talk.end_call(outcome))


def _one_of(words: Iterable[str]) -> tuple[str, Callable[[str], bool]]:
    known = tuple(words)
    return f"one of {', '.join(known)}", lambda text: text in known


def _is_moment(text: str) -> bool:
    return next_moment(text, datetime(2026, 1, 1, tzinfo=UTC), "UTC") is not None


VERBS: dict[str, Verb] = {
    "reply": Verb(lambda talk, one: talk.reply(one.value), "what the customer writes", bool),
    "answer": Verb(lambda talk, _: talk.answer()),
    "machine": Verb(lambda talk, _: talk.answer(machine=True)),
    "press": Verb(
        lambda talk, one: talk.press(one.value), "keys such as 1", lambda text: bool(_DIGITS.match(text))
    ),
    "say": Verb(lambda talk, one: talk.say(one.value), "what the customer says", bool),
    "silence": Verb(lambda talk, _: talk.press("")),
    "busy": _end(CallOutcome.BUSY),
    "no_answer": _end(CallOutcome.NO_ANSWER),
    "failed": _end(CallOutcome.FAILED),
    "hang_up": _end(CallOutcome.ANSWERED),
    "transfer": Verb(lambda talk, one: talk.transferred(connected=_ANSWERED[one.value]), *_one_of(_ANSWERED)),
    "recharge": Verb(
        lambda talk, one: talk.event(RECHARGE, read_amount(one.value)),
        "an amount such as 50",
        lambda text: read_amount(text) is not None,
    ),
    "event": Verb(_event, *_one_of(sorted(BUSINESS_EVENTS))),
    "undelivered": Verb(lambda talk, one: talk.undelivered(one.value or "30003")),
    "deny": Verb(lambda talk, one: talk.deny(one.value or "no_consent")),
    "grant": Verb(lambda talk, one: talk.settle(GrantResult(one.value)), *_one_of(GrantResult)),
    "close": Verb(lambda talk, one: talk.close_work_order(one.value or "closed")),
    "advance": Verb(_advance, "a duration such as 25h", lambda text: read_duration(text) is not None),
    "until": Verb(_until, "a time such as 10:00, mon 10:00 or 2026-03-05 10:00", _is_moment),
}
