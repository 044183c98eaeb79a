"""The text of each published flow revision, with the texts of the flows that run inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.orm import Session

from bot.store.models import FlowRevisionRow


@dataclass(frozen=True, slots=True)
class FlowText:
    flow: str
    source: str
    parts: Mapping[str, str]  # of the flows inside it, by name


def text_of(tx: Session, revision: str) -> FlowText:
    """KeyError where there is no such revision."""
    row = tx.get(FlowRevisionRow, revision)
    if row is None:
        raise KeyError(revision)
    return FlowText(row.flow, row.source, row.parts)


def source(tx: Session, revision: str) -> tuple[str, str]:
    """(flow name, YAML text) of a revision; KeyError where there is none."""
    found = text_of(tx, revision)
    return found.flow, found.source


def newest(tx: Session) -> dict[str, datetime]:
    """The revision of each flow that was published last, and when."""
    rows = tx.execute(
        text(
            """
            SELECT DISTINCT ON (flow) revision, published_at FROM flow_revisions
            ORDER BY flow, published_at DESC, revision
            """
        )
    )
    return {row.revision: row.published_at for row in rows}


def publish(tx: Session, revision: str, text: FlowText, now: datetime) -> None:
    """Keep a revision's text for ever; a revision that is already there stays as it is."""
    tx.execute(
        insert_or_skip(FlowRevisionRow)
        .values(
            revision=revision, flow=text.flow, source=text.source, parts=dict(text.parts), published_at=now
        )
        .on_conflict_do_nothing()
    )
