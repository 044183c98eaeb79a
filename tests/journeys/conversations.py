"""Checks over the journal alone: who is in several campaigns was spoken with one at a time, and not too often."""

from __future__ import annotations

from sqlalchemy import Engine, text

# A question is open from the moment the carrier had it until the first thing that could have closed it; while it
# is, no other campaign's marketing contact may go out. What closes it late is left out in the campaigns' favour.
_TALKED_OVER = text(
    """
    WITH questions AS (
        SELECT a.id, a.customer_id, a.campaign_id, a.taken_at AS opened,
               least(a.taken_at + coalesce(a.answer_within, interval '24 hours'), e.finished_at,
                     (SELECT min(n.created_at) FROM attempts n
                      WHERE n.enrolment_id = a.enrolment_id AND n.visit > a.visit),
                     (SELECT min(v.received_at) FROM events v
                      WHERE v.customer_id = a.customer_id AND v.received_at >= a.taken_at
                        AND v.kind IN ('sms.inbound', 'billing.topup', 'business.event', 'opt_out', 'run.interrupt'))
               ) AS closed
        FROM attempts a JOIN enrolments e ON e.id = a.enrolment_id
        WHERE a.channel = 'sms' AND a.asks AND a.taken_at IS NOT NULL AND a.status IN ('accepted', 'sent', 'delivered')
    )
    SELECT count(*) FROM questions q JOIN attempts o ON o.customer_id = q.customer_id
    WHERE o.campaign_id <> q.campaign_id AND o.purpose = 'marketing' AND o.taken_at IS NOT NULL
      AND o.taken_at > q.opened AND o.taken_at < q.closed
    """
)
_OVER_CAP = text(
    """
    SELECT count(*) FROM attempts a
    WHERE a.taken_at IS NOT NULL AND a.purpose = 'marketing' AND a.channel = :channel
      AND (SELECT count(*) FROM attempts b
           WHERE b.customer_id = a.customer_id AND b.purpose = 'marketing' AND b.channel = :channel
             AND b.taken_at > a.taken_at - cast(:period AS interval) AND b.taken_at <= a.taken_at) > :most
    """
)


def talked_over(engine: Engine) -> int:
    """Marketing contacts made while another campaign's question to the same customer was open."""
    with engine.connect() as connection:
        return int(connection.execute(_TALKED_OVER).scalar_one())


def over_cap(engine: Engine, *, channel: str, period: str, most: int) -> int:
    """Marketing contacts beyond the cap, counted over all campaigns by what the journal says was taken."""
    with engine.connect() as connection:
        values = {"channel": channel, "period": period, "most": most}
        return int(connection.execute(_OVER_CAP, values).scalar_one())
