"""Reads one condition: SQL text in, a checked tree out; all but a plain boolean expression is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from bot.rules.catalogue import FactorCatalogue, FactorType
from bot.rules.problems import Place, Problem
from bot.rules.reader import FORBIDDEN, Misread, TreeReader
from bot.rules.tree import Expr

MALFORMED = "KL101"

LONGEST = 4_000
DEEPEST = 60
MOST_LEVELS = 150  # `a and b and c` has three; whoever walks the tree goes down some calls for each of them

_BRACKET = re.compile("[()]")
_TOO_DEEP = f"the condition has more than {MOST_LEVELS} parts within each other"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the condition's first character stands."""

    file: str = "condition"
    line: int = 1
    col: int = 1
    inline: bool = True  # offsets count; a folded block can only be named by its start

    def place(self, text: str, offset: int) -> Place:
        if not self.inline:
            return Place(self.line, self.col)
        before = text[:offset]
        line_breaks = before.count("\n")
        if line_breaks:
            return Place(self.line + line_breaks, offset - before.rfind("\n"))
        return Place(self.line, self.col + offset)


class ConditionError(ValueError):
    """The condition cannot be used; the message names the place and, where there is one, a near name."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Condition:
    text: str
    tree: Expr = field(repr=False)
    names: frozenset[str]  # every factor or extra name that it reads
    origin: Origin = field(default=Origin(), compare=False)


def parse(
    text: str,
    catalogue: FactorCatalogue | None,
    *,
    extra: Mapping[str, FactorType] | None = None,
    origin: Origin = Origin(),
) -> Condition:
    """Without a catalogue only the form is checked; names and types are left for a later call with one."""
    try:
        statement = _statement(text)
        reader = TreeReader(catalogue, dict(extra or {}))
        tree = reader.condition(statement)
    except Misread as error:
        place = origin.place(text, error.offset)
        problem = Problem(origin.file, place.line, place.col, error.code, error.message, error.hint)
        raise ConditionError(problem) from error
    return Condition(text, tree, frozenset(fact.name for fact in reader.facts), origin)


def _statement(text: str) -> exp.Expr:
    if not text.strip():
        raise Misread(MALFORMED, 0, "the condition is empty")
    if len(text) > LONGEST:
        raise Misread(MALFORMED, 0, f"the condition is longer than {LONGEST} characters")
    if _depth(text) > DEEPEST:
        raise Misread(MALFORMED, 0, f"the condition is nested deeper than {DEEPEST} brackets")
    return _parsed(text)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> exp.Expr:
    try:
        statements = sqlglot.parse(text, dialect="duckdb")
    except TokenError as error:
        raise Misread(MALFORMED, 0, f"cannot be read: {_first_line(error)}") from error
    except RecursionError as error:
        raise Misread(MALFORMED, 0, _TOO_DEEP) from error
    except ParseError as error:
        detail = error.errors[0] if error.errors else {}
        offset = _offset(text, detail.get("line"), detail.get("col"))
        shown = str(detail.get("highlight") or "").strip()
        where = f" near {shown!r}" if shown else ""
        raise Misread(MALFORMED, offset, f"this is not a condition{where}", _example()) from error
    if len(statements) != 1 or statements[0] is None:
        raise Misread(FORBIDDEN, text.find(";") % len(text), "only one condition is allowed", _example())
    if _levels(statements[0]) > MOST_LEVELS:
        raise Misread(MALFORMED, 0, _TOO_DEEP)
    return statements[0]


def _levels(root: exp.Expr) -> int:
    """Counted without recursion, which is what too many of them would exhaust."""
    deepest, ahead = 0, [(root, 1)]
    while ahead:
        node, level = ahead.pop()
        deepest = max(deepest, level)
        ahead += [(part, level + 1) for part in node.iter_expressions()]
    return deepest


def _offset(text: str, line: int | None, col: int | None) -> int:
    """sqlglot names the last column of the offending token, counted from 1."""
    if not line or not col:
        return 0
    starts = [0] + [i + 1 for i, letter in enumerate(text) if letter == "\n"]
    return min(starts[min(line, len(starts)) - 1] + col - 1, len(text))


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket == "(" else -1
        deepest = max(deepest, depth)
    return deepest


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _example() -> str:
    return "write for example: balance < 10 and tier in ('high', 'mid')"
