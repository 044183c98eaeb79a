"""The closing check: the carrier's and billing's own ledgers held against our journal, computed anew from both.

Nothing here asks the product's own logic: the hours, the refusals and the arms are looked up again in SQL and
compared with what the other side wrote down that it had taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection, Engine, text

from scripts.rehearsing.permitted import Whom, permitted


@dataclass(frozen=True, slots=True)
class Books:
    carrier_accepted: int
    attempts_sent: int
    doubled: int
    missing: int
    unsettled: int
    billed: int
    granted: int
    granted_amount_differs: bool
    credited_twice: int
    control_contacted: int
    outside_hours: int
    after_opt_out: int

    @property
    def balanced(self) -> bool:
        return (
            self.carrier_accepted == self.attempts_sent
            and self.billed == self.granted
            and not self.granted_amount_differs
            and not any(self.faults.values())
        )

    @property
    def faults(self) -> dict[str, int]:
        """Each must be nought."""
        return {
            "doubled": self.doubled,
            "missing": self.missing,
            "unsettled": self.unsettled,
            "credited_twice": self.credited_twice,
            "control_contacted": self.control_contacted,
            "outside_hours": self.outside_hours,
            "after_opt_out": self.after_opt_out,
        }


@dataclass(frozen=True, slots=True)
class Taken:
    """One message or call that the carrier took from us."""

    sid: str
    to: str
    at: datetime
    attempt_id: str


def close_books(
    engine: Engine,
    messages: Iterable[Mapping[str, Any]],
    calls: Iterable[Mapping[str, Any]],
    adjustments: Sequence[Mapping[str, Any]],
) -> Books:
    taken = [_taken(entry) for entry in [*messages, *calls] if entry["direction"] == "outbound-api"]
    with engine.connect() as connection:
        ours = _our_sids(connection)
        theirs = {one.sid for one in taken}
        per_attempt = Counter(one.attempt_id for one in taken)
        granted = _granted(connection)
        billed = {str(entry["key"]): Decimal(str(entry["amount"])) for entry in adjustments}
        return Books(
            carrier_accepted=len(taken),
            attempts_sent=len(ours),
            doubled=sum(count - 1 for count in per_attempt.values()),
            missing=len(theirs ^ ours),
            unsettled=_unsettled(connection),
            billed=len(billed),
            granted=len(granted),
            granted_amount_differs=billed != granted,
            credited_twice=len(adjustments) - len(billed),
            control_contacted=_to_control(connection, taken),
            outside_hours=_outside_hours(connection, taken),
            after_opt_out=_after_opt_out(connection, taken),
        )


def _taken(entry: Mapping[str, Any]) -> Taken:
    query = parse_qs(urlsplit(str(entry["status_callback"])).query)
    return Taken(
        sid=str(entry["sid"]),
        to=str(entry["to"]),
        at=datetime.fromisoformat(str(entry["created_at"])),
        attempt_id=(query.get("a") or query.get("c") or [""])[0],  # a call by hand has its own kind of id
    )


def _our_sids(connection: Connection) -> set[str]:
    rows = connection.execute(
        text(
            "SELECT carrier_sid FROM attempts WHERE carrier_sid IS NOT NULL"
            " UNION ALL SELECT carrier_sid FROM manual_calls WHERE carrier_sid IS NOT NULL"
        )
    )
    return set(rows.scalars())


def _unsettled(connection: Connection) -> int:
    """Attempts of which nobody knows whether the carrier has them, and grants likewise."""
    return int(
        connection.execute(
            text(
                "SELECT (SELECT count(*) FROM attempts WHERE status IN ('sending', 'unconfirmed'))"
                " + (SELECT count(*) FROM manual_calls WHERE status IN ('sending', 'unconfirmed'))"
                " + (SELECT count(*) FROM grants WHERE status = 'crediting')"
            )
        ).scalar_one()
    )


def _granted(connection: Connection) -> dict[str, Decimal]:
    rows = connection.execute(text("SELECT id, amount FROM grants WHERE status IN ('granted', 'reversed')"))
    return {str(row.id): row.amount for row in rows}


def _to_control(connection: Connection, taken: Sequence[Taken]) -> int:
    """Numbers of people who are a control in every campaign they are in."""
    control = set(
        connection.execute(
            text(
                "SELECT c.msisdn FROM customers c JOIN enrolments e ON e.customer_id = c.id "
                "GROUP BY c.msisdn HAVING bool_and(e.arm = 'control')"
            )
        ).scalars()
    )
    return sum(one.to in control for one in taken)


def _outside_hours(connection: Connection, taken: Sequence[Taken]) -> int:
    rows = connection.execute(
        text(
            "SELECT a.carrier_sid, a.campaign_id, a.channel, a.purpose, c.time_zone, c.region, c.msisdn "
            "FROM attempts a JOIN customers c ON c.id = a.customer_id WHERE a.carrier_sid IS NOT NULL"
        )
    )
    known = {row.carrier_sid: row for row in rows}
    policies = _policies(connection)
    return sum(
        not _within_hours(one.at, known[one.sid], policies[known[one.sid].campaign_id])
        for one in taken
        if one.sid in known
    )


def _policies(connection: Connection) -> dict[int, list[tuple[datetime, Mapping[str, Any]]]]:
    """By campaign: what it was under since when, the oldest first."""
    lines: dict[int, list[tuple[datetime, Mapping[str, Any]]]] = {}
    for row in connection.execute(
        text("SELECT campaign_id, since, policy FROM campaign_policies ORDER BY since")
    ):
        lines.setdefault(row.campaign_id, []).append((row.since, row.policy))
    return lines


def _within_hours(at: datetime, row: Any, policies: Sequence[tuple[datetime, Mapping[str, Any]]]) -> bool:
    whom = Whom(row.msisdn, row.region, row.time_zone)
    return permitted(_in_force(policies, at), row.channel, row.purpose, whom, at)


def _in_force(policies: Sequence[tuple[datetime, Mapping[str, Any]]], at: datetime) -> Mapping[str, Any]:
    """At the very moment of a change the contact may have been on its way already."""
    first = policies[0][1]
    return next((policy for since, policy in reversed(policies) if since < at), first)


def _after_opt_out(connection: Connection, taken: Sequence[Taken]) -> int:
    """Contacts made after the customer's refusal was registered, and not taken back by then."""
    register: dict[str, list[tuple[datetime, bool]]] = {}
    rows = connection.execute(
        text("SELECT msisdn, at, action = 'suppress' AS held FROM suppressions ORDER BY id")
    )
    for row in rows:
        register.setdefault(row.msisdn, []).append((row.at, row.held))
    return sum(_refused_by(register.get(one.to, ()), one.at) for one in taken)


def _refused_by(lines: Iterable[tuple[datetime, bool]], at: datetime) -> bool:
    """At the very moment of a refusal the message may have been on its way already."""
    held = False
    for since, suppressed in lines:
        if since < at:
            held = suppressed
    return held
