"""Where a form may send the browser next: to a page of ours, never to someone else's."""

from __future__ import annotations

from urllib.parse import urlsplit


def inside(target: str | None) -> str | None:
    """The path if it stays on this host, else None. `//evil.example` and `/\\evil` are read as hosts by browsers."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(char) < 0x20 or char == "\\" for char in target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None
