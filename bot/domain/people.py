"""A customer's facts as flows read them: conditions and placeholders by one name each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.numbers import masked


@dataclass(frozen=True, slots=True)
class Brand:
    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


def facts_of(
    *,
    customer_id: int,
    brand: Brand,
    name: str | None,
    msisdn: str,
    language: str,
    region: str | None,
    time_zone: str | None,
    tier: str,
    factors: Mapping[str, object],
) -> dict[str, object]:
    """What flows know of a customer; `customer_id` decides the ways of a split.

    Columns win over factors of the same name; the number is only ever given masked.
    """
    return {
        **factors,
        "customer_id": customer_id,
        "name": name,
        "masked_number": masked(msisdn),
        "language": language,
        "region": region,
        "time_zone": time_zone,
        "tier": tier,
        "brand": brand.in_language(language),
    }
