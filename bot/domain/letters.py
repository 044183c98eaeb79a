"""In which letters something is written."""

from __future__ import annotations

import re

_HAN = re.compile(r"[㐀-鿿]")


def chinese(text: str) -> bool:
    """Punctuation such as 【】 alone makes no Chinese."""
    return _HAN.search(text) is not None
