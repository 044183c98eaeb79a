"""The policy of one customer in one campaign: its own rules and those of the place, whichever is stricter."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from json import loads
from pathlib import Path
from typing import Any

from bot.domain.policy import Policy, strictest
from bot.domain.profiles import Profiles
from bot.number_plan import country_of, zones_of
from bot.policies import SHIPPED, load_profiles, policy_data, policy_names, policy_of


class Rulebook:
    """Remembers the combinations that occur; all that it is made of never changes while it lives.

    Policies that say the same are one object: what is remembered of their hours is then found at once.
    """

    def __init__(self, profiles: Profiles, policies: Mapping[str, Mapping[str, Any]]) -> None:
        self._profiles = profiles
        self._policies = policies
        self._combined = lru_cache(maxsize=4096)(self._combine)
        self._different = lru_cache(maxsize=4096)(self._none_yet)

    def profile_of(self, msisdn: str, region: str | None) -> str:
        return self._profiles.profile_of(country_of(msisdn), region)

    @property
    def profiles(self) -> Mapping[str, Mapping[str, Any]]:
        """All of them by name, each as stored."""
        return self._policies

    def policy_for(self, campaign: str | None, msisdn: str, region: str | None) -> Policy:
        """`campaign` is its policy as stored JSON; without one, the profile alone decides. Raises PolicyError."""
        return self._combined(campaign, country_of(msisdn), region)

    def zone_guesses(self, msisdn: str, region: str | None, default: str | None) -> tuple[str, ...]:
        """Where a customer without a time zone may be, from number, region and the installation's default."""
        of_region = self._profiles.zones_of(country_of(msisdn), region)
        return (*zones_of(msisdn), *of_region, *((default,) if default else ()))

    def _combine(self, campaign: str | None, country: str | None, region: str | None) -> Policy:
        name = self._profiles.profile_of(country, region)
        policy = policy_of(self._policies[name], country, region)
        if campaign is not None:
            policy = strictest(policy_of(loads(campaign), country, region), policy)
        known = self._different(campaign, name)
        same = next((one for one in known if one == policy), None)
        if same is None:
            known.append(policy)
        return same or policy

    @staticmethod
    def _none_yet(campaign: str | None, profile: str) -> list[Policy]:
        """The different policies that these two have come to, by country and region."""
        return []


def open_rulebook(folder: Path = SHIPPED) -> Rulebook:
    """Raises PolicyFileError."""
    policies = {name: policy_data(folder / f"{name}.yaml") for name in policy_names(folder)}
    return Rulebook(load_profiles(folder), policies)
