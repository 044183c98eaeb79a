"""The text of each published flow revision."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.store.models import FlowRevisionRow


def source(tx: Session, revision: str) -> tuple[str, str]:
    """(flow name, YAML text) of a revision; KeyError where there is none."""
    row = tx.get(FlowRevisionRow, revision)
    if row is None:
        raise KeyError(revision)
    return row.flow, row.source
