"""A policy's caps, gaps and consents, as written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.domain.attempts import Channel
from bot.domain.policy.fields import Field
from bot.domain.policy.model import KINDS, PURPOSES, Cap, Kind, Per
from bot.domain.policy.wording import Wrong

_CAP_FIELDS = ("limit", "period", "per", "channel", "purpose", "everywhere", "never")
_CHANNELS = tuple(channel.value for channel in Channel)


def read_caps(caps: Field, exempt: Field) -> tuple[tuple[Cap, ...], frozenset[Kind]]:
    """The caps, and what is never permitted."""
    found: list[Cap] = []
    never: set[Kind] = set()
    let_through = read_purposes(exempt)
    for field in caps.items():
        given = field.entries(_CAP_FIELDS)
        channel, purpose = _choice(given.get("channel"), _CHANNELS), _choice(given.get("purpose"), PURPOSES)
        if "never" in given:
            _check_never(given)
            never |= {kind for kind in KINDS if channel in (None, kind[0]) and purpose in (None, kind[1])}
        elif isinstance(field.value, Mapping):
            cap = _cap(field, given, Channel(channel) if channel else None, purpose)
            # A cap of one purpose means that purpose; only a general one makes exceptions.
            found += [replace(cap, exempt=let_through) if purpose is None else cap] if cap else []
    return tuple(found), frozenset(never)


def read_gaps(gaps: Field) -> dict[Kind, timedelta]:
    """Between two contacts of a channel: one for every purpose, or one for each."""
    found: dict[Kind, timedelta] = {}
    for name, field in gaps.entries().items():
        if name not in _CHANNELS:
            field.refuse(Wrong.NONE_OF, at_name=True, value=name, known=_CHANNELS)
            continue
        if isinstance(field.value, Mapping):
            spans = {purpose: one.duration() for purpose, one in field.entries(PURPOSES).items()}
        else:
            spans = dict.fromkeys(PURPOSES, field.duration())
        found |= {(Channel(name), purpose): span for purpose, span in spans.items() if span}
    return found


def read_kinds(kinds: Field) -> frozenset[Kind]:
    """`marketing` is that purpose on every channel, `call:marketing` on one."""
    found: set[Kind] = set()
    known = (*PURPOSES, *(f"{channel}:{purpose}" for channel, purpose in KINDS))
    for field in kinds.items():
        name = field.choice(known)
        found |= {kind for kind in KINDS if name in (kind[1], f"{kind[0]}:{kind[1]}")}
    return frozenset(found)


def read_purposes(purposes: Field) -> frozenset[str]:
    return frozenset(name for field in purposes.items() if (name := field.choice(PURPOSES)))


def _choice(field: Field | None, known: tuple[str, ...]) -> str | None:
    return field.choice(known) if field is not None and field.given else None


def _check_never(given: Mapping[str, Field]) -> None:
    if given["never"].value is not True:
        given["never"].refuse(Wrong.NEVER_IS_TRUE)
    for name in ("limit", "period", "per", "everywhere"):
        if name in given:
            given[name].refuse(Wrong.NOT_WITH_NEVER, at_name=True)


def _cap(
    field: Field, given: Mapping[str, Field], channel: Channel | None, purpose: str | None
) -> Cap | None:
    limit, period = _limit(field.at("limit")), _period(field, given)
    everywhere = given["everywhere"].flag() if "everywhere" in given else True
    if limit is None or period is None or everywhere is None:
        return None
    return Cap(limit, period, channel, purpose, everywhere)


def _limit(field: Field) -> int | None:
    limit = field.value
    if isinstance(limit, int) and not isinstance(limit, bool):
        if limit > 0:
            return limit
        if limit == 0:
            field.refuse(Wrong.CAP_OF_ZERO)
            return None
    field.refuse(Wrong.NO_CAP if field.given else Wrong.MISSING)
    return None


def _period(field: Field, given: Mapping[str, Field]) -> timedelta | Per | None:
    if "per" not in given:
        return field.at("period").duration()
    if "period" in given:
        given["period"].refuse(Wrong.ONE_PERIOD, at_name=True)
    per = given["per"].choice(tuple(one.value for one in Per))
    return Per(per) if per else None
