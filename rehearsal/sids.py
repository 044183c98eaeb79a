"""Mints Twilio's identifiers: two letters and 32 hex digits, never the same in two rehearsals."""

import os
from itertools import count


class Mint:
    """Counts within a random run, since one product database may outlive many rehearsals."""

    def __init__(self) -> None:
        self._run = os.urandom(8).hex()
        self._numbers = count(1)

    def sid(self, prefix: str) -> str:
        return f"{prefix}{self._run}{next(self._numbers):016x}"

    def token(self) -> str:
        """An identifier in the form of a UUID."""
        digits = f"{self._run}{next(self._numbers):016x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
