"""What a campaign costs at worst, before it begins: everybody takes the dearest way, with the longest texts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from bot.domain.attempts import Channel
from bot.domain.policy import Policy
from bot.domain.segments import count_segments
from bot.domain.spend import LONGEST_CALL, Amounts, Limits, Prices, begun_minutes
from bot.flow.dearest import Item, Search, Taken, allowances
from bot.flow.longest import longest_values
from bot.flow.model import Flow, FlowStep
from bot.flow.steps.asking import ASK_AGAIN
from bot.flow.steps.call import PROMPTS_PER_CALL, CallStep
from bot.flow.steps.grant import GrantStep
from bot.flow.steps.sms import SmsStep
from bot.flow.steps.transfer import TransferStep
from bot.flow.template import placeholders
from bot.flow.text import MissingValue, sms_text, texts
from bot.rules.catalogue import FactorCatalogue

BONUS = "bonus"

_SLOWEST = {"zh": 3.0, "en": 10.0}  # letters a second, of the slowest voice
_FOR_A_KEY = timedelta(seconds=10)  # how long each question waits
_RINGING = timedelta(seconds=5)  # what a carrier may bill before the first word


@dataclass(frozen=True, slots=True)
class Group:
    """Customers of one language whose numbers begin alike; `longest` are the longest values that they have."""

    language: str
    destination: str
    customers: int
    longest: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AudienceShape:
    groups: tuple[Group, ...]

    @property
    def customers(self) -> int:
        return sum(group.customers for group in self.groups)


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """One step for one group: `each` segments or minutes a contact, `times` contacts a customer."""

    step: str
    what: str  # sms, call or bonus
    language: str
    destination: str
    customers: int
    times: int
    each: int
    price: Decimal
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of `unending` steps, which no cap of the policy ends, the first hundred contacts of a run are counted."""

    currency: str
    customers: int
    rows: tuple[EstimateRow, ...]
    unending: tuple[str, ...]

    @property
    def contacts(self) -> Amounts:
        return sum((row.amounts for row in self.rows if row.what != BONUS), Amounts())

    @property
    def bonus(self) -> Decimal:
        return sum((row.amounts.money for row in self.rows if row.what == BONUS), Decimal(0))

    @property
    def worst(self) -> Decimal:
        return self.contacts.money + self.bonus


@dataclass(frozen=True, slots=True)
class _Unit:
    """One contact of a step: its segments or minutes."""

    channel: Channel
    quantity: int


def estimate(
    flow: Flow,
    policy: Policy,
    audience: AudienceShape,
    prices: Prices,
    *,
    catalogue: FactorCatalogue | None = None,
    limits: Limits | None = None,
) -> Estimate:
    """An upper bound, by the texts and the longest call; what the caps of the policy forbid is not in it."""
    allowed = allowances(policy, flow.expires)
    longest_call = limits.longest_call if limits is not None else LONGEST_CALL
    rows: list[EstimateRow] = []
    unending: tuple[str, ...] = ()
    for group in audience.groups:
        units = dict(_units(flow, group, catalogue, longest_call))
        search = Search(flow, _items(flow, units, group, prices), allowed)
        unending = search.unending()
        rows += _rows(flow, search.dearest().taken, units, group, prices)
    return Estimate(prices.currency, audience.customers, tuple(rows), unending)


def _units(
    flow: Flow, group: Group, catalogue: FactorCatalogue | None, longest_call: timedelta
) -> Iterable[tuple[str, tuple[_Unit, ...]]]:
    for step in flow.steps.values():
        if isinstance(step, SmsStep):
            written = ["sms", ASK_AGAIN] if step.asks and step.reply_keys else ["sms"]
            yield (
                step.name,
                tuple(
                    _Unit(Channel.SMS, _segments(flow, step.name, which, group, catalogue))
                    for which in written
                ),
            )
        elif isinstance(step, CallStep):
            minutes = begun_minutes(min(longest_call, _talk(flow, step, group, catalogue, longest_call)))
            yield step.name, (_Unit(Channel.CALL, minutes),) * step.retry.times


