"""A contact policy as data, checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.holidays import CalendarSource
from bot.domain.policy.braking import read_brakes
from bot.domain.policy.conduct import read_conduct
from bot.domain.policy.default import DEFAULT
from bot.domain.policy.fields import Fault, Field, PolicyError
from bot.domain.policy.hours import read_timetables
from bot.domain.policy.limits import read_caps, read_gaps, read_kinds
from bot.domain.policy.marking import read_marks
from bot.domain.policy.model import Policy
from bot.domain.policy.spending import read_spend
from bot.domain.policy.wording import Wrong
from bot.domain.wall_clock import is_zone


def read_policy(data: Mapping[str, Any], calendars: CalendarSource | None = None) -> Policy:
    """From JSON or YAML; anything missing takes the default's. `calendars` answers for the calendars that it names.

    Raises PolicyError with everything that is wrong.
    """
    faults: list[Fault] = []
    fields = Field({**DEFAULT, **data}, (), faults).entries(tuple(DEFAULT))
    caps, never = read_caps(fields["caps"], fields["exempt"])
    timetables = read_timetables(fields["hours"], fields["holidays"], calendars, never)
    profile = fields["profile"]
    policy = Policy(
        profile=profile.text() if profile.given else None,
        timetables={kind: (table,) for kind, table in timetables.items()},
        caps=caps,
        min_gap=read_gaps(fields["min_gap"]),
        zones=_zones(fields["zones"]),
        needs_consent=read_kinds(fields["needs_consent"]),
        conduct=read_conduct(fields["sms"], fields["voice"], fields["opt_out"], fields["keep"]),
        marks=read_marks(fields["marks"]),
        needs_approval=_needed(fields["approval"]),
    )
    # The campaign's own, and no part of what the gate asks: read here so that their mistakes are told as well.
    read_spend(fields["spend"])
    read_brakes(fields["brakes"], fields["voice"])
    if faults:
        raise PolicyError(faults)
    return policy


def _needed(approval: Field) -> bool:
    approval.entries(("needed",))
    needed = approval.at("needed")
    return needed.given and bool(needed.flag())


def _zones(zones: Field) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, field in zones.entries().items():
        if not (code.startswith("+") and code[1:].isdecimal()):
            field.refuse(Wrong.NO_CALLING_CODE, at_name=True)
        if isinstance(field.value, list | tuple) and not field.value:
            field.refuse(Wrong.NO_ZONES)
        names = [(item, item.value) for item in field.items()]
        for item, name in names:
            if not (isinstance(name, str) and is_zone(name)):
                item.refuse(Wrong.NO_ZONE, value=name)
        found[code] = tuple(str(name) for _, name in names)
    return found
