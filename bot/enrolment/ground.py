"""What a check can know of this installation: factors, senders, prices of its carrier, and the rules of places."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.config import ROOT, Settings
from bot.domain.attempts import Channel
from bot.domain.people import Brand
from bot.enrolment.check import Ground
from bot.enrolment.worst_case import at_these
from bot.prices import SHIPPED, load_prices
from bot.rulebook import Rulebook, open_rulebook
from bot.rules.catalogue import FactorCatalogue, load_catalogue

CATALOGUE = ROOT / "flows" / "factors.yaml"


def ground_of(settings: Settings) -> Ground:
    """Raises CatalogueError, PriceError or PolicyFileError."""
    factors = _factors(CATALOGUE)
    senders = {Channel.SMS: settings.sms_sender, Channel.CALL: settings.voice_sender}
    prices = load_prices()
    return Ground(
        catalogue=factors,
        senders=senders,
        estimate=at_these(prices, factors),
        rulebook=_rulebook(),
        brand=Brand(settings.brand_zh, settings.brand_en),
        example_prices=str(SHIPPED.relative_to(ROOT)) if prices.example else None,
    )


@cache
def _factors(path: Path) -> FactorCatalogue:
    return load_catalogue(path)


@cache
def _rulebook() -> Rulebook:
    return open_rulebook()
