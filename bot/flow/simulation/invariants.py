"""What must hold of every run, recomputed from what was seen: a fault of gate, engine or flow shows here.

Nothing of the gate's own reckoning is used: neither its quiet hours, nor its caps, nor its register of refusals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.attempts import Channel
from bot.domain.policy import Cap, Per, Policy
from bot.domain.quiet_hours import Timetable
from bot.flow.actions import Action, Finish, Grant
from bot.flow.state import State
from bot.flow.template import placeholders
from bot.flow.text import MissingValue

MOST_ADVANCES = 500  # of one run
MOST_STEPS = 50  # of one advance
OVER_BUDGET = frozenset({"looped", "over_budget"})

_HOLES = re.compile(r"(?<![A-Za-z])(?:None|nan|NaN|null)(?![A-Za-z])|[{}]")


class Invariant(StrEnum):
    QUIET_HOURS = "quiet_hours"
    CAPS = "caps"
    AFTER_OPT_OUT = "after_opt_out"
    NO_CONSENT = "no_consent"
    GRANTED_TWICE = "granted_twice"
    UNEARNED_GRANT = "unearned_grant"
    AFTER_END = "after_end"
    NO_END = "no_end"
    EXCEPTION = "exception"
    MISSING_VALUE = "missing_value"
    SILENT_LINE = "silent_line"
    BUDGET = "budget"


class Broken(Exception):
    """A customer for whom an invariant does not hold."""

    def __init__(self, invariant: Invariant, detail: str, at: datetime) -> None:
        super().__init__(f"{invariant}: {detail}")
        self.invariant, self.detail, self.at = invariant, detail, at


@contextmanager
def engine_fault(at: datetime, where: str) -> Iterator[None]:
    """Whatever the product's own code raises here, it must not; a missing value is an answer."""
    try:
        yield
    except MissingValue:
        raise
    except Exception as error:  # any: a simulation is to find the one that nobody has thought of
        raise Broken(Invariant.EXCEPTION, f"{type(error).__name__}: {error}, at {where}", at) from error


@dataclass(frozen=True, slots=True)
class Made:
    """A contact as it was seen from outside."""

    at: datetime
    channel: Channel
    purpose: str
    ours: bool


