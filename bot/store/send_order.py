"""In which order a campaign speaks to those whom it enrols: by their marks, then by risk or value."""

from __future__ import annotations

from datetime import datetime

from bot.domain.campaigns import SendOrder
from bot.domain.marks import ranks_of
from bot.domain.policy.marking import own_marks
from bot.store.campaigns import Campaign
from bot.store.enrolling import Audience, Placed

#: By the order, what a place holds beside the rank, and where that is read; the lower comes first, unknown last.
_RANKED = {
    SendOrder.RISK: (
        "-coalesce(v.score, '-infinity'::float8)",
        "LEFT JOIN risk_list_entries v ON v.risk_list_id = :ordered_by AND v.customer_id = a.id",
    ),
    SendOrder.VALUE: (
        """CASE v.tier WHEN 'high' THEN 0 WHEN 'mid' THEN 1 ELSE 2 END,
           CASE WHEN jsonb_typeof(v.factors -> 'arpu') = 'number'
                THEN -least(greatest((v.factors ->> 'arpu')::numeric, -1e15), 1e15)::float8
                ELSE 'infinity'::float8 END""",
        "JOIN customers v ON v.id = a.id",
    ),
}
# Of one person after the other: the marks of all customers are never put together.
_RANK = """
    coalesce((SELECT min(r.rank) FROM customer_marks m
              JOIN unnest(cast(:names AS text[]), cast(:ranks AS int[])) AS r(name, rank) ON r.name = m.mark
              WHERE m.customer_id = a.id AND m.since <= :marked_at AND (m.until IS NULL OR m.until > :marked_at)), 0)
    """


def in_order(audience: Audience, campaign: Campaign, now: datetime) -> Placed:
    """Each place says by itself who comes before whom, so that they may be enrolled a piece at a time."""
    ranks = ranks_of(own_marks(campaign.policy))
    more, where = _RANKED.get(campaign.send_order, ("", ""))
    place = ", ".join(one for one in (_RANK if ranks else "0", more) if one)
    return Placed(
        f"SELECT a.id, a.status, ARRAY[{place}]::float8[] AS place FROM ({audience.select}) a {where}",
        {
            **audience.parameters,
            "names": list(ranks),
            "ranks": list(ranks.values()),
            "marked_at": now,
            "ordered_by": campaign.risk_list_id,
        },
        one_by_one=one_by_one(campaign),
    )


def one_by_one(campaign: Campaign) -> bool:
    """Whether each has a moment of their own."""
    return campaign.send_order in _RANKED
