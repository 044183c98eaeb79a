"""Campaigns that drain: those who have not started wait for the runs on older flow revisions to be over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

_END = text("UPDATE drains SET drained_at = :now WHERE campaign_id = :campaign_id AND drained_at IS NULL")
_HELD_UNTIL = text("SELECT held_until FROM drains WHERE campaign_id = :campaign_id AND drained_at IS NULL")
_BEGIN = text(
    """
    INSERT INTO drains (campaign_id, held_until, begun_at)
    SELECT :campaign_id, max(e.expires_at), :now FROM enrolments e
    WHERE e.campaign_id = :campaign_id AND e.status = 'active' AND e.step IS NOT NULL
      AND e.flow_revision <> :revision
    HAVING max(e.expires_at) > :now
    RETURNING held_until
    """
)


def begin(tx: Session, campaign_id: int, *, revision: str, now: datetime) -> datetime | None:
    """When the last run on an older revision expires; None where nobody is under way on one."""
    values = {"campaign_id": campaign_id, "revision": revision, "now": now}
    return tx.execute(_BEGIN, values).scalar_one_or_none()


def end(tx: Session, campaign_id: int, now: datetime) -> None:
    """Nobody is held any more by a drain that had begun."""
    tx.execute(_END, {"campaign_id": campaign_id, "now": now})


def held_until(tx: Session, campaign_id: int) -> datetime | None:
    """When whoever is enrolled now may start at the latest; None where the campaign does not drain."""
    return tx.execute(_HELD_UNTIL, {"campaign_id": campaign_id}).scalar_one_or_none()


# Whoever is on an older revision and has not started yet is still to be taken over, and held. An intake's chunk holds
# its campaign: what it enrols is held as well, and seen only when it has committed.
_DRAINED = text(
    """
    SELECT d.campaign_id, d.held_until FROM drains d JOIN campaigns k ON k.id = d.campaign_id
    WHERE d.drained_at IS NULL AND k.status = 'running'
      AND (d.held_until <= :now OR NOT EXISTS (
          SELECT FROM enrolments e WHERE e.campaign_id = d.campaign_id AND e.status = 'active'
             AND e.flow_revision <> k.flow_revision))
    ORDER BY d.id LIMIT 1 FOR NO KEY UPDATE OF k SKIP LOCKED FOR UPDATE OF d SKIP LOCKED
    """
)
_IN_ORDER = timedelta(minutes=1)  # one starts a microsecond after the other: room for 60 million
_HELD = """campaign_id = :campaign_id AND status = 'active' AND step IS NULL
           AND due_at >= :held_until AND due_at < :last"""
# Whom somebody else has locked is left for the next time: whoever goes by the moment cannot lock in id order.
_RELEASE = text(
    f"""
    UPDATE enrolments e SET due_at = cast(:first AS timestamptz) + (e.due_at - cast(:held_until AS timestamptz)),
                            expires_at = cast(:now AS timestamptz) + (e.expires_at - cast(:held_until AS timestamptz))
    WHERE e.id IN (
        SELECT id FROM enrolments WHERE {_HELD} ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    """
)
_ANYBODY_HELD = text(f"SELECT EXISTS (SELECT FROM enrolments WHERE {_HELD})")


def release(tx: Session, now: datetime, *, limit: int) -> int:
    """One campaign whose older runs are over starts (a part of) those that it held, in order; answers how many."""
    drained = tx.execute(_DRAINED, {"now": now}).one_or_none()
    if drained is None:
        return 0
    held = {
        "campaign_id": drained.campaign_id,
        "held_until": drained.held_until,
        "last": drained.held_until + _IN_ORDER,
    }
    first = min(now, drained.held_until - _IN_ORDER)  # so that none of them counts as held once more
    values = {**held, "first": first, "now": now, "limit": limit}
    released = int(tx.execute(_RELEASE, values).rowcount)  # type: ignore[attr-defined]
    if not tx.execute(_ANYBODY_HELD, held).scalar_one():
        end(tx, drained.campaign_id, now)
    return released
