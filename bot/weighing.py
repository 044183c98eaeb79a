"""What the gate is asked about a batch of customers: by whose rules, with which facts; for sending and foretelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from json import dumps
from typing import Any, Protocol

from bot.domain.contact import Past, Person
from bot.domain.policy import Policy
from bot.domain.wall_clock import is_zone
from bot.rulebook import Rulebook
from bot.store import gate
from bot.store.transaction import Tx


class Customer(Protocol):
    """A row that names a customer, with what the gate asks of it."""

    @property
    def customer_id(self) -> int: ...
    @property
    def msisdn(self) -> str: ...
    @property
    def time_zone(self) -> str | None: ...
    @property
    def region(self) -> str | None: ...
    @property
    def active(self) -> bool: ...
    @property
    def complaint_open(self) -> bool: ...


def as_written(policy: Mapping[str, Any]) -> str:
    """A campaign's policy as the rulebook wants it: the same text for the same rules."""
    return dumps(policy, sort_keys=True)


def facts_about(
    tx: Tx, customers: Sequence[Customer], policies: Sequence[Policy], now: datetime
) -> gate.Facts:
    """The journal is read as far back as every one of the policies needs to decide."""
    different = {id(policy): policy for policy in policies}
    memory = max(policy.longest_memory for policy in different.values())
    return gate.facts(
        tx,
        customers=[one.customer_id for one in customers],
        numbers=[one.msisdn for one in customers],
        since=now - memory,
        now=now,
    )


def zone_guesses(one: Customer, rulebook: Rulebook, default_time_zone: str | None) -> tuple[str, ...]:
    """Where somebody without a zone may be."""
    if one.time_zone and is_zone(one.time_zone):
        return ()
    return rulebook.zone_guesses(one.msisdn, one.region, default_time_zone)


def person_of(
    one: Customer,
    known: gate.Facts,
    *,
    consents: frozenset[str],
    past: Sequence[Past],
    guesses: tuple[str, ...],
    news_read: bool = False,
) -> Person:
    """`news_read`: the contact comes so much later that what waits to be read now will have been."""
    return Person(
        msisdn=one.msisdn,
        time_zone=one.time_zone,
        active=one.active,
        consents=consents,
        refusals=known.refusals.get(one.msisdn, ()),
        complaint_open=one.complaint_open,
        news_waiting=not news_read and one.customer_id in known.news,
        work_order_open=one.customer_id in known.orders,
        past=past,
        zone_guesses=guesses,
        marks=known.marks.get(one.customer_id, ()),
    )
