"""One line of the register by hand or by API: checked, written with its evidence, and told to the runs it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.numbers import masked
from bot.domain.refusals import MAY_RESTORE, NEEDS_EVIDENCE, Action, Scope, Source
from bot.domain.seals import Seal
from bot.domain.unknown_names import there_is_no
from bot.register.errors import NumberError, RegisterError
from bot.register.numbers import NumberReader
from bot.register.runs import ends_runs, opt_out_payload
from bot.store import audit, events, register_people, sealing, suppressions
from bot.store.events import NewEvent
from bot.store.register_people import Person
from bot.store.suppressions import Entry
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to stand in the register of a number or of a customer of ours; exactly one of the two is given."""

    action: Action
    scope: Scope
    source: Source
    msisdn: str | None = None  # E.164
    external_id: str | None = None
    wording: str | None = None
    evidence: str | None = None  # where the customer's own request is kept; a restoral needs it


@dataclass(frozen=True, slots=True)
class Recorded:
    line: int
    masked: str
    runs_told: bool


def read_number(written: str, region: str) -> str:
    """Raises RegisterError."""
    try:
        return NumberReader(region).read(written.strip())
    except NumberError as error:
        raise RegisterError(f"the number {error}") from None


def record(tx: Tx, wish: Wish, *, now: datetime, user_id: int | None = None) -> Recorded:
    """Raises RegisterError, with nothing written."""
    _check(wish)
    person = _person(tx, wish)
    if (known := _told_before(tx, wish, person)) is not None:
        return known
    entry = Entry(
        customer_id=person.customer_id,
        action=wish.action,
        source=wish.source,
        evidence=wish.evidence,
        msisdn=person.msisdn,
        wording=wish.wording,
        channel=wish.scope.channel,
        purpose=wish.scope.purpose,
        topic=wish.scope.topic,
        user_id=user_id,
    )
    added = suppressions.add(tx, [entry], now)
    if not added:  # by another request with the same id, which has come between
        known = _told_before(tx, wish, person)
        assert known is not None
        return known
    (line,) = added
    told = wish.action is Action.SUPPRESS and tell_runs(
        tx,
        [person.customer_id] if person.customer_id else [],
        wish.source,
        wish.scope,
        f"register:{line}",
        now,
    )
    facts = {"number": masked(person.msisdn), "scope": str(wish.scope), "source": wish.source}
    audit.record(tx, user_id, f"register.{wish.action}", f"suppression:{line}", None, facts, now)
    return Recorded(line, masked(person.msisdn), bool(told))


def _told_before(tx: Tx, wish: Wish, person: Person) -> Recorded | None:
    """A repeat is harmless; the id of something else is a refusal that would be lost. Raises RegisterError."""
    line = suppressions.line_of_api(tx, wish.evidence or "") if wish.source is Source.API else None
    if line is None:
        return None
    ours = person.customer_id is not None and person.customer_id == line.customer_id
    their_number = wish.msisdn is not None or line.customer_id is None
    others = {
        "customer": not ours and not (their_number and suppressions.is_of_number(tx, line, person.msisdn)),
        "action": line.action != wish.action,
        "scope": Scope(line.channel, line.purpose, line.topic) != wish.scope,
    }
    if any(others.values()):
        named = ", ".join(f"another {what}" for what, other in others.items() if other)
        raise RegisterError(f"id was used for something else ({named}): each message has an id of its own")
    return Recorded(line.id, masked(person.msisdn), runs_told=False)


def tell_runs(
    tx: Tx, customers: Sequence[int], source: str, scope: Scope, evidence: str, now: datetime
) -> int:
    """An `opt_out` for each of these customers with a run under way; answers how many."""
    if not ends_runs(scope):
        return 0
    told = [
        NewEvent(
            key=f"{evidence}:{customer_id}",
            kind="opt_out",
            payload=opt_out_payload(source, scope),
            received_at=now,
            customer_id=customer_id,
        )
        for customer_id in register_people.under_way(tx, customers)
    ]
    return len(events.leave(tx, told))


def _check(wish: Wish) -> None:
    if (wish.msisdn is None) == (wish.external_id is None):
        raise RegisterError("give a number or a customer, one of the two")
    if wish.action is Action.RESTORE and wish.source not in MAY_RESTORE - {
        Source.LIST,
        Source.NUMBER_CHANGED,
    }:
        raise RegisterError(f"{wish.source} cannot undo a refusal: only the customer's own request can")
    if wish.source in NEEDS_EVIDENCE and not (wish.evidence or "").strip():
        raise RegisterError("evidence is missing: where is the customer's own request kept?")


def _person(tx: Tx, wish: Wish) -> Person:
    if wish.external_id is None:
        return register_people.with_number(tx, wish.msisdn or "")
    person = register_people.called(tx, wish.external_id)
    if person is None:
        raise RegisterError(there_is_no("customer", wish.external_id))
    return person


def erase(tx: Tx, external_id: str, seal: Seal, *, now: datetime, user_id: int | None = None) -> int:
    """The person's number leaves the register, their refusal stays; answers how many lines were sealed.

    Of everything else that is kept of the person this erases nothing. Raises RegisterError.
    """
    person = register_people.called(tx, external_id)
    if person is None or person.customer_id is None:
        raise RegisterError(there_is_no("customer", external_id))
    sealed = sealing.seal_person(tx, person.customer_id, person.msisdn, seal, user_id=user_id, now=now)
    tell_runs(tx, [person.customer_id], Source.ERASURE, Scope(), f"erasure:{now.isoformat()}", now)
    audit.record(
        tx, user_id, "register.erase", f"customer:{person.customer_id}", None, {"lines": sealed}, now
    )
    return sealed
