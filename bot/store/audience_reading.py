"""Reading an audience: one value that the database cannot calculate with is its campaign's trouble alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session


class UnreadableValueError(Exception):
    """Of some customer, in a factor that the condition asks for; the database's own words repeat it."""


@contextmanager
def reading(tx: Session) -> Iterator[None]:
    """Within a savepoint, so that the transaction can go on. Raises UnreadableValueError."""
    try:
        with tx.begin_nested():
            yield
    except DataError:
        raise UnreadableValueError from None
