"""What the check of a campaign asks about its audience: how many, in which languages, and some of them drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store.enrolling import Audience


@dataclass(frozen=True, slots=True)
class Person:
    customer_id: int
    msisdn: str
    name: str | None
    language: str
    region: str | None
    time_zone: str | None
    tier: str
    factors: Mapping[str, Any]


def languages(tx: Session, audience: Audience, *, former: bool) -> dict[str, int]:
    """How many of the audience, as far as they are customers (or former ones), read each language."""
    statement = text(
        f"""
        SELECT c.language, count(*) AS people FROM ({audience.select}) a JOIN customers c ON c.id = a.id
        WHERE a.status = :status GROUP BY c.language ORDER BY c.language
        """
    )
    values = {**audience.parameters, "status": "left" if former else "active"}
    return {row.language: row.people for row in tx.execute(statement, values)}


def people(tx: Session, audience: Audience, *, at_most: int | None = None) -> int:
    """How many the audience has, of whatever status; no more than `at_most` are counted."""
    statement = text(f"SELECT count(*) FROM (SELECT a.id FROM ({audience.select}) a LIMIT :at_most) counted")
    return int(tx.execute(statement, {**audience.parameters, "at_most": at_most}).scalar_one())


def sample(tx: Session, audience: Audience, *, salt: str, limit: int) -> list[Person]:
    """Drawn by a hash, so it is the same people each time."""
    statement = text(
        f"""
        SELECT c.id AS customer_id, c.msisdn, c.name, c.language, c.region, c.time_zone, c.tier, c.factors
        FROM (SELECT a.id FROM ({audience.select}) a ORDER BY md5(:salt || ':check:' || a.id) LIMIT :limit) drawn
        JOIN customers c ON c.id = drawn.id
        """
    )
    rows = tx.execute(statement, {**audience.parameters, "salt": salt, "limit": limit})
    return [Person(**row._mapping) for row in rows]
