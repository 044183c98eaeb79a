"""The plain rules that mark customers of a made-up base; the first that holds names the cause."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bot.audience.prepaid_base import Subscriber

LOW_BALANCE = "low_balance"
ARPU_FALLING = "arpu_falling"
COMPLAINTS = "complaints"


@dataclass(frozen=True, slots=True)
class Risk:
    cause: str
    score: float  # between 0 and 1, for order only: no model stands behind it


def risk_of(subscriber: Subscriber) -> Risk | None:
    cause = _cause(subscriber)
    if cause is None:
        return None
    weight = (
        -1.6
        + 0.05 * min(subscriber.days_since_recharge, 60)
        - 0.06 * min(subscriber.balance, 20)
        + 1.5 * _fall(subscriber)
        + 0.5 * subscriber.complaints_90d
        - 0.01 * min(subscriber.tenure_months, 100)
    )
    return Risk(cause, round(1 / (1 + math.exp(-weight)), 4))


def _cause(subscriber: Subscriber) -> str | None:
    if subscriber.balance < 20 and subscriber.days_since_recharge >= 20:
        return LOW_BALANCE
    if subscriber.arpu_prev >= 30 and _fall(subscriber) >= 0.35:
        return ARPU_FALLING
    if subscriber.complaints_90d >= 2:
        return COMPLAINTS
    return None


def _fall(subscriber: Subscriber) -> float:
    return max(0.0, 1 - subscriber.arpu / subscriber.arpu_prev)
