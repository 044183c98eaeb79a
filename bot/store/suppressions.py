"""The register of refusals: lines are only ever added, with their evidence; `domain.refusals` says which hold.

A line with a customer is that person's word: it follows them to another number and leaves the old one with them. One
without is the number's own, whosever it is or will be, until it is known to have a new owner.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from bot.domain.refusals import Action, Line, Refusal, Scope, Source, held, in_force
from bot.domain.seals import Seal


class ForeignSeal(Exception):
    """The register holds erased numbers under another key: nobody can tell whose they are."""

    def __init__(self) -> None:
        super().__init__(
            "SECRET_KEY is not the one under which erased numbers were sealed in the register of refusals"
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register. Without `msisdn` it is the customer's own; one of the two is always given."""

    customer_id: int | None
    action: str  # suppress or restore
    source: str
    evidence: str | None
    msisdn: str | None = None
    wording: str | None = None
    channel: str = "all"
    purpose: str = "all"
    topic: str = "all"
    user_id: int | None = None


_ADD = text(
    """
    INSERT INTO suppressions (msisdn, customer_id, channel, purpose, topic, action, source, wording, evidence,
                              user_id, at)
    SELECT coalesce(n.msisdn, c.msisdn), n.customer_id, n.channel, n.purpose, n.topic, n.action, n.source,
           n.wording, n.evidence, n.user_id, cast(:now AS timestamptz)
    FROM unnest(cast(:numbers AS text[]), cast(:customers AS bigint[]), cast(:channels AS text[]),
                cast(:purposes AS text[]), cast(:topics AS text[]), cast(:actions AS text[]),
                cast(:sources AS text[]), cast(:wordings AS text[]), cast(:evidence AS text[]),
                cast(:users AS bigint[]))
         WITH ORDINALITY
         AS n(msisdn, customer_id, channel, purpose, topic, action, source, wording, evidence, user_id, ordinal)
    LEFT JOIN customers c ON c.id = n.customer_id
    ORDER BY n.ordinal
    RETURNING id
    """
)


def add(tx: Session, entries: Sequence[Entry], now: datetime) -> list[int]:
    """Answers the lines' ids."""
    if not entries:
        return []
    values = {
        "now": now,
        "numbers": [one.msisdn for one in entries],
        "customers": [one.customer_id for one in entries],
        "channels": [one.channel for one in entries],
        "purposes": [one.purpose for one in entries],
        "topics": [one.topic for one in entries],
        "actions": [one.action for one in entries],
        "sources": [one.source for one in entries],
        "wordings": [one.wording for one in entries],
        "evidence": [one.evidence for one in entries],
        "users": [one.user_id for one in entries],
    }
    return sorted(tx.execute(_ADD, values).scalars())


# One statement: the lines, the patterns (dozens at most), and the first and the last of the seals. A person's lines
# come with any number. Whoever erases nothing pays for no hash.
_SAID = text(
    """
    SELECT id, msisdn, customer_id, channel, purpose, topic, action, source, list_id
    FROM suppressions WHERE msisdn = ANY(:numbers) OR customer_id = ANY(:customers)
    UNION ALL
    SELECT NULL, prefix, NULL, channel, purpose, 'all', 'pattern', 'pattern', NULL
    FROM suppression_patterns WHERE ended_at IS NULL
    UNION ALL
    SELECT NULL, seal, NULL, 'all', 'all', 'all', 'sealed', 'sealed', NULL
    FROM (SELECT min(msisdn) AS least, max(msisdn) AS most FROM suppressions WHERE msisdn LIKE '#%') AS seals,
         unnest(ARRAY[least, most]) AS seal WHERE seal IS NOT NULL
    """
)
_SEALED = text(
    """
    SELECT id, msisdn, customer_id, channel, purpose, topic, action, source, list_id
    FROM suppressions WHERE msisdn = ANY(:seals)
    """
)


def refusals_of(
    tx: Session, numbers: Sequence[str], customers: Sequence[int | None], *, seal: Seal | None = None
) -> dict[str, tuple[Refusal, ...]]:
    """What is held against each number with its owner (None for a stranger); who refused nothing is left out.

    One statement however many they are; a second only where the register holds erased numbers. Raises ForeignSeal.
    """
    said = _Said()
    asked = {"numbers": list(numbers), "customers": [one for one in customers if one is not None]}
    seals = said.take(tx.execute(_SAID, asked))
    seal_of = _seals(numbers, seals, seal)
    if seal_of:
        said.take(tx.execute(_SEALED, {"seals": list(seal_of.values())}))
    found = {}
    for number, customer_id in zip(numbers, customers, strict=True):
        refusals = said.against(number, customer_id, seal_of.get(number))
        if refusals:
            found[number] = refusals
    return found


