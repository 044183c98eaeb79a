"""A campaign's life: its statuses, the one table of moves between them, and the arms its customers are dealt into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.roles import Right, having


class CampaignStatus(StrEnum):
    DRAFT = "draft"
    CHECKED = "checked"  # nothing in it speaks against its start
    APPROVED = "approved"  # by a second person
    SCHEDULED = "scheduled"  # starts by itself when its time has come
    RUNNING = "running"
    PAUSED = "paused"
    DRAINING = "draining"  # nobody new starts; those under way go on
    FINISHED = "finished"
    ABORTED = "aborted"


#: In these it contacts people.
LIVE = frozenset({CampaignStatus.RUNNING, CampaignStatus.DRAINING})
OVER = frozenset({CampaignStatus.FINISHED, CampaignStatus.ABORTED})


class Arm(StrEnum):
    TREATMENT = "treatment"
    CONTROL = "control"  # enrolled, never contacted, evaluated by intention to treat


class EnrolmentStatus(StrEnum):
    ACTIVE = "active"
    HELD_OUT = "held_out"  # the control arm's only status: no step is ever due
    FINISHED = "finished"


class SendOrder(StrEnum):
    """Who of an audience is served first."""

    AS_IS = "as-is"
    RISK = "risk"  # the highest score of the risk list
    VALUE = "value"  # the best tier, in it the highest monthly revenue


class CampaignMove(StrEnum):
    CHECK = "check"
    APPROVE = "approve"
    SCHEDULE = "schedule"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    DRAIN = "drain"
    FINISH = "finish"
    ABORT = "abort"


@dataclass(frozen=True, slots=True)
class MoveRule:
    """From where to where, and the roles that may; without one it is the product's own move."""

    origins: frozenset[CampaignStatus]
    to: CampaignStatus
    roles: frozenset[str]

    def allows(self, role: str | None) -> bool:
        """`None` is whoever has the machine itself: the command line, and the product's own sweep."""
        return role is None or role in self.roles


_PREPARE, _APPROVE, _RUN = (having(right) for right in (Right.PREPARE, Right.APPROVE, Right.RUN))
_STATUS = CampaignStatus
_PREPARED = frozenset({_STATUS.CHECKED, _STATUS.APPROVED})

MOVES: Mapping[CampaignMove, MoveRule] = {
    CampaignMove.CHECK: MoveRule(
        # An approval was of what was checked then: checked again, it needs another.
        _PREPARED | {_STATUS.DRAFT, _STATUS.SCHEDULED},
        _STATUS.CHECKED,
        _PREPARE,
    ),
    CampaignMove.APPROVE: MoveRule(frozenset({_STATUS.CHECKED}), _STATUS.APPROVED, _APPROVE),
    CampaignMove.SCHEDULE: MoveRule(_PREPARED, _STATUS.SCHEDULED, _RUN),
    CampaignMove.START: MoveRule(_PREPARED | {_STATUS.SCHEDULED}, _STATUS.RUNNING, _RUN),
    CampaignMove.PAUSE: MoveRule(LIVE, _STATUS.PAUSED, _RUN),
    # Or DRAINING, where it drained before.
    CampaignMove.RESUME: MoveRule(frozenset({_STATUS.PAUSED}), _STATUS.RUNNING, _RUN),
    CampaignMove.DRAIN: MoveRule(frozenset({_STATUS.RUNNING}), _STATUS.DRAINING, _RUN),
    CampaignMove.FINISH: MoveRule(LIVE, _STATUS.FINISHED, frozenset()),
    CampaignMove.ABORT: MoveRule(frozenset(_STATUS) - OVER, _STATUS.ABORTED, _RUN),
}


def permitted(status: CampaignStatus, role: str | None) -> tuple[CampaignMove, ...]:
    """The moves that somebody of this role may ask for now, in the order of the table."""
    return tuple(
        move for move, rule in MOVES.items() if status in rule.origins and rule.roles and rule.allows(role)
    )
