"""What contacts cost, and how much a campaign may spend: prices by destination, limits, and what fits under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.domain.attempts import Channel
from bot.domain.wall_clock import start_of_day, zone

ANYWHERE = "+"  # the prefix of every number
LOOK_AGAIN = timedelta(minutes=1)
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Prices:
    """Of a segment and of a begun minute, by channel and by how the number begins; ANYWHERE is always there."""

    currency: str
    by_prefix: Mapping[Channel, Mapping[str, Decimal]]
    example: bool = False  # nobody has put real ones in their place yet

    def of(self, channel: Channel, destination: str) -> Decimal:
        """One unit to that number: the longest prefix that fits it counts."""
        prices = self.by_prefix[channel]
        return next(
            prices[start]
            for start in (destination[:length] for length in range(len(destination), 0, -1))
            if start in prices
        )

    @property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(sorted({prefix for prices in self.by_prefix.values() for prefix in prices}))


def price(prices: Prices, channel: Channel, destination: str, quantity: int) -> Decimal:
    """`quantity` is in segments or in begun minutes."""
    return prices.of(channel, destination) * quantity


def begun_minutes(duration: timedelta) -> int:
    return -(-duration // timedelta(minutes=1))


@dataclass(frozen=True, slots=True)
class Amounts:
    """`money` is all of it, bonuses included."""

    segments: int = 0
    minutes: int = 0
    money: Decimal = NOTHING
    bonuses: Decimal = NOTHING

    @classmethod
    def of_bonus(cls, amount: Decimal) -> Amounts:
        return cls(money=amount, bonuses=amount)

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.segments + other.segments,
            self.minutes + other.minutes,
            self.money + other.money,
            self.bonuses + other.bonuses,
        )

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.segments - other.segments,
            self.minutes - other.minutes,
            self.money - other.money,
            self.bonuses - other.bonuses,
        )


@dataclass(frozen=True, slots=True)
class Ceiling:
    """None where nothing is said."""

    segments: int | None = None
    minutes: int | None = None
    money: Decimal | None = None
    bonuses: Decimal | None = None

    def holds(self, used: Amounts) -> bool:
        return (
            (self.segments is None or used.segments <= self.segments)
            and (self.minutes is None or used.minutes <= self.minutes)
            and (self.money is None or used.money <= self.money)
            and (self.bonuses is None or used.bonuses <= self.bonuses)
        )

    @property
    def given(self) -> bool:
        return any(one is not None for one in (self.segments, self.minutes, self.money, self.bonuses))


LONGEST_CALL = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a campaign, over its life and in each calendar day of `zone` (None: the installation's).

    A call in the air counts as `longest_call` until its end is known.
    """

    total: Ceiling = Ceiling()
    per_day: Ceiling = Ceiling()
    zone: str | None = None
    longest_call: timedelta = LONGEST_CALL

    @property
    def given(self) -> bool:
        return self.total.given or self.per_day.given

    def day(self, now: datetime, default_zone: str) -> date:
        return now.astimezone(zone(self.zone or default_zone)).date()

    def next_day(self, day: date, default_zone: str) -> datetime:
        return start_of_day(self.zone or default_zone, day + timedelta(days=1))


class Held(StrEnum):
    """Why a contact or a bonus is not paid for now."""

    TOTAL = "total"  # the campaign has spent what it may, or never may so much at once
    DAY = "day"  # tomorrow there is money again
    IN_THE_AIR = "in_the_air"  # what is reserved for contacts and bonuses under way may yet be given back


@dataclass(frozen=True, slots=True)
class Account:
    """What a campaign has used, reservations included; the `open_*` part of it is reserved only."""

    total: Amounts = field(default_factory=Amounts)
    today: Amounts = field(default_factory=Amounts)
    open_total: Amounts = field(default_factory=Amounts)
    open_today: Amounts = field(default_factory=Amounts)


def fitting(account: Account, limits: Limits, asked: Sequence[Amounts]) -> list[Held | None]:
    """Which of these contacts or bonuses the campaign can pay for, in this order; None: it can."""
    answers: list[Held | None] = []
    taken = Amounts()
    for amounts in asked:
        more = taken + amounts
        if limits.total.holds(account.total + more) and limits.per_day.holds(account.today + more):
            taken = more
            answers.append(None)
        elif not (
            limits.total.holds(account.total - account.open_total + amounts) and limits.per_day.holds(amounts)
        ):
            answers.append(Held.TOTAL)
        elif not limits.per_day.holds(account.today - account.open_today + amounts):
            answers.append(Held.DAY)
        else:
            answers.append(Held.IN_THE_AIR)
    return answers