class _Said:
    """Lines as they were read, sorted by whom they bind."""

    def __init__(self) -> None:
        self._of_number: defaultdict[str, list[tuple[int, Line]]] = defaultdict(list)
        self._of_customer: defaultdict[int, list[tuple[int, Line]]] = defaultdict(list)
        self._patterns: dict[str, list[Refusal]] = defaultdict(list)

    def take(self, rows: Iterable[Row[Any]]) -> list[str]:
        """Answers the seals that tell which keys there are."""
        seals = []
        for row in rows:
            if row.source == "pattern":
                self._patterns[row.msisdn].append(Refusal(row.channel, row.purpose))
            elif row.source == "sealed":
                seals.append(row.msisdn)
            elif row.customer_id is not None:
                self._of_customer[row.customer_id].append((row.id, line_of(row)))
            else:
                self._of_number[row.msisdn].append((row.id, line_of(row)))
        return seals

    def against(self, number: str, customer_id: int | None, seal: str | None) -> tuple[Refusal, ...]:
        lines = self._of_number.get(number, [])
        if customer_id is not None and customer_id in self._of_customer:
            lines = lines + self._of_customer[customer_id]
        if seal is not None and seal in self._of_number:
            lines = lines + self._of_number[seal]
        refusals = in_force(line for _, line in sorted(lines, key=lambda one: one[0])) if lines else ()
        if not self._patterns:
            return refusals
        matching = (self._patterns.get(number[:length], ()) for length in range(2, len(number) + 1))
        return tuple(sorted({*refusals, *(refusal for pattern in matching for refusal in pattern)}))


def _seals(numbers: Sequence[str], known: Sequence[str], seal: Seal | None) -> Mapping[str, str]:
    """Keys sort first: where the least and the greatest seal are ours, all between them are."""
    if seal is None or not known:
        return {}
    if not all(one.startswith(seal.name) for one in known):
        raise ForeignSeal
    return {number: seal(number) for number in numbers}


def line_of(row: Row[Any]) -> Line:
    return Line(
        scope=Scope(row.channel, row.purpose, row.topic),
        action=Action(row.action),
        source=row.source,
        personal=row.customer_id is not None,
        list_id=row.list_id,
    )


_OWNER = text("SELECT id FROM customers WHERE msisdn = :msisdn")


def held_against(tx: Session, msisdn: str, *, seal: Seal | None = None) -> tuple[Refusal, ...]:
    """Against the number with whoever owns it now."""
    owner = tx.execute(_OWNER, {"msisdn": msisdn}).scalar()
    return refusals_of(tx, [msisdn], [owner], seal=seal).get(msisdn, ())


def refused(
    tx: Session,
    msisdn: str,
    *,
    channel: str,
    purpose: str,
    topic: str | None = None,
    seal: Seal | None = None,
) -> bool:
    """Whether the number may not be contacted on this channel for this purpose."""
    return any(one.covers(channel, purpose, topic) for one in held_against(tx, msisdn, seal=seal))


# All that binds customers on whose numbers something was said before anybody knew whose they are.
_BINDING = text(
    """
    SELECT s.id, s.msisdn, s.customer_id, s.channel, s.purpose, s.topic, s.action, s.source, s.list_id,
           s.wording, s.evidence, w.customer_id AS owner
    FROM unnest(cast(:numbers AS text[]), cast(:customers AS bigint[])) AS w(msisdn, customer_id)
    JOIN suppressions s ON s.customer_id = w.customer_id OR (s.customer_id IS NULL AND s.msisdn = w.msisdn)
    WHERE EXISTS (
        SELECT FROM suppressions n WHERE n.msisdn = w.msisdn AND n.customer_id IS NULL AND n.list_id IS NULL)
    ORDER BY w.customer_id, s.id
    """
)


def take_along(
    tx: Session, leaving: Mapping[int, str], arriving: Mapping[int, str], now: datetime
) -> None:
    """Customers who leave a number keep what it said before it was known to be theirs; their own word follows anyway.

    `{customer: number}`, the number that they leave and the one that they come to, where it is known.
    """
    if not leaving:
        return
    lines: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in tx.execute(_BINDING, {"numbers": list(leaving.values()), "customers": list(leaving)}):
        lines[row.owner].append(row)
    entries = []
    for customer_id, rows in lines.items():
        number = arriving.get(customer_id, leaving[customer_id])
        for one in held(line_of(row) for row in rows):
            row = rows[one.number]
            if row.customer_id is None and row.list_id is None:
                entries += _as_theirs(customer_id, number, row, one.refusal)
    add(tx, entries, now)


def _as_theirs(customer_id: int, number: str, row: Row[Any], refusal: Refusal) -> list[Entry]:
    return [
        Entry(
            customer_id,
            Action.SUPPRESS,
            Source.NUMBER_CHANGED,
            row.evidence,
            msisdn=number,
            wording=row.wording,
            channel=scope.channel,
            purpose=scope.purpose,
            topic=scope.topic,
        )
        for scope in refusal.pieces()
    ]


def reassign(tx: Session, leaving: Mapping[int, str], evidence: str, now: datetime) -> None:
    """These customers' numbers are, or will be, somebody else's: `{customer: the number that they leave}`.

    What they refused stays with them, and what the bare number said goes with them. A do-not-call list speaks of the
    number: it goes on to bind whoever has it.
    """
    if not leaving:
        return
    take_along(tx, leaving, {}, now)
    freed = [Entry(None, Action.RESTORE, Source.NUMBER_CHANGED, evidence, number) for number in leaving.values()]
    add(tx, freed, now)
