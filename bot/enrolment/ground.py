"""What a check can know of this installation: its factors and its senders."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.config import ROOT, Settings
from bot.domain.attempts import Channel
from bot.enrolment.check import Ground
from bot.rules.catalogue import FactorCatalogue, load_catalogue

CATALOGUE = ROOT / "flows" / "factors.yaml"


def ground_of(settings: Settings) -> Ground:
    """Raises CatalogueError."""
    senders = {Channel.SMS: settings.sms_sender, Channel.CALL: settings.voice_sender}
    return Ground(_factors(CATALOGUE), senders)


@cache
def _factors(path: Path) -> FactorCatalogue:
    return load_catalogue(path)
