"""Published flows by revision: read once from the store, checked, and kept; a revision never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.flow.load import load_flow
from bot.flow.model import Flow, Offer
from bot.flow.offer import read_offer
from bot.store import flow_revisions
from bot.store.transaction import Tx


class PublishedFlows:
    def __init__(self) -> None:
        self._flows: dict[tuple[str, str], Flow] = {}

    def get(self, tx: Tx, revision: str, offer: Mapping[str, Any] | None = None) -> Flow:
        """The flow of a revision, carrying a campaign's own offer where it has one.

        Raises KeyError for an unknown revision.
        """
        key = (revision, repr(sorted((offer or {}).items())))
        flow = self._flows.get(key)
        if flow is None:
            text = flow_revisions.text_of(tx, revision)
            flow = load_flow(text.source, name=text.flow, parts=text.parts)
            if offer:
                flow = flow.with_offer(Offer(read_offer(offer)))
            self._flows[key] = flow
        return flow
