"""Turns sqlglot's tree into ours, node by listed node, checking names and types on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from math import inf

from sqlglot import exp

from bot.domain.sentences import Said, Words, say
from bot.rules import tree
from bot.rules.catalogue import FactorCatalogue, FactorType
from bot.rules.functions import FUNCTIONS
from bot.rules.hints import Hint
from bot.rules.problems import meant
from bot.rules.tree import KIND_OF, Expr, Fact, Kind, Literal
from bot.rules.wording import ConditionWrong as Wrong
from bot.rules.wording import name_of

UNKNOWN_FACTOR = "KL102"
WRONG_TYPE = "KL103"
FORBIDDEN = "KL104"

_SIGNS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_TEMPORAL = (Kind.DATE, Kind.DATETIME)


class Misread(ValueError):
    """What is wrong, and at which character of the condition."""

    def __init__(self, code: str, offset: int, said: Said, hint: Words = "") -> None:
        super().__init__(str(said))
        self.code, self.offset, self.said, self.hint = code, offset, said, hint


class TreeReader:
    """What is unknown or of another type is noted in `misread`, and reading goes on; anything else ends it."""

    def __init__(self, catalogue: FactorCatalogue | None, extra: dict[str, FactorType]) -> None:
        self._catalogue = catalogue
        self._extra = extra
        self.facts: list[Fact] = []
        self.misread: list[Misread] = []

    def condition(self, node: exp.Expr) -> Expr:
        """The whole condition, which must be true or false."""
        return self._flag(node)

    def _note(self, code: str, node: exp.Expr, said: Said, hint: Words = "") -> None:
        self.misread.append(Misread(code, offset_of(node), said, hint))

    def _read(self, node: exp.Expr) -> tuple[Expr, Kind]:
        for kinds, read in _READERS:
            if isinstance(node, kinds):
                return read(self, node)
        raise Misread(FORBIDDEN, offset_of(node), *_refusal(node))

    def _flag(self, node: exp.Expr) -> Expr:
        expr, kind = self._read(node)
        self._demand(kind, Kind.FLAG, node)
        return expr

    def _demand(self, kind: Kind, wanted: Kind, node: exp.Expr) -> None:
        if kind not in (wanted, Kind.ANY):
            said = say(Wrong.WRONG_KIND, shown=node.sql(), kind=_named(kind), wanted=_named(wanted))
            self._note(WRONG_TYPE, node, said, say(Hint.TRUE_OR_FALSE) if wanted is Kind.FLAG else "")

    def _both(self, node: exp.Expr) -> tuple[Expr, Kind]:
        left, right = self._flag(node.this), self._flag(node.expression)
        return (tree.And if isinstance(node, exp.And) else tree.Or)(left, right), Kind.FLAG

    def _not(self, node: exp.Expr) -> tuple[Expr, Kind]:
        return tree.Not(self._flag(node.this)), Kind.FLAG

    def _paren(self, node: exp.Expr) -> tuple[Expr, Kind]:
        return self._read(node.this)

    def _compare(self, node: exp.Expr) -> tuple[Expr, Kind]:
        left, right = self._alike(node.this, node.expression)
        return tree.Compare(_SIGNS[type(node)], left, right), Kind.FLAG

    def _between(self, node: exp.Expr) -> tuple[Expr, Kind]:
        low_node, high_node = node.args["low"], node.args["high"]
        if node.args.get("symmetric"):
            raise Misread(FORBIDDEN, offset_of(node), say(Wrong.SYMMETRIC))
        inner, low = self._alike(node.this, low_node)
        _, high = self._alike(node.this, high_node)
        return tree.Between(inner, low, high), Kind.FLAG

    def _in(self, node: exp.Expr) -> tuple[Expr, Kind]:
        choices = node.expressions
        if not choices or node.args.get("query") or node.args.get("unnest") or node.args.get("field"):
            hint = say(Hint.LIKE_THIS, example="tier in ('high', 'mid')")
            raise Misread(FORBIDDEN, offset_of(node), say(Wrong.IN_WITHOUT_LIST), hint)
        pairs = [self._alike(node.this, choice) for choice in choices]
        return tree.Among(pairs[0][0], tuple(choice for _, choice in pairs)), Kind.FLAG

    def _is(self, node: exp.Expr) -> tuple[Expr, Kind]:
        if isinstance(node.expression, exp.Null):
            return tree.IsNull(self._read(node.this)[0]), Kind.FLAG
        raise Misread(FORBIDDEN, offset_of(node), say(Wrong.IS_WHAT), say(Hint.EQUALS))

    def _like(self, node: exp.Expr) -> tuple[Expr, Kind]:
        inner, kind = self._read(node.this)
        self._demand(kind, Kind.TEXT, node.this)
        pattern = node.expression
        if not (isinstance(pattern, exp.Literal) and pattern.is_string):
            hint = say(Hint.LIKE_THIS, example="name like '张%'")
            raise Misread(FORBIDDEN, offset_of(pattern), say(Wrong.LIKE_WHAT), hint)
        if "\\" in pattern.name:
            raise Misread(FORBIDDEN, offset_of(pattern), say(Wrong.BACKSLASH))
        return tree.Like(inner, pattern.name, isinstance(node, exp.ILike)), Kind.FLAG

    def _calculate(self, node: exp.Expr) -> tuple[Expr, Kind]:
        operands = []
        for side in (node.this, node.expression):
            expr, kind = self._read(side)
            if kind in _TEMPORAL:
                self._note(WRONG_TYPE, side, say(Wrong.DATES_CALCULATED), say(Hint.COUNTS_DAYS))
            else:
                self._demand(kind, Kind.NUMBER, side)
            operands.append(expr)
        return tree.Arithmetic(_ARITHMETIC[type(node)], *operands), Kind.NUMBER

    def _minus(self, node: exp.Expr) -> tuple[Expr, Kind]:
        inner, kind = self._read(node.this)
        self._demand(kind, Kind.NUMBER, node.this)
        return tree.Minus(inner), Kind.NUMBER

    def _fact(self, node: exp.Expr) -> tuple[Expr, Kind]:
        assert isinstance(node, exp.Column)
        if node.args.get("db"):
            raise Misread(FORBIDDEN, offset_of(node), say(Wrong.NO_FACTOR, shown=node.sql()))
        name = f"{node.table}.{node.name}" if node.table else node.name
        name = name if name in self._extra else name.lower()
        kind, type_ = self._kind_of(name, node)
        fact = Fact(name, type_)
        self.facts.append(fact)
        return fact, kind

    def _kind_of(self, name: str, node: exp.Expr) -> tuple[Kind, FactorType | None]:
        if name in self._extra:
            return KIND_OF[self._extra[name]], self._extra[name]
        if self._catalogue is None:
            return Kind.ANY, None
        factor = self._catalogue.get(name)
        if factor is None:
            hint = meant(name, [*self._catalogue.factors, *self._extra])
            self._note(UNKNOWN_FACTOR, node, say(Wrong.UNKNOWN_FACTOR, name=name), hint)
            return Kind.ANY, None
        return KIND_OF[factor.type], factor.type

    def _literal(self, node: exp.Expr) -> tuple[Expr, Kind]:
        if node.args["is_string"]:
            return Literal(node.name), Kind.TEXT
        number = Decimal(node.name)
        if abs(float(number)) == inf or (number != 0 and float(number) == 0):
            raise Misread(FORBIDDEN, offset_of(node), say(Wrong.NO_SUCH_NUMBER), say(Hint.TOO_MANY_DIGITS))
        return Literal(number), Kind.NUMBER

    def _boolean(self, node: exp.Expr) -> tuple[Expr, Kind]:
        return Literal(bool(node.this)), Kind.FLAG

    def _null(self, node: exp.Expr) -> tuple[Expr, Kind]:
        raise Misread(FORBIDDEN, offset_of(node), say(Wrong.BARE_NULL), say(Hint.NULL_TEST))

    def _dated(self, node: exp.Expr) -> tuple[Expr, Kind]:
        """`date '2026-01-01'` and `timestamp '...'` arrive as casts of a quoted literal; no other cast is."""
        wanted = {exp.DataType.Type.DATE: Kind.DATE, exp.DataType.Type.TIMESTAMP: Kind.DATETIME}
        kind = wanted.get(node.args["to"].this)
        if kind is None or not (isinstance(node.this, exp.Literal) and node.this.is_string):
            raise Misread(FORBIDDEN, offset_of(node), say(Wrong.CAST))
        return Literal(_moment(node.this.name, kind, node)), kind

    def _function(self, node: exp.Expr) -> tuple[Expr, Kind]:
        name, arguments = function_call(node)
        signature = FUNCTIONS.get(name)
        if signature is None:
            hint = meant(name, FUNCTIONS) or say(Hint.ALLOWED, known=tuple(sorted(FUNCTIONS)))
            raise Misread(FORBIDDEN, offset_of(node), say(Wrong.FUNCTION, name=name), hint)
        if not signature.fewest <= len(arguments) <= signature.most:
            said = say(Wrong.WRONG_NUMBER, name=name, count=len(arguments))
            raise Misread(WRONG_TYPE, offset_of(node), said)
        read = [self._read(argument) for argument in arguments]
        known = [kind for _, kind in read if kind is not Kind.ANY]
        wanted = signature.takes or (known[0] if known else Kind.ANY)
        for (_, kind), argument in zip(read, arguments, strict=True):
            if wanted is not Kind.ANY:
                self._demand(kind, wanted, argument)
        return tree.Function(name, tuple(expr for expr, _ in read)), signature.gives or wanted

    def _alike(self, left: exp.Expr, right: exp.Expr) -> tuple[Expr, Expr]:
        """Both sides of a comparison; a quoted date beside a date factor is read as a date."""
        a, kind_a = self._read(left)
        b, kind_b = self._read(right)
        if kind_a in _TEMPORAL:
            b, kind_b = _as_moment(b, kind_b, kind_a, right)
        if kind_b in _TEMPORAL:
            a, kind_a = _as_moment(a, kind_a, kind_b, left)
        if kind_a is not kind_b and Kind.ANY not in (kind_a, kind_b):
            shown = {"left": left.sql(), "right": right.sql()}
            said = say(Wrong.UNLIKE, **shown, kind=_named(kind_a), other=_named(kind_b))
            self._note(WRONG_TYPE, right, said, say(Hint.QUOTES) if Kind.TEXT in (kind_a, kind_b) else "")
        return a, b


def _as_moment(expr: Expr, kind: Kind, wanted: Kind, node: exp.Expr) -> tuple[Expr, Kind]:
    if isinstance(expr, Literal) and isinstance(expr.value, str):
        return Literal(_moment(expr.value, wanted, node)), wanted
    is_date = isinstance(expr, Literal) and type(expr.value) is date
    if is_date and wanted is Kind.DATETIME:
        assert isinstance(expr, Literal)
        return Literal(_moment(str(expr.value), wanted, node)), wanted
    return expr, kind


def _moment(text: str, kind: Kind, node: exp.Expr) -> date | datetime:
    try:
        if kind is Kind.DATE:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        said = say(Wrong.NOT_THIS_KIND, text=text, kind=_named(kind))
        raise Misread(WRONG_TYPE, offset_of(node), said, say(Hint.WRITE, example="2026-11-22")) from error
    if moment.tzinfo is not None:
        raise Misread(WRONG_TYPE, offset_of(node), say(Wrong.HAS_A_ZONE, text=text), say(Hint.UTC))
    return moment


def function_call(node: exp.Expr) -> tuple[str, list[exp.Expr]]:
    """Name and arguments, whether sqlglot knows the function or not."""
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower(), list(node.expressions)
    assert isinstance(node, exp.Func)
    arguments: list[exp.Expr] = []
    for value in node.args.values():
        parts = value if isinstance(value, list) else [value]
        arguments += [part for part in parts if isinstance(part, exp.Expr)]
    return _NAMES.get(type(node), node.sql_name().lower()), arguments


def offset_of(node: exp.Expr) -> int:
    """The first character of the node, by the first of its parts that knows its own."""
    starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
    return min(starts, default=0)


def _refusal(node: exp.Expr) -> tuple[Said, Words]:
    if isinstance(node, exp.Query | exp.DDL | exp.DML | exp.Command | exp.Subquery | exp.Exists):
        return say(Wrong.STATEMENT), say(Hint.ONLY_FACTORS)
    if isinstance(node, exp.CurrentDate | exp.CurrentTimestamp):
        return say(Wrong.CLOCK), say(Hint.COUNTS_DAYS_SUCH_AS, name="days_since_recharge")
    return say(Wrong.FORBIDDEN, shown=node.sql()[:60]), ""


def _named(kind: Kind) -> Said:
    return say(name_of(kind))


_NAMES: dict[type[exp.Expr], str] = {exp.Length: "length", exp.Floor: "floor", exp.Ceil: "ceil"}

_Read = Callable[[TreeReader, exp.Expr], tuple[Expr, Kind]]
_READERS: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], _Read], ...] = (
    ((exp.And, exp.Or), TreeReader._both),
    (exp.Not, TreeReader._not),
    (exp.Paren, TreeReader._paren),
    (tuple(_SIGNS), TreeReader._compare),
    (exp.Between, TreeReader._between),
    (exp.In, TreeReader._in),
    (exp.Is, TreeReader._is),
    ((exp.Like, exp.ILike), TreeReader._like),
    (tuple(_ARITHMETIC), TreeReader._calculate),
    (exp.Neg, TreeReader._minus),
    (exp.Column, TreeReader._fact),
    (exp.Literal, TreeReader._literal),
    (exp.Boolean, TreeReader._boolean),
    (exp.Null, TreeReader._null),
    (exp.Cast, TreeReader._dated),
    ((exp.CurrentDate, exp.CurrentTimestamp, exp.Query, exp.Exists), lambda _, node: _refuse(node)),
    (exp.Func, TreeReader._function),
)


def _refuse(node: exp.Expr) -> tuple[Expr, Kind]:
    raise Misread(FORBIDDEN, offset_of(node), *_refusal(node))