def _items(
    flow: Flow, units: Mapping[str, tuple[_Unit, ...]], group: Group, prices: Prices
) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for name, contacts in units.items():
        channel = contacts[0].channel
        costs = tuple(unit.quantity * prices.of(channel, group.destination) for unit in contacts)
        items[name] = Item(name, (channel, flow.purpose_of(name).value), costs)
    for step in flow.steps.values():
        if isinstance(step, GrantStep):
            items[step.name] = Item(step.name, None, (flow.offer.amount(step.amount),))
    return items


def _segments(flow: Flow, step: str, which: str, group: Group, catalogue: FactorCatalogue | None) -> int:
    template = texts(flow, step, which, group.language)
    try:
        written = sms_text(flow, step, group.language, _filled(template, group, catalogue), which)
    except MissingValue:
        written = template  # the offer's own value does not fit its format: nobody can be sent it
    return count_segments(written).segments


def _talk(
    flow: Flow, step: CallStep, group: Group, catalogue: FactorCatalogue | None, longest_call: timedelta
) -> timedelta:
    """As many prompts as the engine allows, each the longest that may be said; a talk with a person has no such end."""
    said = [one for name in _in_one_call(flow, step) if (one := flow.steps.get(name)) is not None]
    if any(isinstance(one, TransferStep) for one in said):
        return longest_call
    slowest = _SLOWEST["zh" if group.language.startswith("zh") else "en"]
    letters = max(_letters(one, group, catalogue) for one in said)
    return _RINGING + PROMPTS_PER_CALL * (timedelta(seconds=math.ceil(letters / slowest)) + _FOR_A_KEY)


def _in_one_call(flow: Flow, first: CallStep) -> list[str]:
    found, ahead = list[str](), [first.name]
    while ahead:
        name = ahead.pop()
        step = flow.steps.get(name)
        if step is not None and step.in_call and name not in found:
            found.append(name)
            ahead += [edge.target for edge in step.edges()]
    return found


def _letters(step: FlowStep, group: Group, catalogue: FactorCatalogue | None) -> int:
    """Of its longest text, each placeholder with its longest value."""
    return max(
        (
            len(template) + sum(len(str(value)) for value in _filled(template, group, catalogue).values())
            for choices in step.texts().values()
            for template in choices.values()
        ),
        default=0,
    )


def _filled(template: str, group: Group, catalogue: FactorCatalogue | None) -> dict[str, object]:
    """With the longest values of the group where they are known, else with the longest that are to be expected."""
    language = "zh" if group.language.startswith("zh") else "en"
    return {**longest_values(placeholders(template), language, catalogue), **group.longest}


def _rows(
    flow: Flow,
    taken: Iterable[Taken],
    units: Mapping[str, tuple[_Unit, ...]],
    group: Group,
    prices: Prices,
) -> list[EstimateRow]:
    """Visits of one step are one row for each kind of contact that it makes."""
    times: dict[tuple[str, str, int], int] = {}
    for visit in taken:
        contacts = units.get(visit.step)
        for unit in contacts[: visit.times] if contacts else ():
            key = (visit.step, unit.channel.value, unit.quantity)
            times[key] = times.get(key, 0) + 1
        if contacts is None:
            times[visit.step, BONUS, 1] = 1
    return [_row(flow, key, number, group, prices) for key, number in times.items()]


def _row(flow: Flow, key: tuple[str, str, int], times: int, group: Group, prices: Prices) -> EstimateRow:
    step, what, each = key
    quantity = group.customers * times * each
    if what == BONUS:
        grant = flow.steps[step]
        assert isinstance(grant, GrantStep)
        price = flow.offer.amount(grant.amount)
        amounts = Amounts(money=quantity * price)
    else:
        price = prices.of(Channel(what), group.destination)
        amounts = Amounts(
            quantity if what == Channel.SMS else 0, quantity if what == Channel.CALL else 0, quantity * price
        )
    return EstimateRow(
        step, what, group.language, group.destination, group.customers, times, each, price, amounts
    )
