"""Questions about contacts: each is a SELECT of what should not have been made, with who, when and by which rule."""

from __future__ import annotations

OUTSIDE_HOURS = """
    SELECT m.campaign, m.external_id, m.sid, m.channel, m.purpose, b.rules, z.zone, z.wall
    FROM checked.made m JOIN checked.bound b USING (sid)
    CROSS JOIN LATERAL (SELECT zone, m.at AT TIME ZONE zone AS wall FROM unnest(m.zones) AS zone) z
    WHERE NOT EXISTS (
            SELECT FROM checked.hours h
            WHERE h.rules = b.rules AND h.channel = m.channel AND h.purpose = m.purpose
              AND extract(isodow FROM z.wall) = ANY(h.days) AND z.wall::time >= h.opens AND z.wall::time < h.closes)
       OR EXISTS (
            SELECT FROM checked.closed d WHERE d.rules = b.rules AND d.purpose = m.purpose AND d.day = z.wall::date)
    ORDER BY m.at, m.sid
"""

# Counted are all contacts of the channel and purpose that the cap names, up to and with this one.
_COUNTED = """
    x.number = m.number AND x.at <= m.at AND (c.of_all_campaigns OR x.campaign_id = m.campaign_id)
    AND (c.channel IS NULL OR x.channel = c.channel) AND (c.purpose IS NULL OR x.purpose = c.purpose)
"""
_BINDS = "(c.channel IS NULL OR c.channel = m.channel) AND (c.purpose IS NULL OR c.purpose = m.purpose)"
OVER_CAP = f"""
    SELECT m.campaign, m.external_id, m.sid, m.at, c.rules, c.contacts AS at_most, c.channel, c.purpose,
           c.rolling::text AS within, n.contacts
    FROM checked.made m JOIN checked.bound b USING (sid) JOIN checked.mosts c ON c.rules = b.rules AND {_BINDS}
    CROSS JOIN LATERAL (
        SELECT count(*) AS contacts FROM checked.made x WHERE {_COUNTED} AND x.at > m.at - c.rolling) n
    WHERE c.rolling IS NOT NULL AND n.contacts > c.contacts
    UNION ALL
    SELECT m.campaign, m.external_id, m.sid, m.at, c.rules, c.contacts, c.channel, c.purpose,
           'a day in ' || z.zone, n.contacts
    FROM checked.made m JOIN checked.bound b USING (sid) JOIN checked.mosts c ON c.rules = b.rules AND {_BINDS}
    CROSS JOIN LATERAL unnest(m.zones) AS z(zone)
    CROSS JOIN LATERAL (
        SELECT count(*) AS contacts FROM checked.made x
        WHERE {_COUNTED} AND (x.at AT TIME ZONE z.zone)::date = (m.at AT TIME ZONE z.zone)::date) n
    WHERE c.rolling IS NULL AND n.contacts > c.contacts
"""

TOO_SOON = """
    SELECT m.campaign, m.external_id, m.sid, m.at, b.rules, g.least::text AS least_gap, x.sid AS before,
           (m.at - x.at)::text AS gap
    FROM checked.made m JOIN checked.bound b USING (sid)
    JOIN checked.gaps g ON g.rules = b.rules AND g.channel = m.channel
    JOIN checked.made x ON x.number = m.number AND x.channel = m.channel AND (x.at, x.sid) < (m.at, m.sid)
    WHERE m.at - x.at < g.least
"""

# By the customer's own words as the carrier heard them, and by the product's register; the newer of the register's
# lines holds. What was made in the very moment of the refusal was on its way.
AFTER_REFUSAL = """
    SELECT m.campaign, m.external_id, m.sid, m.at, r.how, r.at AS refused_at
    FROM checked.made m JOIN checked.refused r ON r.number = m.number AND m.at > r.at
    UNION ALL
    SELECT m.campaign, m.external_id, m.sid, m.at, 'register: ' || s.source, s.at
    FROM checked.made m CROSS JOIN LATERAL (
        SELECT action, source, at FROM suppressions s
        WHERE (s.msisdn = m.number OR s.customer_id = m.customer_id) AND s.at < m.at
          AND s.channel IN ('all', m.channel) AND s.purpose IN ('all', m.purpose)
        ORDER BY s.id DESC LIMIT 1) s
    WHERE s.action = 'suppress'
"""

