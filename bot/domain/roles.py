"""The roles of those who log in, and the one table of what each may do: for the console, the commands and the moves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"  # looks after customers, by work orders


class Right(StrEnum):
    WATCH = "watch"  # every campaign, every work order, and the story of any customer, with the number masked
    PREPARE = "prepare"  # write a campaign down, check it, change its policy
    APPROVE = "approve"  # as a second person
    RUN = "run"  # start, pause, resume, end
    SETTLE = "settle"  # hand a work order to somebody else, close it, call a complaint settled


RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.OPERATOR: frozenset({Right.WATCH, Right.PREPARE, Right.APPROVE, Right.RUN}),
    Role.SUPERVISOR: frozenset({Right.WATCH, Right.APPROVE, Right.SETTLE}),
    Role.MANAGER: frozenset(),
}


def may(role: str, right: Right) -> bool:
    return right in RIGHTS[Role(role)]


def having(right: Right) -> frozenset[str]:
    """The roles that may."""
    return frozenset(role.value for role, rights in RIGHTS.items() if right in rights)
