"""What a manager is told before the call: the script, the offer and the customer's facts, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import format_date, format_timedelta
from flask_babel import gettext as _

from bot.config import ROOT
from bot.flow.model import Flow, Offer
from bot.flow.steps.switch import SwitchStep
from bot.flow.steps.work_order import WorkOrderStep
from bot.rules.catalogue import Factor, FactorCatalogue, load_catalogue
from bot.rules.yaml_source import load_mapping
from console.language import count, money, of

FLOWS = ROOT / "flows"
#: Shown elsewhere on the page, or of no use to a person.
_SHOWN_ELSEWHERE = {"name", "masked_number", "language", "region", "tier", "time_zone"}


@dataclass(frozen=True, slots=True)
class Script:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    value: str


def script(name: str) -> Script | None:
    """None where nobody has written one of that name."""
    written = _script(FLOWS / "scripts" / f"{name}.yaml")
    if written is None:
        return None
    return Script(of(written["title"]), of(written["say"]))


def offer(promised: Offer) -> str | None:
    """The offer in one sentence, or None where it has not the usual terms."""
    if promised.min_recharge is None or promised.bonus is None or promised.within is None:
        return None
    return _(
        "Recharge %(recharge)s within %(time)s and get %(bonus)s.",
        recharge=money(promised.min_recharge),
        time=format_timedelta(promised.within, granularity="day", threshold=99),
        bonus=money(promised.bonus),
    )


def rule(flow: Flow, reason: str) -> str | None:
    """The condition that picked the customer out, where `when 2` can mean only one branch of the flow."""
    first, _, number = reason.partition(" ")
    if first != "when" or not number.isdecimal():
        return None
    conditions = [
        step.branches[int(number) - 1].when.text
        for step in flow.steps.values()
        if isinstance(step, SwitchStep) and 0 < int(number) <= len(step.branches)
        if isinstance(flow.steps.get(step.branches[int(number) - 1].target), WorkOrderStep)
    ]
    return conditions[0] if len(conditions) == 1 else None


def facts(factors: Mapping[str, Any]) -> list[Fact]:
    """The known ones in the catalogue's order, then the rest under their own names."""
    known = _catalogue()
    ordered = [factor.name for factor in known if factor.name in factors]
    ordered += [name for name in factors if name not in known]
    return [
        Fact(_title(known.get(name), name), _value(known.get(name), factors[name]))
        for name in ordered
        if name not in _SHOWN_ELSEWHERE and factors[name] is not None
    ]


def _title(factor: Factor | None, name: str) -> str:
    return of(factor.title) if factor is not None and factor.title else name.replace("_", " ")


def _value(factor: Factor | None, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if factor is not None and factor.unit == "money":
        return money(Decimal(str(value)))
    if isinstance(value, int | float):
        written = count(Decimal(str(value)))
        # An abbreviation reads the same in every language; the others are in the titles.
        return f"{written} {factor.unit}" if factor is not None and (factor.unit or "").isupper() else written
    if factor is not None and factor.type == "date":
        return format_date(date.fromisoformat(str(value)[:10]))
    return str(value)


@cache
def _catalogue() -> FactorCatalogue:
    return load_catalogue(FLOWS / "factors.yaml")


@cache
def _script(path: Path) -> Mapping[str, Mapping[str, str]] | None:
    if not path.is_file():
        return None
    return load_mapping(path)
