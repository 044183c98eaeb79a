"""An audience as its costs see it: how many write which language, and where their numbers are; no row of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
