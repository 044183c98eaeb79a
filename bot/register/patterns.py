"""Number patterns such as `+86170*`: begun and ended by people, with a reason."""

from __future__ import annotations

import re
from datetime import datetime

from bot.domain.refusals import ALL, Scope
from bot.domain.unknown_names import there_is_no
from bot.register.errors import RegisterError
from bot.register.numbers import is_calling_code
from bot.register.record import tell_runs
from bot.store import audit, suppression_patterns
from bot.store.transaction import Tx

_PATTERN = re.compile(r"(\+[1-9][0-9]{1,13})\*?")
_LONGEST_CODE = 3


def read_pattern(written: str) -> str:
    """The digits that numbers begin with. Raises RegisterError, also for a whole country."""
    found = _PATTERN.fullmatch(written.strip())
    if found is None:
        raise RegisterError(f"{written!r} is not a pattern such as +86170*")
    digits = found[1][1:]
    codes = [digits[:length] for length in range(1, _LONGEST_CODE + 1) if is_calling_code(digits[:length])]
    if not codes:
        raise RegisterError(f"{written!r} begins with no country's calling code")
    if digits in codes:
        raise RegisterError(f"{written!r} is a whole country: name at least one digit more")
    return found[1]


def add_pattern(
    tx: Tx, pattern: str, *, scope: Scope, reason: str, now: datetime, user_id: int | None = None
) -> int:
    """Numbers that begin like this are not contacted; answers how many customers under way that ends.

    Raises RegisterError.
    """
    prefix = read_pattern(pattern)
    if not reason.strip():
        raise RegisterError("a pattern needs a reason")
    if scope.topic != ALL:
        raise RegisterError("a pattern is about all topics")
    try:
        number = suppression_patterns.add(
            tx,
            prefix,
            channel=scope.channel,
            purpose=scope.purpose,
            reason=reason.strip(),
            user_id=user_id,
            now=now,
        )
    except suppression_patterns.TooMany as error:
        raise RegisterError(str(error)) from None
    after = {"pattern": f"{prefix}*", "scope": str(scope), "reason": reason.strip()}
    audit.record(tx, user_id, "register.pattern", f"suppression_pattern:{number}", None, after, now)
    concerned = suppression_patterns.customers_under_way(tx, prefix)
    return tell_runs(tx, concerned, "pattern", scope, f"pattern:{number}:{now.isoformat()}", now)


def end_pattern(tx: Tx, pattern: str, *, now: datetime, user_id: int | None = None) -> None:
    """Raises RegisterError where there is none."""
    prefix = read_pattern(pattern)
    if not suppression_patterns.end(tx, prefix, user_id=user_id, now=now):
        known = (f"{one.prefix}*" for one in suppression_patterns.listing(tx))
        raise RegisterError(there_is_no("pattern", f"{prefix}*", known))
    audit.record(tx, user_id, "register.pattern_end", f"suppression_pattern:{prefix}*", None, None, now)
