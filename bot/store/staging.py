"""Where customers wait during an import: a temporary table filled by COPY and checked by SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.store import locks


class StagedCustomer(NamedTuple):
    """One row as COPY takes it. `number_range` instead of `msisdn`: the next free number of that range."""

    row_number: int
    external_id: str
    msisdn: str | None = None
    number_range: str | None = None
    name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    region: str | None = None
    tier: str | None = None
    status: str | None = None
    consents: list[str] | None = None
    complaint_open: bool | None = None
    owner: str | None = None  # the login of a user
    factors: str = "{}"  # JSON; a null takes the factor away from a known customer
    cause: str | None = None  # None: a customer, but not on the risk list
    score: float | None = None
    marks: list[str] | None = None  # the named lists that the file puts the customer on
    marks_unread: list[str] | None = None  # of which the file says something that nobody can read


class RangeUsedUp(Exception):
    """A range has fewer free numbers than the customers that need one."""


_TABLE = """
    CREATE TEMP TABLE staged (
        row_number bigint NOT NULL, external_id text NOT NULL, msisdn text, number_range text, name text,
        language text, time_zone text, region text, tier text, status text, consents text[],
        complaint_open boolean, owner text, factors jsonb NOT NULL, cause text, score double precision,
        marks text[], marks_unread text[]
    ) ON COMMIT DROP
"""


@contextmanager
def staging(tx: Session) -> Iterator[Callable[[StagedCustomer], None]]:
    """An empty staging table for this transaction; the function that it gives takes one row after another."""
    tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": locks.IMPORT})
    tx.execute(text("DROP TABLE IF EXISTS pg_temp.staged"))
    tx.execute(text(_TABLE))
    driver: Any = tx.connection().connection.driver_connection
    copy_in = f"COPY staged ({', '.join(StagedCustomer._fields)}) FROM STDIN"
    with driver.cursor() as cursor, cursor.copy(copy_in) as copy:
        yield copy.write_row
    tx.execute(text("CREATE INDEX ON staged (row_number)"))
    tx.execute(text("ANALYZE staged"))


def count(tx: Session) -> int:
    return int(tx.execute(text("SELECT count(*) FROM staged")).scalar_one())


def last_row(tx: Session) -> int:
    return int(tx.execute(text("SELECT coalesce(max(row_number), 0) FROM staged")).scalar_one())


_KEEP_NUMBERS = text(
    """
    UPDATE staged s SET msisdn = c.msisdn FROM customers c
    WHERE s.number_range IS NOT NULL AND c.external_id = s.external_id
    """
)

#: A range is written as its first number: the zeros at its end are free.
_GIVE_NUMBERS = text(
    """
    WITH ranges AS (
        SELECT number_range, substr(number_range, 2)::bigint AS first,
               least(power(10, length(number_range) - length(rtrim(number_range, '0'))), 1e8)::bigint AS size
        FROM (SELECT DISTINCT number_range FROM staged WHERE number_range IS NOT NULL) AS named
    ), used AS (
        SELECT r.number_range, max(substr(c.msisdn, 2)::bigint) - r.first + 1 AS used
        FROM ranges r JOIN customers c ON substr(c.msisdn, 2)::bigint BETWEEN r.first AND r.first + r.size - 1
        GROUP BY r.number_range, r.first
    ), given AS (
        SELECT s.row_number, r.number_range, r.first, r.size,
               coalesce(u.used, 0) - 1
               + row_number() OVER (PARTITION BY s.number_range ORDER BY s.row_number) AS place
        FROM staged s JOIN ranges r USING (number_range) LEFT JOIN used u USING (number_range)
        WHERE s.msisdn IS NULL
    ), written AS (
        UPDATE staged s SET msisdn = '+' || (g.first + g.place) FROM given g
        WHERE s.row_number = g.row_number AND g.place < g.size
    )
    SELECT number_range, size FROM given WHERE place >= size LIMIT 1
    """
)


def give_numbers(tx: Session) -> None:
    """Numbers for those that have only a range: a known customer keeps its own, a new one gets the next free.

    Raises RangeUsedUp.
    """
    tx.execute(_KEEP_NUMBERS)
    short = tx.execute(_GIVE_NUMBERS).one_or_none()
    if short is not None:
        raise RangeUsedUp(f"the range {short.number_range} has only {short.size} numbers: too few")


_REPEATED_ID = """
    SELECT row_number, 'repeats the customer of row ' || first AS reason
    FROM (SELECT row_number, min(row_number) OVER (PARTITION BY external_id) AS first FROM staged) AS seen
    WHERE row_number <> first
"""
_REPEATED_NUMBER = """
    SELECT row_number, 'repeats the number of row ' || first AS reason
    FROM (SELECT row_number, min(row_number) OVER (PARTITION BY msisdn) AS first FROM staged) AS seen
    WHERE row_number <> first
"""
_FOREIGN_NUMBER = """
    SELECT s.row_number, 'this number belongs to another customer' AS reason
    FROM staged s JOIN customers c ON c.msisdn = s.msisdn AND c.external_id <> s.external_id
"""
_UNKNOWN_OWNER = """
    SELECT s.row_number, 'no user has this login' AS reason
    FROM staged s LEFT JOIN users u ON u.login = s.owner
    WHERE s.owner IS NOT NULL AND u.id IS NULL
"""


def reject_repeated_customers(tx: Session, import_id: int, column: str) -> None:
    _reject(tx, _REPEATED_ID, import_id, column)


def reject_numbers_of_others(tx: Session, import_id: int, column: str) -> None:
    _reject(tx, _FOREIGN_NUMBER, import_id, column)
    _reject(tx, _REPEATED_NUMBER, import_id, column)


def reject_unknown_owners(tx: Session, import_id: int, column: str) -> None:
    _reject(tx, _UNKNOWN_OWNER, import_id, column)


def _reject(tx: Session, bad_rows: str, import_id: int, column: str) -> None:
    tx.execute(
        text(
            f"""
            WITH bad AS ({bad_rows}),
            gone AS (DELETE FROM staged s USING bad WHERE s.row_number = bad.row_number)
            INSERT INTO import_rejects (import_id, row_number, column_name, reason)
            SELECT :import_id, row_number, :column, reason FROM bad
            ON CONFLICT (import_id, row_number, column_name) DO UPDATE SET reason = EXCLUDED.reason
            """
        ),
        {"import_id": import_id, "column": column},
    )
