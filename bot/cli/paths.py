"""Paths as they are typed: where there is nothing, the answer names the file that was perhaps meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from os import PathLike, fsdecode
from pathlib import Path

import click

from bot.config import ROOT
from bot.domain.unknown_names import instead, there_is_no
from bot.policies import policy_names


class KnownPath(click.Path):
    """`noun` is what it holds, `kept` those of this installation; a folder may stand for its files if `folders`."""

    def __init__(self, noun: str, kept: Callable[[], Iterable[Path]], *, folders: bool = False) -> None:
        super().__init__(exists=True, dir_okay=folders, path_type=Path)
        self._noun, self._kept = noun, kept

    def convert(
        self, value: str | PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        path = Path(fsdecode(value))
        if not path.exists():
            near = {one.stem: str(_short(one)) for one in (*self._kept(), *_beside(path))}
            self.fail(there_is_no(self._noun, str(path)) + instead(path.stem, near), param, ctx)
        super().convert(value, param, ctx)
        return path


def _beside(path: Path) -> Iterator[Path]:
    endings = path.suffixes or [".yaml"]
    return (other for other in path.parent.glob(f"*{endings[-1]}") if other.suffixes == endings)


def _short(path: Path) -> Path:
    """As one would type it from the current folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _policies() -> Iterable[Path]:
    return [ROOT / "flows" / "policies" / f"{name}.yaml" for name in policy_names()]


def _kept_in(folder: str) -> Callable[[], Iterable[Path]]:
    return lambda: (ROOT / "flows" / folder).glob("*.yaml")


policy_path = KnownPath("policy", _policies)
price_path = KnownPath("price table", _kept_in("prices"))
map_path = KnownPath("column map", _kept_in("maps"))
