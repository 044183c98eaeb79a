"""Notices to the operator: what the product did or saw by itself, stored once under a key."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
    read_at: datetime | None
    reader: str | None  # the one who has read it first


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
    SELECT n.id, n.kind, n.campaign_id, k.name AS campaign, n.details, n.at, n.read_at, u.name AS reader
    FROM notices n LEFT JOIN campaigns k ON k.id = n.campaign_id LEFT JOIN users u ON u.id = n.reader_id
    WHERE (cast(:campaign_id AS bigint) IS NULL OR n.campaign_id = :campaign_id)
      AND (NOT :unread OR n.read_at IS NULL)
    ORDER BY n.id DESC LIMIT :limit OFFSET :offset
    """
)


def newest(
    tx: Session, *, limit: int, campaign_id: int | None = None, unread: bool = False, offset: int = 0
) -> list[Notice]:
    """The newest first, of all campaigns or of one; with `unread` those that nobody has read."""
    values = {"limit": limit, "offset": offset, "campaign_id": campaign_id, "unread": unread}
    return [Notice(**row._mapping) for row in tx.execute(_NEWEST, values)]


def unread(tx: Session) -> int:
    return int(tx.execute(text("SELECT count(*) FROM notices WHERE read_at IS NULL")).scalar_one())


_MARK_READ = text(
    """
    UPDATE notices SET read_at = :now, reader_id = :reader_id
    WHERE read_at IS NULL AND id = ANY(:ids) RETURNING id
    """
)


def mark_read(tx: Session, ids: Sequence[int], reader_id: int, now: datetime) -> list[int]:
    """For everybody: an operator's word that somebody has taken note. Answers which ones were unread until now."""
    values = {"ids": list(ids), "reader_id": reader_id, "now": now}
    return sorted(tx.execute(_MARK_READ, values).scalars())
