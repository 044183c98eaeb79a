"""The kinds of steps: one module each, and this table; a new kind is a new module and a line here."""

from __future__ import annotations

from collections.abc import Callable

from bot.flow.fields import Fields
from bot.flow.model import FlowStep, Texts
from bot.flow.steps import call_source, end, grant, sms, switch, transfer, wait, wait_for, work_order

Parse = Callable[[str, Texts, Fields], FlowStep]

KINDS: dict[str, Parse] = {
    "sms": sms.parse,
    "call": call_source.parse,
    "switch": switch.parse,
    "wait": wait.parse,
    "wait_for": wait_for.parse,
    "grant": grant.parse,
    "work_order": work_order.parse,
    "transfer": transfer.parse,
    "end": end.parse,
}
