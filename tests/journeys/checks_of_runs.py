"""Questions about runs and books: whoever was forgotten, and whatever only one of the sides knows."""

from __future__ import annotations

_NOW = "(SELECT now FROM checked.moment)"

# All is quiet when this is asked: nothing may be waiting for a moment that has passed, or for nothing at all.
FORGOTTEN = f"""
    SELECT 'a run that waits for nothing' AS what, k.name AS campaign, c.external_id, e.step AS detail, e.due_at AS at
    FROM enrolments e JOIN customers c ON c.id = e.customer_id JOIN campaigns k ON k.id = e.campaign_id
    WHERE e.arm = 'treatment' AND e.status <> 'finished' AND (e.due_at IS NULL OR e.due_at <= {_NOW})
    UNION ALL
    SELECT 'a run that ended without a result', k.name, c.external_id, e.step, e.finished_at
    FROM enrolments e JOIN customers c ON c.id = e.customer_id JOIN campaigns k ON k.id = e.campaign_id
    WHERE e.status = 'finished' AND coalesce(e.result, '') = ''
    UNION ALL
    SELECT 'an attempt that nobody looks after', k.name, c.external_id, a.status, a.due_at
    FROM attempts a JOIN customers c ON c.id = a.customer_id JOIN campaigns k ON k.id = a.campaign_id
    WHERE a.status IN ('sending', 'unconfirmed') OR (a.status = 'due' AND a.due_at <= {_NOW})
    UNION ALL
    SELECT 'a contact whose end was never heard of', k.name, c.external_id, a.status || ', really ' || o.status,
           a.taken_at
    FROM attempts a JOIN customers c ON c.id = a.customer_id JOIN campaigns k ON k.id = a.campaign_id
    JOIN checked.contacts o ON o.sid = a.carrier_sid
    WHERE a.status IN ('accepted', 'sent', 'ringing', 'in_progress') AND a.lease_until IS NULL
      AND o.status IN ('delivered', 'undelivered', 'failed', 'completed', 'busy', 'no-answer', 'canceled')
    UNION ALL
    SELECT 'an event that nobody has read', v.kind, v.key, v.outcome, v.received_at
    FROM events v WHERE v.processed_at IS NULL
    UNION ALL
    SELECT 'a grant that is stuck', k.name, c.external_id, g.status, g.due_at
    FROM grants g JOIN customers c ON c.id = g.customer_id JOIN campaigns k ON k.id = g.campaign_id
    WHERE g.status = 'crediting' OR (g.status = 'due' AND g.due_at <= {_NOW})
    UNION ALL
    SELECT 'a customer of the audience without a run', k.name, s.external_id, NULL, NULL
    FROM checked.subjects s JOIN customers c USING (external_id) CROSS JOIN campaigns k
    WHERE NOT s.former AND NOT EXISTS (
        SELECT FROM enrolments e WHERE e.customer_id = c.id AND e.campaign_id = k.id)
"""

# Never contacted by a campaign: then a decision says why not, or what happened before the first contact does.
UNEXPLAINED = """
    SELECT k.name AS campaign, c.external_id, e.status, e.step, e.result
    FROM enrolments e JOIN customers c ON c.id = e.customer_id JOIN campaigns k ON k.id = e.campaign_id
    WHERE e.arm = 'treatment'
      AND NOT EXISTS (SELECT FROM checked.made m WHERE m.enrolment_id = e.id)
      AND NOT EXISTS (SELECT FROM decisions d JOIN attempts a ON a.id = d.attempt_id
                      WHERE a.enrolment_id = e.id AND d.reason IS NOT NULL)
      AND NOT EXISTS (SELECT FROM work_orders w WHERE w.enrolment_id = e.id)
      AND NOT EXISTS (SELECT FROM attempts a WHERE a.enrolment_id = e.id AND a.status = 'failed'
                      AND a.error_code IS NOT NULL)
      AND NOT EXISTS (SELECT FROM events v
                      WHERE (v.enrolment_id = e.id OR v.customer_id = e.customer_id) AND v.outcome <> 'unmatched'
                        AND v.kind IN ('opt_out', 'sms.inbound', 'billing.topup', 'business.event', 'run.interrupt'))
      AND NOT (e.status = 'finished' AND e.result IN ('not_started', 'expired')
               AND EXISTS (SELECT FROM campaigns x WHERE x.id = e.campaign_id AND x.status <> 'running'))
"""