@dataclass(slots=True)
class Watch:
    """What has been seen of one customer. Each method raises Broken where something must not be."""

    policy: Policy
    zones: tuple[str, ...]  # where the customer may be
    consents: frozenset[str]
    expires_at: datetime
    asks_recharge: bool
    yes_keys: frozenset[str]  # that mean yes to the offer, anywhere in the flow; none: it asks for no yes
    contacts: list[Made] = field(default_factory=list)
    refused_at: datetime | None = None
    ended_at: datetime | None = None
    said_yes: bool = False  # the customer pressed or sent one of those keys
    recharged: bool = False  # enough to qualify, since the run began
    granting: bool = False  # asked of billing, or credited
    advances: int = 0

    def contact(self, at: datetime, channel: Channel, purpose: str) -> int:
        """The local hour at which it was made."""
        if self.ended_at is not None:
            raise Broken(Invariant.AFTER_END, f"{channel} after the run had ended", at)
        if self.refused_at is not None:
            raise Broken(Invariant.AFTER_OPT_OUT, f"{channel} after the customer had opted out", at)
        if (channel, purpose) in self.policy.needs_consent and f"{channel}:{purpose}" not in self.consents:
            raise Broken(Invariant.NO_CONSENT, f"{channel} for {purpose} without consent", at)
        hour = self._in_permitted_hours(at, channel, purpose)
        self.contacts.append(Made(at, channel, purpose, ours=True))
        self._within_caps(self.contacts[-1])
        return hour

    def advanced(self, at: datetime, before: State, after: State, actions: Sequence[Action]) -> None:
        if after is not before:
            self.advances += 1
        if self.advances > MOST_ADVANCES:
            raise Broken(Invariant.BUDGET, f"the run was moved more than {MOST_ADVANCES} times", at)
        if after.visit - before.visit > MOST_STEPS:
            raise Broken(Invariant.BUDGET, f"more than {MOST_STEPS} steps in one advance", at)
        if before.result is not None and after.result != before.result:
            raise Broken(Invariant.NO_END, f"a run that had ended ({before.result}) went on", at)
        finished = sum(isinstance(action, Finish) for action in actions)
        if finished != (before.result is None and after.result is not None):
            raise Broken(Invariant.NO_END, f"the run was declared over {finished} times", at)
        if after.result in OVER_BUDGET and before.result is None:
            raise Broken(Invariant.BUDGET, f"the engine had to end the run: {after.result}", at)
        if after.result is not None and self.ended_at is None:
            self.ended_at = at

    def granted(self, at: datetime, grant: Grant) -> None:
        if self.granting:
            raise Broken(Invariant.GRANTED_TWICE, f"{grant.amount} after a grant before", at)
        if self.yes_keys and not self.said_yes:
            raise Broken(Invariant.UNEARNED_GRANT, f"{grant.amount} without an acceptance", at)
        if self.asks_recharge and not self.recharged:
            raise Broken(Invariant.UNEARNED_GRANT, f"{grant.amount} without the recharge", at)
        self.granting = True

    def key(self, key: str | None) -> None:
        self.said_yes = self.said_yes or key in self.yes_keys

    def refusal(self, at: datetime) -> None:
        if self.refused_at is None:
            self.refused_at = at

    def text(self, at: datetime, template: str, words: str, values: Mapping[str, object]) -> None:
        """A text that reaches a customer has no hole in it."""
        for name in _names(template):
            value = values.get(name)
            if value is None or value != value or not str(value).strip():
                raise Broken(Invariant.MISSING_VALUE, f"{name} has no value in {words!r}", at)
        self.words(at, words)

    def words(self, at: datetime, words: str) -> None:
        hole = _HOLES.search(words)
        if hole is not None:
            raise Broken(Invariant.MISSING_VALUE, f"{hole.group()!r} in {words!r}", at)

    def over(self, at: datetime, state: State) -> None:
        """Nothing is left to happen to this customer."""
        if state.result is None:
            raise Broken(
                Invariant.NO_END, f"the run stands on {state.step} and nothing will ever move it", at
            )
        if self.ended_at is not None and self.ended_at > self.expires_at + _LATEST_SETTLEMENT:
            raise Broken(
                Invariant.NO_END, f"the run should have ended by {self.expires_at:%Y-%m-%d %H:%M} UTC", at
            )

    def _in_permitted_hours(self, at: datetime, channel: Channel, purpose: str) -> int:
        if not self.zones:
            raise Broken(Invariant.QUIET_HOURS, f"{channel} to a customer whose zone nobody knows", at)
        walls = [at.astimezone(_zone(name)) for name in self.zones]
        for wall, name in zip(walls, self.zones, strict=True):
            if not all(_permits(table, wall) for table in self.policy.timetables[channel, purpose]):
                raise Broken(Invariant.QUIET_HOURS, f"{channel} at {wall:%a %H:%M} in {name}", at)
        return walls[0].hour

    def _within_caps(self, newest: Made) -> None:
        for cap in self.policy.caps:
            if (
                cap.channel not in (None, newest.channel)
                or cap.purpose not in (None, newest.purpose)
                or newest.purpose in cap.exempt
            ):
                continue
            counted = max(
                sum(_counts(cap, one, newest, zone) for one in self.contacts)
                for zone in self.zones or ("UTC",)
            )
            if counted > cap.limit:
                detail = f"{counted} contacts within {cap.period}, where {cap.limit} are permitted"
                raise Broken(Invariant.CAPS, detail, newest.at)
        gap = self.policy.min_gap.get((newest.channel, newest.purpose))
        for one in self.contacts[:-1] if gap is not None else ():
            if one.channel is newest.channel and one.at > newest.at - (gap or timedelta()):
                detail = f"{newest.channel} only {newest.at - one.at} after the one before"
                raise Broken(Invariant.CAPS, detail, newest.at)


def _permits(table: Timetable, wall: datetime) -> bool:
    """By what the clock on the customer's wall shows, and nothing else."""
    day, calendar = wall.date(), table.calendar
    if day in calendar.holidays or not calendar.first <= day.year <= calendar.last:
        spans = table.holiday
    elif day in calendar.workdays:
        spans = table.worked
    else:
        spans = table.week[wall.weekday()]
    second = (wall.hour * 60 + wall.minute) * 60 + wall.second
    return any(opens <= second < closes for opens, closes in spans)


def _counts(cap: Cap, one: Made, newest: Made, zone: str) -> bool:
    """Whether an earlier contact counts against the newest one."""
    if (
        not (cap.everywhere or one.ours)
        or cap.channel not in (None, one.channel)
        or cap.purpose not in (None, one.purpose)
    ):
        return False
    if isinstance(cap.period, Per):
        period, local = _PERIODS[cap.period], _zone(zone)
        return one.at.astimezone(local).strftime(period) == newest.at.astimezone(local).strftime(period)
    return one.at > newest.at - cap.period


_PERIODS = {Per.DAY: "%Y-%m-%d", Per.WEEK: "%G-%V", Per.MONTH: "%Y-%m"}
_LATEST_SETTLEMENT = timedelta(days=1)  # billing may still owe its word when the run's time is over

_zone = lru_cache(maxsize=None)(ZoneInfo)


@lru_cache(maxsize=1024)
def _names(template: str) -> tuple[str, ...]:
    """The customer's values and the run's; the offer's and the keys of a question are never missing."""
    found = (placeholder.name for placeholder in placeholders(template))
    return tuple(name for name in found if name != "keys" and not name.startswith("offer."))


def whereabouts(time_zone: str | None, msisdn: str, policy: Policy) -> tuple[str, ...]:
    """The zones in which the customer may be; none where nothing is known."""
    if time_zone:
        return (time_zone,)
    codes = sorted((code for code in policy.zones if msisdn.startswith(code)), key=len)
    return policy.zones[codes[-1]] if codes else ()
