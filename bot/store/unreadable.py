"""Campaigns whose stored policy cannot be read, of another version or edited by hand: stopped, and only they."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.brakes import Cause, Pull
from bot.domain.policy import PolicyError
from bot.store import brakes


def stop(tx: Session, faults: Mapping[int, PolicyError], now: datetime) -> None:
    """By campaign; the operator is told the first fault. Before any account is locked, in the order of campaigns."""
    for campaign_id, fault in sorted(faults.items()):
        brakes.pull(tx, campaign_id, Pull(Cause.UNREADABLE, {"fault": str(fault)}), now)
