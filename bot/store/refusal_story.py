"""The whole story of one number in the register: every line that binds it, and which of them hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.refusals import ALL, Refusal, held
from bot.store.suppressions import known_seal, line_of


@dataclass(frozen=True, slots=True)
class Told:
    """One line; `holds` is what is left of it, None where nothing is."""

    action: str
    channel: str
    purpose: str
    topic: str
    source: str
    list_name: str | None
    wording: str | None
    evidence: str | None
    user: str | None
    own: bool  # said by this customer
    at: datetime
    holds: Refusal | None


_LINES = text(
    """
    SELECT s.id, s.msisdn, s.customer_id, s.channel, s.purpose, s.topic, s.action, s.source, s.list_id, s.wording,
           s.evidence, s.at, l.name AS list_name, u.login AS user
    FROM suppressions s LEFT JOIN do_not_call_lists l ON l.id = s.list_id LEFT JOIN users u ON u.id = s.user_id
    WHERE s.msisdn = ANY(:numbers) OR s.customer_id = :customer_id
    ORDER BY s.id
    """
)


def story(tx: Session, msisdn: str, customer_id: int | None) -> list[Told]:
    """Oldest first."""
    seal = known_seal(tx)
    numbers = [msisdn, seal(msisdn)] if seal is not None else [msisdn]
    rows = tx.execute(_LINES, {"numbers": numbers, "customer_id": customer_id}).all()
    holding = {one.number: one.refusal for one in held(line_of(row, customer_id) for row in rows)}
    return [
        Told(
            action=row.action,
            channel=row.channel,
            purpose=row.purpose,
            topic=row.topic,
            source=row.source,
            list_name=row.list_name,
            wording=row.wording,
            evidence=row.evidence,
            user=row.user,
            own=row.customer_id is not None and row.customer_id == customer_id,
            at=row.at,
            holds=holding.get(place),
        )
        for place, row in enumerate(rows)
    ]


_PATTERNS = text(
    """
    SELECT prefix, channel, purpose, reason, at FROM suppression_patterns
    WHERE ended_at IS NULL AND starts_with(:msisdn, prefix) ORDER BY prefix, channel, purpose
    """
)


def matching_patterns(tx: Session, msisdn: str) -> list[Told]:
    """As lines of the story: they hold for as long as they are there."""
    return [
        Told(
            action="suppress",
            channel=row.channel,
            purpose=row.purpose,
            topic=ALL,
            source="pattern",
            list_name=f"{row.prefix}*",
            wording=row.reason,
            evidence=None,
            user=None,
            own=False,
            at=row.at,
            holds=Refusal(row.channel, row.purpose),
        )
        for row in tx.execute(_PATTERNS, {"msisdn": msisdn})
    ]


@dataclass(frozen=True, slots=True)
class Exported:
    msisdn: str
    customer: str | None
    channel: str
    purpose: str
    topic: str
    action: str
    source: str
    list_name: str | None
    wording: str | None
    evidence: str | None
    user: str | None
    at: datetime


_EXPORT = text(
    """
    SELECT s.msisdn, c.external_id AS customer, s.channel, s.purpose, s.topic, s.action, s.source,
           l.name AS list_name, s.wording, s.evidence, u.login AS user, s.at
    FROM suppressions s LEFT JOIN customers c ON c.id = s.customer_id
    LEFT JOIN do_not_call_lists l ON l.id = s.list_id LEFT JOIN users u ON u.id = s.user_id
    ORDER BY s.id
    """
).execution_options(yield_per=5_000)


def every_line(tx: Session) -> Iterator[Exported]:
    """The register as it is, oldest first, without holding it all."""
    for row in tx.execute(_EXPORT):
        yield Exported(**row._mapping)
