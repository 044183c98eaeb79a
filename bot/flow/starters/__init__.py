"""Flows to begin with: small, whole, and proven by their own conversations; `keepline flow new` copies one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_NAME = "starter"  # what every starter calls itself


@dataclass(frozen=True, slots=True)
class Starter:
    """The texts of a flow and of its golden conversations."""

    flow: str
    golden: str


def names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _HERE.glob("*.yaml") if not path.name.endswith(".test.yaml")))


def starter(kind: str, name: str) -> Starter:
    """The starter of this kind under a name of its own."""
    return Starter(_named(f"{kind}.yaml", name), _named(f"{kind}.test.yaml", name))


def _named(file: str, name: str) -> str:
    text = (_HERE / file).read_text(encoding="utf-8")
    return text.replace(f"flow: {_NAME}\n", f"flow: {name}\n").replace(f"{_NAME}.yaml", f"{name}.yaml")
