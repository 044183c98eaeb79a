"""Was a contact made at a permitted hour? Read from the texts of the policies and the clocks on the walls alone.

This is the closing check's own reading: it shares the files, the holiday calendars and the number plan with the
product, and none of its code. Where it knows less (days around a holiday), it permits more, so what it finds is real.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import phonenumbers
import yaml
from phonenumbers import timezone

POLICIES = Path(__file__).parents[2] / "flows" / "policies"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(?:([a-z,-]+) +)?(\d\d:\d\d)-(\d\d:\d\d)(?: +([a-z,-]+))?")
_WORKING_WEEK = _DAYS[:5]


@dataclass(frozen=True, slots=True)
class Whom:
    msisdn: str
    region: str | None
    time_zone: str | None


def permitted(policy: Mapping[str, Any], channel: str, purpose: str, whom: Whom, at: datetime) -> bool:
    """By the campaign's policy and by the place's, in the customer's zone or in all that may be it."""
    country, region = _country(whom.msisdn), _plain(whom.region or "")
    both = ({**_written("default"), **policy}, _written(_profile(country, region)))
    zones = [whom.time_zone] if whom.time_zone else _candidates(both, whom, country, region)
    return bool(zones) and all(
        _open(rules, channel, purpose, at.astimezone(ZoneInfo(name)), country, (whom.region or "").upper())
        for rules in both
        for name in zones
    )


@cache
def _written(name: str) -> dict[str, Any]:
    """A shipped policy, on top of what it extends."""
    rules: dict[str, Any] = yaml.safe_load((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"))
    below = rules.pop("extends", None)
    if below is None:
        return rules
    merged = dict(_written(below))
    for key, value in rules.items():
        under = merged.get(key)
        merged[key] = {**under, **value} if isinstance(value, dict) and isinstance(under, dict) else value
    return merged


def _profile(country: str | None, region: str) -> str:
    profiles = _written("profiles")
    regions = {_plain(name): profile for name, profile in profiles["regions"].get(country, {}).items()}
    return str(regions.get(region) or profiles["countries"].get(country, profiles["default"]))


def _candidates(both: Iterable[Mapping[str, Any]], whom: Whom, country: str | None, region: str) -> list[str]:
    found = [*_zones_of(whom.msisdn)]
    for rules in both:
        codes = [code for code in rules.get("zones", {}) if whom.msisdn.startswith(code)]
        found += rules["zones"][max(codes, key=len)] if codes else []
    of_regions = _written("profiles")["region_zones"].get(country, {})
    found += next((zones for name, zones in of_regions.items() if _plain(name) == region), [])
    return found


def _open(
    rules: Mapping[str, Any], channel: str, purpose: str, wall: datetime, country: str | None, part: str
) -> bool:
    hours, days = rules["hours"], [_DAYS[wall.weekday()]]
    written = rules.get("holidays") or []
    calendar = written if isinstance(written, dict) else {"dates": written}
    off, worked = _kind(calendar, wall.date(), country, part)
    if off:
        hours = calendar.get("hours", {})
    elif worked:
        days = list(_WORKING_WEEK)
    spans = hours.get(purpose, [])
    if isinstance(spans, dict):
        spans = spans.get(channel, [])
    return all(any(_within(str(span), f"{wall:%H:%M}", day) for span in spans) for day in days)


def _within(span: str, wall: str, day: str) -> bool:
    found = _SPAN.fullmatch(span.strip())
    if found is None:
        raise ValueError(f"{span!r} is no span of hours")
    named = found[1] or found[4]
    return found[2] <= wall < found[3] and (
        named is None or any(_among(day, part) for part in named.split(","))
    )


def _among(day: str, part: str) -> bool:
    first, _, last = part.partition("-")
    place, start, end = (_DAYS.index(name) for name in (day, first, last or first))
    return start <= place <= end if start <= end else place >= start or place <= end


def _kind(calendar: Mapping[str, Any], day: date, country: str | None, part: str) -> tuple[bool, bool]:
    """Whether it is a holiday, and whether it is a day of the weekend that is worked."""
    if str(day) in map(str, calendar.get("dates", ())):
        return True, False
    if str(day) in map(str, calendar.get("workdays", ())):
        return False, True
    named = [_named(str(name), day.year, country, part) for name in calendar.get("calendars", ())]
    if any(days is None or day in days for days, _ in named):
        return True, False
    return False, any(day in worked for _, worked in named)


def _named(
    name: str, year: int, country: str | None, part: str
) -> tuple[frozenset[date] | None, frozenset[date]]:
    if name != "own":
        return _calendar(*name.partition("-")[::2], year)
    if country is None or country not in holidays.list_supported_countries():
        return None, frozenset()  # nobody knows its holidays: any day may be one
    known = holidays.list_supported_countries()[country]
    return _calendar(country, part if part in known else "", year)


@lru_cache(maxsize=256)
def _calendar(country: str, part: str, year: int) -> tuple[frozenset[date] | None, frozenset[date]]:
    days = holidays.country_holidays(country, subdiv=part or None, years=year)
    worked = frozenset(days.weekend_workdays)
    return frozenset(days) - worked, worked


@lru_cache(maxsize=4096)
def _country(msisdn: str) -> str | None:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(msisdn))
    except phonenumbers.NumberParseException:
        return None


def _zones_of(msisdn: str) -> list[str]:
    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(msisdn))
    except phonenumbers.NumberParseException:
        return []
    return [name for name in zones if "/" in name and name != "Etc/Unknown"]


def _plain(region: str) -> str:
    return region.casefold().replace("_", " ").replace("-", " ").strip()
