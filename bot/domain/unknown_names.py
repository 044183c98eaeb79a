"""A name that nothing has, answered in one sentence: there is no such, which one may be meant, and which there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

MOST_NAMED = 8
_ALIKE = 0.6


def there_is_no(noun: str, name: str, known: Iterable[str] | None = None) -> str:
    """Without `known` nothing is suggested: a customer of a near id or number is somebody else."""
    return f"there is no {noun} {name!r}" + ("" if known is None else instead(name, known))


def there_is_no_number(noun: str, number: int, newest: int | None) -> str:
    """Of what is only numbered: a near number is another one's, but it helps to know how far they go."""
    return f"there is no {noun} {number}; " + (
        "there is none yet" if newest is None else f"the newest is {newest}"
    )


def instead(name: str, known: Iterable[str] | Mapping[str, str]) -> str:
    """How the sentence goes on: the nearest of the known, and all of them where they are few.

    A mapping says how each of them is written where that is not its name.
    """
    written = dict(known) if isinstance(known, Mapping) else {one: one for one in known}
    if not written:
        return "; there is none yet"
    near = nearest(name, written)
    few = ", ".join(sorted(written.values())) if len(written) <= MOST_NAMED else ""
    if near is None:
        return f"; known are {few}" if few else ""
    return f"; did you mean {written[near]}?" + (f" Known are {few}" if few and len(written) > 1 else "")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The most alike, capitals aside; else one that begins with it."""
    folded = {one.casefold(): one for one in known}
    written = name.strip().casefold()
    alike = get_close_matches(written, folded, n=1, cutoff=_ALIKE)
    if not alike and written:
        alike = [one for one in sorted(folded) if one.startswith(written)][:1]
    return folded[alike[0]] if alike else None
