"""The register of refusals: lines are only ever added, with their evidence; the newest line holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bot.domain.contact import Refusal
from bot.store.models import SuppressionRow


@dataclass(frozen=True, slots=True)
class Entry:
    msisdn: str
    customer_id: int | None
    action: str  # suppress or restore
    source: str
    evidence: str
    wording: str | None = None
    channel: str = "all"
    purpose: str = "all"


def add(tx: Session, entries: Sequence[Entry], now: datetime) -> None:
    if entries:
        tx.execute(
            insert(SuppressionRow),
            [
                {
                    "msisdn": one.msisdn,
                    "customer_id": one.customer_id,
                    "channel": one.channel,
                    "purpose": one.purpose,
                    "action": one.action,
                    "source": one.source,
                    "wording": one.wording,
                    "evidence": one.evidence,
                    "at": now,
                }
                for one in entries
            ],
        )


_HELD = text(
    """
    SELECT channel, purpose FROM (
        SELECT DISTINCT ON (channel, purpose) channel, purpose, action
        FROM suppressions WHERE msisdn = :msisdn ORDER BY channel, purpose, id DESC
    ) newest WHERE action = 'suppress'
    """
)


def held_against(tx: Session, msisdn: str) -> tuple[Refusal, ...]:
    return tuple(Refusal(row.channel, row.purpose) for row in tx.execute(_HELD, {"msisdn": msisdn}))
