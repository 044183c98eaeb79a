"""How campaigns share a batch: by the weight of their priority, so that a huge one cannot starve the others.

Of less than a row for each, chance gives by the same weights, as of arrivals at such rates. What is due in a campaign
that stands still is never read: all goes by the campaign first.
"""

from __future__ import annotations

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
        """
