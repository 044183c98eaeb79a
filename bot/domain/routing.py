"""Who gets a work order: the manager the customer knows, else the freest one who takes such customers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A manager on duty. No regions means any region; no tiers means none."""

    id: int
    tiers: frozenset[str]
    regions: frozenset[str]
    language: str
    capacity: int
    open_orders: int

    @property
    def has_room(self) -> bool:
        return self.open_orders < self.capacity


@dataclass(frozen=True, slots=True)
class Case:
    """What routing knows of an ownerless work order; `declined_by` gave it back and is not asked again."""

    tier: str
    region: str | None
    language: str
    known_manager: int | None
    declined_by: frozenset[int] = frozenset()


def choose_owner(case: Case, candidates: Iterable[Candidate]) -> int | None:
    """None when everyone who might take it is full: it stays in the queue, where any manager sees it.

    Among those who may take it: a manager of that very region before one of all regions, then one who speaks
    the customer's language, then the least loaded for their capacity, then the lowest id (so that the choice
    can be repeated).
    """
    free = [one for one in candidates if one.has_room and one.id not in case.declined_by]
    for one in free:
        if one.id == case.known_manager:
            return one.id
    fitting = [one for one in free if _takes(one, case)]
    if not fitting:
        return None
    return min(fitting, key=lambda one: _reluctance(one, case)).id


def _takes(candidate: Candidate, case: Case) -> bool:
    return case.tier in candidate.tiers and (not candidate.regions or case.region in candidate.regions)


def _reluctance(candidate: Candidate, case: Case) -> tuple[bool, bool, float, int]:
    return (
        case.region not in candidate.regions,
        candidate.language != case.language,
        candidate.open_orders / candidate.capacity,
        candidate.id,
    )
