"""An audience as its costs see it: how many write which language, where their numbers are, and some of them drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store.enrolling import Audience


@dataclass(frozen=True, slots=True)
class Shape:
    """`plain`: their names are written in ASCII; the longest of them has `longest_name` letters."""

    language: str
    prefix: str
    plain: bool
    customers: int
    longest_name: int


_SHAPES = """
    SELECT c.language, p.prefix, coalesce(c.name !~ '[^ -~]', true) AS plain, count(*) AS customers,
           coalesce(max(length(c.name)), 0) AS longest_name
    FROM ({audience}) a
    JOIN customers c ON c.id = a.id
    CROSS JOIN LATERAL (
        SELECT prefix FROM unnest(cast(:prefixes AS text[])) AS listed(prefix)
        WHERE starts_with(c.msisdn, prefix) ORDER BY length(prefix) DESC LIMIT 1
    ) p
    WHERE a.status = :status
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """


def shapes(tx: Session, audience: Audience, prefixes: Sequence[str], status: str) -> list[Shape]:
    """Of those of the status (active, or left); one statement whatever the audience's size."""
    statement = text(_SHAPES.format(audience=audience.select))
    values = {**audience.parameters, "prefixes": list(prefixes), "status": status}
    return [Shape(**row._mapping) for row in tx.execute(statement, values)]


@dataclass(frozen=True, slots=True)
class Sampled:
    customer_id: int
    msisdn: str
    name: str | None
    language: str
    region: str | None
    time_zone: str | None
    tier: str
    complaint_open: bool
    consents: Sequence[str]
    factors: Mapping[str, Any]


def size(tx: Session, audience: Audience, status: str) -> int:
    statement = text(f"SELECT count(*) FROM ({audience.select}) a WHERE a.status = :status")
    return int(tx.execute(statement, {**audience.parameters, "status": status}).scalar_one())


def draw(tx: Session, audience: Audience, status: str, *, salt: str, limit: int) -> list[Sampled]:
    """By a hash, so it is the same people each time."""
    statement = text(
        f"""
        SELECT c.id AS customer_id, c.msisdn, c.name, c.language, c.region, c.time_zone, c.tier, c.complaint_open,
               c.consents, c.factors
        FROM (SELECT a.id FROM ({audience.select}) a WHERE a.status = :status
              ORDER BY md5(:salt || ':cost:' || a.id) LIMIT :limit) drawn
        JOIN customers c ON c.id = drawn.id ORDER BY c.id
        """
    )
    values = {**audience.parameters, "status": status, "salt": salt, "limit": limit}
    return [Sampled(**row._mapping) for row in tx.execute(statement, values)]
