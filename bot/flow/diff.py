"""What differs between two versions of a flow, by meaning: places, comments, spacing and order do not count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.flow.model import AFTER, BUSINESS_EVENTS, OPTED_OUT, Flow, FlowStep
from bot.flow.traits import Aspect, Traits, traits_of_flow, traits_of_step


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` as their authors would write them; None where it was not, or is no more."""

    aspect: Aspect
    name: str  # "zh", "reply 1", "retry busy", "offer bonus"
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class StepChange:
    name: str
    kind: str
    changes: tuple[Change, ...]
    anew: bool  # whoever stands there would wait for the wrong thing, and must enter the step again


@dataclass(frozen=True, slots=True)
class FlowDiff:
    flow: tuple[Change, ...]
    added: Mapping[str, StepChange]
    removed: Mapping[str, StepChange]
    changed: Mapping[str, StepChange]
    renamed: Mapping[str, str]  # probably: of the removed, to which of the added

    @property
    def same(self) -> bool:
        return not (self.flow or self.added or self.removed or self.changed)


def compare(before: Flow, after: Flow) -> FlowDiff:
    old, new = before.steps, after.steps
    common = {name: compare_steps(old[name], new[name]) for name in new if name in old}
    added = [step for name, step in new.items() if name not in old]
    removed = [step for name, step in old.items() if name not in new]
    return FlowDiff(
        flow=_changes(traits_of_flow(before), traits_of_flow(after)),
        added={step.name: _whole(step, new=True) for step in added},
        removed={step.name: _whole(step, new=False) for step in removed},
        changed={name: change for name, change in common.items() if change.changes},
        renamed=_renamed(removed, added),
    )


def compare_steps(before: FlowStep, after: FlowStep) -> StepChange:
    """The names are not compared."""
    changes = _changes(traits_of_step(before), traits_of_step(after))
    return StepChange(after.name, after.kind, changes, _anew(before, after, changes))


# -- whether a run that stands on a step can stay as it stands --------------------------------------------

#: Read when a contact is made, answered or tried again: what is under way needs nothing.
_READ_LATER = frozenset({"expires", "on_denied", "purpose", "retry", "as"})

#: Ways out that no customer was told of, and that have not been taken yet.
_QUIET_EXITS = BUSINESS_EVENTS | {OPTED_OUT, "undelivered", "denied", "unclear"}


def _anew(before: FlowStep, after: FlowStep, changes: tuple[Change, ...]) -> bool:
    """Only where the step now waits for something else: nobody is contacted twice for a word or a target.

    Calls are worded when they are answered; money on its way and a person's task are not begun again.
    """
    if type(before) is not type(after):
        return True
    if before.in_call or not before.interruptible:
        return False
    return any(_waits_otherwise(before, change) for change in changes)


def _waits_otherwise(step: FlowStep, change: Change) -> bool:
    match change.aspect:
        case Aspect.EXIT:
            return not _is_only_a_target(change) and change.name not in _QUIET_EXITS
        case Aspect.TIMING if change.name == AFTER and step.texts():
            return False  # the deadline of a message that was sent stays; it is not sent again for that
        case Aspect.TIMING | Aspect.SETTING:
            return change.name.split()[0] not in _READ_LATER
        case _:
            return False


# -- the comparison -----------------------------------------------------------------------------------------


def _changes(before: Traits, after: Traits) -> tuple[Change, ...]:
    order = list(Aspect)
    names = sorted(dict.fromkeys([*before, *after]), key=lambda key: order.index(key[0]))
    changes = []
    for key in names:
        old, new = before.get(key), after.get(key)
        if old != new:
            changes.append(Change(*key, old.shown if old else None, new.shown if new else None))
    return tuple(changes)


def _whole(step: FlowStep, *, new: bool) -> StepChange:
    traits = traits_of_step(step)
    changes = _changes({}, traits) if new else _changes(traits, {})
    return StepChange(step.name, step.kind, changes, anew=True)


def _renamed(removed: list[FlowStep], added: list[FlowStep]) -> dict[str, str]:
    """The same content under another name; of several such, the one with the same ways out."""
    renamed: dict[str, str] = {}
    for old in removed:
        alike = [step for step in added if step.name not in renamed.values() and _alike(old, step)]
        if alike:
            nearest = min(alike, key=lambda step: len(compare_steps(old, step).changes))
            renamed[old.name] = nearest.name
    return renamed


def _alike(old: FlowStep, new: FlowStep) -> bool:
    changes = compare_steps(old, new).changes
    return all(change.aspect is Aspect.TITLE or _is_only_a_target(change) for change in changes)


def _is_only_a_target(change: Change) -> bool:
    return change.aspect is Aspect.EXIT and change.before is not None and change.after is not None