# Of the campaign that made the contact, or of all that they are in.
CONTROL_CONTACTED = """
    SELECT m.campaign, m.external_id, m.sid, m.at FROM checked.made m WHERE m.arm = 'control'
    UNION
    SELECT NULL, s.external_id, c.sid, c.at FROM checked.contacts c JOIN checked.subjects s ON s.number = c.number
    WHERE NOT EXISTS (SELECT FROM customers k JOIN enrolments e ON e.customer_id = k.id
                      WHERE k.msisdn = c.number AND e.arm = 'treatment')
      AND NOT EXISTS (SELECT FROM checked.made m WHERE m.sid = c.sid AND m.arm = 'control')
"""

NOT_AGREED = """
    SELECT m.campaign, m.external_id, m.sid, m.at, m.channel, m.purpose,
           CASE WHEN m.former THEN 'is no customer any more' ELSE 'has not consented' END AS because
    FROM checked.made m
    WHERE m.former OR NOT m.channel || ':' || m.purpose = ANY(m.consents)
          AND (m.purpose = 'marketing' OR (m.channel = 'call' AND m.place IN ('us', 'us_tight')))
"""

IN_A_PAUSE = """
    SELECT m.campaign, m.external_id, m.sid, m.at, p.since, p.until FROM checked.made m
    JOIN checked.pauses p ON p.campaign = m.campaign AND m.at > p.since AND m.at < p.until
"""

# An attempt that the carrier had not taken may be posted again; its newest permission is then the one that counts.
NOT_ALLOWED = """
    SELECT m.campaign, m.external_id, m.sid, m.at FROM checked.made m
    WHERE NOT EXISTS (SELECT FROM decisions d
                      WHERE d.attempt_id = m.attempt_id AND d.verdict = 'allowed' AND d.at <= m.at)
       OR (SELECT d.verdict FROM decisions d WHERE d.attempt_id = m.attempt_id AND d.at <= m.at
           ORDER BY d.id DESC LIMIT 1) <> 'allowed'
"""

# One attempt taken twice; one try of a step made twice; a text put a second time; a call that had been picked up by a
# person (not dropped by us) tried once more.
DOUBLED = """
    SELECT 'one attempt, taken twice' AS what, m.campaign, m.external_id, m.sid, x.sid AS other, m.at
    FROM checked.made m
    JOIN checked.contacts x ON x.attempt_id = m.attempt_id AND x.sid < m.sid AND x.reached
    UNION ALL
    SELECT 'one try of a step, made twice', m.campaign, m.external_id, m.sid, x.sid, m.at
    FROM checked.made m JOIN checked.made x ON x.enrolment_id = m.enrolment_id AND x.visit = m.visit
        AND x.try_no = m.try_no AND x.attempt_id <> m.attempt_id AND x.sid < m.sid
    UNION ALL
    SELECT 'one text, sent twice', m.campaign, m.external_id, m.sid, x.sid, m.at
    FROM checked.made m JOIN checked.made x ON x.enrolment_id = m.enrolment_id AND x.channel = 'sms'
        AND x.body = m.body AND x.attempt_id <> m.attempt_id AND (x.at, x.sid) < (m.at, m.sid)
    WHERE m.channel = 'sms'
    UNION ALL
    SELECT 'called again after a person had answered', m.campaign, m.external_id, m.sid, x.sid, m.at
    FROM checked.made m JOIN checked.made x ON x.enrolment_id = m.enrolment_id AND x.visit = m.visit
        AND x.channel = 'call' AND x.picked_up_by = 'human' AND x.attempt_id <> m.attempt_id
        AND (x.at, x.sid) < (m.at, m.sid)
    WHERE m.channel = 'call'
"""
