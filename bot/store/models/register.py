"""The register: refusals, lists of numbers, patterns, consents and marks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.models.row import Row, surrogate


class SuppressionRow(Row):
    """The register of refusals: append-only; `domain.refusals` says which lines hold.

    With `customer_id` it is that person's word and follows them to another number; without, the number's own. After
    an erasure `msisdn` is the number's seal. Of a scope, 'all' covers everything.
    """

    __tablename__ = "suppressions"
    __table_args__ = (
        CheckConstraint("action IN ('suppress', 'restore')", name="action"),
        CheckConstraint("channel IN ('all', 'sms', 'call')", name="channel"),
        CheckConstraint(
            "action = 'suppress' OR source IN ('sms_reply', 'manager_restore', 'api', 'list', 'number_changed')",
            name="restored_by",
        ),
        CheckConstraint("source NOT IN ('manager_restore', 'api') OR evidence IS NOT NULL", name="evidence"),
        CheckConstraint("(source = 'list') = (list_id IS NOT NULL)", name="list"),
        Index("ix_suppressions_msisdn", "msisdn", "id"),
        Index(
            "ix_suppressions_customer", "customer_id", "id", postgresql_where=text("customer_id IS NOT NULL")
        ),
        # What was said since a contact went out: by persons, one by one, and by lists of a million.
        Index("ix_suppressions_said", "at", postgresql_where=text("list_id IS NULL")),
        Index("ix_suppressions_listed", "at", postgresql_where=text("list_id IS NOT NULL")),
        Index("ix_suppressions_sealed", "msisdn", postgresql_where=text("msisdn LIKE '#%'")),
        Index("uq_suppressions_api", "evidence", unique=True, postgresql_where=text("source = 'api'")),
    )

    id: Mapped[int] = surrogate()
    msisdn: Mapped[str]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(server_default="all")
    purpose: Mapped[str] = mapped_column(server_default="all")
    topic: Mapped[str] = mapped_column(server_default="all")
    action: Mapped[str]
    source: Mapped[str]
    # No foreign keys for these two: neither lists nor users are ever deleted, and to check them for a list of a million
    # numbers takes as long as all the rest of its import.
    list_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(BigInteger)  # who wrote it, where somebody did
    wording: Mapped[str | None]
    evidence: Mapped[str | None]  # the event's key, the import, or where the customer's request is kept
    at: Mapped[datetime]


class DoNotCallListRow(Row):
    """A list of numbers from elsewhere, known by its name; all its lines have its scope."""

    __tablename__ = "do_not_call_lists"
    __table_args__ = (CheckConstraint("channel IN ('all', 'sms', 'call')", name="channel"),)

    id: Mapped[int] = surrogate()
    name: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    purpose: Mapped[str]
    topic: Mapped[str]
    created_at: Mapped[datetime]


class DoNotCallImportRow(Row):
    """One file taken into a list, with what became of its rows; the evidence of the lines that it wrote."""

    __tablename__ = "do_not_call_imports"

    id: Mapped[int] = surrogate()
    list_id: Mapped[int] = mapped_column(ForeignKey("do_not_call_lists.id"), index=True)
    file_name: Mapped[str]
    file_sha256: Mapped[str]
    replacing: Mapped[bool]  # whether numbers that the file lacks were taken off the list
    rows_read: Mapped[int]
    rows_rejected: Mapped[int]
    added: Mapped[int]
    removed: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]


class SuppressionPatternRow(Row):
    """Numbers that begin like this are refused, whosever they are; never deleted, only ended."""

    __tablename__ = "suppression_patterns"
    __table_args__ = (
        CheckConstraint(r"prefix ~ '^\+[1-9][0-9]{1,13}$'", name="prefix"),
        CheckConstraint("channel IN ('all', 'sms', 'call')", name="channel"),
        Index(
            "uq_suppression_patterns_open",
            "prefix",
            "channel",
            "purpose",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = surrogate()
    prefix: Mapped[str]
    channel: Mapped[str] = mapped_column(server_default="all")
    purpose: Mapped[str] = mapped_column(server_default="all")
    reason: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]


class ConsentRow(Row):
    """A consent given or withdrawn; append-only. What holds now stands in `customers.consents` as well."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("action IN ('give', 'withdraw')", name="action"),
        CheckConstraint("channel IN ('sms', 'call', 'voice')", name="channel"),
        Index("ix_consents_customer", "customer_id", "id"),
    )

    id: Mapped[int] = surrogate()
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    channel: Mapped[str]
    purpose: Mapped[str]
    topic: Mapped[str] = mapped_column(server_default="all")
    action: Mapped[str]
    source: Mapped[str]
    wording: Mapped[str | None]  # what the customer was shown or told, and agreed to
    evidence: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]


class CustomerMarkRow(Row):
    """A customer on a named list (red, black, flea, complaint ...); what that means, the policy's `marks` say."""

    __tablename__ = "customer_marks"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="until"),
        Index("ix_customer_marks_customer", "customer_id", "mark"),
        Index(
            "uq_customer_marks_open",
            "customer_id",
            "mark",
            "source",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
    )

    id: Mapped[int] = surrogate()
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    mark: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    source: Mapped[str]  # who put the customer there: two may, and each takes only its own word back
