"""Where the people of an audience are, as far as rules differ: a number of each place, its region and language."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store.enrolling import Audience


@dataclass(frozen=True, slots=True)
class Place:
    msisdn: str  # one of many that begin alike
    region: str | None
    language: str
    people: int


def places(tx: Session, audience: Audience, *, former: bool) -> list[Place]:
    """Numbers that share their first four digits are of one country: calling code and, in America, area code."""
    statement = text(
        f"""
        SELECT min(c.msisdn) AS msisdn, c.region, c.language, count(*) AS people
        FROM ({audience.select}) a JOIN customers c ON c.id = a.id WHERE a.status = :status
        GROUP BY left(c.msisdn, 5), c.region, c.language ORDER BY 1, 2, 3
        """
    )
    values = {**audience.parameters, "status": "left" if former else "active"}
    return [Place(**row._mapping) for row in tx.execute(statement, values)]
