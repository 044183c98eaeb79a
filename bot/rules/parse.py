"""Reads one condition: SQL text in, a checked tree out; all but a plain boolean expression is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from bot.domain.sentences import Said, say
from bot.rules.catalogue import FactorCatalogue, FactorType
from bot.rules.hints import Hint
from bot.rules.problems import Place, Problem, in_order
from bot.rules.reader import FORBIDDEN, Misread, TreeReader
from bot.rules.tree import Expr
from bot.rules.wording import ConditionWrong

MALFORMED = "KL101"

LONGEST = 4_000
DEEPEST = 60
MOST_LEVELS = 150  # `a and b and c` has three; whoever walks the tree goes down some calls for each of them

_BRACKET = re.compile("[()]")
_TOO_DEEP = say(ConditionWrong.TOO_DEEP, most=MOST_LEVELS)


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
    """The condition cannot be used: all that is wrong in `problems`; the message is the first, with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(str(problems[0]))
        self.problems = tuple(problems)


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
    reader = TreeReader(catalogue, dict(extra or {}))
    try:
        tree = reader.condition(_statement(text))
    except Misread as error:
        raise _refusal([*reader.misread, error], text, origin) from error
    if reader.misread:
        raise _refusal(reader.misread, text, origin)
    return Condition(text, tree, frozenset(fact.name for fact in reader.facts), origin)


def _refusal(misread: Iterable[Misread], text: str, origin: Origin) -> ConditionError:
    placed = [(origin.place(text, one.offset), one) for one in misread]
    return ConditionError(
        in_order(
            Problem(origin.file, place.line, place.col, one.code, one.said, one.hint) for place, one in placed
        )
    )


def _statement(text: str) -> exp.Expr:
    if not text.strip():
        raise Misread(MALFORMED, 0, say(ConditionWrong.EMPTY))
    if len(text) > LONGEST:
        raise Misread(MALFORMED, 0, say(ConditionWrong.TOO_LONG, most=LONGEST))
    if _depth(text) > DEEPEST:
        raise Misread(MALFORMED, 0, say(ConditionWrong.TOO_NESTED, most=DEEPEST))
    return _parsed(text)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> exp.Expr:
    try:
        statements = sqlglot.parse(text, dialect="duckdb")
    except TokenError as error:
        raise Misread(MALFORMED, 0, say(ConditionWrong.UNREADABLE, why=_first_line(error))) from error
    except RecursionError as error:
        raise Misread(MALFORMED, 0, _TOO_DEEP) from error
    except ParseError as error:
        detail = error.errors[0] if error.errors else {}
        offset = _offset(text, detail.get("line"), detail.get("col"))
        shown = str(detail.get("highlight") or "").strip()
        said = (
            say(ConditionWrong.NO_CONDITION_NEAR, shown=shown) if shown else say(ConditionWrong.NO_CONDITION)
        )
        raise Misread(MALFORMED, offset, said, _example()) from error
    if len(statements) != 1 or statements[0] is None:
        raise Misread(FORBIDDEN, text.find(";") % len(text), say(ConditionWrong.ONLY_ONE), _example())
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


def _example() -> Said:
    return say(Hint.EXAMPLE, example="balance < 10 and tier in ('high', 'mid')")
