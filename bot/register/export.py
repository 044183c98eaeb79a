"""The register as a table for people and other systems: numbers masked, unless somebody answers for them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.numbers import masked
from bot.domain.seals import is_sealed
from bot.domain.spreadsheets import harmless
from bot.store import audit, refusal_story
from bot.store.refusal_story import Exported
from bot.store.transaction import Tx

COLUMNS = (
    "number", "customer", "channel", "purpose", "topic", "action",
    "source", "list", "wording", "evidence", "user", "at",
)  # fmt: skip


class Rows(Protocol):
    def writerow(self, row: tuple[str, ...], /) -> object: ...


def export_lines(tx: Tx, rows: Rows, *, unmask: bool, user_id: int, now: datetime) -> int:
    """Every line, oldest first; answers how many. Whole numbers are noted in the audit."""
    rows.writerow(COLUMNS)
    count = 0
    for count, line in enumerate(refusal_story.every_line(tx), 1):  # noqa: B007 - the last is the answer
        rows.writerow(_row(line, unmask))
    facts = {"lines": count, "unmasked": unmask}
    audit.record(tx, user_id, "register.export", "register:all", None, facts, now)
    return count


def _row(line: Exported, unmask: bool) -> tuple[str, ...]:
    number = line.msisdn if unmask else "erased" if is_sealed(line.msisdn) else masked(line.msisdn)
    told = (line.customer, line.channel, line.purpose, line.topic, line.action, line.source, line.list_name)
    words = (line.wording, line.evidence, line.user)
    return (number, *(harmless(cell or "") for cell in (*told, *words)), line.at.isoformat())
