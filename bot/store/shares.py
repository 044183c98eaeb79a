"""How campaigns share a batch: by the weight of their priority, so that a huge one cannot starve the others.

Of less than a row for each, chance gives by the same weights, as of arrivals at such rates. What is due in a campaign
that stands still is never read: all goes by the campaign first. What some leave of their shares goes to those who
have more, by their weights again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import TextClause
from sqlalchemy.orm import Session

#: How many rows of a batch of `:limit` are the campaign `k`'s, and when each of them has its turn.
SHARE = "ceil(cast(:limit AS numeric) * k.weight / k.weights)"
TURN = "(row_number() OVER in_turn - 1 + k.arrival) / k.weight"


def sharing(first_due: str) -> str:
    """The campaigns under way that have something due; `first_due` selects the moment of a campaign's first row.

    By a minimum, not by EXISTS: that the planner may turn into a join with all rows of all campaigns.
    """
    return f"""
        SELECT id, status, policy, offer, priority, on_conflict, priority + 1 AS weight,
               sum(priority + 1) OVER () AS weights,
               -ln((('x' || left(md5(id || :turn), 8))::bit(32)::bigint + 1)::float8 / 4294967296) AS arrival
        FROM campaigns WHERE status IN ('running', 'draining') AND ({first_due}) <= :now
          AND (cast(:wanting AS bigint[]) IS NULL OR id = ANY(cast(:wanting AS bigint[])))
        """


def claim(
    tx: Session, statement: TextClause, values: Mapping[str, Any], *, limit: int
) -> list[dict[str, Any]]:
    """Rows of a statement that shares a batch of `:limit` among the campaigns `:wanting`, without those `:taken`.

    They are left out by name: a transaction's own locks do not make it skip a row.
    """
    rows: list[dict[str, Any]] = []
    wanting: list[int] | None = None  # all
    while len(rows) < limit and wanting != []:
        more = {"limit": limit - len(rows), "wanting": wanting, "taken": [row["id"] for row in rows]}
        given = [dict(row._mapping) for row in tx.execute(statement, {**values, **more})]
        shares = {row["campaign_id"]: row.pop("share") for row in given}
        took = Counter(row["campaign_id"] for row in given)
        wanting = [campaign for campaign, share in shares.items() if took[campaign] >= share]
        rows += given
    return rows
