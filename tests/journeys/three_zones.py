"""Customers in China, Britain and the United States, some of whom may not be contacted at all, drawn by a seed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from sqlalchemy import text

from scripts.rehearsing.stack import Stack

_KINDS = ("sms:marketing", "call:marketing", "sms:service", "call:service")
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where some of the customers are: whose rules hold, and the zones in which they may be."""

    name: str
    share: float
    number: Callable[[int], str]
    language: str
    region: str | None
    time_zone: str | None  # as the customer's record has it
    rules: str
    zones: tuple[str, ...]


_STATES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
PLACES = (
    Place("shanghai", 0.34, lambda n: f"+861381{n:07d}", "zh", "Shanghai", "Asia/Shanghai", "cn",
          ("Asia/Shanghai",)),
    Place("xinjiang", 0.06, lambda n: f"+861391{n:07d}", "zh", "xinjiang", None, "cn",
          ("Asia/Shanghai", "Asia/Urumqi")),
    Place("england", 0.22, lambda n: f"+447400{n:06d}", "en", "England", "Europe/London", "uk",
          ("Europe/London",)),
    Place("britain", 0.04, lambda n: f"+447401{n:06d}", "en", None, None, "uk", ("Europe/London",)),
    Place("new_york", 0.22, lambda n: f"+1212{2340000 + n}", "en", "NY", "America/New_York", "us",
          ("America/New_York",)),
    Place("florida", 0.06, lambda n: f"+1305{2340000 + n}", "en", "FL", "America/New_York", "us_tight",
          ("America/New_York",)),
    Place("states", 0.06, lambda n: f"+1646{2340000 + n}", "en", "NY", None, "us", _STATES),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    external_id: str
    number: str
    place: str
    rules: str
    zones: tuple[str, ...]
    language: str
    region: str | None
    time_zone: str | None
    tier: str
    former: bool
    consents: tuple[str, ...]
    sms_habit: bool
    balance: float
    arpu: float
    days_since_recharge: int
    persona: str  # empty: the rehearsal draws it


def draw(count: int, seed: int) -> list[Person]:
    chance = Random(seed)
    shares = [place.share for place in PLACES]
    return [
        _person(number, place, chance)
        for number, place in enumerate(chance.choices(PLACES, shares, k=count), start=1)
    ]


def _person(number: int, place: Place, chance: Random) -> Person:
    return Person(
        external_id=f"P{number:06d}",
        number=place.number(number),
        place=place.name,
        rules=place.rules,
        zones=place.zones,
        language=place.language,
        region=place.region,
        time_zone=place.time_zone,
        tier=chance.choices(("high", "mid", "ordinary"), (0.08, 0.3, 0.62))[0],
        former=chance.random() < 0.04,
        consents=_consents(chance),
        sms_habit=chance.random() < 0.6,
        balance=round(chance.uniform(0.5, 9.5), 2),
        arpu=round(chance.uniform(20, 140), 2),
        days_since_recharge=chance.randint(25, 60),
        persona="opts_out" if chance.random() < 0.08 else "",
    )


def _consents(chance: Random) -> tuple[str, ...]:
    drawn = chance.random()
    if drawn < 0.03:
        return ()
    lacking = "sms:marketing" if drawn < 0.08 else "call:marketing" if drawn < 0.14 else ""
    if 0.14 <= drawn < 0.17:
        lacking = "call:service"
    return tuple(kind for kind in _KINDS if kind != lacking)


_INSERT = text(
    """
    INSERT INTO customers (external_id, msisdn, name, language, time_zone, region, tier, status, consents, factors,
                           snapshot_at, created_at)
    SELECT external_id, number, 'Customer ' || external_id, language, time_zone, region, tier,
           CASE WHEN former THEN 'left' ELSE 'active' END,
           array(SELECT jsonb_array_elements_text(consents)),
           jsonb_build_object('balance', balance, 'arpu', arpu, 'days_since_recharge', days_since_recharge,
                              'sms_habit', sms_habit, 'churn_score', 0.8),
           cast(:now AS timestamptz), cast(:now AS timestamptz)
    FROM jsonb_to_recordset(cast(:people AS jsonb)) AS p(
        external_id text, number text, language text, time_zone text, region text, tier text, former boolean,
        consents jsonb, balance numeric, arpu numeric, days_since_recharge int, sms_habit boolean)
    """
)


def settle(stack: Stack, people: Sequence[Person], days: float) -> None:
    """Into the product's records, and into the rehearsal, which plays them."""
    rows = [asdict(person) for person in people]
    with stack.wired.engine.begin() as connection:
        connection.execute(_INSERT, {"people": json.dumps(rows), "now": stack.clock.now()})
    for first in range(0, len(rows), _AT_ONCE):
        stack.carrier.register([_known_to_rehearsal(row) for row in rows[first : first + _AT_ONCE]], days)


def _known_to_rehearsal(row: dict[str, Any]) -> dict[str, Any]:
    names = ("language", "tier", "sms_habit", "balance", "arpu", "days_since_recharge", "persona")
    return {"msisdn": row["number"], **{name: row[name] for name in names}}
