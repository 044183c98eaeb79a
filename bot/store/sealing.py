"""Erasing a person from the register: the number gives way to its seal, by which alone it is still recognised."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.refusals import Source
from bot.domain.seals import Seal

ERASED = "erased"  # what stands where evidence stood: it may name the person; a machine's message id does not

_NUMBERS = text(
    """
    SELECT DISTINCT msisdn FROM suppressions
    WHERE (customer_id = :customer_id OR (customer_id IS NULL AND msisdn = :msisdn)) AND msisdn NOT LIKE '#%'
    """
)
_SEAL = text(
    """
    UPDATE suppressions s SET msisdn = n.seal, wording = NULL,
        evidence = CASE WHEN s.source = 'api' THEN s.evidence WHEN s.evidence IS NOT NULL THEN :erased END
    FROM unnest(cast(:numbers AS text[]), cast(:seals AS text[])) AS n(msisdn, seal)
    WHERE s.msisdn = n.msisdn
      AND (s.customer_id = :customer_id OR (s.customer_id IS NULL AND s.msisdn = :msisdn))
    """
)
_REFUSE = text(
    """
    INSERT INTO suppressions (msisdn, customer_id, action, source, evidence, user_id, at)
    VALUES (:seal, :customer_id, 'suppress', :source, :erased, :user_id, :now)
    """
)
_COURTESIES = text(
    "UPDATE courtesies SET msisdn = :seal WHERE msisdn = :msisdn OR customer_id = :customer_id"
)
_CONSENTS = text("UPDATE consents SET wording = NULL, evidence = :erased WHERE customer_id = :customer_id")


def seal_person(
    tx: Session, customer_id: int, msisdn: str, seal: Seal, *, user_id: int | None, now: datetime
) -> int:
    """Whoever was erased is not contacted again, until they say START; answers how many lines were sealed."""
    values = {
        "customer_id": customer_id,
        "msisdn": msisdn,
        "seal": seal(msisdn),
        "erased": ERASED,
        "source": Source.ERASURE,
        "user_id": user_id,
        "now": now,
    }
    numbers = list(tx.execute(_NUMBERS, values).scalars())
    seals = {"numbers": numbers, "seals": [seal(number) for number in numbers]}
    sealed = int(tx.execute(_SEAL, values | seals).rowcount)  # type: ignore[attr-defined]
    tx.execute(_REFUSE, values)
    tx.execute(_CONSENTS, values)
    tx.execute(_COURTESIES, values)
    return sealed
