"""A condition after parsing: a small typed tree that the two compilers walk, free of any SQL dialect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bot.rules.catalogue import FactorType


class Kind(StrEnum):
    """The type of an expression; ANY where nothing is known (no catalogue, or NULL)."""

    NUMBER = "a number"
    TEXT = "text"
    FLAG = "yes or no"
    DATE = "a date"
    DATETIME = "a date and time"
    ANY = "anything"


KIND_OF = {
    FactorType.NUMBER: Kind.NUMBER,
    FactorType.INTEGER: Kind.NUMBER,
    FactorType.TEXT: Kind.TEXT,
    FactorType.FLAG: Kind.FLAG,
    FactorType.DATE: Kind.DATE,
    FactorType.DATETIME: Kind.DATETIME,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A factor, or a name that the caller gives besides (`offer.min_recharge`)."""

    name: str
    type: FactorType | None


@dataclass(frozen=True, slots=True)
class Literal:
    value: Decimal | str | bool | date | datetime


@dataclass(frozen=True, slots=True)
class And:
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Or:
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Not:
    inner: Expr


@dataclass(frozen=True, slots=True)
class Compare:
    sign: str  # = <> < <= > >=
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Among:
    inner: Expr
    choices: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Between:
    inner: Expr
    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True)
class IsNull:
    inner: Expr


@dataclass(frozen=True, slots=True)
class Like:
    inner: Expr
    pattern: str
    any_case: bool


@dataclass(frozen=True, slots=True)
class Arithmetic:
    sign: str  # + - * /
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Minus:
    inner: Expr


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    arguments: tuple[Expr, ...]


Expr = (
    Fact
    | Literal
    | And
    | Or
    | Not
    | Compare
    | Among
    | Between
    | IsNull
    | Like
    | Arithmetic
    | Minus
    | Function
)
