"""The factors that conditions and flows may name, from this installation's catalogue."""

from __future__ import annotations

import click

from bot.config import ROOT
from bot.rules.catalogue import CatalogueError, FactorCatalogue, load_catalogue

CATALOGUE = ROOT / "flows" / "factors.yaml"


def known_factors() -> FactorCatalogue:
    """Raises ClickException with what is wrong with the catalogue."""
    try:
        return load_catalogue(CATALOGUE)
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None
