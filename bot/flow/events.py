"""The business events that flows may wait for, and the fields that each carries for conditions (`event.x`)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.flow.model import BUSINESS_EVENTS
from bot.rules.catalogue import FactorType

_TEXT, _NUMBER = FactorType.TEXT, FactorType.NUMBER

_DETAILS: Mapping[str, Mapping[str, FactorType]] = {
    "complaint": {"topic": _TEXT, "severity": _NUMBER},
    "port_out": {"operator": _TEXT},
    "package_changed": {"plan": _TEXT},
    "call_ended": {"result": _TEXT, "duration_s": _NUMBER},
    "data_exhausted": {"plan": _TEXT},
    "roaming_started": {"country": _TEXT},
    "offnet_warning": {"operator": _TEXT, "score": _NUMBER},
    "disconnect_requested": {"channel": _TEXT, "reason": _TEXT},
    "contacted_care": {"topic": _TEXT},
}


def fields_of(event: str) -> dict[str, FactorType]:
    """As conditions name them; every event may carry an amount."""
    if event not in BUSINESS_EVENTS:
        raise KeyError(event)
    details = _DETAILS.get(event, {})
    return {"event.amount": _NUMBER, **{f"event.{name}": kind for name, kind in details.items()}}
