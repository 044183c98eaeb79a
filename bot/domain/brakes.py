"""When a campaign must stop by itself: rules over what was counted in a window, with thresholds as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.domain.uplift import ArmOutcome, uplift


class Cause(StrEnum):
    CARRIER_ERRORS = "carrier_errors"
    OPT_OUTS = "opt_outs"
    COMPLAINTS = "complaints"
    SPAM_FILTER = "spam_filter"
    STALE_DATA = "stale_data"
    HARM = "harm"  # the treated do worse than the control arm, beyond chance
    SPEND = "spend"  # all the money, segments or minutes of its policy are used
    ABANDONMENT = "abandonment"  # calls answered by a person who then found nobody, or silence
    UNREADABLE = "unreadable"  # its stored policy: of another version, or edited by hand


#: The carrier took it for spam: more of the same makes the sender's name worse.
SPAM_CODES = frozenset({"30007", "30454"})

#: About this one number or handset, and so about the list that it stands on: such contacts say neither that sender,
#: account and route are well nor that they are ill, and are left out of the count. Whatever is not here counts.
NUMBERS_OWN_CODES = frozenset(
    {"21211", "21214", "21217", "13224"}  # no such number
    | {"21614", "21635", "30006"}  # a landline
    | {"30003", "30005"}  # a handset that is off, or that nobody knows
    | {"21610"}  # its owner has refused, at the carrier
    | {
        f"sip:{code}" for code in (404, 410, 480, 484, 485, 486, 600, 603, 604, 607)
    }  # of a call: not there, or not now
)

#: Nothing is wrong but that it came too soon, or too late, or that a worker of ours died over it: it waits, and the
#: carrier is not ill.
WAITS_ITS_TURN = frozenset({"20429", "429", "21611", "22005", "10004", "hours_over", "not_taken"})

#: A manager was asked for, and none came to the telephone.
NOBODY_CAME = frozenset({"no-answer", "busy", "failed"})

#: The most contacts of a window that are counted, the newest first: enough for any rate that is worth a brake.
NEWEST = 5_000

#: How often the figures may be looked at: each call is judged by what was said in it, and a look for harm reads the
#: whole journal of the campaign.
COUNT_EVERY = timedelta(seconds=5)
COUNT_CALLS_EVERY = timedelta(minutes=1)
COMPARE_EVERY = timedelta(minutes=15)

#: 99.9 %: a test that is repeated every quarter of an hour is bound to be wrong once at 95 %.
_Z_OF_HARM = 3.2905267314919255


@dataclass(frozen=True, slots=True)
class Rule:
    """Trips when, of at least `sample` in the window `over` (its NEWEST), more than the share `above` is bad."""

    above: Decimal
    sample: int
    over: timedelta


@dataclass(frozen=True, slots=True)
class Brakes:
    """What is not named does not brake.

    Calls that find nobody have two kinds of rules: among `rates` the campaign's own for all of its calls, if it has
    one; and where `by_place`, for the calls to each place that of the place.
    """

    rates: Mapping[Cause, Rule]
    by_place: bool
    stale_after: timedelta | None
    harm_sample: int | None  # customers of each arm, at least


@dataclass(frozen=True, slots=True)
class Counted:
    bad: int
    all: int

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.bad + other.bad, self.all + other.all)


@dataclass(frozen=True, slots=True)
class Pull:
    """The brake is pulled; `details` are the figures that say why."""

    cause: Cause
    details: Mapping[str, str | int]


def too_many(cause: Cause, rule: Rule, counted: Counted, place: str | None = None) -> Pull | None:
    """`place` is the profile whose rule it is, where it is not the campaign's own."""
    if counted.all < rule.sample or counted.bad <= rule.above * counted.all:
        return None
    return Pull(
        cause,
        {
            "bad": counted.bad,
            "all": counted.all,
            "share": percent(Decimal(counted.bad) / counted.all),
            "above": percent(rule.above),
            "minutes": rule.over // timedelta(minutes=1),
            **({"place": place} if place is not None else {}),
        },
    )


def too_old(stale_after: timedelta | None, imported_at: datetime | None, now: datetime) -> Pull | None:
    """Where nothing was ever imported there is no feed that could have stopped."""
    if stale_after is None or imported_at is None or now - imported_at <= stale_after:
        return None
    hours = timedelta(hours=1)
    return Pull(Cause.STALE_DATA, {"hours": (now - imported_at) // hours, "above": stale_after // hours})


def harmful(sample: int | None, treatment: ArmOutcome, control: ArmOutcome) -> Pull | None:
    if sample is None or min(treatment.customers, control.customers) < sample:
        return None
    found = uplift(treatment, control, _Z_OF_HARM)
    if not found.harmful:
        return None
    return Pull(
        Cause.HARM,
        {
            "treated": percent(Decimal(str(found.treated))),
            "control": percent(Decimal(str(found.control))),
            "customers": treatment.customers + control.customers,
        },
    )


def percent(share: Decimal) -> str:
    return f"{(share * 100).quantize(Decimal('0.1'))}%"
