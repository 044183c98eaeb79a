"""How many segments an SMS is billed as, and in which alphabet: GSM 03.38 where it fits, else UCS-2."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # two septets each: an escape and the character


class Alphabet(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class SegmentCount:
    alphabet: Alphabet
    units: int  # septets, or 16-bit units
    segments: int


_ROOM = {Alphabet.GSM7: (160, 153), Alphabet.UCS2: (70, 67)}  # alone; as a part, behind its header


def count_segments(text: str) -> SegmentCount:
    """An empty text is one segment: carriers bill it so. No character is split between two parts."""
    alphabet = alphabet_of(text)
    alone, part = _ROOM[alphabet]
    units = _units(text, alphabet)
    if units <= alone:
        return SegmentCount(alphabet, units, 1)
    if units == len(text):  # nothing could be split
        return SegmentCount(alphabet, units, -(-units // part))
    segments, used = 1, 0
    for width in (_width(letter, alphabet) for letter in text):
        if used + width > part:
            segments, used = segments + 1, 0
        used += width
    return SegmentCount(alphabet, units, segments)


def alphabet_of(text: str) -> Alphabet:
    return Alphabet.UCS2 if outside_gsm7(text) else Alphabet.GSM7


def outside_gsm7(text: str) -> frozenset[str]:
    """The characters that make the whole text UCS-2."""
    return frozenset(text) - _BASIC - _EXTENDED


def _units(text: str, alphabet: Alphabet) -> int:
    """As many as the widths of all letters; every message is counted, so without a loop over them."""
    if alphabet is Alphabet.UCS2:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text) + sum(map(text.count, _EXTENDED))


def _width(letter: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.UCS2:
        return 2 if ord(letter) > 0xFFFF else 1
    return 2 if letter in _EXTENDED else 1
