"""What a check can know of this installation: its factors, its senders and its carrier's prices."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.config import ROOT, Settings
from bot.domain.attempts import Channel
from bot.enrolment.check import Ground
from bot.enrolment.worst_case import at_these
from bot.prices import load_prices
from bot.rules.catalogue import FactorCatalogue, load_catalogue

CATALOGUE = ROOT / "flows" / "factors.yaml"


def ground_of(settings: Settings) -> Ground:
    """Raises CatalogueError or PriceError."""
    factors = _factors(CATALOGUE)
    senders = {Channel.SMS: settings.sms_sender, Channel.CALL: settings.voice_sender}
    return Ground(factors, senders, at_these(load_prices(), factors))


@cache
def _factors(path: Path) -> FactorCatalogue:
    return load_catalogue(path)
