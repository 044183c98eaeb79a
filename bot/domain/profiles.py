"""Which profile (the rules of one place, as a policy) is a customer's: from the number's country and the region."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.policy.fields import Fault, Field, PolicyError
from bot.domain.policy.wording import Wrong
from bot.domain.wall_clock import is_zone

_FIELDS = ("default", "countries", "regions", "region_zones")

Place = tuple[str, str]  # a country and a region, as `plain_region` spells it


@dataclass(frozen=True, slots=True)
class Profiles:
    """A region goes before its country; whoever is nowhere gets the default."""

    default: str
    countries: Mapping[str, str]
    regions: Mapping[Place, str]
    region_zones: Mapping[Place, tuple[str, ...]]

    def profile_of(self, country: str | None, region: str | None) -> str:
        if country is None:
            return self.default
        of_country = self.countries.get(country, self.default)
        return self.regions.get((country, plain_region(region)), of_country) if region else of_country

    def zones_of(self, country: str | None, region: str | None) -> tuple[str, ...]:
        return self.region_zones.get((country, plain_region(region)), ()) if country and region else ()


def read_profiles(data: Mapping[str, Any], known: Collection[str]) -> Profiles:
    """`known` are the policies that there are. Raises PolicyError with everything that is wrong."""
    faults: list[Fault] = []
    fields = Field(data, (), faults)
    fields.entries(_FIELDS)
    names = tuple(sorted(known))
    profiles = Profiles(
        default=fields.at("default").choice(names) or "",
        countries=_by_country(fields.at("countries"), names),
        regions={
            place: name for place, field in _places(fields.at("regions")) if (name := field.choice(names))
        },
        region_zones={place: _zones(field) for place, field in _places(fields.at("region_zones"))},
    )
    if faults:
        raise PolicyError(faults)
    return profiles


def _by_country(field: Field, names: tuple[str, ...]) -> dict[str, str]:
    if not field.given:
        return {}
    return {code: name for code, one in _countries(field) if (name := one.choice(names))}


def _countries(field: Field) -> list[tuple[str, Field]]:
    found = list(field.entries().items())
    for code, one in found:
        if not (len(code) == 2 and code.isalpha() and code.isupper()):
            one.refuse(Wrong.NO_COUNTRY, at_name=True, value=code)
    return found


def _places(field: Field) -> list[tuple[Place, Field]]:
    if not field.given:
        return []
    return [
        ((country, plain_region(region)), one)
        for country, regions in _countries(field)
        for region, one in regions.entries().items()
    ]


def _zones(field: Field) -> tuple[str, ...]:
    items = tuple(field.items())
    for item in items:
        if not (isinstance(item.value, str) and is_zone(item.value)):
            item.refuse(Wrong.NO_ZONE, value=item.value)
    return tuple(str(item.value) for item in items)


def plain_region(region: str) -> str:
    """`New York`, `new_york` and `NEW-YORK` are one region."""
    return region.casefold().replace("_", " ").replace("-", " ").strip()
