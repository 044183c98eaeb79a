"""A consent given or withdrawn by hand: checked, and written with its wording and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.consents import CONSENTS
from bot.domain.unknown_names import there_is_no
from bot.register.errors import RegisterError
from bot.store import audit, consents, register_people
from bot.store.consents import ConsentLine
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Given:
    """What a customer of ours has agreed to, or, `withdrawn`, agrees to no more."""

    external_id: str
    consent: str  # one of CONSENTS
    evidence: str  # where the customer's own word is kept
    wording: str | None = None
    withdrawn: bool = False


def record_consent(tx: Tx, given: Given, *, now: datetime, user_id: int) -> None:
    """Raises RegisterError, with nothing written."""
    if given.consent not in CONSENTS:
        raise RegisterError(f"{given.consent!r} is no consent; known are {', '.join(CONSENTS)}")
    if not given.evidence.strip():
        raise RegisterError("evidence is missing: where is the customer's own word kept?")
    person = register_people.called(tx, given.external_id)
    if person is None or person.customer_id is None:
        raise RegisterError(there_is_no("customer", given.external_id))
    channel, _, purpose = given.consent.partition(":")
    line = ConsentLine(
        customer_id=person.customer_id,
        action="withdraw" if given.withdrawn else "give",
        channel=channel,
        purpose=purpose,
        source="operator",
        evidence=given.evidence,
        wording=given.wording,
        user_id=user_id,
    )
    consents.add(tx, [line], now)
    facts = {"consent": given.consent, "action": line.action}
    audit.record(tx, user_id, "register.consent", f"customer:{person.customer_id}", None, facts, now)
