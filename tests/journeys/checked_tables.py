"""The checker's own tables: what the carrier and billing wrote down, who the people are, and which rules bound whom.

They stand in a schema of their own beside the journal, so that every question is one SELECT over both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection, text

from rehearsal.phrases import SAID_OPT_OUT
from tests.journeys import written_rules

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """One customer, as whoever made them up knows them."""

    external_id: str
    number: str
    rules: str
    zones: tuple[str, ...]
    consents: tuple[str, ...]
    former: bool = False


@dataclass(frozen=True, slots=True)
class RuledBy:
    """A campaign's own rules, over a time: what is made at its very first moment may still be by the rules before."""

    campaign: str
    rules: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    campaign: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """Known to whoever ran the journey, beside those that the carrier heard."""

    number: str
    at: datetime
    how: str


@dataclass
class Evidence:
    """Everything beside the journal itself. `jumps` are the moments at which the clock has stood."""

    now: datetime
    subjects: Sequence[Subject] = ()
    ruled: Sequence[RuledBy] = ()
    pauses: Sequence[Pause] = ()
    refusals: Sequence[Refusal] = ()
    jumps: Sequence[datetime] = ()
    messages: list[Entry] = field(default_factory=list)
    calls: list[Entry] = field(default_factory=list)
    inbound: list[Entry] = field(default_factory=list)
    topups: list[Entry] = field(default_factory=list)
    adjustments: list[Entry] = field(default_factory=list)


_SCHEMA = """
    DROP SCHEMA IF EXISTS checked CASCADE;
    CREATE SCHEMA checked;
    CREATE TABLE checked.moment (now timestamptz NOT NULL);
    CREATE TABLE checked.jumps (at timestamptz PRIMARY KEY);
    CREATE TABLE checked.subjects (
        external_id text PRIMARY KEY, number text UNIQUE NOT NULL, rules text NOT NULL, zones text[] NOT NULL,
        consents text[] NOT NULL, former boolean NOT NULL);
    CREATE TABLE checked.ruled (campaign text, rules text, since timestamptz, until timestamptz);
    CREATE TABLE checked.pauses (campaign text, since timestamptz, until timestamptz);
    CREATE TABLE checked.known_refusals (number text, at timestamptz, how text);
    CREATE TABLE checked.hours (rules text, channel text, purpose text, days int[], opens time, closes time);
    CREATE TABLE checked.closed (rules text, purpose text, day date);
    CREATE TABLE checked.mosts (
        rules text, contacts int, rolling interval, channel text, purpose text, of_all_campaigns boolean);
    CREATE TABLE checked.gaps (rules text, channel text, least interval);
    CREATE TABLE checked.contacts (
        sid text PRIMARY KEY, channel text NOT NULL, number text NOT NULL, at timestamptz NOT NULL,
        attempt_id uuid, body text, status text, reached boolean NOT NULL, picked_up_by text);
    CREATE TABLE checked.sayings (
        sid text, number text, at timestamptz, how text, words text, refuses boolean NOT NULL);
    CREATE TABLE checked.topups (id text, number text, amount numeric, at timestamptz);
    CREATE TABLE checked.credits (id text, key text, number text, amount numeric, repeats int);
"""

# What was contacted (`made`), by whose rules (`bound`), and who had refused from when on (`refused`): a customer's word
# counts from the end of the jump of the clock in which it was said, because until then both were on their way.
_VIEWS = """
    CREATE INDEX ON checked.contacts (number, at);
    CREATE INDEX ON checked.contacts (attempt_id);
    CREATE TABLE checked.made AS
        SELECT c.sid, c.channel, c.number, c.at, c.body, c.picked_up_by, c.attempt_id, a.enrolment_id, a.campaign_id,
               k.name AS campaign, a.customer_id, a.purpose, a.step, a.visit, a.try_no, a.text, e.arm,
               s.external_id, s.rules AS place, s.zones, s.consents, s.former
        FROM checked.contacts c JOIN attempts a ON a.id = c.attempt_id
        JOIN enrolments e ON e.id = a.enrolment_id JOIN campaigns k ON k.id = a.campaign_id
        JOIN checked.subjects s ON s.number = c.number
        WHERE c.reached;
    CREATE INDEX ON checked.made (number, at);
    CREATE INDEX ON checked.made (enrolment_id);
    CREATE TABLE checked.bound AS
        SELECT sid, place AS rules FROM checked.made
        UNION
        SELECT m.sid, r.rules FROM checked.made m JOIN checked.ruled r ON r.campaign = m.campaign
            AND (r.since IS NULL OR m.at > r.since) AND (r.until IS NULL OR m.at <= r.until);
    CREATE TABLE checked.refused AS
        SELECT number, at, how FROM checked.known_refusals
        UNION
        SELECT s.number, coalesce((SELECT min(j.at) FROM checked.jumps j WHERE j.at >= s.at), s.at), s.how
        FROM checked.sayings s WHERE s.refuses;
    CREATE INDEX ON checked.refused (number);
    ANALYZE;
"""


