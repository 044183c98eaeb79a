"""Writes a conversation that was played as a golden one, in a file of its own or behind those of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from yaml.nodes import SequenceNode

from bot.domain.quiet_hours import Window
from bot.domain.wall_clock import zone
from bot.flow.golden.recording import record
from bot.flow.golden.script import GoldenFile, Input
from bot.flow.golden.source import parse_golden
from bot.flow.golden.surgery import child, column, compose, end_of, line_end, start_of
from bot.flow.golden.yaml_text import in_braces, in_text, quoted
from bot.flow.host import Customer
from bot.flow.model import Flow

_DEPTH = 2  # the column of a conversation's dash in a file of its own
_OFTEN_A_NUMBER = frozenset({"reply", "press", "undelivered"})  # quoted, as the shipped conversations do


class CannotSave(ValueError):
    """The file cannot take the conversation; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Session:
    """What somebody played: enough to play it again."""

    name: str
    customer: Customer
    starts_at: datetime
    windows: tuple[Window, ...]
    inputs: tuple[Input, ...]


def new_file(flow: Flow, session: Session) -> str:
    """With everything that happened as its expectations."""
    head = [f"flow: {flow.name}", f"time_zone: {session.customer.time_zone}", *_hours(session.windows)]
    text = (
        "\n".join([*head, "", "conversations:", *_conversation(session, session.customer.facts, [])]) + "\n"
    )
    return record(flow, text, "the new file").text


def added_to(text: str, file: str, flow: Flow, session: Session) -> str:
    """FlowError when the file is broken already."""
    golden = parse_golden(text, file)
    if golden.flow != flow.name:
        raise CannotSave(f"{file} holds conversations of {golden.flow}, not of {flow.name}")
    if any(script.name == session.name for script in golden.scripts):
        raise CannotSave(f"{file} has a conversation {session.name!r} already")
    node = child(compose(text), "conversations")
    if not isinstance(node, SequenceNode) or node.flow_style or not node.value:
        raise CannotSave(f"{file} has no list of conversations to add to")
    block = _recorded_block(golden, flow, session)
    indent = " " * (column(text, start_of(node)) - _DEPTH)
    lines = [f"{indent}{line}" if indent and line else line for line in block]
    at = line_end(text, end_of(text, node))
    return f"{text[:at]}\n\n" + "\n".join(lines) + (text[at:] or "\n")


def input_in_text(one: Input) -> str:
    """One line of a script."""
    if one.details:
        return f"{one.verb}: {in_braces({'name': one.value, **one.details})}"
    if not one.value:
        return one.verb
    return f"{one.verb}: {_value(one)}"


def _value(one: Input) -> str:
    if one.verb in _OFTEN_A_NUMBER and one.value.isdecimal():
        return quoted(one.value)
    return one.value if one.verb == "recharge" else in_text(one.value)


def _recorded_block(golden: GoldenFile, flow: Flow, session: Session) -> list[str]:
    """The lines of the conversation, with what it has of its own beside what the file's have in common."""
    extra = [f"time_zone: {session.customer.time_zone}"] if session.customer.time_zone != golden.zone else []
    if set(session.windows) != set(golden.windows):
        extra += _hours(session.windows) or ["hours: []"]
    facts = {**dict.fromkeys(golden.shared), **session.customer.facts}
    own = {name: value for name, value in facts.items() if not _same(value, golden.shared.get(name))}
    shared = {name: value for name, value in golden.shared.items() if value is not None}
    head = [f"flow: {flow.name}", f"time_zone: {golden.zone}", *_hours(golden.windows)]
    head += [f"customer: {in_braces(shared)}"] if shared else []
    head += ["conversations:"]
    text = "\n".join([*head, *_conversation(session, own, extra)]) + "\n"
    return record(flow, text, "the conversation").text.splitlines()[len(head) :]


def _same(value: object, other: object) -> bool:
    numbers = int | float | Decimal
    if isinstance(value, numbers) and isinstance(other, numbers):
        return Decimal(str(value)) == Decimal(str(other))
    return value == other


def _conversation(session: Session, facts: Mapping[str, object], extra: Iterable[str]) -> list[str]:
    local = session.starts_at.astimezone(zone(session.customer.time_zone))
    at = f"{local:%Y-%m-%d %H:%M}" if not local.second else f"{local:%Y-%m-%d %H:%M:%S}"
    fields = [f"name: {in_text(session.name)}", *extra]
    fields += [f"customer: {in_braces(dict(facts))}"] if facts else []
    fields += [f"at: {at}", "script:" if session.inputs else "script: []"]
    lines = [f"  - {fields[0]}", *(f"    {field}" for field in fields[1:])]
    return [*lines, *(f"      - {input_in_text(one)}" for one in session.inputs)]


def _hours(windows: Iterable[Window]) -> list[str]:
    spans = [quoted(f"{window.opens:%H:%M}-{window.closes:%H:%M}") for window in windows]
    return [f"hours: [{', '.join(spans)}]"] if spans else []
