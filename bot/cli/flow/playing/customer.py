"""The customer that somebody plays: the facts that the flow asks about, given, asked for or made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from bot.flow.model import Flow
from bot.flow.simulation.offered import asked_by
from bot.rules.catalogue import Factor, FactorCatalogue, FactorType

_GIVEN_ANYWAY = frozenset({"language", "time_zone", "customer_id"})
_FIRST = ("name", "brand", "tier", "balance")  # the order of the questions; the others follow by name

_ZH = {
    "name": "王芳",
    "brand": "畅联通信",
    "region": "上海",
    "manager": "李经理",
    "plan": "畅享套餐",
    "gender": "女",
}
_EN = {
    "name": "Ann Lee",
    "brand": "Clearline",
    "region": "Hong Kong",
    "manager": "Grace Wong",
    "plan": "Easy 30",
    "gender": "female",
}
_EITHER: Mapping[str, object] = {
    "masked_number": "138****1234",
    "tier": "mid",
    "balance": Decimal("8.60"),
    "arpu": 46,
    "arpu_prev": 52,
    "arpu_drop": Decimal("0.12"),
    "days_since_recharge": 26,
    "tenure_months": 30,
    "churn_score": Decimal("0.62"),
    "offnet_share": Decimal("0.35"),
    "age": 36,
}
_BY_UNIT = {"money": 58, "days": 12, "months": 18, "minutes": 240, "MB": 5120, "times": 2, "years": 36}
_DAYS_AHEAD = 20  # of a date that nobody gave: a contract's end, for instance


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that the flow asks about; `compared` are the values that its conditions look for."""

    name: str
    title: str
    default: object
    type: FactorType | None
    compared: tuple[str, ...]

    @property
    def wants(self) -> str:
        words = {
            FactorType.FLAG: "yes or no",
            FactorType.NUMBER: "a number",
            FactorType.INTEGER: "a whole number",
            FactorType.DATE: "a date such as 2026-03-02",
            FactorType.DATETIME: "a moment such as 2026-03-02 10:00",
        }
        return words.get(self.type, "a text") if self.type is not None else "a value"


def questions(flow: Flow, catalogue: FactorCatalogue, language: str, today: date) -> list[Question]:
    asked = asked_by(flow)
    names = sorted(asked.facts - _GIVEN_ANYWAY, key=lambda name: (_rank(name), name))
    found = []
    for name in names:
        factor = catalogue.get(name)
        title = factor.title.get(language, name) if factor is not None else name
        compared = tuple(in_words(value) for value in asked.samples.get(name, ()))
        kind = factor.type if factor is not None else None
        found.append(Question(name, title, _sample(name, factor, language, today), kind, compared))
    return found


def read_fact(text: str, kind: FactorType | None) -> object:
    """ValueError when the text is no such value; an empty one means that the value is not known."""
    text = text.strip()
    if not text or text in ("none", "null"):
        return None
    return _READERS[kind](text) if kind is not None else _guessed(text)


def in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else str(value)


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _sample(name: str, factor: Factor | None, language: str, today: date) -> object:
    own = (_ZH if language == "zh" else _EN).get(name, _EITHER.get(name))
    if own is not None or factor is None:
        return own if own is not None else name
    match factor.type:
        case FactorType.FLAG:
            return True
        case FactorType.NUMBER | FactorType.INTEGER:
            return _BY_UNIT.get(factor.unit or "", 10)
        case FactorType.DATE:
            return (today + timedelta(days=_DAYS_AHEAD)).isoformat()
        case FactorType.DATETIME:
            return f"{today - timedelta(days=_DAYS_AHEAD)}T10:00:00"
        case FactorType.TEXT:
            return factor.longest or name


def _flag(text: str) -> bool:
    known = {
        "yes": True,
        "y": True,
        "true": True,
        "是": True,
        "no": False,
        "n": False,
        "false": False,
        "否": False,
    }
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite():
        raise ValueError(text)
    return number


def _guessed(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    if text.isdecimal() and text.isascii():
        return int(text)
    try:
        return _number(text)
    except ValueError:
        return text


_READERS: Mapping[FactorType, Callable[[str], object]] = {
    FactorType.TEXT: str,
    FactorType.FLAG: _flag,
    FactorType.NUMBER: _number,
    FactorType.INTEGER: int,
    FactorType.DATE: lambda text: date.fromisoformat(text).isoformat(),
    FactorType.DATETIME: lambda text: datetime.fromisoformat(text).isoformat(),
}
