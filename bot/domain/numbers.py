"""Telephone numbers as shown to people who need no more than to tell one from another."""

from __future__ import annotations

_COUNTRY_CODES = ("+86", "+1")


def masked(msisdn: str) -> str:
    """`+8613812341234` as `138****1234`; never the whole number, however short it is."""
    national = msisdn
    for code in _COUNTRY_CODES:
        if msisdn.startswith(code):
            national = msisdn[len(code) :]
            break
    digits = national.lstrip("+")
    if len(digits) < 10:  # seven shown digits of a shorter one would leave too few to guess
        return "****"
    return f"{digits[:3]}****{digits[-4:]}"
