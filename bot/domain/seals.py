"""Numbers that must not be kept, but recognised: what stands in the register in their place after an erasure."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

MARK = "#"  # no telephone number begins with it
SEAL = "seal"  # under this name a database session knows the installation's own

_PURPOSE = b"keepline: numbers in the register of refusals, v1"
_NAME_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Seal:
    """HMAC-SHA256 under a key of its own; `name` tells seals of another key from ours."""

    key: bytes = field(repr=False)
    name: str

    def __call__(self, msisdn: str) -> str:
        return self.name + hmac.digest(self.key, msisdn.encode(), "sha256").hex()


def make_seal(secret_key: str) -> Seal:
    key = hmac.digest(secret_key.encode(), _PURPOSE, "sha256")
    return Seal(key, f"{MARK}{hashlib.sha256(b'name' + key).hexdigest()[:_NAME_LENGTH]}.")


def is_sealed(number: str) -> bool:
    return number.startswith(MARK)
