"""The kinds of steps: one module each, and this table; a new kind is a new module and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.flow.fields import Fields
from bot.flow.model import FlowStep, Texts
from bot.flow.reference import Reference
from bot.flow.steps import (
    call_source,
    emit,
    end,
    grant,
    part,
    set,
    sms,
    split,
    survey,
    switch,
    transfer,
    wait,
    wait_for,
    work_order,
)


@dataclass(frozen=True, slots=True)
class Kind:
    parse: Callable[[str, Texts, Fields], FlowStep]
    reference: Reference


KINDS: dict[str, Kind] = {
    "sms": Kind(sms.parse, sms.REFERENCE),
    "call": Kind(call_source.parse, call_source.REFERENCE),
    "survey": Kind(survey.parse, survey.REFERENCE),
    "switch": Kind(switch.parse, switch.REFERENCE),
    "split": Kind(split.parse, split.REFERENCE),
    "wait": Kind(wait.parse, wait.REFERENCE),
    "wait_for": Kind(wait_for.parse, wait_for.REFERENCE),
    "grant": Kind(grant.parse, grant.REFERENCE),
    "work_order": Kind(work_order.parse, work_order.REFERENCE),
    "transfer": Kind(transfer.parse, transfer.REFERENCE),
    "set": Kind(set.parse, set.REFERENCE),
    "emit": Kind(emit.parse, emit.REFERENCE),
    "flow": Kind(part.parse, part.REFERENCE),
    "end": Kind(end.parse, end.REFERENCE),
}
