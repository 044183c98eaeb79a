"""Imports: what was read from which file, and the rows that could not be taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from bot.store import audit
from bot.store.models import ImportRow


@dataclass(frozen=True, slots=True)
class StoredReject:
    row_number: int
    column: str
    reason: str


def begin(
    tx: Session,
    *,
    file_name: str,
    file_sha256: str,
    map_name: str,
    consent_evidence: str | None,
    now: datetime,
) -> int:
    """The id of a new import, with the source of its consents in the audit."""
    import_id = tx.execute(
        insert(ImportRow)
        .values(
            file_name=file_name,
            file_sha256=file_sha256,
            map_name=map_name,
            rows_read=0,
            rows_taken=0,
            rows_rejected=0,
            at=now,
        )
        .returning(ImportRow.id)
    ).scalar_one()
    after = {"file": file_name, "sha256": file_sha256, "map": map_name, "consent_evidence": consent_evidence}
    audit.record(tx, None, "audience.import", f"import:{import_id}", None, after, now)
    return import_id


def finish(
    tx: Session,
    import_id: int,
    *,
    rows_read: int,
    rows_taken: int,
    rows_rejected: int,
    risk_list_id: int | None,
) -> None:
    tx.execute(
        update(ImportRow)
        .where(ImportRow.id == import_id)
        .values(
            rows_read=rows_read,
            rows_taken=rows_taken,
            rows_rejected=rows_rejected,
            risk_list_id=risk_list_id,
        )
    )


def store_rejects(tx: Session, import_id: int, rejects: Iterable[tuple[int, str, str]]) -> None:
    """(row number, column, reason), as many as there are, in one stream."""
    driver: Any = tx.connection().connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy("COPY import_rejects (import_id, row_number, column_name, reason) FROM STDIN") as copy,
    ):
        for row_number, column, reason in rejects:
            copy.write_row((import_id, row_number, column, reason))


def rejects(tx: Session, import_id: int) -> Iterator[StoredReject]:
    """In the order of the file, without holding them all."""
    rows = tx.execute(
        text(
            "SELECT row_number, column_name, reason FROM import_rejects "
            "WHERE import_id = :id ORDER BY row_number, column_name"
        ).execution_options(yield_per=5_000),
        {"id": import_id},
    )
    for row in rows:
        yield StoredReject(row.row_number, row.column_name, row.reason)
