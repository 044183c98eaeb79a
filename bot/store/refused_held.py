"""What the carrier holds although somebody has refused it since: asked every second, so it must cost little."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from bot.store.recalls import HELD, LATELY, Asking, Held

# The gate has asked the register when it let the attempt pass: only what was said since then can be news. What
# cannot be about this contact must not take the place of what is. From the few lines of late to the contacts that they
# are about, not the other way round: the carrier's queue may hold hundreds of thousands.
_OLDEST = text(
    """
    SELECT min(first.taken_at) FROM campaigns k CROSS JOIN LATERAL (
        SELECT a.taken_at FROM attempts a
        WHERE a.campaign_id = k.id AND a.status IN ('accepted', 'ringing')
          AND a.taken_at > cast(:now AS timestamptz) - interval '10 hours'
        ORDER BY a.taken_at LIMIT 1) first
    """
)
_NEWS = "at >= cast(:oldest AS timestamptz) - interval '{before}'"
_IN_THE_AIR = f"a.status IN ('accepted', 'ringing') AND {LATELY}"
_ABOUT_IT = """
    s.at >= a.taken_at - interval '{before}' AND s.channel IN ('all', a.channel) AND s.purpose IN ('all', a.purpose)
    """
_OF_REFUSED = HELD.format(source="refused JOIN attempts a ON a.id = refused.id", which="true")

# A person's word is written down at once.
_PERSONS = {"news": _NEWS.format(before="1 minute"), "about_it": _ABOUT_IT.format(before="1 minute")}
_BY_PERSONS = text(
    """
    WITH said AS (
        SELECT customer_id, msisdn, channel, purpose, at FROM suppressions
        WHERE action = 'suppress' AND list_id IS NULL AND {news}
    ), refused AS MATERIALIZED (
        SELECT a.id FROM said s JOIN attempts a ON a.customer_id = s.customer_id AND {in_the_air} AND {about_it}
        UNION
        SELECT a.id FROM said s JOIN attempts a ON a.to_number = s.msisdn AND {in_the_air} AND {about_it}
        UNION
        SELECT a.id FROM said s JOIN customers c ON c.msisdn = s.msisdn
        JOIN attempts a ON a.customer_id = c.id AND a.to_number IS NULL AND {in_the_air} AND {about_it}
    )
    """.format(in_the_air=_IN_THE_AIR, **_PERSONS)
    + _OF_REFUSED
)

# A list is dated when its import begins, which may be minutes before it is in force. It may hold more numbers than the
# carrier does contacts: here the contacts come first.
_MANY = {"news": _NEWS.format(before="10 minutes"), "about_it": _ABOUT_IT.format(before="10 minutes")}
_LISTED = """
    EXISTS (SELECT FROM suppressions s WHERE s.msisdn = {number} AND s.list_id IS NOT NULL AND s.action = 'suppress'
            AND {news} AND {about_it})
    """
_BY_MANY = text(
    """
    WITH refused AS MATERIALIZED (
        SELECT a.id FROM attempts a WHERE {in_the_air} AND {listed}
        UNION
        SELECT a.id FROM attempts a JOIN customers c ON c.id = a.customer_id
        WHERE a.to_number IS NULL AND {in_the_air} AND {owner_listed}
        UNION
        SELECT a.id FROM (SELECT * FROM suppression_patterns WHERE ended_at IS NULL AND {news}) s
        CROSS JOIN LATERAL (
            SELECT a.id FROM attempts a JOIN customers c ON c.id = a.customer_id
            WHERE starts_with(coalesce(a.to_number, c.msisdn), s.prefix) AND {in_the_air} AND {about_it}
            OFFSET 0) a  -- no pattern, nothing read
    )
    """.format(
        in_the_air=_IN_THE_AIR,
        listed=_LISTED.format(number="a.to_number", **_MANY),
        owner_listed=_LISTED.format(number="c.msisdn", **_MANY),
        **_MANY,
    )
    + _OF_REFUSED
)
_MANY_OF_LATE = text(
    """
    SELECT 'list ' || id FROM do_not_call_imports
    WHERE at >= cast(:oldest AS timestamptz) - interval '10 minutes'
    UNION ALL
    SELECT 'pattern ' || id FROM suppression_patterns
    WHERE ended_at IS NULL AND at >= cast(:oldest AS timestamptz) - interval '10 minutes'
    """
)


def oldest_held(tx: Session, now: datetime) -> datetime | None:
    """When the carrier took the oldest that it may hold, or, of calls, a little earlier. None: it holds nothing."""
    oldest: datetime | None = tx.execute(_OLDEST, {"now": now}).scalar_one()
    return oldest


def by_persons(tx: Session, asking: Asking, oldest: datetime) -> list[Held]:
    """Where a person, or somebody for them, has said something since. `oldest` is `oldest_held`."""
    return _held(tx, _BY_PERSONS, asking, oldest)


def by_many(tx: Session, asking: Asking, oldest: datetime) -> list[Held]:
    """The same for lists and patterns of late. It reads all that the carrier holds: not to be asked every second."""
    return _held(tx, _BY_MANY, asking, oldest)


def many_of_late(tx: Session, oldest: datetime) -> frozenset[str]:
    """The imports of lists, and the patterns, since then: whatever has come into force is among them."""
    return frozenset(tx.execute(_MANY_OF_LATE, {"oldest": oldest}).scalars())


def _held(tx: Session, which: TextClause, asking: Asking, oldest: datetime) -> list[Held]:
    return [Held(**row._mapping) for row in tx.execute(which, asking.values() | {"oldest": oldest})]
