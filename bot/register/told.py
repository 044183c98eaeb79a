"""What another system of the operator's tells of a refusal, or of its end: a JSON object, read field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.domain.refusals import ALL, Action, ScopeError, Source, read_scope
from bot.register.errors import RegisterError
from bot.register.record import Wish

_FIELDS = ("id", "action", "msisdn", "customer_id", "channel", "purpose", "topic", "wording")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_WORD = 100
_LONGEST_WORDING = 1_000


def wish_of(told: object) -> Wish:
    """`id` is the other system's own: the evidence, and what makes a repeat harmless.

    Raises RegisterError; the message begins with the field's name.
    """
    if not isinstance(told, Mapping):
        raise RegisterError("body is not a JSON object")
    for name in told:
        if name not in _FIELDS:
            raise RegisterError(f"{name} is no field; there are {', '.join(_FIELDS)}")
    action = _word(told, "action")
    if action not in tuple(Action):
        raise RegisterError(f"action is none of {', '.join(Action)}")
    try:
        scope = read_scope(*(_word(told, name, ALL) for name in ("channel", "purpose", "topic")))
    except ScopeError as error:
        raise RegisterError(str(error)) from None
    msisdn = _word(told, "msisdn", "")
    if msisdn and not _E164.fullmatch(msisdn):
        raise RegisterError("msisdn is not an E.164 number")
    customer = _word(told, "customer_id", "")
    if bool(msisdn) == bool(customer):
        raise RegisterError(
            "customer_id is missing, and msisdn too" if not msisdn else "msisdn beside customer_id"
        )
    return Wish(
        action=Action(action),
        scope=scope,
        source=Source.API,
        msisdn=msisdn or None,
        external_id=customer or None,
        wording=_word(told, "wording", "", _LONGEST_WORDING) or None,
        evidence=f"api:{_word(told, 'id')}",
    )


def _word(
    told: Mapping[str, object], name: str, usual: str | None = None, longest: int = _LONGEST_WORD
) -> str:
    value = told.get(name)
    if value is None and usual is not None:
        return usual
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > longest:
        raise RegisterError(f"{name} is missing or no text of at most {longest} characters")
    return value.strip()
