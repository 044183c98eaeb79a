"""The revision of a flow: a hash of what it means, which comments, spacing and field order do not change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal

from bot.rules.yaml_source import Value, plain

LENGTH = 12


def revision_of(document: Value) -> str:
    canonical = json.dumps(
        plain(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_scalar
    )
    return hashlib.sha256(canonical.encode()).hexdigest()[:LENGTH]


def revision_with(own: str, parts: Sequence[str]) -> str:
    """With other flows inside, a change to any of them is a change to this one."""
    if not parts:
        return own
    return hashlib.sha256(":".join((own, *parts)).encode()).hexdigest()[:LENGTH]


def _scalar(value: object) -> str:
    assert isinstance(value, Decimal)
    return str(value.normalize())
