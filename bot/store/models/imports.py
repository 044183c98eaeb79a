"""Files taken in, and the risk lists that they or the rules made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.models.row import Row, surrogate


class ImportRow(Row):
    """One import of a file, with what became of its rows."""

    __tablename__ = "imports"

    id: Mapped[int] = surrogate()
    file_name: Mapped[str]
    file_sha256: Mapped[str]
    map_name: Mapped[str]
    rows_read: Mapped[int]
    rows_taken: Mapped[int]
    rows_rejected: Mapped[int]
    risk_list_id: Mapped[int | None] = mapped_column(ForeignKey("risk_lists.id"))
    at: Mapped[datetime]


class ImportRejectRow(Row):
    __tablename__ = "import_rejects"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    row_number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    column_name: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]


class RiskListRow(Row):
    __tablename__ = "risk_lists"
    __table_args__ = (CheckConstraint("source IN ('import', 'rules', 'model', 'synth')", name="source"),)

    id: Mapped[int] = surrogate()
    name: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    created_at: Mapped[datetime]


class RiskListEntryRow(Row):
    __tablename__ = "risk_list_entries"

    risk_list_id: Mapped[int] = mapped_column(
        ForeignKey("risk_lists.id", ondelete="CASCADE"), primary_key=True
    )
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    cause: Mapped[str]
    score: Mapped[float | None]
