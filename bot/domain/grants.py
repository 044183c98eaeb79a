"""The life of one offer to one customer: offered by the flow, then accepted, qualified and granted once."""

from __future__ import annotations

from enum import StrEnum


class GrantStatus(StrEnum):
    ACCEPTED = "accepted"
    QUALIFIED = "qualified"  # recharged enough; perhaps not yet accepted
    DUE = "due"  # accepted and qualified: billing is to be asked
    CREDITING = "crediting"  # asked; the outcome may be unknown, and is then asked about under the same key
    GRANTED = "granted"
    REFUSED = "refused"
    REVERSED = "reversed"
    EXPIRED = "expired"


GRANT_MOVES: dict[GrantStatus, frozenset[GrantStatus]] = {
    GrantStatus.ACCEPTED: frozenset({GrantStatus.QUALIFIED, GrantStatus.DUE, GrantStatus.EXPIRED}),
    GrantStatus.QUALIFIED: frozenset({GrantStatus.ACCEPTED, GrantStatus.DUE, GrantStatus.EXPIRED}),
    GrantStatus.DUE: frozenset({GrantStatus.CREDITING, GrantStatus.REFUSED, GrantStatus.EXPIRED}),
    GrantStatus.CREDITING: frozenset({GrantStatus.GRANTED, GrantStatus.REFUSED, GrantStatus.DUE}),
    GrantStatus.GRANTED: frozenset({GrantStatus.REVERSED}),
    GrantStatus.REFUSED: frozenset(),
    GrantStatus.REVERSED: frozenset(),
    GrantStatus.EXPIRED: frozenset(),
}
