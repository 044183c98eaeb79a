"""What operators are told when a campaign has reached one of its limits; at the total one it is to be stopped."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.brakes import Cause, Pull
from bot.domain.notices import SPEND_DAY
from bot.domain.spend import Ceiling, Held, Limits
from bot.store import brakes, notices


def tell(
    tx: Session,
    campaign_id: int,
    limits: Limits,
    answers: Collection[Held | None],
    day: date,
    currency: str,
    now: datetime,
) -> None:
    """Once for the total, and once a day."""
    if Held.TOTAL in answers:
        reached = limits.total if limits.total.given else limits.per_day
        brakes.pull(tx, campaign_id, Pull(Cause.SPEND, _figures(reached, currency)), now)
    elif Held.DAY in answers:
        details = {"day": day.isoformat(), **_figures(limits.per_day, currency)}
        notices.leave(tx, f"{SPEND_DAY}:{campaign_id}:{day}", SPEND_DAY, campaign_id, details, now)


def _figures(ceiling: Ceiling, currency: str) -> dict[str, Any]:
    limits = {
        "money": None if ceiling.money is None else f"{ceiling.money} {currency}",
        "bonuses": None if ceiling.bonuses is None else f"{ceiling.bonuses} {currency}",
        "segments": ceiling.segments,
        "minutes": ceiling.minutes,
    }
    return {name: limit for name, limit in limits.items() if limit is not None}
