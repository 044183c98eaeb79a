"""Versions of the flow language: a flow written for an older one is rewritten, field by field, as it is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.rules.problems import Place, Problems
from bot.rules.yaml_source import Entry, Scalar, Table, Value, describe

WRONG_VALUE = "KL007"
NEWER_SPEC = "KL009"

SPEC = "spec"
FIRST = 1  # of flows that name none


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A field of a step that the next version writes otherwise; `text` is None where it could not be read."""

    step: str
    old: str
    new: str
    text: str | None


Migration = Callable[[Table, Problems], Iterator[Rewrite]]


def upgrade(document: Table, problems: Problems) -> Table | None:
    """The flow as the current version writes it, without its `spec:`; None where that cannot be told.

    The revision is the hash of the document as it was written: take it before.
    """
    spec = _spec_of(document, problems)
    if spec is None:
        return None
    for migrate in _MIGRATIONS[spec - FIRST :]:
        document = _rewritten(document, list(migrate(document, problems)))
    entries = {name: entry for name, entry in document.entries.items() if name != SPEC}
    return Table(document.place, entries)


def upgrade_text(text: str, document: Table, problems: Problems) -> str | None:
    """The file in the current version, its comments and spacing kept; None with a problem where that fails."""
    spec = _spec_of(document, problems)
    if spec is None:
        return None
    lines = text.splitlines(keepends=True)
    for migrate in _MIGRATIONS[spec - FIRST :]:
        rewrites = list(migrate(document, problems))
        _rewrite_lines(lines, document, rewrites, problems)
        document = _rewritten(document, rewrites)
    if spec < CURRENT:
        _write_spec(lines, document, problems)
    return None if problems.found else "".join(lines)


def _spec_of(document: Table, problems: Problems) -> int | None:
    entry = document.entries.get(SPEC)
    if entry is None:
        return FIRST
    value = entry.value.value if isinstance(entry.value, Scalar) else None
    if type(value) is not int or value < FIRST:
        message = f"spec: needs a whole number from {FIRST} to {CURRENT}, found {describe(entry.value)}"
        problems.add(entry.value.place, WRONG_VALUE, message)
        return None
    if value > CURRENT:
        message = f"this flow is written for version {value} of the language; the newest known is {CURRENT}"
        problems.add(entry.value.place, NEWER_SPEC, message, "install a newer version of the program")
        return None
    return value


# -- the migrations, in their order ----------------------------------------------------------------------


def _one_to_two(document: Table, problems: Problems) -> Iterator[Rewrite]:
    """`min_amount: X` of a step that waits for a recharge is now a condition: `where: event.amount >= X`."""
    for name, step in _steps(document):
        least = step.entries.get("min_amount")
        if least is None or not _waits_for_recharge(step) or "where" in step.entries:
            continue
        amount = _amount(least.value)
        if amount is None:
            message = f"min_amount: needs an amount above 0, found {describe(least.value)}"
            problems.add(least.value.place, WRONG_VALUE, message)
        yield Rewrite(name, "min_amount", "where", f"event.amount >= {amount}" if amount else None)


def _waits_for_recharge(step: Table) -> bool:
    awaited = step.entries.get("wait_for")
    return awaited is not None and isinstance(awaited.value, Scalar) and awaited.value.text == "recharge"


def _amount(value: Value) -> str | None:
    if not isinstance(value, Scalar):
        return None
    if _OFFER_FIELD.fullmatch(value.text):
        return value.text
    if isinstance(value.value, int | Decimal) and not isinstance(value.value, bool) and value.value > 0:
        return f"{Decimal(value.value):f}"
    return None


_OFFER_FIELD = re.compile(r"offer\.[a-z][a-z0-9_]*")

_MIGRATIONS: Sequence[Migration] = (_one_to_two,)
CURRENT = FIRST + len(_MIGRATIONS)


# -- how a rewrite is applied: to the values, and to the text ----------------------------------------------


def _steps(document: Table) -> Iterator[tuple[str, Table]]:
    steps = document.entries.get("steps")
    if steps is not None and isinstance(steps.value, Table):
        for name, entry in steps.value.entries.items():
            if isinstance(entry.value, Table):
                yield name, entry.value


def _rewritten(document: Table, rewrites: Sequence[Rewrite]) -> Table:
    if not rewrites:
        return document
    steps = dict(_steps(document))
    for rewrite in rewrites:
        steps[rewrite.step] = _with_field(steps[rewrite.step], rewrite)
    outer = document.entries["steps"]
    assert isinstance(outer.value, Table)
    inside = {
        name: replace(entry, value=steps[name]) if name in steps else entry
        for name, entry in outer.value.entries.items()
    }
    entry = replace(outer, value=Table(outer.value.place, inside))
    return Table(document.place, {**document.entries, "steps": entry})


def _with_field(step: Table, rewrite: Rewrite) -> Table:
    """In the old field's place, so that whatever is wrong with it still names the author's line."""
    entries: dict[str, Entry] = {}
    for name, entry in step.entries.items():
        if name != rewrite.old:
            entries[name] = entry
        elif rewrite.text is not None:
            value = Scalar(entry.value.place, rewrite.text, rewrite.text, inline=False)
            entries[rewrite.new] = Entry(entry.key_place, value)
    return Table(step.place, entries)


def _rewrite_lines(
    lines: list[str], document: Table, rewrites: Sequence[Rewrite], problems: Problems
) -> None:
    steps = dict(_steps(document))
    # By place, because an alias shows the same line in two steps.
    by_place = {steps[one.step].entries[one.old].key_place: one for one in rewrites}
    for place, rewrite in by_place.items():
        line = lines[place.line - 1]
        written = re.compile(rf"{re.escape(rewrite.old)}(\s*:\s*)(['\"]?)[\w.+-]+\2")
        found = written.match(line, place.col - 1)
        if found is None:
            wanted = f"{rewrite.new}: {rewrite.text}"
            _by_hand(problems, place, f"{rewrite.old}: cannot be rewritten here", wanted)
        else:
            field = f"{rewrite.new}{found[1]}{rewrite.text}"
            lines[place.line - 1] = line[: found.start()] + field + line[found.end() :]


def _write_spec(lines: list[str], document: Table, problems: Problems) -> None:
    written = document.entries.get(SPEC)
    first = min(entry.key_place for entry in document.entries.values())
    if first.col != 1:
        _by_hand(problems, first, "the version cannot be written here", f"{SPEC}: {CURRENT}")
    elif written is None:
        lines.insert(first.line - 1, f"{SPEC}: {CURRENT}\n")
    else:
        at = written.key_place.line - 1
        lines[at] = re.sub(rf"^{SPEC}(\s*:\s*)\d+", rf"{SPEC}\g<1>{CURRENT}", lines[at])


def _by_hand(problems: Problems, place: Place, message: str, wanted: str) -> None:
    problems.add(place, WRONG_VALUE, message, f"write by hand: {wanted}")
