"""Notices to the operator: what the product did or saw by itself, stored once under a key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Notice:
    """`details` fill the words, which are chosen by `kind` where it is shown."""

    id: int
    kind: str
    campaign_id: int | None
    campaign: str | None
    details: Mapping[str, Any]
    at: datetime


_LEAVE = text(
    """
    INSERT INTO notices (key, kind, campaign_id, details, at)
    VALUES (:key, :kind, :campaign_id, cast(:details AS jsonb), :now) ON CONFLICT (key) DO NOTHING RETURNING id
    """
)


def leave(
    tx: Session, key: str, kind: str, campaign_id: int | None, details: Mapping[str, Any], now: datetime
) -> bool:
    """False where it has been said already. No telephone number and no name goes into `details`."""
    values = {
        "key": key,
        "kind": kind,
        "campaign_id": campaign_id,
        "details": json.dumps(dict(details)),
        "now": now,
    }
    return tx.execute(_LEAVE, values).first() is not None


_NEWEST = text(
    """
    SELECT n.id, n.kind, n.campaign_id, k.name AS campaign, n.details, n.at
    FROM notices n LEFT JOIN campaigns k ON k.id = n.campaign_id
    WHERE cast(:campaign_id AS bigint) IS NULL OR n.campaign_id = :campaign_id
    ORDER BY n.id DESC LIMIT :limit
    """
)


def newest(tx: Session, *, limit: int, campaign_id: int | None = None) -> list[Notice]:
    """The newest first, of all campaigns or of one."""
    rows = tx.execute(_NEWEST, {"limit": limit, "campaign_id": campaign_id})
    return [Notice(**row._mapping) for row in rows]
