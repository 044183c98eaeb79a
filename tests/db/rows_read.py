"""How many rows the database reads for a piece of work: a bound that no busy machine can break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

_IN_VAIN = (
    "Rows Removed by Filter",
    "Rows Removed by Index Recheck",
    "Rows Removed by Join Filter",
)


@dataclass(slots=True)
class RowsRead:
    rows: int = 0


@contextmanager
def rows_read(where: Engine | Connection) -> Iterator[RowsRead]:
    """Every query of the work is explained, with its rows counted, before it is asked; writes are not counted."""
    read = RowsRead()

    def explain(connection: Connection, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            with connection.connection.cursor() as asked:
                asked.execute("SAVEPOINT explained")
                asked.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
                read.rows += _rows(asked.fetchone()[0][0]["Plan"])
                asked.execute("ROLLBACK TO explained")

    event.listen(where, "before_cursor_execute", explain)
    try:
        yield read
    finally:
        event.remove(where, "before_cursor_execute", explain)


def _rows(node: Mapping[str, Any]) -> int:
    """Of tables; what a join above them throws away was read in vain, too."""
    own = sum(node.get(name, 0) for name in _IN_VAIN)
    if "Relation Name" in node:
        own += node["Actual Rows"]
    return round(own * node.get("Actual Loops", 1)) + sum(_rows(one) for one in node.get("Plans", ()))
