"""The independent checker of a journey: SQL over the journal and the carrier's ledger, and no code of the product.

Each check answers with the rows that offend, so that a failure says who, when and by which rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

from tests.journeys import checks_of_contacts as contacts
from tests.journeys import checks_of_runs as runs
from tests.journeys.checked_tables import Evidence, load

CHECKS: Mapping[str, str] = {
    "outside hours": contacts.OUTSIDE_HOURS,
    "over a cap": contacts.OVER_CAP,
    "too soon": contacts.TOO_SOON,
    "after a refusal": contacts.AFTER_REFUSAL,
    "control contacted": contacts.CONTROL_CONTACTED,
    "not agreed to": contacts.NOT_AGREED,
    "in a pause": contacts.IN_A_PAUSE,
    "not allowed": contacts.NOT_ALLOWED,
    "doubled": contacts.DOUBLED,
    "forgotten": runs.FORGOTTEN,
    "unexplained": runs.UNEXPLAINED,
    "books differ": runs.BOOKS_DIFFER,
    "unpaid": runs.UNPAID,
    "talked over": runs.TALKED_OVER,
}
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Findings:
    """By check; one that found nothing is absent."""

    offences: Mapping[str, list[dict[str, Any]]]

    def __bool__(self) -> bool:
        return bool(self.offences)

    def __str__(self) -> str:
        lines = []
        for name, rows in self.offences.items():
            lines.append(f"{name}: {len(rows)}")
            lines += ["  " + ", ".join(f"{key} {_said(one[key])}" for key in one) for one in rows[:_SHOWN]]
        return "\n".join(lines) or "nothing"


def look_into(engine: Engine, evidence: Evidence) -> Findings:
    """Loads the evidence into the database beside the journal, and asks everything."""
    with engine.begin() as connection:
        load(connection, evidence)
    with engine.connect() as connection:
        found = {name: connection.execute(text(sql)).mappings().all() for name, sql in CHECKS.items()}
    return Findings({name: [dict(row) for row in rows] for name, rows in found.items() if rows})


def _said(value: Any) -> str:
    return value.isoformat(" ", "minutes") if hasattr(value, "hour") else str(value)
