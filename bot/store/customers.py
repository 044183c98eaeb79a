"""Customers: taking the staged ones, and the few questions that commands ask about all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store import staging

CHUNK = 50_000

#: How a staged field is stored; an empty cell in a field that must not be empty means the default.
_STORED = {
    "name": "s.name",
    "language": "coalesce(s.language, 'zh')",
    "time_zone": "s.time_zone",
    "region": "s.region",
    "tier": "coalesce(s.tier, 'ordinary')",
    "status": "coalesce(s.status, 'active')",
    "consents": "coalesce(s.consents, '{}')",
    "complaint_open": "coalesce(s.complaint_open, false)",
    "owner_id": "(SELECT u.id FROM users u WHERE u.login = s.owner)",
}
#: Factors that the file names replace those stored, the others stay.
_FACTORS = "jsonb_strip_nulls(coalesce(c.factors, '{}') || s.factors)"


@dataclass(frozen=True, slots=True)
class Taken:
    """How many customers were new, changed, or as they had been."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.new + other.new, self.updated + other.updated, self.unchanged + other.unchanged)

    @property
    def total(self) -> int:
        return self.new + self.updated + self.unchanged


def take_staged(tx: Session, fields: Collection[str], now: datetime) -> Iterator[Taken]:
    """Upsert the staged chunk by chunk; of a known customer only `fields` and the factors change.

    A known customer's number is left for `take_numbers`.
    New ones get their ids in the order of the file: arms hang on ids, and a rehearsal must be repeatable.
    """
    columns = {"msisdn": "s.msisdn"} | {
        column: stored for column, stored in _STORED.items() if column in fields or _source(column) in fields
    }
    columns["factors"] = _FACTORS
    statement = text(_upsert(columns))
    last = staging.last_row(tx)
    for start in range(1, last + 1, CHUNK):
        row = tx.execute(statement, {"first": start, "last": start + CHUNK - 1, "now": now}).one()
        yield Taken(row.new, row.updated, row.unchanged)


# Sorted, so that all of them are known before the first is locked.
_NUMBERS = text(
    """
    WITH moving AS MATERIALIZED (
        SELECT c.id, s.msisdn FROM staged s JOIN customers c ON c.external_id = s.external_id
        WHERE c.msisdn <> s.msisdn ORDER BY c.id
    )
    UPDATE customers c SET msisdn = m.msisdn FROM moving m WHERE c.id = m.id
    """
)


def take_numbers(tx: Session) -> None:
    """Those that are other now. To be the last before the commit: what these customers say waits from here to there."""
    tx.execute(_NUMBERS)


def _source(column: str) -> str:
    return "owner" if column == "owner_id" else column


def _upsert(columns: dict[str, str]) -> str:
    names = ", ".join(columns)
    stored = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
    known = ", ".join(f"c.{name}" for name in columns)
    merged = ", ".join(f"m.{name}" for name in columns)
    # Never a number: whoever updates a key keeps everybody from writing down what this customer says or presses.
    replaced = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns if name != "msisdn")
    return f"""
        WITH m AS MATERIALIZED (
            SELECT s.row_number, s.external_id, {stored}
            FROM staged s LEFT JOIN customers c ON c.external_id = s.external_id
            WHERE s.row_number BETWEEN :first AND :last
        ), written AS (
            INSERT INTO customers (external_id, {names}, snapshot_at, created_at)
            SELECT external_id, {names}, :now, :now FROM m ORDER BY row_number
            ON CONFLICT (external_id) DO UPDATE SET {replaced}, snapshot_at = EXCLUDED.snapshot_at
        )
        SELECT count(*) FILTER (WHERE was_new) AS new,
               count(*) FILTER (WHERE NOT was_new AND changed) AS updated,
               count(*) FILTER (WHERE NOT was_new AND NOT changed) AS unchanged
        FROM (
            SELECT c.id IS NULL AS was_new, ({known}) IS DISTINCT FROM ({merged}) AS changed
            FROM m LEFT JOIN customers c ON c.external_id = m.external_id
        ) AS seen
    """


@dataclass(frozen=True, slots=True)
class Keeper:
    """A manager whom customers can be given to."""

    login: str
    tiers: frozenset[str]  # empty: any
    regions: frozenset[str]  # empty: any

    def takes(self, tier: str, region: str | None) -> bool:
        return (not self.tiers or tier in self.tiers) and (not self.regions or region in self.regions)


def keepers(tx: Session) -> list[Keeper]:
    rows = tx.execute(
        text("SELECT login, tiers, regions FROM users WHERE role = 'manager' AND active ORDER BY login")
    )
    return [Keeper(row.login, frozenset(row.tiers), frozenset(row.regions)) for row in rows]
