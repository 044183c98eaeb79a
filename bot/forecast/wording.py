"""How long the first words of a contact are, with the customer's own values in them.

A text is its pieces in a row, and most values come again and again: each piece is written once and kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from bot.domain.attempts import Channel
from bot.domain.segments import count_segments
from bot.flow.model import Flow
from bot.flow.steps.call import CallStep
from bot.flow.template import Placeholder, pieces
from bot.flow.text import ASK_AGAIN, PLAY, MissingValue, Values, render, sms_text, texts

_MOST_KEPT = 1 << 17
_CHINESE = re.compile("[\u4e00-\u9fff]")  # none of them is in the small alphabet


class Length(NamedTuple):
    """Of a recording neither is known, of what is said only the letters."""

    characters: int | None
    segments: int | None


class _Slot(NamedTuple):
    """A placeholder alone, as a template of its own."""

    name: str
    template: str


Template = tuple[str | _Slot, ...]


@dataclass(slots=True)
class Wording:
    """The texts of one flow."""

    flow: Flow
    _offer: Mapping[str, object] = field(init=False)
    _templates: dict[tuple[str, str, str, object], Template] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._offer = self.flow.offer.values()

    def length(self, step: str, channel: Channel, which: str, language: str, values: Values) -> Length | None:
        """None where the customer cannot get this text, because a value is missing."""
        if channel is Channel.CALL:
            return self._said(step, language, values)
        if which == ASK_AGAIN:  # its `{keys}` are no value of the customer's
            body = _asked_again(self.flow, step, language, values)
        else:
            body = self._written(step, which, language, values, spoken=False)
        return Length(len(body), _segments(body)) if body is not None else None

    def _said(self, step: str, language: str, values: Values) -> Length | None:
        one = self.flow.steps[step]
        question = one.question if isinstance(one, CallStep) else "say"
        words = self._written(step, question, language, values, spoken=True)
        return None if words is None else Length(None if question == PLAY else len(words), None)

    def _written(self, step: str, which: str, language: str, values: Values, *, spoken: bool) -> str | None:
        currency = values.get("currency") or self._offer.get("offer.currency")
        written = []
        for piece in self._template(step, which, language, currency):
            if isinstance(piece, str):
                written.append(piece)
                continue
            part = _filled(piece, values.get(piece.name), currency, language, spoken)
            if part is None:
                return None
            written.append(part)
        return "".join(written)

    def _template(self, step: str, which: str, language: str, currency: object) -> Template:
        key = (step, which, language, currency)
        found = self._templates.get(key)
        if found is None:
            spoken = which != "sms"
            template = pieces(texts(self.flow, step, which, language))
            found = tuple(self._piece(piece, currency, language, spoken) for piece in template)
            self._templates[key] = found
        return found

    def _piece(self, piece: str | Placeholder, currency: object, language: str, spoken: bool) -> str | _Slot:
        """The offer is the same for everybody: it is written at once."""
        if isinstance(piece, str):
            return piece
        slot = _Slot(piece.name, "{" + ":".join(filter(None, (piece.name, piece.format))) + "}")
        if piece.name not in self._offer:
            return slot
        return _filled(slot, self._offer[piece.name], currency, language, spoken) or slot


def _filled(slot: _Slot, value: object, currency: object, language: str, spoken: bool) -> str | None:
    try:
        return _kept(slot, value, currency, language, spoken)
    except TypeError:  # a list, which cannot be looked up
        return _kept.__wrapped__(slot, value, currency, language, spoken)


@lru_cache(maxsize=_MOST_KEPT, typed=True)
def _kept(slot: _Slot, value: object, currency: object, language: str, spoken: bool) -> str | None:
    try:
        return render(slot.template, {"currency": currency, slot.name: value}, language, spoken=spoken)
    except MissingValue:
        return None


def _segments(body: str) -> int:
    """Of a Chinese text only the length matters, unless it holds signs of two units."""
    if _CHINESE.search(body) is None or len(body.encode("utf-16-le")) != 2 * len(body):
        return count_segments(body).segments
    return _chinese_segments(len(body))


@lru_cache(maxsize=1024)
def _chinese_segments(length: int) -> int:
    return count_segments("中" * length).segments


def _asked_again(flow: Flow, step: str, language: str, values: Values) -> str | None:
    try:
        return sms_text(flow, step, language, values, ASK_AGAIN)
    except MissingValue:
        return None
