"""Which files a command means, and a flow read from one of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from bot.cli.factors import CATALOGUE as CATALOGUE
from bot.cli.paths import KnownPath
from bot.config import ROOT
from bot.flow.load import FlowError, load_flow
from bot.flow.model import Flow

SCRIPTS = ROOT / "flows" / "scripts"
TEST_ENDING = ".test.yaml"


def flow_files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Folders stand for the flows directly inside; maps, policies and tests are not flows."""
    for path in paths:
        if path.is_dir():
            for file in sorted(path.glob("*.yaml")):
                if not file.name.endswith(TEST_ENDING) and file.name != CATALOGUE.name:
                    yield file
        else:
            yield path


def _installed() -> Iterator[Path]:
    return flow_files((ROOT / "flows",))


flow_path = KnownPath("flow", _installed)
flow_paths = KnownPath("flow", _installed, folders=True)


def loaded(path: Path) -> Flow:
    try:
        return load_flow(path)
    except FlowError as error:
        raise click.ClickException(str(error)) from None


def golden_of(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".yaml") + TEST_ENDING)
