"""The register of refusals: lines are only ever added, with their evidence; `domain.refusals` says which hold.

A line binds the customer who said it, whatever number they come to have, and the number that it was said by, whoever
comes to have it, until that number is known to have a new owner: a mistaken number must not cost anybody their refusal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from bot.domain.refusals import Action, Line, Refusal, Scope, in_force
from bot.domain.seals import SEAL, Seal


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
    ON CONFLICT (evidence) WHERE source = 'api' DO NOTHING
    RETURNING id
    """
)


def add(tx: Session, entries: Sequence[Entry], now: datetime) -> list[int]:
    """Answers the lines' ids. One of another system's under an id that has a line already is left out."""
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


@dataclass(frozen=True, slots=True)
class ApiLine:
    """What stands in the register under another system's id; after an erasure `msisdn` is the number's seal."""

    id: int
    msisdn: str
    customer_id: int | None
    action: str
    channel: str
    purpose: str
    topic: str


_OF_API = text(
    """
    SELECT id, msisdn, customer_id, action, channel, purpose, topic
    FROM suppressions WHERE source = 'api' AND evidence = :evidence
    """
)


def line_of_api(tx: Session, evidence: str) -> ApiLine | None:
    """A message of another system is written down once, however often it is sent."""
    row = tx.execute(_OF_API, {"evidence": evidence}).one_or_none()
    return None if row is None else ApiLine(**row._mapping)


def is_of_number(tx: Session, line: ApiLine, msisdn: str) -> bool:
    seal = known_seal(tx)
    return line.msisdn == msisdn or (seal is not None and line.msisdn == seal(msisdn))


# One statement: the lines, the patterns (dozens at most), and the first and the last of the seals. A person's lines
# come with any number. Whoever erases nothing pays for no hash.
_SAID = text(
    """
    SELECT id, msisdn, customer_id, channel, purpose, topic, action, source, list_id
    FROM suppressions WHERE msisdn = ANY(:numbers) OR customer_id = ANY(cast(:customers AS bigint[]))
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
    tx: Session, numbers: Sequence[str], customers: Sequence[int | None]
) -> dict[str, tuple[Refusal, ...]]:
    """What is held against each number with its owner (None for a stranger); who refused nothing is left out.

    One statement however many they are; a second only where the register holds erased numbers. Raises ForeignSeal.
    """
    said = _Said()
    # One literal: the driver takes twice as long over a list as the database over the whole question.
    owners = ",".join(str(one) for one in customers if one is not None)
    asked = {"numbers": list(numbers), "customers": f"{{{owners}}}"}
    seals = said.take(tx.execute(_SAID, asked))
    seal_of = _seals(numbers, seals, known_seal(tx))
    if seal_of:
        said.take(tx.execute(_SEALED, {"seals": list(seal_of.values())}))
    found = {}
    for number, customer_id in said.about(numbers, customers, seal_of):
        refusals = said.against(number, customer_id, seal_of.get(number))
        if refusals:
            found[number] = refusals
    return found


def known_seal(tx: Session) -> Seal | None:
    """It comes with the session, so that nobody who asks the register can forget it."""
    seal: Seal | None = tx.info.get(SEAL)
    return seal


class _Said:
    """Rows as they were read, by whom they bind."""

    def __init__(self) -> None:
        self._of_number: defaultdict[str | None, list[Row[Any]]] = defaultdict(list)
        self._of_customer: defaultdict[int | None, list[Row[Any]]] = defaultdict(list)
        self._patterns: defaultdict[str, list[Refusal]] = defaultdict(list)

    def take(self, rows: Iterable[Row[Any]]) -> list[str]:
        """Answers the seals that tell which keys there are."""
        seals = []
        for row in rows:
            if row.source == "pattern":
                self._patterns[row.msisdn].append(Refusal(row.channel, row.purpose))
            elif row.source == "sealed":
                seals.append(row.msisdn)
            else:
                self._of_number[row.msisdn].append(row)
                if row.customer_id is not None:
                    self._of_customer[row.customer_id].append(row)
        return seals

    def about(
        self, numbers: Sequence[str], customers: Sequence[int | None], seal_of: Mapping[str, str]
    ) -> list[tuple[str, int | None]]:
        """Most people have refused nothing, and cost nothing here."""
        everybody = zip(numbers, customers, strict=True)
        if self._patterns or seal_of:
            return list(everybody)
        of_number, of_customer = self._of_number, self._of_customer
        return [pair for pair in everybody if pair[0] in of_number or pair[1] in of_customer]

    def against(self, number: str, customer_id: int | None, seal: str | None) -> tuple[Refusal, ...]:
        binding = [
            rows
            for rows in (
                self._of_number.get(number), self._of_number.get(seal), self._of_customer.get(customer_id)
            )
            if rows is not None
        ]  # fmt: skip
        refusals = _in_force(binding, customer_id) if binding else ()
        if not self._patterns:
            return refusals
        matching = (self._patterns.get(number[:length], ()) for length in range(2, len(number) + 1))
        return tuple(sorted({*refusals, *(refusal for pattern in matching for refusal in pattern)}))


def _in_force(binding: Sequence[Sequence[Row[Any]]], customer_id: int | None) -> tuple[Refusal, ...]:
    """A line that binds both the number and the customer counts once."""
    if len(binding) == 1 and len(binding[0]) == 1:
        return _decided((_told(binding[0][0], customer_id),))
    rows = {row.id: row for rows in binding for row in rows}
    return _decided(tuple(_told(rows[id_], customer_id) for id_ in sorted(rows)))


def _told(row: Row[Any], customer_id: int | None) -> tuple[Any, ...]:
    own = row.customer_id is not None and row.customer_id == customer_id
    return row.channel, row.purpose, row.topic, row.action, row.source, own, row.list_id


@lru_cache(maxsize=4096)
def _decided(told: tuple[tuple[Any, ...], ...]) -> tuple[Refusal, ...]:
    """Millions of people have said the same few things."""
    return in_force([_line(*one) for one in told])


def line_of(row: Row[Any], customer_id: int | None) -> Line:
    """As it binds that customer."""
    return _line(*_told(row, customer_id))


def _line(
    channel: str, purpose: str, topic: str, action: str, source: str, own: bool, list_id: int | None
) -> Line:
    return Line(Scope(channel, purpose, topic), Action(action), source, own, list_id)


def _seals(numbers: Sequence[str], known: Sequence[str], seal: Seal | None) -> Mapping[str, str]:
    """Keys sort first: where the least and the greatest seal are ours, all between them are."""
    if seal is None or not known:
        return {}
    if not all(one.startswith(seal.name) for one in known):
        raise ForeignSeal
    return {number: seal(number) for number in numbers}


_OWNER = text("SELECT id FROM customers WHERE msisdn = :msisdn")


def held_against(tx: Session, msisdn: str) -> tuple[Refusal, ...]:
    """Against the number with whoever owns it now."""
    owner = tx.execute(_OWNER, {"msisdn": msisdn}).scalar()
    return refusals_of(tx, [msisdn], [owner]).get(msisdn, ())


def refused(
    tx: Session,
    msisdn: str,
    *,
    channel: str,
    purpose: str,
    topic: str | None = None,
) -> bool:
    """Whether the number may not be contacted on this channel for this purpose."""
    return any(one.covers(channel, purpose, topic) for one in held_against(tx, msisdn))
