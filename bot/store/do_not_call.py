"""Do-not-call lists: a file's numbers staged by COPY and merged into the register, a list's own lines and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.refusals import Scope

#: Runs that a list ends are told at this pace: the customers' own words wait in the same queue.
TOLD_A_SECOND = 500


@dataclass(frozen=True, slots=True)
class NumberList:
    id: int
    scope: Scope


_OPEN = text(
    """
    INSERT INTO do_not_call_lists (name, channel, purpose, topic, created_at)
    VALUES (:name, :channel, :purpose, :topic, :now) ON CONFLICT (name) DO NOTHING
    """
)
_LOCK = text("SELECT id, channel, purpose, topic FROM do_not_call_lists WHERE name = :name FOR UPDATE")


def open_list(tx: Session, name: str, scope: Scope, now: datetime) -> NumberList:
    """The list of that name, which is begun where there is none yet; under lock, so that its imports take turns."""
    values = {"channel": scope.channel, "purpose": scope.purpose, "topic": scope.topic, "now": now}
    tx.execute(_OPEN, {"name": name, **values})
    row = tx.execute(_LOCK, {"name": name}).one()
    return NumberList(row.id, Scope(row.channel, row.purpose, row.topic))


_SEALS = text("SELECT DISTINCT msisdn FROM suppressions WHERE msisdn LIKE '#%' AND list_id = :list_id")


def sealed(tx: Session, list_id: int) -> frozenset[str]:
    """The list's numbers that were erased since: a file that names them again must not bring them back."""
    return frozenset(tx.execute(_SEALS, {"list_id": list_id}).scalars())


@contextmanager
def staging(tx: Session) -> Iterator[Callable[[list[str]], None]]:
    """An empty staging table for this transaction; the function that it gives takes numbers, many at a time."""
    tx.execute(text("CREATE TEMP TABLE staged_numbers (msisdn text NOT NULL) ON COMMIT DROP"))
    driver: Any = tx.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy("COPY staged_numbers FROM STDIN") as copy:
        yield lambda numbers: copy.write("\n".join(numbers) + "\n")
    tx.execute(text("ANALYZE staged_numbers"))


_BEGIN = text(
    """
    INSERT INTO do_not_call_imports (list_id, file_name, file_sha256, replacing, rows_read, rows_rejected, added,
                                     removed, user_id, at)
    VALUES (:list_id, :file_name, :file_sha256, :replacing, :rows_read, :rows_rejected, 0, 0, :user_id, :now)
    RETURNING id
    """
)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file whose good rows are staged."""

    file_name: str
    file_sha256: str
    rows_read: int
    rows_rejected: int


def begin_import(
    tx: Session, list_id: int, read: ReadFile, *, replacing: bool, user_id: int | None, now: datetime
) -> int:
    values = {
        "list_id": list_id,
        "file_name": read.file_name,
        "file_sha256": read.file_sha256,
        "replacing": replacing,
        "rows_read": read.rows_read,
        "rows_rejected": read.rows_rejected,
        "user_id": user_id,
        "now": now,
    }
    return int(tx.execute(_BEGIN, values).scalar_one())


# The newest of a list's own lines says whether it holds the number.
_LISTED = """
    SELECT msisdn, customer_id FROM (
        SELECT DISTINCT ON (msisdn) msisdn, customer_id, action FROM suppressions WHERE list_id = :list_id
        ORDER BY msisdn, id DESC
    ) AS newest WHERE action = 'suppress'
"""
_MERGE = text(
    f"""
    INSERT INTO suppressions (msisdn, channel, purpose, topic, action, source, list_id, evidence, user_id, at)
    SELECT s.msisdn, :channel, :purpose, :topic, 'suppress', 'list', :list_id, :evidence, :user_id, :now
    FROM (SELECT DISTINCT msisdn FROM staged_numbers) s
    WHERE NOT EXISTS (SELECT FROM ({_LISTED}) listed WHERE listed.msisdn = s.msisdn)
    ORDER BY s.msisdn
    """
)
_TAKE_OFF = text(
    f"""
    INSERT INTO suppressions (msisdn, channel, purpose, topic, action, source, list_id, evidence, user_id, at)
    SELECT listed.msisdn, :channel, :purpose, :topic, 'restore', 'list', :list_id, :evidence, :user_id, :now
    FROM ({_LISTED}) listed
    WHERE NOT EXISTS (SELECT FROM staged_numbers s WHERE s.msisdn = listed.msisdn)
    ORDER BY listed.msisdn
    """
)
_COUNTED = text("UPDATE do_not_call_imports SET added = :added, removed = :removed WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Merged:
    added: int
    removed: int


def merge(
    tx: Session, one: NumberList, import_id: int, *, taking_off: bool, user_id: int | None, now: datetime
) -> Merged:
    """The staged numbers that the list lacks are put on it; taken off, where asked, what it holds and they lack."""
    tx.execute(text("SET LOCAL work_mem = '256MB'"))  # a million numbers are sorted in memory, once
    values = {
        "list_id": one.id,
        "channel": one.scope.channel,
        "purpose": one.scope.purpose,
        "topic": one.scope.topic,
        "evidence": evidence_of(import_id),
        "user_id": user_id,
        "now": now,
    }
    added = int(tx.execute(_MERGE, values).rowcount)  # type: ignore[attr-defined]
    removed = int(tx.execute(_TAKE_OFF, values).rowcount) if taking_off else 0  # type: ignore[attr-defined]
    tx.execute(text("RESET work_mem"))
    tx.execute(_COUNTED, {"id": import_id, "added": added, "removed": removed})
    return Merged(added, removed)


def evidence_of(import_id: int) -> str:
    return f"do_not_call:{import_id}"


_TELL = text(
    """
    WITH concerned AS MATERIALIZED (
        SELECT c.id, row_number() OVER (ORDER BY c.id) AS place FROM customers c
        WHERE c.id IN (SELECT customer_id FROM enrolments WHERE status = 'active')
          AND EXISTS (SELECT FROM staged_numbers n WHERE n.msisdn = c.msisdn)
          AND EXISTS (SELECT FROM suppressions s WHERE s.msisdn = c.msisdn AND s.list_id = :list_id
                      AND s.evidence = :evidence AND s.action = 'suppress')
    )
    INSERT INTO events (key, kind, payload, received_at, customer_id, retry_at)
    SELECT :evidence || ':' || id, 'opt_out', cast(:payload AS jsonb), :now, id,
           CASE WHEN place > :pace THEN cast(:now AS timestamptz) + interval '1 second' * ((place - 1) / :pace) END
    FROM concerned
    """
)


def tell_runs(tx: Session, one: NumberList, import_id: int, payload: str, now: datetime) -> int:
    """An `opt_out` for each customer under way whom the import has put on the list; answers how many."""
    values = {
        "list_id": one.id,
        "evidence": evidence_of(import_id),
        "payload": payload,
        "pace": TOLD_A_SECOND,
        "now": now,
    }
    return int(tx.execute(_TELL, values).rowcount)  # type: ignore[attr-defined]