# What the carrier and billing have, and what the journal says they have.
BOOKS_DIFFER = """
    SELECT 'taken by the carrier, unknown here' AS what, c.sid AS theirs, c.attempt_id::text AS ours, c.at
    FROM checked.contacts c LEFT JOIN attempts a ON a.carrier_sid = c.sid
    WHERE c.reached AND (a.id IS NULL OR a.id <> c.attempt_id OR a.to_number <> c.number OR a.channel <> c.channel)
    UNION ALL
    SELECT 'contacted, of whom nothing is known', c.sid, c.number, c.at
    FROM checked.contacts c JOIN attempts a ON a.id = c.attempt_id LEFT JOIN checked.made m USING (sid)
    WHERE m.sid IS NULL AND c.reached
    UNION ALL
    SELECT 'noted here, unknown to the carrier', a.carrier_sid, a.id::text, a.taken_at
    FROM attempts a LEFT JOIN checked.contacts c ON c.sid = a.carrier_sid
    WHERE a.carrier_sid IS NOT NULL AND c.sid IS NULL
    UNION ALL
    SELECT 'a text of a customer that was not heard', s.sid, s.number, s.at
    FROM checked.sayings s
    WHERE s.how = 'sms' AND NOT EXISTS (
        SELECT FROM events v WHERE v.key = 'sms:in:' || s.sid AND v.processed_at IS NOT NULL)
    UNION ALL
    SELECT 'a recharge that was not heard', t.id, t.number, t.at
    FROM checked.topups t
    WHERE NOT EXISTS (SELECT FROM events v WHERE v.kind = 'billing.topup' AND v.payload ->> 'topup_id' = t.id
                      AND v.processed_at IS NOT NULL)
    UNION ALL
    SELECT 'a credit that differs from its grant', b.id, g.id::text, g.granted_at
    FROM checked.credits b FULL JOIN (SELECT * FROM grants WHERE status IN ('granted', 'reversed')) g
        ON b.key = g.id::text
    WHERE b.id IS NULL OR g.id IS NULL OR b.amount <> g.amount
"""

# Whoever has both joined and recharged has the bonus, was told why not, or has somebody at work on it.
UNPAID = """
    SELECT k.name AS campaign, c.external_id, g.status, g.reason, e.step, e.result, g.accepted_at, g.qualified_at
    FROM grants g JOIN enrolments e ON e.id = g.enrolment_id JOIN customers c ON c.id = g.customer_id
    JOIN campaigns k ON k.id = g.campaign_id
    WHERE g.accepted_at IS NOT NULL AND g.qualified_at IS NOT NULL AND e.status = 'finished'
      AND g.status NOT IN ('granted', 'reversed')
      AND e.result NOT IN ('declined', 'opted_out', 'ported_out', 'left', 'aborted')
      AND NOT EXISTS (SELECT FROM work_orders w WHERE w.enrolment_id = e.id)
"""

# A question is open from the moment the carrier had it until the first thing that could have closed it.
TALKED_OVER = """
    WITH questions AS (
        SELECT a.id, a.customer_id, a.campaign_id, m.at AS opened,
               least(m.at + coalesce(a.answer_within, interval '24 hours'), e.finished_at,
                     (SELECT min(n.created_at) FROM attempts n
                      WHERE n.enrolment_id = a.enrolment_id AND n.visit > a.visit),
                     (SELECT min(v.received_at) FROM events v
                      WHERE v.customer_id = a.customer_id AND v.received_at >= m.at
                        AND v.kind IN ('sms.inbound', 'billing.topup', 'business.event', 'opt_out', 'run.interrupt'))
               ) AS closed
        FROM checked.made m JOIN attempts a ON a.id = m.attempt_id JOIN enrolments e ON e.id = a.enrolment_id
        WHERE m.channel = 'sms' AND a.asks AND a.status IN ('accepted', 'sent', 'delivered')
    )
    SELECT o.campaign, o.external_id, o.sid, o.at, q.opened, q.closed
    FROM questions q JOIN checked.made o ON o.customer_id = q.customer_id
    WHERE o.campaign_id <> q.campaign_id AND o.purpose = 'marketing' AND o.at > q.opened AND o.at < q.closed
"""
