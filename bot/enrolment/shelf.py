"""The flows that a campaign can be made of by name: those of this installation, and those once published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from bot.config import ROOT
from bot.domain.unknown_names import there_is_no
from bot.enrolment.errors import CampaignError
from bot.flow.load import FlowError, load_flow
from bot.flow.model import Flow
from bot.store import flow_revisions
from bot.store.transaction import Tx

SHELF = ROOT / "flows"
_NO_FLOWS = frozenset({"factors.yaml"})
_GOLDEN = ".test.yaml"


@dataclass(frozen=True, slots=True)
class OnOffer:
    """`key` is the name of a flow on the shelf, or the revision of a published one that is not there as it is."""

    key: str
    flow: Flow
    source: str
    published_at: datetime | None = None


def on_offer(tx: Tx, shelf: Path = SHELF) -> list[OnOffer]:
    """By name. A file that cannot be used is left out: `flow check` says what is wrong with it."""
    shelved = list(_shelved(shelf))
    known = {one.flow.revision for one in shelved}
    last = flow_revisions.newest(tx)
    more = [_published(tx, revision, at) for revision, at in last.items() if revision not in known]
    return sorted([*shelved, *more], key=lambda one: (one.flow.name, one.published_at is not None))


def take(tx: Tx, key: str, shelf: Path = SHELF) -> OnOffer:
    """Raises CampaignError where there is none."""
    found = on_offer(tx, shelf)
    for one in found:
        if one.key == key:
            return one
    raise CampaignError(there_is_no("flow", key, [one.key for one in found]), "flow")


def _shelved(shelf: Path) -> Iterator[OnOffer]:
    for path in sorted(shelf.glob("*.yaml")):
        if path.name in _NO_FLOWS or path.name.endswith(_GOLDEN):
            continue
        try:
            flow, source = _read(path, path.stat().st_mtime_ns)
        except (FlowError, OSError):
            continue
        if not flow.part:
            yield OnOffer(flow.name, flow, source)


@lru_cache(maxsize=256)
def _read(path: Path, changed: int) -> tuple[Flow, str]:
    return load_flow(path), path.read_text(encoding="utf-8")


def _published(tx: Tx, revision: str, at: datetime) -> OnOffer:
    text = flow_revisions.text_of(tx, revision)
    flow = _parsed(text.flow, text.source, tuple(sorted(text.parts.items())))
    return OnOffer(revision, flow, text.source, at)


@lru_cache(maxsize=256)
def _parsed(name: str, source: str, parts: tuple[tuple[str, str], ...]) -> Flow:
    return load_flow(source, name=name, parts=dict(parts))