def load(connection: Connection, evidence: Evidence) -> None:
    """Made anew; what a check asks comes from here and from the journal alone."""
    for statement in _statements(_SCHEMA):
        connection.execute(text(statement))
    _fill(connection, "moment", [{"now": evidence.now}])
    _fill(connection, "jumps", [{"at": at} for at in sorted(set(evidence.jumps))])
    for table, rows in (
        ("subjects", evidence.subjects),
        ("ruled", evidence.ruled),
        ("pauses", evidence.pauses),
        ("known_refusals", evidence.refusals),
        ("hours", list(written_rules.hours())),
        ("closed", written_rules.CLOSED),
        ("mosts", written_rules.MOSTS),
        ("gaps", written_rules.GAPS),
    ):
        _fill(connection, table, [_plain(asdict(row)) for row in rows])
    _fill(connection, "contacts", [*_contacts(evidence)])
    _fill(connection, "sayings", [*_written(evidence.inbound), *_on_the_phone(evidence.calls)])
    _fill(connection, "topups", [_topup(one) for one in evidence.topups])
    _fill(connection, "credits", [_credit(one) for one in evidence.adjustments])
    for statement in _statements(_VIEWS):
        connection.execute(text(statement))


def _statements(script: str) -> list[str]:
    return [statement for statement in script.split(";") if statement.strip()]


def _fill(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        names = list(rows[0])
        values = ", ".join(f":{name}" for name in names)
        connection.execute(
            text(f"INSERT INTO checked.{table} ({', '.join(names)}) VALUES ({values})"), list(rows)
        )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def _contacts(evidence: Evidence) -> Iterable[dict[str, Any]]:
    for channel, entries in (("sms", evidence.messages), ("call", evidence.calls)):
        for one in entries:
            if one["direction"] == "outbound-api":
                query = parse_qs(urlsplit(str(one["status_callback"])).query)
                yield {
                    "sid": one["sid"],
                    "channel": channel,
                    "number": one["to"],
                    "at": datetime.fromisoformat(one["created_at"]),
                    "attempt_id": query.get("a", [None])[0],
                    "body": one.get("body"),
                    "status": one.get("status"),
                    "reached": _reached(one),
                    "picked_up_by": one.get("picked_up_by"),
                }


_TOUCHED = {"sending", "sent", "delivered", "undelivered", "ringing", "in-progress"}


def _reached(one: Entry) -> bool:
    """What was taken back before it left the carrier is no contact: nobody heard of it."""
    been = {status["status"] for status in one.get("statuses", ())}
    return one["status"] != "canceled" or bool(been & _TOUCHED)


def _written(inbound: Iterable[Entry]) -> Iterable[dict[str, Any]]:
    for one in inbound:
        yield {
            "sid": one["sid"],
            "number": one["from"],
            "at": datetime.fromisoformat(one["at"]),
            "how": "sms",
            "words": one["body"],
            "refuses": one["intent"] == "opt_out",  # as the one who wrote it meant it
        }


def _on_the_phone(calls: Iterable[Entry]) -> Iterable[dict[str, Any]]:
    """Both flows say to press 0 for no more calls; words said without being made out are nobody's refusal."""
    for call in calls:
        for line in call["transcript"]:
            how = "key" if "digits" in line else "speech"
            words = line.get("digits") or line.get("said")
            if words:
                refuses = (
                    words == "0" if how == "key" else any(words in said for said in SAID_OPT_OUT.values())
                )
                yield {
                    "sid": call["sid"],
                    "number": call["to"],
                    "at": datetime.fromisoformat(line["at"]),
                    "how": how,
                    "words": words,
                    "refuses": refuses,
                }


def _topup(one: Entry) -> dict[str, Any]:
    return {
        "id": one["id"], "number": one["msisdn"], "amount": one["amount"],
        "at": datetime.fromisoformat(one["at"]),
    }  # fmt: skip


def _credit(one: Entry) -> dict[str, Any]:
    return {name: one[name] for name in ("id", "key", "amount", "repeats")} | {"number": one["msisdn"]}
