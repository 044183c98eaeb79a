"""The longest values that a text may be filled with, where nobody knows the customers yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from bot.flow.template import Placeholder
from bot.rules.catalogue import FactorCatalogue, FactorType

NUMERIC = frozenset({FactorType.NUMBER, FactorType.INTEGER})

_LONG_VALUES: Mapping[str, Mapping[str, object]] = {
    "zh": {"name": "欧阳娜娜", "brand": "中国长江移动", "masked_number": "138****1234"},
    "en": {"name": "Christopher Montgomery", "brand": "Yangtze Mobile", "masked_number": "138****1234"},
}
_LONG_NUMBER = 99999.99
_LONG_DATE = date(2026, 11, 22)


def longest_values(
    names: Iterable[Placeholder], language: str, catalogue: FactorCatalogue | None
) -> dict[str, object]:
    long_values = _LONG_VALUES.get(language, _LONG_VALUES["en"])
    values: dict[str, object] = {}
    for one in names:
        factor = catalogue.get(one.name) if catalogue is not None else None
        if one.name in long_values:
            values[one.name] = long_values[one.name]
        elif one.format == "date" or (factor is not None and factor.type is FactorType.DATE):
            values[one.name] = _LONG_DATE
        elif one.format in ("money", "number", "days") or (factor is not None and factor.type in NUMERIC):
            values[one.name] = _LONG_NUMBER
        else:
            sample = (factor.longest if factor is not None else None) or "M" * 16
            values[one.name] = sample if language == "zh" or sample.isascii() else "M" * 2 * len(sample)
    return values
